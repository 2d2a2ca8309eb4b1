"""Charts of several shards, added up by hand."""

from typing import Any

from meridian.loadtest.live import charts


def line(at: list[int], asked: list[int], p95: list[float], errors: list[float]) -> dict[str, Any]:
    region = {"achieved": asked, "p95": p95, "errors": errors}
    numbers = {"asked": asked, "achieved": asked, "p95": p95, "errors": errors, "late": [False] * len(at)}
    return {"series": {"step": 1, "at": at, **numbers, "by_region": {"EU": region}}}


def test_rates_add_up_shares_are_weighed_and_percentiles_are_the_slowest() -> None:
    found = charts.series(
        [line([0, 1], [10, 30], [5.0, 9.0], [0.0, 0.2]), line([0, 1], [10, 10], [7.0, 8.0], [0.1, 0.6])]
    )
    assert found["asked"] == found["by_region"]["EU"]["achieved"] == [20, 40]
    assert found["p95"] == [7.0, 9.0]
    assert [round(each, 6) for each in found["errors"]] == [0.05, 0.3]


def test_heatmaps_add_up_cell_by_cell_where_they_have_the_same_rows() -> None:
    def told(at: list[int], counts: list[list[int]], bounds: tuple[int, ...] = (1, 2)) -> dict[str, Any]:
        return {"heatmap": {"at": at, "step": 1, "bounds_ms": list(bounds), "counts": counts}}

    several = [
        told([0, 1], [[1, 2], [3, 4]]),
        told([1, 2], [[5, 6], [7, 8]]),
        told([1], [[9, 9, 9]], (1, 2, 3)),
        {},
    ]
    found = charts.heatmap(several)
    assert found == {"at": [0, 1, 2], "step": 1, "bounds_ms": [1, 2], "counts": [[1, 2], [8, 10], [7, 8]]}
    assert charts.heatmap([{}]) == {}


def test_what_failed_in_the_same_way_is_one_row() -> None:
    kind = {"region": "EU", "service": "chat", "step": "chat", "outcome": "error", "detail": "500"}
    one = {**kind, "n": 3, "first": 4.5, "last": 9.0, "by_time": [[4, 1], [8, 2]]}
    other = {**kind, "n": 2, "first": 2.5, "last": 8.0, "by_time": [[2, 1], [8, 1]]}
    more = {**kind, "detail": "503", "n": 9, "first": 1.0, "last": 2.0, "by_time": [[1, 9]]}
    found = charts.crashes([{"crashes": [one]}, {"crashes": [other, more]}])
    assert found == [more, {**kind, "n": 5, "first": 2.5, "last": 9.0, "by_time": [[2, 1], [4, 1], [8, 3]]}]
