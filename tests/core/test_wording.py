from datetime import datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from meridian.core.wording import said


class Thing(BaseModel):
    size: int


CASES: list[tuple[Any, Any, str]] = [
    (Thing, 3, "this must be a JSON object"),
    (dict[str, int], [], "this must be a JSON object"),
    (list[int], {}, "this must be a list"),
    (
        Annotated[list[int], Field(max_length=2)],
        [1, 2, 3],
        "this has too many entries; at most 2 are allowed",
    ),
    (Annotated[list[int], Field(min_length=2)], [1], "this has too few entries; give at least 2"),
    (Annotated[list[int], Field(min_length=1)], [], "this is empty; fill it in"),
    (Annotated[str, Field(min_length=1)], "", "this is empty; fill it in"),
    (Annotated[str, Field(min_length=4)], "abc", "this is too short; its length is at least 4"),
    (Literal["low", "medium", "high"], "x", "this is none of the choices; write 'low', 'medium' or 'high'"),
    (float, "x", "this must be a number, written without quotes"),
    (datetime, "abc", "this must be a time; write for example 2030-01-31T12:00:00Z"),
    (datetime, [], "this must be a time; write for example 2030-01-31T12:00:00Z"),
]


@pytest.mark.parametrize(("wanted", "given", "sentence"), CASES)
def test_a_finding_is_told_in_our_words(wanted: Any, given: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(wanted).validate_python(given)
    assert [said(each) for each in caught.value.errors()] == [sentence]


def test_what_a_check_of_ours_says_stays() -> None:
    assert said({"type": "value_error", "msg": "Value error, write 1s"}) == "write 1s"
