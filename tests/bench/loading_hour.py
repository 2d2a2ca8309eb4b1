"""An hour of a run without sockets and without waiting: `python -m tests.bench.loading_hour RATE SECONDS` prints, as JSON, what
memory it took. The real sender and records; only the target and the clock are simulated."""

import json
import sys
import zlib

import psutil

from meridian.loadtest.engine.sender import Sender
from meridian.loadtest.plan import Shard
from meridian.loadtest.record import Record
from tests.bench.loading_ours import plan
from tests.loadtest.engine.simulated import Target


def hour(rate: int, seconds: int) -> dict[str, float]:
    asked = plan(1, "open", rate, float(seconds))
    asked.prepare(Shard())
    target, mine, whole = Target(), Record(asked.timeout), Record(asked.timeout)
    sender = Sender(asked, Shard(), mine, target, lambda: target.now)
    told, half = 1, 0.0
    while not sender.through:
        due = sender.turn(target.now)
        target.now = max(target.now, min(due, target.next))
        if target.next <= due:
            target.answer()
        if target.now > told:
            whole.merge(mine.take())
            told += 1
            half = half if told != seconds // 2 else resident()
    whole.merge(mine.take())
    rss, saved = resident(), len(zlib.compress(json.dumps(whole.to_json()).encode()))
    return {"samples": whole.between(0, seconds).count(), "half": half, "rss": rss, "saved": saved / 2**20}


def resident() -> float:
    """Megabytes."""
    return float(psutil.Process().memory_info().rss) / 2**20


if __name__ == "__main__":
    sys.stdout.write(json.dumps(hour(int(sys.argv[1]), int(sys.argv[2]))))
