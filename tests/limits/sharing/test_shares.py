"""Who holds how much: by property, and as a table of what happens to a region's edges."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.sharing.meter import Meter, Seen
from meridian.limits.sharing.shares import LEAST, Shares, adopted, even, floored, follow, joined

NAMES = tuple(f"eu-{number}" for number in range(1, 9))
SEEN = st.builds(
    Seen,
    rate=st.one_of(st.none(), st.floats(0, 1e6)),
    counted=st.integers(0, 10_000_000),
    held=st.one_of(st.none(), st.floats(0.001, 1)),
)
REGION = st.dictionaries(st.sampled_from(NAMES), SEEN, min_size=1)


@given(REGION, st.lists(REGION, max_size=6))
def test_shares_always_add_up_to_one_and_nobody_is_below_the_least(
    first: Mapping[str, Seen], then: list[Mapping[str, Seen]]
) -> None:
    shares = adopted(first)
    for seen in (first, *then):
        shares = follow(shares, seen)
        assert shares.keys() == seen.keys()
        assert abs(sum(shares.values()) - 1) < 1e-9
        assert min(shares.values()) >= min(LEAST, 0.5 / len(shares)) - 1e-4


@given(st.integers(1, 300))
def test_with_very_many_edges_the_least_leaves_room(many: int) -> None:
    shares = floored(dict.fromkeys(map(str, range(many)), 0.0) | {"0": 1.0})
    assert abs(sum(shares.values()) - 1) < 1e-9
    assert min(shares.values()) > 0


@dataclass
class Traffic:
    """Edges that report every 2 s, a little apart, what has come to them."""

    shares: Shares
    meter: Meter = field(default_factory=Meter)
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    counters: Counter[str] = field(default_factory=Counter)
    now: float = 0.0

    def run(self, rates: Mapping[str, float], seconds: int, noise: float = 0.0) -> int:
        """How often the shares moved."""
        moves = 0
        for _ in range(seconds):
            self.now += 1.0
            for number, (name, rate) in enumerate(rates.items()):
                first = name not in self.counters
                self.counters[name] += max(1, round(rate * (1 + self.dice.uniform(-noise, noise))))
                if first or (int(self.now) + number) % 2 == 0:
                    at = self.now - 0.9 + number * 0.1
                    self.meter.hear(name, "", self.counters[name], self.shares.get(name), at)
            before, self.shares = self.shares, follow(self.shares, self.meter.seen(self.now))
            moves += before != self.shares
        return moves


@given(
    st.lists(st.floats(50, 5000), min_size=2, max_size=6),
    st.floats(0, 0.05),
)
def test_noise_of_five_percent_moves_nothing(rates: list[float], noise: float) -> None:
    named = dict(zip(NAMES, rates, strict=False))
    true = floored({name: rate / sum(rates) for name, rate in named.items()})
    assert Traffic(true).run(named, 120, noise) == 0


def test_a_large_skew_is_followed_within_ten_seconds_and_stays() -> None:
    usual, skewed = {"eu-1": 500.0, "eu-2": 500.0}, {"eu-1": 900.0, "eu-2": 100.0}
    traffic = Traffic(even(usual))
    assert traffic.run(usual, 60) == 0
    traffic.run(skewed, 10)
    assert abs(traffic.shares["eu-1"] - 0.9) < 0.02
    assert traffic.run(skewed, 120) <= 1
    assert abs(traffic.shares["eu-1"] - 0.9) < 0.02


def test_a_few_requests_prove_nothing() -> None:
    held = {"eu-1": 0.5, "eu-2": 0.5}
    assert follow(held, {"eu-1": Seen(0.4, 6), "eu-2": Seen(0.1, 2)}) == held
    assert follow(held, {"eu-1": Seen(0.0, 0), "eu-2": Seen(0.0, 0)}) == held
    assert follow(held, {"eu-1": Seen(40.0, 600), "eu-2": Seen(10.0, 150)}) == {"eu-1": 0.8, "eu-2": 0.2}


def test_a_slow_drift_of_a_tenth_is_left_alone_and_more_is_followed() -> None:
    held = {"eu-1": 0.5, "eu-2": 0.5}
    assert follow(held, {"eu-1": Seen(545, 10**6), "eu-2": Seen(455, 10**6)}) == held
    assert follow(held, {"eu-1": Seen(560, 10**6), "eu-2": Seen(440, 10**6)}) == {"eu-1": 0.56, "eu-2": 0.44}


def test_who_goes_leaves_its_part_and_who_comes_gets_an_even_one() -> None:
    three = {"eu-1": 0.6, "eu-2": 0.3, "eu-3": 0.1}
    assert joined(three, {"eu-1": Seen(), "eu-2": Seen()}) == {"eu-1": 0.6667, "eu-2": 0.3333}
    assert joined(three, {name: Seen() for name in ("eu-1", "eu-2", "eu-3", "eu-4")}) == {
        "eu-1": 0.45,
        "eu-2": 0.225,
        "eu-3": 0.075,
        "eu-4": 0.25,
    }
    assert joined(three, {"eu-8": Seen(), "eu-9": Seen()}) == {"eu-8": 0.5, "eu-9": 0.5}


def test_control_that_starts_goes_on_with_what_its_edges_hold_if_that_is_all_of_it() -> None:
    assert adopted({"eu-1": Seen(held=0.7), "eu-2": Seen(held=0.3)}) == {"eu-1": 0.7, "eu-2": 0.3}
    assert adopted({"eu-1": Seen(held=0.7), "eu-2": Seen()}) == {"eu-1": 0.5, "eu-2": 0.5}
    assert adopted({"eu-1": Seen(held=0.7), "eu-2": Seen(held=0.7)}) == {"eu-1": 0.5, "eu-2": 0.5}


def test_an_edge_of_which_nothing_is_known_keeps_its_share_while_the_others_follow() -> None:
    held = {"eu-1": 0.4, "eu-2": 0.4, "eu-3": 0.2}
    seen = {"eu-1": Seen(900, 9000), "eu-2": Seen(100, 1000), "eu-3": Seen()}
    assert follow(held, seen) == {"eu-1": 0.72, "eu-2": 0.08, "eu-3": 0.2}
