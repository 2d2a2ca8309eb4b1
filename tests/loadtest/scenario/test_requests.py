import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.scenario.requests import VARIABLES, Line, request_line, template, unknown

VALUES = {name: name.upper() for name in VARIABLES}


def test_a_request_is_a_method_and_a_path() -> None:
    assert request_line("POST  /v1/swipe?x={user}") == Line("POST", "/v1/swipe?x={user}")


@pytest.mark.parametrize(
    "text", ["", "POST", "/v1", "POST v1", "POST /v1/#x", "POST /{usr}", "post /v1", "POST /a /b"]
)
def test_anything_else_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ValueError, match="; "):
        request_line(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*(f"{{{name}}}" for name in VARIABLES), "%", "%s", "{", "}", "{}", "a", '"', "é"])
    )
)
def test_variables_are_filled_and_nothing_else_is_touched(parts: list[str]) -> None:
    text = "".join(parts)
    if unknown(text):
        return
    expected = text
    for name, value in VALUES.items():
        expected = expected.replace(f"{{{name}}}", value)
    assert template(text).fill(VALUES) == expected
