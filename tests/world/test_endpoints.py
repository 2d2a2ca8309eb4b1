from meridian.world.endpoints import ENDPOINTS, at


def test_a_path_below_an_endpoint_is_answered_by_it() -> None:
    assert [endpoint.service for endpoint in at("/v1/media/42/large")] == ["media"]


def test_a_longer_word_is_another_path() -> None:
    assert at("/v1/feeds") == ()


def test_nothing_is_at_the_root() -> None:
    assert at("/") == ()
    assert at("") == ()


def test_only_safe_methods_count_as_idempotent() -> None:
    assert {endpoint.method for endpoint in ENDPOINTS if endpoint.idempotent} == {"GET"}
