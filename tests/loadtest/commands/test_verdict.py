import pytest

from meridian.loadtest.commands.verdict import print_verdict
from meridian.loadtest.results.summarise import summarise
from tests.loadtest.results.runs import part, scenario, steady


def test_an_objective_that_was_not_judged_is_neither_held_nor_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_verdict(summarise(part(steady(), scenario("p95 < 1s", "leak < 10MB/h"))))
    said = capsys.readouterr().out
    assert "1 of 2 objectives held, 1 not judged" in said
    assert "  not judged  leak < 10MB/h: leak was not judged (< 10 MB/h): no process was watched" in said
    assert "broken" not in said
