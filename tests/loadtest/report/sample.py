"""A summary as a real run would give it: ten minutes in which a region is killed and comes back, a spike, two seconds in
which the generator was late, and thresholds of which one is missed. Made from simulated requests, so that its parts agree
with each other."""

import pickle
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from meridian.loadtest.results.summary import Amount, Crash, Group, Latency, Process, RegionSeries, Summary
from tests.loadtest.report.told import CAPACITY, COMPARISON, EVENTS, FAILOVERS, LEAKS

BEGAN = datetime(2026, 11, 22, 13, 46, tzinfo=UTC)
SERIES = ("asked", "achieved", "errors", "p50", "p95", "p99", "max", "lag_ms", "late")
KILLED, BACK = 180, 300
SPIKE = (420, 450)
LATE = [371, 372]
REGIONS = {
    "EU": ("europe-west1", 28.0, 0.4),
    "US": ("us-central1", 34.0, 0.35),
    "ASIA": ("asia-south1", 46.0, 0.25),
}
SERVICES = {"login": "auth", "feed": "feed", "swipe": "matching", "purchase": "payments"}
STEPS = {"login": 0.06, "feed": 0.2, "swipe": 0.7, "purchase": 0.04}
SLOWER = {"login": 2.4, "feed": 3.0, "swipe": 1.0, "purchase": 4.0}
BOUNDS = [round(float(bound), 3) for bound in np.geomspace(1, 10_000, 81)]


def summary(seconds: int = 600, rate: float = 500.0, state: str = "failed") -> Summary:
    """To be changed at will: each call gives a new one."""
    made: Summary = pickle.loads(_pickled(seconds, rate))
    made["state"] = state  # type: ignore[typeddict-item]
    return made


@cache
def _pickled(seconds: int, rate: float) -> bytes:
    return pickle.dumps(_simulated(seconds, rate))


