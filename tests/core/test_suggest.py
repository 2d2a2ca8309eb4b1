from hypothesis import given
from hypothesis import strategies as st

from meridian.core.suggest import closest, did_you_mean, hinted, listed


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert closest("europe-wset1", ["europe-west1", "us-central1"]) == "europe-west1"
    assert closest("GDPR", ["gdpr", "ccpa"]) == "gdpr"
    assert closest("UE", ["EU", "US"]) == "EU"
    assert closest("zebra", ["EU", "US"]) == ""


def test_without_a_near_name_the_known_ones_are_listed() -> None:
    assert did_you_mean("zebra", ["US", "EU"]) == "use one of EU, US"
    assert did_you_mean("zebra", [f"n{number:02}" for number in range(20)]).endswith(", n11, …")
    assert did_you_mean("zebra", []) == ""


@given(st.text(min_size=1), st.lists(st.text(min_size=1)))
def test_what_is_suggested_is_known(word: str, known: list[str]) -> None:
    assert closest(word, known) in {*known, ""}


def test_a_hint_can_be_read_back() -> None:
    assert hinted(did_you_mean("residancy", ["residency"])) == "residency"
    assert hinted(did_you_mean("zebra", ["residency"])) == ""


def test_names_in_a_sentence() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d"], limit=3) == "a, b and 2 more"
