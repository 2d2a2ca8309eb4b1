"""Where a request counts: the labels of its cells. Pure.

Every label is something that the configuration, a standard, the edge's stamp or the app's own servers name; nothing that a
client sends becomes one.
"""

from typing import Literal

from meridian.core.degraded import turned_off
from meridian.envoy.lines import Alike
from meridian.telemetry.cube import LONGEST, Labels

Outcome = Literal["ok", "refused", "failed"]
NONE = "none"
"""The status of a request whose client went away before there was an answer."""


def status(code: int | None) -> str:
    if code == 429:
        return "429"
    return f"{code // 100}xx" if code is not None and 100 <= code < 600 else NONE


def outcome(code: int | None, location: str) -> Outcome:
    """location: empty where the edge answered by itself."""
    if code is None or not 100 <= code < 500:
        return "failed"
    if code in (403, 429) or (code >= 400 and not location):
        return "refused"
    return "ok"


def answer(each: Alike) -> int | None:
    """The status that a request counts as. What was turned off on purpose was refused, and nothing failed, whatever clients are
    told: a rule that degrades a region because of failures would never let go of it again."""
    return 429 if turned_off(each.limit) else each.status


def traffic(each: Alike, here: str) -> Labels:
    """here: the region of the edge, for requests that were over before anybody asked whose they are."""
    location, feature, service, version = map(
        _text, (each.location, each.feature, each.service, each.version)
    )
    return region(each, here), location, feature, service, version, status(answer(each))


def market(each: Alike, here: str) -> Labels:
    location = _text(each.location)
    return _text(each.country), region(each, here), location, outcome(answer(each), location)


def action(each: Alike, here: str) -> Labels | None:
    """None where the request is no action."""
    if not each.action:
        return None
    return _text(each.action), _text(each.tier), region(each, here), _text(each.limit)


def region(each: Alike, here: str) -> str:
    return _text(each.region) or here


def counts(each: Alike) -> bool:
    """Not the edge's own answer that it is ready, which load balancers ask for all the time."""
    return each.feature is not None or each.status != 200


def _text(value: str | None) -> str:
    return (value or "")[:LONGEST]
