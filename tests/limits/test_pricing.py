from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.pricing import CREDITS, USUAL, fill_of, price_of, slots
from meridian.limits.quota import Quota, quota
from meridian.limits.settings import Limits, Policy

NAMES = st.from_regex(r"[a-z][a-z-]{0,12}", fullmatch=True)


def policy(rate: int = 10, window: str = "1m", **more: object) -> Policy:
    return Policy.model_validate({"key": "user", "rate": rate, "window": window, **more})


def limits(policies: Mapping[str, Policy]) -> Limits:
    return Limits(policies=dict(policies))


@given(st.integers(1, 31_622))
def test_a_full_bucket_pays_for_exactly_the_burst(burst: int) -> None:
    assert CREDITS // price_of(Quota(burst, 60, burst)) == burst


@given(st.integers(31_623, 10_000_000))
def test_a_larger_burst_is_off_by_little_and_never_too_large(burst: int) -> None:
    admitted = CREDITS // price_of(Quota(burst, 60, burst))
    assert burst * (1 - 1.2 * burst / CREDITS) - 1 <= admitted <= burst


def test_a_request_costs_at_least_a_credit() -> None:
    assert price_of(Quota(10**10, 60, 10**10)) == 1


@given(st.lists(NAMES, min_size=1, max_size=20, unique=True), NAMES)
def test_a_policy_that_is_added_at_the_end_moves_no_other(names: list[str], added: str) -> None:
    before = {name: policy() for name in names}
    after = {**before, added: before.get(added, policy())}
    old, new = slots(limits(before), "user"), slots(limits(after), "user")
    if old.fills == new.fills:
        assert all(new.taken[name] == slot for name, slot in old.taken.items())


@given(st.lists(NAMES, min_size=1, max_size=20, unique=True))
def test_no_two_policies_share_a_slot(names: list[str]) -> None:
    found = slots(limits({name: policy() for name in names}), "user")
    assert len(set(found.taken.values())) == len(names)
    assert set(found.taken.values()) <= set(found.names())


def test_another_rate_factor_or_shadow_changes_no_bucket() -> None:
    one = {"a": policy(), "b": policy(window="1h")}
    other = {"a": policy(rate=99), "b": policy(window="1h", tiers=False)}
    assert slots(limits(one), "user") == slots(limits(other), "user")
    assert slots(limits({}), "user").fills == slots(limits(one), "user").fills
    assert sorted(slots(limits({}), "user").fills) == list(USUAL["user"])


@given(st.integers(1, 1000), st.integers(1, 1000), st.sampled_from([0.1, 0.25, 0.5, 1.0, 2.0, 5.0]))
def test_every_tier_of_a_policy_fits_the_slot_of_its_base(rate: int, burst: int, factor: float) -> None:
    """Their buckets fill in the same time, but for what rounding to whole requests leaves."""
    given = policy(rate=rate, burst=burst)
    base = quota(Limits(), given)
    scaled = quota(Limits(tiers={"t": factor}), given, "t")
    assert abs(scaled.refill - base.refill) <= base.interval + scaled.interval
    assert fill_of(base) == max(50, round(base.refill * 1000))
