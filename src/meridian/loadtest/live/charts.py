"""Charts of a run that several shards tell of, as one: what can be added up is, and of percentiles the slowest shard's count,
until the records themselves are there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meridian.loadtest.live.reading import Told, items, most, number, numbers, numeric, part, parts, total

WAITED = 3
"""Seconds for which a shard that has not told them yet is waited for: until then a line would fall by its share."""
SUMS = ("asked", "achieved")
WORST = ("p50", "p95", "p99", "max", "lag_ms")
CRASHES = 30

Row = dict[str, Any]


def series(told: Sequence[Told]) -> dict[str, Any]:
    lines = [_by_second(part(each, "series")) for each in told]
    at = _moments(lines)
    rows = [_together([line[second] for line in lines if second in line]) for second in at]
    regions = sorted({region for line in lines for row in line.values() for region in row["by_region"]})
    return {
        "step": 1,
        "at": at,
        **{name: [row[name] for row in rows] for name in (*SUMS, "errors", *WORST, "late")},
        "by_region": {region: _region(region, rows) for region in regions},
    }


def heatmap(told: Sequence[Told]) -> dict[str, Any]:
    """Shards of one version have the same rows and columns; what does not fit is left out."""
    maps = [found for each in told if (found := part(each, "heatmap")) and items(found, "at")]
    if not maps:
        return {}
    bounds, step = items(maps[0], "bounds_ms"), maps[0].get("step")
    columns: dict[float, list[float]] = {}
    for each in maps:
        if items(each, "bounds_ms") != bounds or each.get("step") != step:
            continue
        for at, counts in zip(numbers(each, "at"), items(each, "counts"), strict=False):
            if at is None or not isinstance(counts, list) or len(counts) != len(bounds):
                continue
            mine = columns.get(at, [0] * len(bounds))
            columns[at] = [a + (numeric(b) or 0) for a, b in zip(mine, counts, strict=True)]
    at_all = sorted(columns)
    return {"at": at_all, "step": step, "bounds_ms": bounds, "counts": [columns[at] for at in at_all]}


def crashes(told: Sequence[Told]) -> list[dict[str, Any]]:
    """The most frequent first."""
    kinds: dict[tuple[str, ...], list[Told]] = {}
    names = ("region", "service", "step", "outcome", "detail")
    for each in told:
        for crash in parts(each, "crashes"):
            kinds.setdefault(tuple(str(crash.get(name, "")) for name in names), []).append(crash)
    found: list[dict[str, Any]] = [
        {
            **dict(zip(names, kind, strict=True)),
            "n": total(same, "n"),
            "first": min((at for each in same if (at := number(each, "first")) is not None), default=0.0),
            "last": most(same, "last") or 0.0,
            "by_time": _counted(pair for each in same for pair in items(each, "by_time")),
        }
        for kind, same in kinds.items()
    ]
    return sorted(found, key=lambda each: -each["n"])[:CRASHES]


def _counted(pairs: Iterable[Any]) -> list[list[float]]:
    counts: dict[float, float] = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        at, n = numeric(pair[0]), numeric(pair[1])
        if at is not None and n is not None:
            counts[at] = counts.get(at, 0) + n
    return [[at, counts[at]] for at in sorted(counts)]


def _by_second(told: Told) -> dict[int, Row]:
    """at -> the values of that second."""
    at = numbers(told, "at")
    lines = {name: numbers(told, name) for name in (*SUMS, "errors", *WORST)}
    late = items(told, "late")
    regions = {
        str(name): {line: numbers(of, line) for line in ("achieved", "p95", "errors")}
        for name, of in part(told, "by_region").items()
        if isinstance(of, Mapping)
    }
    return {
        int(second): {
            **{name: _at(values, place) for name, values in lines.items()},
            "late": bool(_at(late, place)),
            "by_region": {
                name: {line: _at(values, place) for line, values in of.items()}
                for name, of in regions.items()
            },
        }
        for place, second in enumerate(at)
        if second is not None
    }


def _at(values: Sequence[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


def _moments(lines: Sequence[Mapping[int, Row]]) -> list[int]:
    """Those that all have told, and older ones also where one has not: it may be gone."""
    known = sorted({second for line in lines for second in line})
    telling = [line for line in lines if line]
    return [
        second for second in known if second <= known[-1] - WAITED or all(second in line for line in telling)
    ]


def _together(rows: Sequence[Row]) -> Row:
    regions = sorted({region for row in rows for region in row["by_region"]})
    return {
        **{name: total(rows, name) for name in SUMS},
        "errors": _share(rows),
        **{name: most(rows, name) for name in WORST},
        "late": any(row["late"] for row in rows),
        "by_region": {
            region: _one([row["by_region"][region] for row in rows if region in row["by_region"]])
            for region in regions
        },
    }


def _one(rows: Sequence[Row]) -> Row:
    return {"achieved": total(rows, "achieved"), "p95": most(rows, "p95"), "errors": _share(rows)}


def _share(rows: Sequence[Row]) -> float | None:
    """Of errors among all, each by how many requests it had."""
    known = [row for row in rows if row["errors"] is not None and row["achieved"]]
    n = total(known, "achieved")
    return sum(row["errors"] * row["achieved"] for row in known) / n if n else None


def _region(region: str, rows: Sequence[Row]) -> dict[str, list[Any]]:
    found = [row["by_region"].get(region) for row in rows]
    return {
        "achieved": [each["achieved"] if each else 0 for each in found],
        "p95": [each["p95"] if each else None for each in found],
        "errors": [each["errors"] if each else None for each in found],
    }
