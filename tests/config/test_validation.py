from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from meridian.config.loading import InvalidConfig
from meridian.config.schema.base import Section
from meridian.config.schema.root import Config
from meridian.config.validation import validate
from meridian.core.errors import Finding
from meridian.feature import Feature
from tests.config.shop import SHOP, changed


class Greeting(Section):
    """How users are greeted."""

    words: str = "hello"
    """What they are told."""


@dataclass
class Checks:
    """A feature's check that remembers what it was asked about."""

    asked: list[Config] = field(default_factory=list)

    def __call__(self, config: Config) -> Iterator[Finding]:
        self.asked.append(config)
        if config.section(Greeting).words == "bye":
            yield Finding(("greeting", "words"), "bye is no greeting", "write hello")


def test_a_features_settings_and_check_are_part_of_it() -> None:
    feature = Feature("greeting", settings=Greeting, check=Checks())
    assert validate(SHOP, [feature]).config.section(Greeting).words == "hello"
    with pytest.raises(InvalidConfig) as caught:
        validate(SHOP + "greeting: {words: bye}\n", [feature])
    assert [str(problem) for problem in caught.value.problems] == [
        "meridian.yaml:23:19: greeting.words: bye is no greeting; write hello"
    ]


def test_a_features_check_waits_until_every_name_leads_somewhere() -> None:
    checks = Checks()
    with pytest.raises(InvalidConfig):
        validate(
            changed(("default_region: EU", "default_region: XX")),
            [Feature("greeting", settings=Greeting, check=checks)],
        )
    assert checks.asked == []


def test_two_features_cannot_share_a_section() -> None:
    with pytest.raises(ValueError, match="greeting"):
        validate(SHOP, [Feature("greeting", settings=Greeting), Feature("greeting", settings=Greeting)])
    with pytest.raises(ValueError, match="edge"):
        validate(SHOP, [Feature("edge", settings=Greeting)])
