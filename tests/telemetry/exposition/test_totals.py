from meridian.core.clock import FakeClock
from meridian.telemetry.cube import Cube
from meridian.telemetry.exposition.totals import SPREAD, Totals
from meridian.telemetry.kinds import MARKET, OTHER
from tests.telemetry.exposition.cubes import CHAT, now, traffic


def test_what_edges_delivered_adds_up_whatever_window_it_is_of() -> None:
    totals = Totals(FakeClock())

    totals.add({100: traffic(10, 20), 110: traffic(30)})
    totals.add({0: traffic(40)})

    cell = totals.cubes["traffic"].cells[CHAT]
    assert cell.sums == [4, 400, 800]
    assert cell.histogram is not None
    assert cell.histogram.counts == {10: 1, 20: 1, 30: 1, 40: 1}


def test_what_is_so_now_is_no_counter() -> None:
    totals = Totals(FakeClock())

    totals.add({100: now()})

    assert all(not cube.cells for cube in totals.cubes.values())


def test_counters_stay_bounded_and_lose_no_request() -> None:
    totals = Totals(FakeClock())
    many = Cube(MARKET)
    for n in range(SPREAD * MARKET.most + 500):
        many.add((f"X{n}", "EU", "europe-west1", "ok"), 1)

    totals.add({100: {"market": many}})

    cube = totals.cubes["market"]
    assert len(cube.cells) == SPREAD * MARKET.most + 1
    assert cube.cells[(OTHER,) * 4].sums == [500]
