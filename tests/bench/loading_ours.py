"""Our engine with a scenario's full check of each answer, as a process of its own.

`python -m tests.bench.loading_ours PORT (closed USERS | open RATE) SECONDS [HTTP]` prints a line when it begins, and at the end
what it found, as JSON."""

import json
import sys

import uvloop

from meridian.loadtest.engine.progress import Progress
from meridian.loadtest.engine.run import run
from meridian.loadtest.plan import Origin
from meridian.loadtest.record import Record
from meridian.loadtest.results.lateness import spoilt
from meridian.loadtest.scenario.loading import parsed
from meridian.loadtest.scenario.plan import ScenarioPlan
from meridian.loadtest.scenario.target import Target

SCENARIO = """
name: bench
title: One swipe after another
kind: load
users: {{count: 2000, countries: {{FR: 1}}}}
load:
  timeout: 20s
  {model}
flow:
  - name: swipe
    request: GET /v1/swipe?profile={{random}}
    checks: {{status: 200, home: true, tier: true, residency: true, limit: true}}
thresholds: [errors < 1%]
"""


def plan(port: int, model: str, amount: int, seconds: float, http: int = 1) -> ScenarioPlan:
    """model: closed (amount: users at once) or open (amount: requests a second)."""
    phase = "{name: hold, for: 1h}" if model == "closed" else f"{{name: hold, for: 1h, rate: {amount}}}"
    about = f"at_once: {amount}\n  model: closed" if model == "closed" else "model: open"
    text = SCENARIO.format(model=f"{about}\n  phases: [{phase}]")
    origin = Origin("EU", "127.0.0.1", port, f"127.0.0.1:{port}", http=2 if http == 2 else 1)
    allowed = {"/v1/swipe": {"EU": frozenset({"europe-west1"})}}
    services = {"/v1/swipe": "matching-engine"}
    where = Target("bench", [origin], {"FR": "EU"}, "EU", services, allowed)
    return parsed(text).plan(where, seed=1, seconds=seconds)


def told(record: Record) -> dict[str, float]:
    total = record.between(0, record.seconds)
    latency = total.latency()
    seconds = [second for _, second in record if second.due]
    return {
        "requests": latency.total,
        "failed": total.failed(),
        "p50": latency.ms(0.5) or 0.0,
        "p99": latency.ms(0.99) or 0.0,
        "max": latency.ms(1.0) or 0.0,
        "seconds": len(seconds),
        "spoilt": sum(map(spoilt, seconds)) / max(sum(second.due for second in seconds), 1),
        "rate": sum(second.sent for second in seconds) / max(len(seconds), 1),
    }


def say(progress: Progress) -> None:
    if progress.second == 0:
        sys.stdout.write("began\n")
        sys.stdout.flush()


if __name__ == "__main__":
    port, model, amount, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    asked = plan(port, model, amount, seconds, int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    sys.stdout.write(json.dumps(told(uvloop.run(run(asked, on_second=say)))))
