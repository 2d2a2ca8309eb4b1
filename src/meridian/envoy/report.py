"""What an edge tells control: which snapshot it runs, how its Envoy is, and how the app's instances look from there."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Rejection(BaseModel):
    """A snapshot that was not activated. resource: the file that Envoy refused, if one could be named."""

    model_config = ConfigDict(frozen=True)

    digest: str
    config_version: int
    resource: str
    reason: str
    at: str


class HostHealth(BaseModel):
    """One upstream address of one cluster, as this edge sees it.

    cluster: "chat@EU". location: the location the address belongs to, or the region of a peer edge. healthy: whether
    requests go there now. since: ISO 8601, of the last change. reason: Envoy's health flags when not healthy."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    location: str
    address: str
    healthy: bool
    since: str = ""
    reason: str = ""


class EdgeReport(BaseModel):
    """Sent every two seconds, and at once when something in it changes.

    envoy: "live", "starting", "draining" or "down". requests: since its Envoy started; clients: of those, the ones that did not
    come through another region's edge. decisions: JSON of decisions taken at the edge and not yet
    acknowledged (each with id and at stamped by the edge). advice: what control advised last (see `feature.Adviser`).
    sentence: what is wrong, for a person, or empty."""

    model_config = ConfigDict(frozen=True)

    region: str
    instance: str
    digest: str = ""
    config_version: int = 0
    envoy: str = "starting"
    pid: int = 0
    started: str = ""
    requests: int = 0
    clients: int = 0
    rejection: Rejection | None = None
    health: tuple[HostHealth, ...] = ()
    decisions: tuple[dict[str, Any], ...] = ()
    advice: dict[str, dict[str, Any]] = {}
    sentence: str = ""
