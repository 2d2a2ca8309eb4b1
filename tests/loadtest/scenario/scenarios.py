"""Small scenarios."""

from typing import Any

from meridian.loadtest.scenario.loading import parsed
from meridian.loadtest.scenario.scenario import Scenario

SMALL = """\
name: small
title: A small scenario
kind: {kind}
users: {{count: 100, tiers: {{free: 1}}}}
load:
  arrivals: {arrivals}
  phases:
    - {{name: ramp, for: 10s, from: 0, to: 20, warm_up: true}}
    - {{name: hold, for: 30s, rate: 20}}
flow:
  - name: swipe
    request: POST /v1/swipe?n={{number}}
    body: {{to: "u{{random}}", from: "{{user}}"}}
    headers: {{X-Device: "{{user}}"}}
    keyed: true
    checks: {{status: 200, home: true}}
  - {{name: feed, request: GET /v1/feed, think: 2s, share: 0.25}}
  - {{name: chat, request: POST /v1/chat, body: hello, think: 1s, think_varies: true, required: true}}
  - {{name: last, request: DELETE /v1/last}}
thresholds:
  - p95 < 200ms in EU
  - rate >= 15/s
abort:
  - errors > 50% for 10s
chaos:
  - {{at: 25s, do: kill europe-west1}}
"""


def small(**more: Any) -> Scenario:
    return parsed(SMALL.format(**{"kind": "load", "arrivals": "constant", **more}), "small.yaml")


def of(text: str) -> Scenario:
    return parsed(text, "own.yaml")
