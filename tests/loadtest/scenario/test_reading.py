import pytest

from meridian.config.document import Document, parse
from meridian.core.errors import InvalidInput
from meridian.loadtest.scenario.reading import read
from tests.loadtest.scenario.scenarios import SMALL, small


def test_everything_that_was_parsed_knows_its_line() -> None:
    found = small()
    assert [one.line for one in found.thresholds] == [21, 22, 0]
    assert [one.line for one in found.aborts] == [24]
    assert [(one.line, one.at, one.about) for one in found.chaos] == [(26, 25.0, "europe-west1")]


def test_problems_of_the_text_and_of_the_shape_are_told_together() -> None:
    document = parse(b"name: x\nname: y\ntitel: z\nkind: lod\n")
    with pytest.raises(InvalidInput) as caught:
        read(document.value, "x.yaml", "", document)
    assert str(caught.value).splitlines() == [
        "x.yaml has 5 problems",
        "x.yaml:1:1: load: this setting is missing; add it: how much, and when",
        "x.yaml:1:1: flow: this setting is missing; add it: what a user does, in this order",
        "x.yaml:2:1: name: this key is also on line 1; keep one of the two, or merge them",
        "x.yaml:3:1: titel: there is no such setting; did you mean title?",
        "x.yaml:4:7: kind: lod is not one of load, stress, endurance, spike, scalability; did you mean load?",
    ]


def test_what_has_no_lines_is_read_all_the_same() -> None:
    value = parse(SMALL.format(kind="load", arrivals="constant").encode()).value
    found = read(value, "told", "", Document())
    assert {one.line for one in found.thresholds} == {0}
