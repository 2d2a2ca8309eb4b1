"""`meridian metrics` as a person runs it, against answers of control."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from meridian.telemetry.commands import COMMANDS
from tests.telemetry.answers import CATALOGUE, HISTORY, LIVE, PANELS


class Control:
    """Answers as control does, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def client(self, home: str | None = None) -> "Control":
        return self

    def get(self, path: str, query: Any = None) -> Any:
        self.asked.append((path.rpartition("/")[2], query))
        return {"live": LIVE, "history": HISTORY, "panels": PANELS, "catalogue": CATALOGUE}[
            path.rpartition("/")[2]
        ]


def run(*words: str) -> tuple[Result, Control]:
    control = Control()
    return CliRunner().invoke(COMMANDS[0], list(words), obj=control, catch_exceptions=False), control


def test_it_says_what_is_the_case_now() -> None:
    result, _ = run()
    for text in (
        "down: EU: chat-service is up nowhere",
        "level 2",
        "8.0/s",
        "312 ms",
        "3 failed",
        "125.00 EUR",
    ):
        assert text in result.output
    assert "chat-service is down: 0 of 2 in europe-west1" in result.output


def test_a_chart_has_a_row_for_each_line() -> None:
    result, control = run("history", "latency", "--range", "24h", "--region", "EU")
    assert control.asked == [("history", {"panel": "latency", "range": "24h", "region": "EU"})]
    lines = result.output.splitlines()
    assert lines[0] == HISTORY["sentence"]
    assert lines[1].split() == ["EU", "▂█·▅", "200", "ms"]
    assert "objective 400 ms" in lines[-1]


@pytest.mark.parametrize(("words", "answer"), [((), LIVE), (("history", "latency"), HISTORY)])
def test_json_is_what_control_says(words: tuple[str, ...], answer: Any) -> None:
    result, _ = run(*words, "--json")
    assert json.loads(result.output) == answer


def test_the_list_names_metrics_and_panels() -> None:
    result, _ = run("list")
    assert "error_rate" in result.output
    assert "latency" in result.output
    assert json.loads(run("list", "--json")[0].output) == {"metrics": CATALOGUE, "panels": PANELS}


def test_a_range_that_is_none_is_refused() -> None:
    result, control = run("history", "latency", "--range", "2y")
    assert (result.exit_code, control.asked) == (2, [])
