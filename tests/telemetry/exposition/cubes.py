"""Some traffic, as edges and control count it."""

from collections.abc import Mapping

from meridian.telemetry.cube import Cube
from meridian.telemetry.kinds import ACTION, BUSINESS, EDGE, GAUGE, MARKET, PEOPLE, TRAFFIC

CHAT = ("EU", "europe-west1", "chat", "chat-service", "1", "2xx")


def traffic(*milliseconds: int) -> Mapping[str, Cube]:
    """Chats in the EU that took so long, and what else is counted of them."""
    cube, market, action, business = Cube(TRAFFIC), Cube(MARKET), Cube(ACTION), Cube(BUSINESS)
    n = len(milliseconds)
    durations = cube.add(CHAT, n, 100 * n, 200 * n).histogram
    assert durations is not None
    for each in milliseconds:
        durations.add(each)
    market.add(("FR", "EU", "europe-west1", "ok"), n)
    action.add(("chat", "free", "EU", ""), n)
    business.add(("EU", "token.spent"), n, 5 * n)
    return {each.kind.name: each for each in (cube, market, action, business)}


def now() -> Mapping[str, Cube]:
    """What is so now: two users, one edge, one location that is down."""
    people, edge, gauge = Cube(PEOPLE), Cube(EDGE), Cube(GAUGE)
    distinct = people.cell(("EU", "users")).distinct
    assert distinct is not None
    distinct.update(["ada", "bob", "ada"])
    edge.add(("EU", "edge-1", "memory_bytes"), 2, 200, 150)
    gauge.add(("location_up", "EU", "europe-west1"), 3, 0, 0)
    return {each.kind.name: each for each in (people, edge, gauge)}
