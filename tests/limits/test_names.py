import pytest

from meridian.core.errors import InvalidInput, NotFound
from meridian.limits.applies import section
from meridian.limits.names import action_name, client_of, policy_name, region_of
from tests.limits.policy import config

POLICY = config()
LIMITS = section(POLICY)


@pytest.mark.parametrize(
    ("written", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.9/32", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:DB8:0:0:8000::", "2001:db8::/64"),
        ("2001:db8::/64", "2001:db8::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_a_client_is_written_as_its_counters_name_it(written: str, client: str) -> None:
    assert client_of(LIMITS, written) == client


@pytest.mark.parametrize("written", ["", "u1", "203.0.113.0/24", "203.0.113.256", "2001:db8::1/64"])
def test_what_is_no_single_client_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="is not a client's address"):
        client_of(LIMITS, written)


def test_a_prefix_of_another_length_is_no_client() -> None:
    with pytest.raises(InvalidInput, match="first 64 bits, not 48"):
        client_of(LIMITS, "2001:db8::/48")


def test_unknown_names_are_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(NotFound, match="no limit is called 'caht'; did you mean chat"):
        policy_name(POLICY, "caht")
    with pytest.raises(NotFound, match="no action is called 'seach'; did you mean search"):
        action_name(POLICY, "seach")


def test_a_country_s_users_are_in_the_region_that_serves_it() -> None:
    assert [region_of(POLICY, each) for each in ("BR", "JP", "FR", "")] == ["US", "APAC", "EU", "EU"]
