"""What is told of the simulated run besides its requests: what happened, what was decided, and what it is compared with."""

from meridian.loadtest.results.comparison import Comparison
from meridian.loadtest.results.summary import Capacity, Event, Failover, Leak

DOWN = "europe-west1: 0 of 2 healthy for 4 services, seen from edge {}, which sends on to europe-west4"
BACK = "europe-west1 is healthy again for 4 services; edge EU gives its traffic back over 30 s"
ALL_BACK = "europe-west1 has all of its traffic for 4 services again at edge EU, after 30 s"
DIVIDED = "Limits were divided anew: EU 42 %, US 35 %, ASIA 23 %, after 1,482 requests a second"

EVENTS: tuple[Event, ...] = (
    {"at": 180.0, "what": "kill europe-west1", "by": "chaos", "sentence": "kill europe-west1"},
    {"at": 182.31, "what": "failover", "by": "decision", "sentence": DOWN.format("EU")},
    {"at": 182.64, "what": "failover", "by": "decision", "sentence": DOWN.format("US")},
    {"at": 300.0, "what": "restore europe-west1", "by": "chaos", "sentence": "restore europe-west1"},
    {"at": 302.2, "what": "return-start", "by": "decision", "sentence": BACK},
    {"at": 332.4, "what": "return-end", "by": "decision", "sentence": ALL_BACK},
    {"at": 424.0, "what": "shares", "by": "decision", "sentence": DIVIDED},
)

FAILOVERS: tuple[Failover, ...] = (
    {
        "at": 180.0,
        "decision": {"id": "019aab12-6c1e", "at": 182.31, "kind": "failover", "sentence": DOWN.format("EU")},
        "region": "EU",
        "from": "europe-west1",
        "to": "europe-west4",
        "noticed": {"at": 180.034, "number": 89_764, "what": "broken: connection reset by peer"},
        "gap_at": 180.021,
        "gap_ms": 412.0,
        "failed": 183,
        "normal_at": 182.98,
        "sentence": "kill europe-west1, for EU: 183 failed, 412 ms without an answer, europe-west4 took over, normal after 3 s",
    },
    {
        "at": 182.64,
        "decision": {"id": "019aab12-6d77", "at": 182.64, "kind": "failover", "sentence": DOWN.format("US")},
        "region": "US",
        "from": "us-central1",
        "to": "",
        "noticed": None,
        "gap_at": None,
        "gap_ms": None,
        "failed": 0,
        "normal_at": None,
        "sentence": "failover: users of US did not notice; no request failed, and none was missing",
    },
    {
        "at": 300.0,
        "decision": {"id": "019aab14-01aa", "at": 302.2, "kind": "return-start", "sentence": BACK},
        "region": "EU",
        "from": "europe-west4",
        "to": "europe-west1",
        "noticed": {"at": 302.417, "number": 151_020, "what": "answered by europe-west1"},
        "gap_at": None,
        "gap_ms": None,
        "failed": 0,
        "normal_at": 302.417,
        "sentence": "restore europe-west1, for EU: none failed, europe-west1 took over, normal after 2.4 s",
    },
    {
        "at": 512.25,
        "decision": None,
        "region": "ASIA",
        "from": "asia-south1",
        "to": "",
        "noticed": None,
        "gap_at": 512.25,
        "gap_ms": 96.0,
        "failed": 0,
        "normal_at": 512.346,
        "sentence": "users of ASIA got nothing for 96 ms; nothing was broken on purpose or decided then",
    },
)

CAPACITY: Capacity = {
    "knee_rate": 1380.0,
    "sentence": "Beyond 1,380/s more requests brought no more answers, and p95 rose from 96 ms to 1.2 s.",
    "points": [
        {
            "rate": rate,
            "achieved": min(rate, 1400 - max(0, rate - 1400) * 0.1),
            "p50": 34 + rate / 60,
            "p95": 80 + (rate / 520) ** 5,
            "p99": 160 + (rate / 480) ** 6,
            "errors": max(0.0, (rate - 1500) / 9000),
        }
        for rate in (200.0, 400.0, 600.0, 800.0, 1000.0, 1200.0, 1400.0, 1600.0, 1800.0, 2000.0)
    ],
}

LEAKS: tuple[Leak, ...] = (
    {
        "name": "control",
        "per_hour_bytes": 1.1e6,
        "sentence": "grew by 1.05 MiB an hour, within what is noise",
        "leaking": False,
    },
    {
        "name": "app europe-west1",
        "per_hour_bytes": 9.4e7,
        "sentence": "grew by 89.6 MiB an hour in every fifth of the run",
        "leaking": True,
    },
)

_FIGURES = ("name", "before", "after", "change", "low", "high", "verdict")
COMPARISON: Comparison = {
    "with": "20261121-swipe-1c02",
    "verdict": "slower",
    "sentence": "p95 is 12 % slower (8 to 16 %), which is more than noise; errors and the median are the same.",
    "metrics": [
        dict(zip(_FIGURES, values, strict=True))  # type: ignore[misc]
        for values in (
            ("p50", 38.1, 38.6, 0.013, -0.006, 0.032, "same"),
            ("p95", 131.0, 146.7, 0.12, 0.08, 0.16, "slower"),
            ("p99", 412.0, 371.0, -0.1, -0.17, -0.03, "faster"),
            ("errors", 0.0011, 0.0013, 0.0002, -0.0003, 0.0007, "same"),
        )
    ],
}
