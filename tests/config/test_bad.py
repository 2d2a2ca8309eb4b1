"""Every bad configuration is a file, and says which messages it gets: in its first lines (`#> `), or in a .txt beside it."""

from pathlib import Path

import pytest

from meridian.config.loading import InvalidConfig
from meridian.config.validation import validate
from meridian.features import features

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))


def expected(path: Path) -> list[str]:
    beside = path.with_suffix(".txt")
    if beside.exists():
        return beside.read_text(encoding="utf-8").splitlines()
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("#> ") for line in lines if line.startswith("#> ")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_configuration_gets_exactly_the_messages_it_names(path: Path) -> None:
    with pytest.raises(InvalidConfig) as caught:
        validate(path.read_bytes(), features(), name=path.name)
    assert [str(problem) for problem in caught.value.problems] == expected(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_message_names_a_place_and_most_say_what_to_do(path: Path) -> None:
    messages = expected(path)
    assert messages
    assert all(message.startswith(f"{path.name}:") for message in messages)
    assert not any(
        word in message.casefold()
        for word in ("pydantic", "validation error", "input should")
        for message in messages
    )
