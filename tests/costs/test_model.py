import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.costs.model import MONTH, Cost, Use, assumptions, cost, per_month, sentence, total
from meridian.costs.settings import Costs

PRICED = Costs.model_validate(
    {
        "currency": "USD",
        "regions": {
            "EU": {
                "per_million_requests": 2,
                "per_gb_out": 0.1,
                "per_gb_cdn": 0.05,
                "per_gb_stored": 0.02,
                "per_instance_month": 50,
                "stored_gb": 1000,
            },
            "US": {"per_instance_month": 30, "instances": 7},
        },
        "ai": {"per_million_tokens": 3, "tokens_per_request": 1000},
        "tokens": {"per_purchase": 0.25, "per_thousand_earned": 8},
    }
)
USED = Use(
    requests=3e6,
    bytes_out=20e9,
    cdn_bytes=100e9,
    ai_requests=500,
    purchases=40,
    earned=5000,
    users=100,
    instances=4,
)

counts = st.floats(0, 1e9)
uses = st.builds(Use, requests=counts, bytes_out=counts, ai_requests=counts, purchases=counts, users=counts)


def test_each_part_is_use_times_its_price() -> None:
    found = cost(PRICED, "EU", USED, MONTH / 2)
    assert found.parts == pytest.approx(
        {
            "requests": 6,
            "traffic": 2,
            "cdn": 5,
            "storage": 10,
            "instances": 100,
            "ai": 1.5,
            "purchases": 10,
            "earnings": 40,
        }
    )
    assert (found.total, found.per_user) == pytest.approx((174.5, 1.745))


def test_instances_that_are_written_come_before_those_of_the_inventory() -> None:
    assert cost(PRICED, "US", USED, MONTH).parts["instances"] == pytest.approx(210)


def test_a_region_without_prices_costs_only_what_has_no_region() -> None:
    parts = cost(PRICED, "APAC", USED, MONTH).parts
    assert {name for name, amount in parts.items() if amount} == {"ai", "purchases", "earnings"}


@settings(deadline=None)
@given(uses, st.floats(1, 1e7))
def test_nothing_is_negative_and_twice_the_use_costs_at_most_twice(use: Use, seconds: float) -> None:
    one = cost(PRICED, "EU", use, seconds)
    more = Use(use.requests * 2, use.bytes_out * 2, 0, use.ai_requests * 2, use.purchases * 2, 0, use.users)
    twice = cost(PRICED, "EU", more, seconds)
    assert all(amount >= 0 for amount in one.parts.values())
    fixed = one.parts["storage"] + one.parts["instances"]
    assert twice.total - fixed == pytest.approx(2 * (one.total - fixed), rel=1e-6, abs=1e-9)


@settings(deadline=None)
@given(st.lists(uses, min_size=1, max_size=4), st.floats(0, 1e9))
def test_all_regions_together_cost_what_each_costs(several: list[Use], users: float) -> None:
    each = {str(place): cost(PRICED, "EU", use, 3600) for place, use in enumerate(several)}
    whole = total(each, users)
    assert whole.total == pytest.approx(sum(one.total for one in each.values()))
    assert set(whole.parts) == set(each["0"].parts)


def test_without_users_there_is_no_cost_for_one() -> None:
    assert cost(PRICED, "EU", Use(requests=1e6), 3600).per_user is None
    assert total({}, 0) == Cost({}, 0)


def test_the_sentence_says_what_is_assumed() -> None:
    found = sentence(PRICED, cost(PRICED, "EU", USED, MONTH / 2), "24h")
    assert found.startswith("USD 174.50 in 24h, USD 1.7450 for each active user. Measured: requests, bytes,")
    assert found.endswith("Assumed: prices, 1000 tokens an AI request, 1000 GB stored, 7 instances.")
    assert assumptions(Costs()) == []


def test_without_prices_it_says_so() -> None:
    assert "No prices are configured" in sentence(Costs(), cost(Costs(), "EU", USED, 3600), "1h")


def test_what_was_measured_for_minutes_says_nothing_of_a_month() -> None:
    found = cost(PRICED, "EU", USED, 600)
    assert per_month(found, 600) is None
    assert "Only 10m of it were measured: too young to extrapolate" in sentence(PRICED, found, "24h", 600)
    assert found.parts["instances"] == pytest.approx(200 * 600 / MONTH), "only for the time that was measured"
    assert per_month(found, MONTH / 2) == pytest.approx(2 * found.total)
