"""What whoever watches gets at once: live numbers each second, decisions and incidents as they come (server-sent events)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meridian.feature import Control


def publish(control: Control, event: str, data: Any) -> None:
    """Tells everyone who watches this process's stream. data: JSON. Never waits; nothing happens where nobody watches."""
    from meridian.telemetry.stream.hub import hub_of

    hub_of(control).publish(event, data)