def _simulated(seconds: int, rate: float) -> Summary:
    random = np.random.default_rng(7)
    total = 0
    latencies: dict[str, list[np.ndarray[Any, Any]]] = defaultdict(list)
    series: dict[str, list[Any]] = defaultdict(list)
    regions: dict[str, RegionSeries] = {name: {"achieved": [], "p95": [], "errors": []} for name in REGIONS}
    heat: list[list[int]] = []
    broken: Counter[tuple[str, str, str, str]] = Counter()
    broken_at: dict[tuple[str, str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for second in range(seconds):
        asked = rate * (3 if SPIKE[0] <= second < SPIKE[1] else 1)
        everything: list[np.ndarray[Any, Any]] = []
        failed = 0
        for region, (_, median, part) in REGIONS.items():
            there: list[np.ndarray[Any, Any]] = []
            mine = 0
            for step, share in STEPS.items():
                number = int(random.poisson(asked * part * share))
                away = region == "EU" and KILLED <= second < BACK
                base = (median + (92 if away else 0)) * SLOWER[step] ** 0.5
                base *= 4 if SPIKE[0] + 3 <= second < SPIKE[1] + 6 else 1
                found = random.lognormal(np.log(base), 0.34, number)
                slow = random.random(number) < 0.004
                found[slow] *= random.uniform(5, 20, int(slow.sum()))
                if away and second < KILLED + 4:
                    found[random.random(number) < 0.3] += 900 / (1 + second - KILLED)
                there.append(found)
                latencies[f"step {step}"].append(found)
                for (outcome, detail), n in _failures(region, step, second, number, random).items():
                    broken[region, step, outcome, detail] += n
                    broken_at[region, step, outcome, detail].append((second, n))
                    mine += n
            joined = np.concatenate(there)
            latencies[f"region {region}"].append(joined)
            regions[region]["achieved"].append(float(len(joined)))
            regions[region]["p95"].append(_at(joined, 95))
            regions[region]["errors"].append(mine / max(len(joined), 1))
            everything.append(joined)
            failed += mine
        joined = np.concatenate(everything)
        total += len(joined)
        heat.append([int(n) for n in np.histogram(np.clip(joined, 0, BOUNDS[-1]), [0.0, *BOUNDS])[0]])
        _add(series, second, asked, joined, failed)
    steps = [
        {
            "service": SERVICES[name],
            "request": f"POST /api/{name}",
            **_group(name, latencies[f"step {name}"], _sum(broken, 1, name), seconds),
        }
        for name in STEPS
    ]
    groups = [_group(name, latencies[f"region {name}"], _sum(broken, 0, name), seconds) for name in REGIONS]
    every = np.concatenate(
        [each for found in latencies.items() if found[0].startswith("region") for each in found[1]]
    )
    errors = sum(broken.values())
    p95 = _at(every, 95)
    return {
        "id": "20261122-swipe-7f3a",
        "name": "swipe",
        "title": "100K concurrent swipes",
        "kind": "load",
        "target": "world",
        "state": "failed",
        "sentence": f"1 of 4 objectives missed: p95 of EU was {p95 * 1.9:.0f} ms of 200 ms",
        "began": BEGAN.isoformat(),
        "ended": (BEGAN + timedelta(seconds=seconds)).isoformat(),
        "seed": 7,
        "scale": 0.3,
        "duration": float(seconds),
        "shards": 2,
        "processes": 4,
        "http": 1,
        "asked": {"requests": total + 12, "rate": (total + 12) / seconds},
        "achieved": {"requests": total, "rate": total / seconds},
        "waiting": 0,
        "validity": {
            "valid": True,
            "sentence": f"2 of {seconds} seconds were late (0.3 %, at most 1 %): the generator kept its rate",
            "late_seconds": [second for second in LATE if second < seconds],
            "worst_lag_ms": 41.7,
            "sent": total,
            "due": total + 12,
        },
        "latency": _latency(every),
        "outcomes": {"ok": total - errors - 812, "limited": 812, **_outcomes(broken)},
        "errors": errors / total,
        "steps": steps,  # type: ignore[typeddict-item]
        "regions": groups,
        "locations": [
            {"name": "us-central1", "requests": int(total * 0.36), "share": 0.36},
            {"name": "europe-west1", "requests": int(total * 0.31), "share": 0.31},
            {"name": "asia-south1", "requests": int(total * 0.25), "share": 0.25},
            {"name": "europe-west4", "requests": int(total * 0.08), "share": 0.08},
        ],
        "versions": [_group("2026.11.3", latencies["region EU"] + latencies["region US"], errors, seconds)],
        "thresholds": [
            _threshold("p95 < 400ms", "overall", p95, 400, "ms"),
            _threshold("p95 < 200ms", "EU", p95 * 1.9, 200, "ms"),
            _threshold("errors < 1%", "overall", errors / total, 0.01, "%"),
            _threshold("p99 < 2s", "swipe", 640.0, 2000, "ms"),
        ],
        "checks": [
            {"name": "right-region", "n": total, "failed": 0, "example": ""},
            {
                "name": "limit-as-promised",
                "n": 91_224,
                "failed": 3,
                "example": "request 48,113: 61 swipes were let through, 60 were promised",
            },
        ],
        "phases": [
            {"name": "warm-up", "from": 0.0, "to": 30.0, "warm_up": True, "rate": rate},
            {"name": "steady", "from": 30.0, "to": float(seconds), "warm_up": False, "rate": rate},
        ],
        "events": [each for each in EVENTS if each["at"] < seconds],
        "series": {"step": 1, "at": list(range(seconds)), **series, "by_region": regions},  # type: ignore[typeddict-item]
        "heatmap": {"at": list(range(seconds)), "step": 1, "bounds_ms": BOUNDS, "counts": heat},
        "crashes": [_crash(key, broken[key], broken_at[key]) for key in sorted(broken) if broken[key]],
        "failovers": [each for each in FAILOVERS if each["at"] < seconds],
        "capacity": CAPACITY,
        "recovery": {
            "seconds": 6.0,
            "sentence": "6 s after the spike p95 was back within a tenth of what it was before.",
        },
        "leaks": list(LEAKS),
        "resources": {"at": list(range(0, seconds, 5)), "processes": _processes(seconds, random)},
        "comparison": COMPARISON,
    }


def empty(state: str = "invalid") -> Summary:
    """Of a run that never got an answer, nor asked for one."""
    nothing: Latency = {
        "p50": None,
        "p90": None,
        "p95": None,
        "p99": None,
        "p999": None,
        "max": None,
        "mean": None,
    }
    nobody: Amount = {"requests": 0, "rate": 0.0}
    return {
        "id": "none",
        "name": "none",
        "title": "",
        "kind": "load",
        "target": "world",
        "state": state,  # type: ignore[typeddict-item]
        "sentence": "",
        "began": BEGAN.isoformat(),
        "ended": "",
        "seed": 0,
        "scale": 1.0,
        "duration": 0.0,
        "shards": 1,
        "processes": 1,
        "http": 2,
        "asked": nobody,
        "achieved": nobody,
        "waiting": 0,
        "validity": {
            "valid": False,
            "sentence": "nothing was sent",
            "late_seconds": [],
            "worst_lag_ms": 0.0,
            "sent": 0,
            "due": 0,
        },
        "latency": nothing,
        "outcomes": {},
        "errors": 0.0,
        "steps": [],
        "regions": [],
        "locations": [],
        "versions": [],
        "thresholds": [],
        "checks": [],
        "phases": [],
        "events": [],
        "series": {"step": 1, "at": [], **{name: [] for name in SERIES}, "by_region": {}},  # type: ignore[typeddict-item]
        "heatmap": {"at": [], "step": 1, "bounds_ms": [], "counts": []},
        "crashes": [],
        "failovers": [],
        "capacity": None,
        "recovery": None,
        "leaks": [],
        "resources": {"at": [], "processes": []},
        "comparison": None,
    }


def _processes(seconds: int, random: np.random.Generator) -> list[Process]:
    found: list[Process] = []
    for name, cpu, rss, grow in (
        ("edge EU", 0.34, 96, 300),
        ("edge US", 0.3, 94, 200),
        ("control", 0.06, 138, 300),
        ("app europe-west1", 0.41, 74, 26_000),
        ("generator", 0.52, 61, 0),
    ):
        times = range(0, seconds, 5)
        busy = [cpu * (2.2 if SPIKE[0] <= at < SPIKE[1] else 1) * random.uniform(0.9, 1.1) for at in times]
        found.append(
            {"name": name, "cpu": list(busy), "rss": [float(rss * 2**20 + at * grow) for at in times]}
        )
    return found


def _failures(
    region: str, step: str, second: int, number: int, random: np.random.Generator
) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    if region == "EU" and KILLED <= second <= KILLED + 2:
        found["broken", "connection reset by peer"] = int(number * (0.5, 0.12, 0.02)[second - KILLED])
        found["unavailable", "no healthy upstream"] = int(number * (0.2, 0.3, 0.05)[second - KILLED])
    if SPIKE[0] + 5 <= second < SPIKE[1] and step == "purchase":
        found["timeout", "no answer within 10 s"] = int(random.poisson(number * 0.05))
    if step == "feed" and random.random() < 0.02:
        found["error", "500"] = 1
    return {key: n for key, n in found.items() if n}


def _add(
    series: dict[str, list[Any]], second: int, asked: float, found: np.ndarray[Any, Any], failed: int
) -> None:
    late = second in LATE
    series["asked"].append(asked)
    series["achieved"].append(float(len(found)) * (0.8 if late else 1))
    series["errors"].append(failed / len(found))
    for name, at in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)):
        series[name].append(_at(found, at))
    series["lag_ms"].append(41.7 if late else 0.6)
    series["late"].append(late)


