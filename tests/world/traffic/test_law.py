from meridian.world.traffic.law import law
from tests.world.conftest import CONFIG

RULES = law(CONFIG)


def test_a_country_has_its_region_and_norway_is_a_country() -> None:
    assert [RULES.home(code) for code in ("NO", "BR", "IN", "ZZ")] == ["EU", "US", "APAC", "US"]


def test_a_bound_feature_stays_in_the_set_of_the_users_home() -> None:
    assert not RULES.broken("/v1/chat/messages", "EU", "europe-west4")
    assert RULES.broken("/v1/chat/messages", "EU", "us-central1")
    assert RULES.broken("/v1/chat/messages", "US", "europe-west1")


def test_an_open_feature_may_be_answered_anywhere() -> None:
    assert not RULES.broken("/v1/feed", "EU", "asia-south1")


def test_a_feature_with_a_set_of_its_own_is_bound_to_that_wherever_the_user_lives() -> None:
    assert not RULES.broken("/v1/wallet", "US", "europe-west1")
    assert RULES.broken("/v1/wallet", "US", "us-central1")


def test_a_path_of_no_feature_is_not_judged() -> None:
    assert not RULES.broken("/v1/chatty", "EU", "us-central1")
