import base64
from pathlib import Path

import pytest

from meridian.alerts.channels import Secret
from meridian.alerts.deliveries.secrets import Secrets, forms, hidden
from meridian.core.errors import Unavailable


def test_a_secret_is_read_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("  from-a-file\n")
    secrets = Secrets({"KEY": "from-the-environment\n"})
    assert secrets.reveal(Secret(env="KEY")) == "from-the-environment"
    assert secrets.reveal(Secret(file=str(file))) == "from-a-file"


def test_a_file_that_changes_counts_at_once(tmp_path: Path) -> None:
    file = tmp_path / "key"
    for text in ("old", "new"):
        file.write_text(text)
        assert Secrets({}).reveal(Secret(file=str(file))) == text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds no secret"),
        (b"two\nlines", "must be one line of text"),
        (b"x" * 9000, "must be one line of text"),
        (b"\xff\xfe", "it is not text in UTF-8"),
    ],
)
def test_what_is_no_secret_is_said_without_it(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Unavailable) as caught:
        Secrets({}).reveal(Secret(file=str(file)))
    assert sentence in str(caught.value)
    assert "two" not in str(caught.value)


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(Unavailable, match="the environment variable PD_KEY of control holds no secret"):
        Secrets({}).reveal(Secret(env="PD_KEY"))


def test_secrets_are_taken_out_of_what_others_say() -> None:
    assert hidden("no key abcd here, nor abcdef", ["abcd", "abcdef"]) == "no key *** here, nor ***"
    assert hidden("a b c", ["a"]) == "a b c"


def test_a_secret_is_known_in_every_form_in_which_it_may_come_back() -> None:
    assert "/services/T0/B0/xyz" in forms("https://hooks.slack.com/services/T0/B0/xyz")
    assert base64.b64encode(b"AC1:token").decode() in forms("token", "AC1")


def test_the_environment_is_not_shown() -> None:
    assert "very-secret" not in repr(Secrets({"KEY": "very-secret"}))
