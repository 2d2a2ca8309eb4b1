"""The shape of a run's results, as JSON has it: what reports, pages and the store are made from.

`at`, `from` and `to` are seconds after the start; times are ISO 8601; latencies are milliseconds; shares are from 0 to 1.
"""

from typing import Literal, TypedDict

from meridian.loadtest.results.comparison import Comparison

State = Literal["running", "passed", "failed", "invalid", "aborted", "stopped"]
"""stopped: by a person, before its end. aborted: by an abort rule of the scenario. invalid: the generator could not do
what was asked, so that the numbers say nothing about the target."""


class Amount(TypedDict):
    """requests: over the whole run. rate: requests a second, outside warm-up as all that is judged."""

    requests: int
    rate: float


class Validity(TypedDict):
    """late_seconds: those in which the generator was late, outside warm-up. sent, due: requests, over the whole run."""

    valid: bool
    sentence: str
    late_seconds: list[int]
    worst_lag_ms: float
    sent: int
    due: int


class Latency(TypedDict):
    """Milliseconds; null without requests."""

    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    p999: float | None
    max: float | None
    mean: float | None


class Group(TypedDict):
    """Requests of one region or version, outside warm-up. errors: share."""

    name: str
    requests: int
    rate: float
    errors: float
    latency: Latency


class Step(Group):
    service: str
    request: str


class Location(TypedDict):
    """share: of the requests that anybody answered."""

    name: str
    requests: int
    share: float


class Verdict(TypedDict):
    """A threshold judged. where: "overall", or the step or region it is about. value: null where nothing was measured.
    held: null where this run could not tell, which the sentence gives the reason of; what it could have measured and did
    not does not hold."""

    text: str
    where: str
    value: float | None
    bound: float
    unit: str
    held: bool | None
    sentence: str


class Check(TypedDict):
    """n: answers that it looked at. example: one that failed, as a sentence; empty where none did."""

    name: str
    n: int
    failed: int
    example: str


Phase = TypedDict("Phase", {"name": str, "from": float, "to": float, "warm_up": bool, "rate": float | None})
"""rate: requests a second asked for, on average; null in a closed model."""


class Event(TypedDict):
    at: float
    what: str
    by: Literal["chaos", "decision", "abort"]
    sentence: str


class RegionSeries(TypedDict):
    achieved: list[float]
    p95: list[float | None]
    errors: list[float | None]


class Series(TypedDict):
    """One value for each `at`; null where nothing was measured. step: seconds between two of them. asked, achieved:
    requests a second. errors: share. late: whether any of the step's seconds was."""

    step: int
    at: list[int]
    asked: list[float]
    achieved: list[float]
    errors: list[float | None]
    p50: list[float | None]
    p95: list[float | None]
    p99: list[float | None]
    max: list[float | None]
    lag_ms: list[float]
    late: list[bool]
    by_region: dict[str, RegionSeries]


class Heatmap(TypedDict):
    """counts: for each `at`, for each bound, requests that took up to it and longer than the bound before; the last one
    also has all that took longer."""

    at: list[int]
    step: int
    bounds_ms: list[float]
    counts: list[list[int]]


class Crash(TypedDict):
    """One kind of failure. first, last: when the client saw it. by_time: at, failures of requests due then, in steps of the
    series."""

    region: str
    service: str
    step: str
    outcome: str
    detail: str
    n: int
    first: float
    last: float
    by_time: list[tuple[int, int]]


class Decision(TypedDict):
    """at: seconds after the start."""

    id: str
    at: float
    sentence: str
    kind: str


class Noticed(TypedDict):
    """The first request that failed. what: outcome and detail."""

    at: float
    number: int
    what: str


Failover = TypedDict(
    "Failover",
    {
        "at": float,
        "decision": Decision | None,
        "region": str,
        "from": str,
        "to": str,
        "noticed": Noticed | None,
        "gap_at": float | None,
        "gap_ms": float | None,
        "failed": int,
        "normal_at": float | None,
        "sentence": str,
    },
)
"""at: of the cause: a step of chaos, else the decision, else when the gap began. from, to: locations; to is empty where
nobody else took over. gap_at, gap_ms: of the last success before the gap, and how long none came; where another location
took over the longest wait about that time, also where it was usual; else null where nothing unusual was missing. normal_at:
of the first success after all that was unusual, latency too; null where nothing was, or where it went on."""


class Point(TypedDict):
    """What happened at one rate. rate, achieved: requests a second; achieved is of successes."""

    rate: float
    achieved: float
    p50: float | None
    p95: float | None
    p99: float | None
    errors: float


class Capacity(TypedDict):
    """knee_rate: requests a second; null where no rate was carried."""

    knee_rate: float | None
    sentence: str
    points: list[Point]


class Recovery(TypedDict):
    """seconds: from the end of the spike or the beginning of the fault until normal; null where it never was again."""

    seconds: float | None
    sentence: str


class Leak(TypedDict):
    """per_hour_bytes: the slope of a process's resident memory."""

    name: str
    per_hour_bytes: float
    sentence: str
    leaking: bool


class Process(TypedDict):
    """cpu: cores. rss: bytes."""

    name: str
    cpu: list[float | None]
    rss: list[float | None]


class Resources(TypedDict):
    at: list[int]
    processes: list[Process]


class Summary(TypedDict):
    """duration: seconds for which requests were asked. processes: how many sent, on all machines. waiting: requests that
    went out and never came to an end. latency, outcomes, errors, steps, regions, locations, versions, thresholds: outside
    warm-up."""

    id: str
    name: str
    title: str
    kind: str
    target: str
    state: State
    sentence: str
    began: str
    ended: str
    seed: int
    scale: float
    duration: float
    shards: int
    processes: int
    http: int
    asked: Amount
    achieved: Amount
    waiting: int
    validity: Validity
    latency: Latency
    outcomes: dict[str, int]
    errors: float
    steps: list[Step]
    regions: list[Group]
    locations: list[Location]
    versions: list[Group]
    thresholds: list[Verdict]
    checks: list[Check]
    phases: list[Phase]
    events: list[Event]
    series: Series
    heatmap: Heatmap
    crashes: list[Crash]
    failovers: list[Failover]
    capacity: Capacity | None
    recovery: Recovery | None
    leaks: list[Leak]
    resources: Resources
    comparison: Comparison | None
