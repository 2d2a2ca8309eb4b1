"""A run that still goes on, as a Summary: what its shards told last, added up."""

from collections.abc import Mapping, Sequence
from typing import Any

from meridian.loadtest.runs import Run

LATENCIES = ("p50", "p90", "p95", "p99", "p999", "max")


KNOWN = frozenset(
    {
        "asked", "achieved", "waiting", "connections", "validity", "latency", "outcomes", "errors", "steps", "regions", "events",
        "phase", "next_chaos", "series", "second", "trouble",
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
    validity = [_object(each, "validity") for each in told]
    return {
        "asked": _amount(told, "asked"),
        "achieved": _amount(told, "achieved"),
        "waiting": _sum(told, "waiting"),
        "validity": {
            "valid": all(each.get("valid", True) for each in validity),
            "sentence": next((str(each["sentence"]) for each in validity if each.get("sentence")), ""),
            "late_seconds": [],
        },
        "latency": _worst([_object(each, "latency") for each in told]),
        "errors": _share(told),
        "outcomes": _counts([_object(each, "outcomes") for each in told]),
        "events": [event for each in told for event in _list(each, "events")][-100:],
        "regions": _named(told, "regions"),
        "steps": _named(told, "steps"),
    }


def _amount(told: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    amounts = [_object(each, name) for each in told]
    return {"requests": _sum(amounts, "requests"), "rate": round(_sum(amounts, "rate"), 1)}


def _named(told: Sequence[Mapping[str, Any]], what: str) -> list[dict[str, Any]]:
    """Rows of the same name, added up."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for each in told:
        for row in _list(each, what):
            rows.setdefault(str(row.get("name", "")), []).append(row)
    return [
        {
            **same[0],
            "requests": _sum(same, "requests"),
            "rate": round(_sum(same, "rate"), 1),
            "errors": _share(same),
            "latency": _worst([_object(row, "latency") for row in same]),
        }
        for same in rows.values()
    ]


def _share(told: Sequence[Mapping[str, Any]]) -> float | None:
    """The share of errors of all, each by how many requests it had."""
    weighed = [
        (requests, share)
        for each in told
        if (share := _number(each, "errors")) is not None and (requests := _requests(each))
    ]
    total = sum(n for n, _ in weighed)
    return sum(n * share for n, share in weighed) / total if total else None


def _requests(told: Mapping[str, Any]) -> float:
    return _number(told, "requests") or _number(_object(told, "achieved"), "requests") or 0.0


def _worst(several: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    return {
        name: max((ms for each in several if (ms := _number(each, name)) is not None), default=None)
        for name in LATENCIES
    }


def _counts(several: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {name: _sum(several, name) for each in several for name in each}


def _sum(several: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(_number(each, name) or 0 for each in several)


def _number(raw: Mapping[str, Any], name: str) -> float | None:
    """What is none is left out: a runner of another version may tell other things."""
    value = raw.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _object(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(raw: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    value = raw.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
