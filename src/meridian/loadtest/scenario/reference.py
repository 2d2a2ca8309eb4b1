"""The reference of scenario files in Markdown, out of the model itself: docs/scenarios.md can't go stale."""

from collections.abc import Iterator

from meridian.config.reference import sections
from meridian.loadtest.scenario.aborts import abort_rule
from meridian.loadtest.scenario.model import Written
from meridian.loadtest.scenario.requests import VARIABLES
from meridian.loadtest.scenario.thresholds import FLOORS, IMPLIED, MEASURES, WHOLE

INTRODUCTION = """\
# Scenario files

<!-- Written by `python -m meridian.cli.docs` from the settings' own descriptions. Do not edit it here. -->

A scenario says who asks, how much and when, what they do, and what must come of it. `meridian load scenarios` lists the bundled
ones, `meridian load check FILE` names everything that is wrong with one of yours, each with its line, and
`meridian load run FILE` sends it. Text and durations are written as in [meridian.yaml](configuration.md).

```yaml
name: evening
title: An evening of swiping
users: {count: 2000, tiers: {free: 9, premium: 1}}
load:
  phases:
    - {name: ramp, for: 10s, from: 10, to: 200, warm_up: true}
    - {name: hold, for: 5m, rate: 200}
flow:
  - {name: swipe, request: POST /v1/swipe, body: {profile: "p{random}"}, checks: {home: true, residency: true}}
  - {name: feed, request: GET /v1/feed, think: 1s, share: 0.1}
thresholds: [swipe.p95 < 200ms, errors < 1%]
abort: [errors > 50% for 10s]
chaos: [{at: 60s, do: kill europe-west1}]
```

The same can be written in Python, with loops and checks of one's own:

```python
from meridian.loadtest.scenario.python import scenario


def for_this_user(answer, user):
    return None if user.id.encode() in answer.body else "somebody else's feed"


scenario(
    name="feeds",
    title="Feeds",
    load={"phases": [{"name": "hold", "for": "60s", "rate": 50}]},
    flow=[{"name": f"feed-{page}", "request": f"GET /v1/feed?page={page}"} for page in (1, 2)],
    checks={"feed-1": [for_this_user]},
)
```
"""
_MEANING = {
    "errors": "of all answers, those that are failures: no answer in time, none at all, a status that is none of those hoped "
    "for, a failed check. What a limit refuses is no failure",
    "limited": "refused by a limit (429)",
    "refused": "any other 4xx",
    "unavailable": "503",
    "timeouts": "no answer within the time limit",
    "broken": "no answer: refused, reset, or not HTTP",
    "checks": "answers that a check objects to",
    "rate": "sent, of what was asked for, or each second",
    "knee": "the highest rate at which the target still keeps up",
    "recovery": "from the end of a spike, or of what was broken, until all is normal again",
    "gap": "the longest time without an answer while something moved",
    "leak": "growth of a watched process's memory",
}
EXAMPLES = ("errors > 50% for 10s", "swipe.p95 > 3s in EU for 30s")


def markdown() -> str:
    """Every setting of a scenario, and every measure of a threshold."""
    return "\n".join([INTRODUCTION, *sections("a scenario", Written), *_thresholds(), ""])


def _thresholds() -> Iterator[str]:
    yield "## Thresholds"
    yield ""
    yield "`[STEP.]MEASURE < BOUND [in REGION] [during PHASE]`. What was recorded during warm-up is not judged."
    yield ""
    yield f"A scenario without an objective about `errors` has one all the same, `{IMPLIED}`;"
    yield "write `errors <= 100%` where none is wanted."
    yield ""
    yield "| measure | unit | better | |"
    yield "|---|---|---|---|"
    for measure, units in MEASURES.items():
        better = "more" if measure in FLOORS else "less"
        meaning = _MEANING.get(measure, "latency, from when the request was due")
        meaning += "; of the whole run" if measure in WHOLE else ""
        yield f"| `{measure}` | {' or '.join(f'`{unit}`' for unit in units)} | {better} | {meaning} |"
    yield ""
    examples = " or ".join(f"`{abort_rule(text).text}`" for text in EXAMPLES)
    yield f"An abort rule is a condition of the same form and how long it must hold: {examples}."
    yield ""
    names = ", ".join(f"`{{{name}}}`" for name in VARIABLES)
    yield f"Variables of paths, headers and bodies: {names}."
