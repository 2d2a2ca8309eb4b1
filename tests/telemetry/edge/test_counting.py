"""The fold of telemetry: each line once, in its own window, bounded whatever comes."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from meridian.envoy.fold import WINDOW, EdgeFacts
from meridian.envoy.lines import AccessLine, Alike
from meridian.envoy.snapshot import Snapshot
from meridian.telemetry.edge.counting import PULSE, Counting
from meridian.telemetry.edge.settings import FILE
from meridian.telemetry.windows import windows_from_json

START = 1_900_000_000
NOW = datetime.fromtimestamp(START + 2, UTC)
CHAT: dict[str, Any] = {
    "feature": "chat",
    "service": "chat",
    "action": "chat",
    "region": "EU",
    "location": "europe-west1",
    "version": "7",
    "country": "DE",
    "tier": "free",
    "status": 200,
}


def line(t: float = 0.0, user: str | None = "u1", ms: int | None = 20, **alike: Any) -> AccessLine:
    """t: seconds after START."""
    return AccessLine(START + t, Alike(**CHAT | alike), user, "192.0.2.1", ms, 100, 1000)


def fold(**facts: Any) -> Counting:
    return Counting(EdgeFacts("EU", "EU-1", Path(), **facts))


def feed(counting: Counting, lines: Sequence[AccessLine]) -> None:
    for each in lines:
        counting.add(int(each.t // WINDOW) * WINDOW, [each])


def harvested(counting: Counting, now: datetime = NOW) -> dict[int, dict[str, Any]]:
    records = counting.harvest(now).records
    return {window: cubes for each in records for window, cubes in windows_from_json(each).items()}


def requests(cubes: dict[str, Any], kind: str) -> dict[tuple[str, ...], float]:
    return {labels: cell.sums[0] for labels, cell in cubes[kind].cells.items()}


def test_a_request_is_counted_by_what_it_was() -> None:
    counting = fold()
    feed(
        counting,
        [line(), line(1), line(2, status=500), line(2, None, limit="chat", status=429, location=None)],
    )
    [(window, cubes)] = harvested(counting).items()
    assert window == START
    at = ("EU", "europe-west1", "chat", "chat", "7")
    assert requests(cubes, "traffic") == {(*at, "2xx"): 2, (*at, "5xx"): 1, ("EU", "", *at[2:], "429"): 1}
    assert cubes["traffic"].cells[(*at, "2xx")].sums == [2, 200, 2000]
    assert requests(cubes, "market") == {
        ("DE", "EU", "europe-west1", "ok"): 2,
        ("DE", "EU", "europe-west1", "failed"): 1,
        ("DE", "EU", "", "refused"): 1,
    }
    assert requests(cubes, "action") == {("chat", "free", "EU", ""): 3, ("chat", "free", "EU", "chat"): 1}


def test_a_line_of_another_hour_has_its_own_window_and_an_absurd_one_is_counted_as_that() -> None:
    counting = fold()
    feed(counting, [line(), line(-3600), line(+3600), line(-10 * 86_400), line(+10 * 86_400)])
    found = harvested(counting)
    assert sorted(found) == [START - 3600, START, START + 3600]
    counting.pulse(NOW)
    [cubes] = harvested(counting).values()
    assert requests(cubes, "edge")[("EU", "EU-1", "lines_absurd")] == 1
    assert cubes["edge"].cells[("EU", "EU-1", "lines_absurd")].sums[1] == 2


def test_a_pulse_tells_what_ended_since_the_last_one_and_a_record_has_all_of_it() -> None:
    counting = fold()
    feed(counting, [line(0.1), line(-7, ms=8_000), line(1.5), line(-3600)])
    pulse = windows_from_json(counting.pulse(NOW))
    assert {second: sum(requests(cubes, "traffic").values()) for second, cubes in pulse.items()} == {
        START: 1,
        START + 1: 2,
    }
    assert counting.pulse(NOW) is None
    assert sum(sum(requests(cubes, "traffic").values()) for cubes in harvested(counting).values()) == 4


def test_a_pulse_after_a_harvest_still_tells() -> None:
    counting = fold()
    feed(counting, [line()])
    assert harvested(counting)
    assert counting.pulse(NOW) is not None
    assert not harvested(counting)


def test_what_is_told_stays_small_whatever_the_app_says() -> None:
    counting = fold()
    feed(counting, [line(0.5, f"u{n}", ms=n, version=f"v{n}", tier="x" * 5000) for n in range(6_000)])
    pulse = counting.pulse(NOW)
    assert len(msgspec.json.encode(pulse)) <= PULSE
    assert max(windows_from_json(pulse)) == START + 6, "of many seconds the last ones are told"
    [cubes] = harvested(counting).values()
    assert len(cubes["traffic"].cells) <= 1000
    assert sum(requests(cubes, "traffic").values()) == 6_000


def test_numbers_of_the_edge_are_told_and_kept() -> None:
    counting = fold(numbers=lambda: {"connections": 7.0})
    for _ in range(3):
        assert counting.pulse(NOW)
    [cubes] = harvested(counting).values()
    assert cubes["edge"].cells[("EU", "EU-1", "connections")].sums == [3, 21, 7]


def test_whose_tier_pays_is_configured() -> None:
    content = {FILE: b'{"free_tiers": ["free", "trial"]}'}
    snapshots = [Snapshot("EU", content), Snapshot("EU", {FILE: b"["})]
    counting = fold(snapshot=lambda: snapshots[0])
    feed(
        counting,
        [line(0, "a"), line(0, "b", tier="trial"), line(0, "c", tier="vip"), line(0, None, tier=None)],
    )
    [cubes] = harvested(counting).values()
    people = {who: round(cell.distinct.estimate()) for (_, who), cell in cubes["people"].cells.items()}
    assert people == {"users": 3, "paying": 1, "clients": 1}


@given(st.lists(st.tuples(st.floats(-50, 50), st.integers(0, 5_000)), max_size=60))
def test_every_line_is_in_its_window_once(times: list[tuple[float, int]]) -> None:
    counting = fold()
    lines = [line(t, ms=ms) for t, ms in times]
    for window in {int(each.t // WINDOW) * WINDOW for each in lines}:
        counting.add(window, [each for each in lines if int(each.t // WINDOW) * WINDOW == window])
    found = {
        window: sum(requests(cubes, "traffic").values()) for window, cubes in harvested(counting).items()
    }
    assert found == Counter(int(each.t // WINDOW) * WINDOW for each in lines)
