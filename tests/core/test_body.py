from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from meridian.core.body import RequestBody


class Part(RequestBody):
    share: float


class Order(RequestBody):
    level: int
    parts: Annotated[list[Part], Field(default_factory=list)]
    force: bool = False


def test_what_json_means_is_taken() -> None:
    order = Order.model_validate({"level": 1, "parts": [{"share": 1}], "force": True})
    assert (order.level, order.parts[0].share, order.force) == (1, 1.0, True)


@pytest.mark.parametrize(
    "slip",
    [
        {"levle": 1},
        {"level": True},
        {"level": "1"},
        {"level": 1.0},
        {"force": 1},
        {"force": "yes"},
        {"parts": [{"share": "1"}]},
        {"parts": [{"share": 1, "of": "EU"}]},
    ],
)
def test_a_slip_is_refused(slip: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate({"level": 1, **slip})
