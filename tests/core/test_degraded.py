"""How refusals by degradation are marked."""

import re

import pytest

from meridian.config.schema.base import SLUG_PATTERN
from meridian.core.degraded import mark, turned_off


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_mark_is_known_again_and_cannot_be_the_name_of_a_limit(level: int) -> None:
    assert turned_off(mark(level))
    assert not re.fullmatch(SLUG_PATTERN, mark(level))


@pytest.mark.parametrize("limit", [None, "", "chat", "degraded"])
def test_other_refusals_are_none(limit: str | None) -> None:
    assert not turned_off(limit)
