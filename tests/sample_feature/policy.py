"""Its section of the configuration, and its pure rules."""

from typing import Annotated

from pydantic import Field

from meridian.config.schema.base import Path, Section


class Greeting(Section):
    """How an edge greets."""

    text: Annotated[str, Field(max_length=80)] = "hello"
    """What it says."""
    path: Path = "/v1/greeting"
    """Where it says it."""
    loud_from: Annotated[int, Field(ge=1)] = 2
    """Edges that have to report before the greeting is loud."""


def spoken(settings: Greeting, region: str, edges: int) -> str:
    """The greeting of one edge."""
    said = f"{settings.text} from {region}, one of {edges}"
    return said.upper() if edges >= settings.loud_from else said
