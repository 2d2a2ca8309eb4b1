"""What the configuration says to the agent itself: `agent.json` in the snapshot, which Envoy never reads."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from meridian.config.schema.edge import AccessLog
from meridian.envoy.snapshot import Snapshot

FILE = "agent.json"


class AgentSettings(BaseModel):
    """drain: seconds that requests in flight have to finish. max_connections: open client connections of
    this edge."""

    model_config = ConfigDict(frozen=True)

    access_log: AccessLog = AccessLog()
    drain: float = Field(default=5.0, ge=0, le=3600)
    max_connections: int = Field(default=50_000, ge=1)


def settings_of(snapshot: Snapshot | None) -> AgentSettings:
    """Defaults where the snapshot says nothing. Raises ValueError when its `agent.json` is wrong."""
    if snapshot is None or FILE not in snapshot.resources:
        return AgentSettings()
    try:
        return AgentSettings.model_validate_json(snapshot.resources[FILE])
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
