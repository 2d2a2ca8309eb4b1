"""What writing down a run costs, without a run: `python -m tests.bench.recording SECONDS` feeds a record with 500
requests a second of six steps in three regions, one of which is killed for a sixth of the time, and prints, as JSON, what
it took."""

import itertools
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psutil

from meridian.loadtest.outcomes import OK, TIMEOUT, UNAVAILABLE
from meridian.loadtest.plan import Shard, StepFacts
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.partfile import from_bytes, to_bytes
from meridian.loadtest.results.summarise import summarise

RATE = 500
REGIONS = ("EU", "US", "ASIA")
STEPS = tuple(
    StepFacts(name, name, f"GET /v1/{name}") for name in ("login", "feed", "swipe", "chat", "ai", "buy")
)
TOOK = 10.0
"""Seconds after which an answer is not waited for any longer."""

Sample = tuple[float, float, Key, int, str]


def samples(seconds: int) -> Iterator[Sample]:
    chance = random.Random(7)
    killed = range(seconds // 2, seconds // 2 + seconds // 6)
    for number in range(RATE * seconds):
        due = number / RATE
        step, region = number % len(STEPS), REGIONS[chance.randrange(3)]
        took = chance.lognormvariate(-3.2, 0.6)
        location, outcome, detail = f"{region.lower()}-1", OK, ""
        if region == "EU" and int(due) in killed:
            location, fate = "us-1", chance.random()
            if fate < 0.1:
                location, outcome, detail, took = "", UNAVAILABLE, "503 no location", 0.004
            elif fate < 0.12:
                location, outcome, detail, took = "", TIMEOUT, "no answer in 10 s", TOOK
        version = ("v1" if chance.random() < 0.9 else "v2") if location else ""
        yield due, due + took, Key(step, region, location, version, outcome), number, detail


def recorded(seconds: int) -> dict[str, float]:
    """grown: megabytes that the record took, over an hour at the pace of the run's second half. calls: microseconds for
    the three calls of a request, in this process's own time. part: megabytes of the file, over an hour. summary: seconds
    that it takes, over an hour."""
    record, half, spent = Record(TOOK), 0.0, 0.0
    told = samples(seconds)
    for at in range(seconds):
        batch = list(itertools.islice(told, RATE))
        if at == seconds // 2:
            half = _resident()
        began = time.process_time()
        for due, finished, key, number, detail in batch:
            record.due(due)
            record.sent(due, 0.0004)
            record.sample(due, finished, key, number, detail)
        spent += time.process_time() - began
    grown = _resident() - half
    part = _part(record, seconds)
    began = time.process_time()
    summarise(part)
    took = time.process_time() - began
    data = to_bytes(part)
    assert from_bytes(data).record.between(0, seconds).count() == RATE * seconds
    hour = 3600 / seconds
    return {
        "grown": grown * hour * 2,
        "calls": spent / (RATE * seconds) * 1e6,
        "part": len(data) / 2**20 * hour,
        "summary": took * hour,
    }


def _part(record: Record, seconds: int) -> Part:
    scenario: dict[str, Any] = {
        "name": "hour",
        "phases": [{"name": "hold", "from": 0.0, "to": float(seconds), "rate": float(RATE), "shape": "rate"}],
    }
    now = datetime.now(UTC)
    return Part(
        id="hour",
        shards=(Shard(),),
        scenario=scenario,
        target="simulated",
        seed=7,
        scale=1.0,
        rate=None,
        seconds=float(seconds),
        closed=0,
        timeout=TOOK,
        http=1,
        processes=1,
        steps=STEPS,
        began=now,
        ended=now,
        record=record,
    )


def _resident() -> float:
    """Megabytes."""
    return float(psutil.Process().memory_info().rss) / 2**20


if __name__ == "__main__":
    sys.stdout.write(json.dumps(recorded(int(sys.argv[1]))))
