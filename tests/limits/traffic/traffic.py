"""Traffic as an edge logs it."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from meridian.envoy.fold import WINDOW
from meridian.envoy.lines import AccessLine, Alike
from meridian.limits.traffic.recording import Recording

START = 1_900_000_000.0


def line(t: float = 0.0, user: str | None = "u1", **given: Any) -> AccessLine:
    """t: seconds after START."""
    usual = {"feature": "chat", "action": "chat", "country": "DE", "tier": "free", "region": "EU"}
    fields = {**usual, "risk": "low", "client": "192.0.2.1", "status": 200, **given}
    about = {name: fields.pop(name) for name in Alike.__struct_fields__ if name in fields}
    return AccessLine(START + t, _alike(**about), user=user, **fields)


@cache
def _alike(**fields: Any) -> Alike:
    """One for all that are alike, as the agent gives them."""
    return Alike(**fields)


def feed(fold: Recording, lines: Iterable[AccessLine]) -> None:
    """As the agent does: window by window."""
    windows: dict[int, list[AccessLine]] = {}
    for each in lines:
        windows.setdefault(int(each.t // WINDOW) * WINDOW, []).append(each)
    for window, found in windows.items():
        fold.add(window, found)
