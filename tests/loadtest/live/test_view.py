"""What a person sees on a terminal, in a pipe, and what control is told."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console

from meridian.loadtest.live.follow import Follow
from meridian.loadtest.live.lines import Lines, line
from meridian.loadtest.live.terminal import drawn
from meridian.loadtest.live.view import View, told
from meridian.loadtest.plan import StepFacts
from meridian.loadtest.record import Key, Record
from meridian.loadtest.results.summary import Event
from meridian.loadtest.runs import Facts

FACTS = Facts("swipe", "Swipes", "load", "local", datetime(2026, 11, 22, tzinfo=UTC), 7, 0.3, 60.0, 500.0)
STEPS = (StepFacts("swipe", "swipe", "POST /v1/swipe"), StepFacts("feed", "feed", "GET /v1/feed"))


def view(second: int = 5, errors: int = 0, late: bool = False) -> View:
    record = Record()
    for at in range(second):
        for number in range(20):
            due = at + number / 20
            record.due(due)
            if not (late and number == 0):
                record.sent(due, 0.001)
            outcome = "error" if number < errors else "ok"
            key = Key(number % 2, "EU" if number % 3 else "US", "west", "1", outcome)
            record.sample(due, due + 0.05, key, number, "")
    follow = Follow(2.0)
    follow.look(record, second)
    return View(
        "an-id", FACTS, 0, STEPS, second, 3, 12, 1.5, follow.late, follow.recent(), follow.measured, follow.whole,
        follow.shown(), "hold", (30.0, "kill europe-west1"),
    )  # fmt: skip


def screen(shown: View, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, no_color=True).print(drawn(shown))
    return out.getvalue()


def test_the_terminal_shows_what_matters():
    text = screen(view(errors=4))
    for part in (
        "Swipes",
        "5 of 60 s",
        "hold",
        "20/s",
        "asked",
        "p95",
        "50.0 ms",
        "error 20",
        "EU",
        "US",
        "swipe",
        "feed",
    ):
        assert part in text, part
    assert "in 25 s: kill europe-west1" in text
    assert "too late" not in text
    assert "in 5 s too late" in screen(view(late=True))


def test_it_fits_a_narrow_terminal():
    event = Event(at=3.0, what="decision", by="decision", sentence="EU is served by us-central1 " * 5)
    for text in (screen(replace(view(), events=[event]), 60), screen(view(0), 60), screen(view(-4), 60)):
        assert all(len(row) <= 60 for row in text.splitlines())


def test_before_the_start_it_says_when():
    assert "begins in 4 s" in screen(replace(view(0), second=-4))
    assert replace(view(0), second=-4).sentence == "begins in 4 s"


def test_a_pipe_gets_a_line_every_five_seconds_and_one_for_each_event():
    said: list[str] = []
    lines = Lines(said.append)
    event = Event(at=2.5, what="kill west", by="chaos", sentence="west is killed")
    for second in range(1, 13):
        lines.show(
            replace(
                view(3),
                second=second,
                events=[event] if second > 2 else [],
                trouble=["slow"] if second > 7 else [],
            )
        )
    assert [row.split()[0] for row in said if "/s of" in row] == ["1", "6", "11"]
    assert [row for row in said if "west is killed" in row] == ["    2.5 s  west is killed"]
    assert said.count("slow") == 1
    assert "20/s of 20/s" in line(view())


def test_control_is_told_json_in_the_shape_of_a_summary():
    found = json.loads(json.dumps(told(view(errors=4))))
    assert found["achieved"] == {"requests": 100, "rate": 20.0}
    assert found["outcomes"] == {"error": 20, "ok": 80}
    assert found["errors"] == 0.2
    assert found["latency"]["p95"] == 50.0 or abs(found["latency"]["p95"] - 50) < 0.1
    assert [row["name"] for row in found["regions"]] == ["EU", "US"]
    assert found["series"]["asked"] == [20] * 5
    assert set(found["series"]["by_region"]) == {"EU", "US"}
    assert len(view().sentence) <= 140
    assert "p95 50 ms, errors 20.00%" in view(errors=4).sentence


def test_in_the_warm_up_it_says_so() -> None:
    warm = replace(view(), measured=Follow(2.0).measured)
    assert warm.sentence == "5 of 60 s; warming up, 100 answered, nothing is judged yet"


def test_the_terminal_says_of_which_seconds_its_percentiles_are() -> None:
    assert "requests due in seconds 0 to 4 of the run" in screen(view())
    assert "requests due in seconds 20 to 29 of the run" in screen(view(30))
