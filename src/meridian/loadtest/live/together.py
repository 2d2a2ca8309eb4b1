"""A run that still goes on, as a Summary: what its shards told last, added up."""

from collections.abc import Mapping, Sequence
from typing import Any

from meridian.loadtest.live import charts
from meridian.loadtest.live.reading import items, most, number, numbers, part, parts, total
from meridian.loadtest.runs import Run

LATENCIES = ("p50", "p90", "p95", "p99", "p999", "max")


KNOWN = frozenset(
    {
        "asked", "achieved", "waiting", "connections", "validity", "latency", "outcomes", "errors", "steps", "regions", "events",
        "phase", "next_chaos", "series", "second", "trouble", "phases", "thresholds", "checks", "heatmap", "crashes", "failovers",
    }
)  # fmt: skip
"""What a runner may tell of its run; who it is and how it ended is not its to say."""


def summary_so_far(run: Run, shards: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """shards: number -> what it told last. Counts and rates are added up. Percentiles cannot be, before the records
    themselves are there: until then they are those of the slowest shard."""
    told = [each for each in shards.values() if each]
    facts = run.facts
    return {
        **(_alone(told[0]) if len(told) == 1 else _together(told)),
        "id": run.id,
        "name": facts.name,
        "title": facts.title,
        "kind": facts.kind,
        "target": facts.target,
        "state": run.state,
        "sentence": run.sentence,
        "began": facts.began.isoformat(),
        "ended": run.ended.isoformat() if run.ended else None,
        "seed": facts.seed,
        "scale": facts.scale,
        "duration": facts.seconds,
        "shards": facts.shards,
        "processes": facts.processes,
        "http": facts.http,
        "by": run.author,
        "stop": run.stop,
    }


def _alone(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name in KNOWN}


def _together(told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    validity = [part(each, "validity") for each in told]
    return {
        "second": most(told, "second"),
        "asked": _amount(told, "asked"),
        "achieved": _amount(told, "achieved"),
        "waiting": total(told, "waiting"),
        "connections": total(told, "connections"),
        "validity": {
            "valid": _valid(validity),
            "sentence": next((str(each["sentence"]) for each in validity if each.get("sentence")), ""),
            "late_seconds": sorted(
                {at for each in validity for at in numbers(each, "late_seconds") if at is not None}
            ),
            "worst_lag_ms": most(validity, "worst_lag_ms"),
            "sent": total(validity, "sent"),
            "due": total(validity, "due"),
        },
        "latency": _worst([part(each, "latency") for each in told]),
        "errors": _share(told),
        "outcomes": _counts([part(each, "outcomes") for each in told]),
        "events": sorted(_of_all(told, "events"), key=lambda each: number(each, "at") or 0.0)[-100:],
        "regions": _named(told, "regions"),
        "steps": _named(told, "steps"),
        "phase": next((str(each["phase"]) for each in told if each.get("phase")), ""),
        "phases": _first(told, "phases"),
        "next_chaos": next((found for each in told if (found := part(each, "next_chaos"))), None),
        "thresholds": _thresholds(told),
        "checks": _checks(told),
        "series": charts.series(told),
        "heatmap": charts.heatmap(told),
        "crashes": charts.crashes(told),
        "failovers": _first(told, "failovers"),
        "trouble": [sentence for each in told for sentence in items(each, "trouble")][:10],
    }


def _of_all(told: Sequence[Mapping[str, Any]], what: str) -> list[Mapping[str, Any]]:
    """Each once: decisions are told by all."""
    found: list[Mapping[str, Any]] = []
    for each in told:
        found += [one for one in parts(each, what) if one not in found]
    return found


def _first(told: Sequence[Mapping[str, Any]], what: str) -> Sequence[Any]:
    return next((found for each in told if (found := items(each, what))), [])


def _valid(told: Sequence[Mapping[str, Any]]) -> bool | None:
    """None while any of them is still warming up."""
    found = [each.get("valid", True) for each in told]
    if False in found:
        return False
    return None if None in found else True


_WORST_FIRST = (False, None, True)


def _thresholds(told: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each as the shard has it in which it holds least."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in told:
        for one in parts(each, "thresholds"):
            found.setdefault((str(one.get("text")), str(one.get("where"))), []).append(one)
    return [
        min(
            same,
            key=lambda one: _WORST_FIRST.index(one.get("held") if one.get("held") in _WORST_FIRST else None),
        )
        for same in found.values()
    ]


def _checks(told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in told:
        for one in parts(each, "checks"):
            found.setdefault(str(one.get("name", "")), []).append(one)
    return [
        {
            "name": name,
            "n": total(same, "n"),
            "failed": total(same, "failed"),
            "example": next((str(one["example"]) for one in same if one.get("example")), ""),
        }
        for name, same in found.items()
    ]


def _amount(told: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    amounts = [part(each, name) for each in told]
    return {"requests": total(amounts, "requests"), "rate": round(total(amounts, "rate"), 1)}


def _named(told: Sequence[Mapping[str, Any]], what: str) -> list[dict[str, Any]]:
    """Rows of the same name, added up."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for each in told:
        for row in parts(each, what):
            rows.setdefault(str(row.get("name", "")), []).append(row)
    return [
        {
            **same[0],
            "requests": total(same, "requests"),
            "rate": round(total(same, "rate"), 1),
            "errors": _share(same),
            "latency": _worst([part(row, "latency") for row in same]),
        }
        for same in rows.values()
    ]


def _share(told: Sequence[Mapping[str, Any]]) -> float | None:
    """The share of errors of all, each by how many requests it had."""
    weighed = [
        (requests, share)
        for each in told
        if (share := number(each, "errors")) is not None and (requests := _requests(each))
    ]
    total = sum(n for n, _ in weighed)
    return sum(n * share for n, share in weighed) / total if total else None


def _requests(told: Mapping[str, Any]) -> float:
    return number(told, "requests") or number(part(told, "achieved"), "requests") or 0.0


def _worst(several: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    return {name: most(several, name) for name in LATENCIES}


def _counts(several: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {name: total(several, name) for each in several for name in each}
