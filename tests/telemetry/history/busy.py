"""A busy time of the Avalo profile: what its three edges count in a window, as much as it may be.

1,000 requests a second over 3 regions, 4 locations and 13 features, in five statuses; 250 countries, of which the small ones are
rarely seen; 12 actions in 3 tiers; 24 numbers that each edge tells of itself; 60 gauges of control.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from meridian.telemetry.cube import Cube
from meridian.telemetry.distinct import Distinct
from meridian.telemetry.histogram import Histogram, bucket, middle
from meridian.telemetry.kinds import ACTION, BUSINESS, EDGE, GAUGE, MARKET, PEOPLE, TRAFFIC

RATE = 1000.0
"""Requests a second."""
REGIONS = {
    "EU": (0.45, {"europe-west1": 0.9, "europe-west4": 0.1}),
    "US": (0.3, {"us-central1": 1.0}),
    "APAC": (0.25, {"asia-south1": 1.0}),
}
FEATURES = {
    "swipe": ("matching-engine", 0.34, 60),
    "feed": ("matching-engine", 0.22, 220),
    "chat": ("chat-service", 0.2, 110),
    "profile": ("api-gateway", 0.08, 90),
    "login": ("api-gateway", 0.05, 130),
    "media": ("media-processing", 0.04, 900),
    "ai-chat": ("ai-companion", 0.03, 1500),
    "call": ("chat-service", 0.015, 140),
    "event-purchase": ("payment-processor", 0.01, 180),
    "report": ("api-gateway", 0.005, 80),
    "payout": ("payment-processor", 0.004, 250),
    "dispute": ("payment-processor", 0.003, 210),
    "panic": ("notification-service", 0.003, 40),
}
STATUSES = {
    "2xx": (0.965, 1.0),
    "4xx": (0.02, 0.4),
    "429": (0.008, 0.05),
    "5xx": (0.005, 1.5),
    "none": (0.002, 3.0),
}
COUNTRIES = 250
SPREAD = 0.6
"""Of the logarithm of how long requests take."""
_BUCKETS = np.array([middle(each) for each in range(bucket(120_000))])


@dataclass
class Busy:
    """Makes windows; the same seed makes the same ones."""

    seed: int = 1
    rng: np.random.Generator = field(init=False)
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng, self.dice = np.random.default_rng(self.seed), random.Random(self.seed)
        self._shapes = {
            (feature, status): _shape(took * factor)
            for feature, (_, _, took) in FEATURES.items()
            for status, (_, factor) in STATUSES.items()
        }

    def window(self, width: int, regions: Sequence[str] = tuple(REGIONS)) -> dict[str, Cube]:
        """Of so many seconds, of the edges of these regions."""
        made = {kind.name: Cube(kind) for kind in (TRAFFIC, MARKET, ACTION, PEOPLE, EDGE, BUSINESS, GAUGE)}
        for region in regions:
            self._traffic(made["traffic"], region, width)
            self._market(made["market"], region, width)
            self._others(made, region, width)
        return made

    def _traffic(self, cube: Cube, region: str, width: int) -> None:
        share, locations = REGIONS[region]
        for location, there in locations.items():
            for feature, (service, part, _) in FEATURES.items():
                for status, (often, _) in STATUSES.items():
                    mean = RATE * width * share * there * part * often
                    counts = self.rng.poisson(mean * self._shapes[feature, status])
                    some = np.flatnonzero(counts)
                    if not len(some):
                        continue
                    n = int(counts.sum())
                    version = "v42"
                    cell = cube.add(
                        (region, location, feature, service, version, status), n, 310.0 * n, 5200.0 * n
                    )
                    cell.histogram = Histogram(dict(zip(some.tolist(), counts[some].tolist(), strict=True)))

    def _market(self, cube: Cube, region: str, width: int) -> None:
        share, locations = REGIONS[region]
        home = next(iter(locations))
        weights = 1 / np.arange(1, COUNTRIES // 3 + 1) ** 1.1
        for outcome, often in (("ok", 0.985), ("refused", 0.008), ("failed", 0.007)):
            counts = self.rng.poisson(RATE * width * share * often * weights / weights.sum())
            for place in np.flatnonzero(counts).tolist():
                cube.add((f"{region[0]}{place:02}", region, home, outcome), int(counts[place]))

    def _others(self, made: dict[str, Cube], region: str, width: int) -> None:
        dice, share = self.dice, REGIONS[region][0]
        for action in range(12):
            for tier, often in (("free", 0.7), ("gold", 0.25), ("vip", 0.05)):
                made["action"].add(
                    (f"action-{action}", tier, region, ""), dice.randrange(1, int(99 * width * often) + 2)
                )
                if tier == "free":
                    made["action"].add(
                        (f"action-{action}", tier, region, "user-hour"), dice.randrange(1, width + 2)
                    )
        for who, users in (("users", 90), ("paying", 12), ("clients", 100)):
            n = int(min(users * width**0.8, 60_000) * share)
            made["people"].cell((region, who)).distinct = Distinct(
                str(dice.random()) for _ in range(min(n, 4000))
            )
        for number in range(24):
            samples = max(width // 10, 1)
            made["edge"].add(
                (region, f"{region}-1", f"number-{number}"),
                samples,
                dice.randrange(10**6),
                dice.randrange(10**5),
            )
        for number in range(20):
            made["gauge"].add(
                (f"gauge-{number}", region, "a"), width, dice.randrange(10**4), dice.randrange(100)
            )
        for type in ("token.earned", "token.spent", "payout", "ticket", "panic"):
            made["business"].add((region, type), dice.randrange(1, width + 2), dice.randrange(10**5))


def _shape(median: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How likely each bucket is: lognormal."""
    value = np.maximum(_BUCKETS, 0.5)
    width = np.diff(np.append(_BUCKETS, 2 * _BUCKETS[-1] - _BUCKETS[-2]))
    density = np.exp(-((np.log(value / median)) ** 2) / (2 * SPREAD**2)) / value * width
    shape: np.ndarray[tuple[int], np.dtype[np.float64]] = density / density.sum()
    return shape