def _at(found: np.ndarray[Any, Any], percentile: float) -> float:
    return round(float(np.percentile(found, percentile)), 2)


def _latency(found: np.ndarray[Any, Any]) -> Latency:
    p50, p90, p95, p99, p999, top = (_at(found, at) for at in (50, 90, 95, 99, 99.9, 100))
    return {
        "p50": p50,
        "p90": p90,
        "p95": p95,
        "p99": p99,
        "p999": p999,
        "max": top,
        "mean": round(float(found.mean()), 2),
    }


def _group(name: str, found: list[np.ndarray[Any, Any]], failed: int, seconds: int) -> Group:
    joined = np.concatenate(found)
    return {
        "name": name,
        "requests": len(joined),
        "rate": len(joined) / seconds,
        "errors": failed / len(joined),
        "latency": _latency(joined),
    }


def _sum(broken: Counter[tuple[str, str, str, str]], place: int, name: str) -> int:
    return sum(n for key, n in broken.items() if key[place] == name)


def _outcomes(broken: Counter[tuple[str, str, str, str]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for key, n in broken.items():
        found[key[2]] += n
    return dict(found)


def _threshold(text: str, where: str, value: float, bound: float, unit: str) -> Any:
    held = value < bound
    sentence = "" if held else f"{text} of {where} did not hold"
    return {
        "text": text,
        "where": where,
        "value": value,
        "bound": bound,
        "unit": unit,
        "held": held,
        "sentence": sentence,
    }


def _crash(key: tuple[str, str, str, str], n: int, times: list[tuple[int, int]]) -> Crash:
    region, step, outcome, detail = key
    return {
        "region": region, "service": SERVICES[step], "step": step, "outcome": outcome, "detail": detail, "n": n,
        "first": times[0][0] + 0.034, "last": times[-1][0] + 0.981, "by_time": times,
    }  # fmt: skip
