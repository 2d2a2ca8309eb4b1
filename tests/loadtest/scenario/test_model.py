"""What the shape of a scenario accepts; what it refuses is in `bad/`."""

import pytest
from pydantic import ValidationError

from meridian.loadtest.scenario.model import ChecksWritten, PhaseWritten, StepWritten, Users, Written


def test_a_scenario_needs_a_name_a_title_a_load_and_a_flow() -> None:
    small = {
        "name": "x",
        "title": "x",
        "load": {"phases": [{"name": "hold", "for": "1m", "rate": 5}]},
        "flow": [{"name": "feed", "request": "GET /v1/feed"}],
    }
    read = Written.model_validate(small)
    assert (read.kind, read.load.model, read.load.arrivals, read.load.timeout) == (
        "load",
        "open",
        "constant",
        10.0,
    )
    assert (read.users.count, read.users.countries, read.users.tiers) == (1000, {}, {"free": 1.0})
    for name in small:
        with pytest.raises(ValidationError, match=name):
            Written.model_validate({key: value for key, value in small.items() if key != name})


def test_the_world_is_where_users_are_who_are_nowhere_in_particular() -> None:
    assert Users.model_validate({"countries": "world"}) == Users()


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ({"rate": 0}, "rate"),
        ({"from": 0, "to": 5}, "ramp"),
        ({"steps": [1, 2]}, "steps"),
        ({"spike": 5}, "spike"),
        ({}, ""),
    ],
)
def test_a_phase_has_one_shape(written: dict[str, object], shape: str) -> None:
    assert PhaseWritten.model_validate({"name": "p", "for": "1s", **written}).shape == shape


def test_a_status_may_be_one_or_several() -> None:
    assert ChecksWritten.model_validate({"status": 200}).status == (200,)
    assert ChecksWritten.model_validate({"status": [200, 404]}).status == (200, 404)
    with pytest.raises(ValidationError):
        ChecksWritten.model_validate({"status": True})


def test_numbers_and_truths_may_stand_where_texts_do() -> None:
    read = ChecksWritten.model_validate({"fields": {"a": 3, "b": True, "c": "x"}, "headers": {"x-a": 1}})
    assert (read.fields, read.headers) == ({"a": "3", "b": "true", "c": "x"}, {"x-a": "1"})


@pytest.mark.parametrize("value", ["a\r\nx: y", "é", "\x00", "{usr}"])
def test_a_header_cannot_smuggle_anything(value: str) -> None:
    with pytest.raises(ValidationError):
        StepWritten.model_validate({"name": "s", "request": "GET /a", "headers": {"x-a": value}})


@pytest.mark.parametrize("path", ["/a b", "/a\r\nx: y", "/é", "/a#b"])
def test_neither_can_a_path(path: str) -> None:
    with pytest.raises(ValidationError):
        StepWritten.model_validate({"name": "s", "request": f"GET {path}"})
