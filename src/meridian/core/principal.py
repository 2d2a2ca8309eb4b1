"""Who is asking control, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """admin: may change things. ops: may look at everything. edge: an edge's agent. app: the app's own
    servers, which tell what happened (business events). user: a user of the app, who may act for themself only."""

    ADMIN = "admin"
    OPS = "ops"
    EDGE = "edge"
    APP = "app"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Principal:
    """name: of the token, shown in the journal. region: the only region an edge token may ask for."""

    name: str
    role: Role
    region: str = ""
