import json

import pytest

from meridian.envoy.snapshot import canonical
from meridian.limits.admission.settings import parse, settings_of, wanted
from meridian.limits.state import Lift, LimitsState
from tests.limits.admission.running import LIMITS
from tests.support.configs import small

STATE = LimitsState(
    users={"u1": {"payout": 50, "chat": 7}, "u2": {"chat": 7}},
    clients={"198.51.100.1": {"chat": 7}},
    resets={"u1": 2},
    lifted=(Lift("account", "me", 5.0),),
)


def test_only_what_admission_needs_is_told_and_is_read_as_it_was_written() -> None:
    config = small(limits=LIMITS)
    content = canonical(settings_of(config, STATE))
    assert content == canonical(settings_of(config, STATE))
    found = parse(content)
    assert set(found.limits.policies) == {"login", "payout", "money"}
    assert set(found.limits.shields) == {"guessing", "pin"}
    assert found.users == {"u1": {"payout": 50}}
    assert found.resets == {"u1": 2}
    assert found.lifts == (Lift("account", "me", 5.0),)


def test_an_operators_rate_is_multiplied_by_nothing_and_a_reset_is_another_counter() -> None:
    found = parse(canonical(settings_of(small(limits=LIMITS), STATE)))
    policy = found.limits.policies["payout"]
    own = found.limit("payout", policy, "vip", "critical", "u1")
    assert (own.name, own.quota.rate, own.quota.burst) == ("payout#2", 50, 50)
    other = found.limit("payout", policy, "vip", "not a risk", "u3")
    assert (other.name, other.quota.rate) == ("payout", 25)


def test_made_up_tiers_do_not_fill_the_memory() -> None:
    found = parse(canonical(settings_of(small(limits=LIMITS), STATE)))
    for number in range(25_000):
        found.limit("payout", found.limits.policies["payout"], f"tier-{number}", "low", "u3")
    assert len(found._known) <= 10_001


def test_an_edge_needs_admission_where_something_is_exact_or_shielded() -> None:
    def needs(**changed: object) -> bool:
        return wanted(canonical(settings_of(small(limits=LIMITS | changed), STATE)))

    assert needs()
    assert needs(policies={})
    assert needs(shields={})
    assert not needs(policies={}, shields={})
    assert not wanted(None)
    assert wanted(b"not understood: the process will say so")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"limits": 1}', b'{"what": {}}', b"[" * 100_000, b"\xff"])
def test_what_is_wrong_raises_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(content)


def test_nothing_is_lost_on_the_way_through_json() -> None:
    settings = settings_of(small(limits=LIMITS), STATE)
    assert json.loads(canonical(settings)) == settings
