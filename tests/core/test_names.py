import pytest

from meridian.core.errors import InvalidInput, NotFound
from meridian.core.names import known_name, user_id


@pytest.mark.parametrize("text", ["u1", "a" * 256, "user@example.com", "Zoë", "a/b c", "google-oauth2|123"])
def test_ids_of_all_usual_kinds_are_taken(text: str) -> None:
    assert user_id(text) == text


@pytest.mark.parametrize("text", ["", "a" * 257, "a\nb", "a\0b", " a", "a ", "\ud800", "\u202eb"])
def test_an_id_that_could_mislead_or_not_be_stored_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        user_id(text)


def test_an_unknown_name_is_answered_with_the_one_that_was_meant() -> None:
    assert known_name("chat", ["chat"], "limit") == "chat"
    with pytest.raises(NotFound, match="no limit is called 'caht'; did you mean chat"):
        known_name("caht", ["chat"], "limit")
