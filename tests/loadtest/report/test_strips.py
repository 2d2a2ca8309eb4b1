import json
import re

from meridian.loadtest.report.strips import LEAST, strip
from meridian.loadtest.report.timeline import timeline
from tests.loadtest.report.sample import summary

OUTCOMES = {"unavailable": "503", "broken": "no answer"}


def test_a_bar_is_stacked_and_as_high_as_the_square_root_of_its_number() -> None:
    made = strip({10: {"unavailable": 75, "broken": 25}}, 1.0, 400, timeline(summary(20)), "", OUTCOMES, True)
    paths = re.findall(r'<path d="([^"]*)" class="bar-of out-(\w+)"', made)
    assert paths == [("M500 40.0H550V25.0H500Z", "unavailable"), ("M500 25.0H550V20.0H500Z", "broken")]


def test_one_failure_among_thousands_is_seen() -> None:
    made = strip(
        {3: {"broken": 1}}, 1.0, 1_000_000, timeline(summary(20)), "", {"broken": "no answer"}, False
    )
    assert f"V{40 - LEAST:.1f}H" in made


def test_what_is_read_are_the_numbers() -> None:
    made = strip({3: {"broken": 7}}, 2.0, 7, timeline(summary(20)), "", {"broken": "no answer"}, False)
    read = json.loads(re.findall(r"json\">(.*?)</script>", made)[0])
    assert read["at"] == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
    assert read["lines"][0]["values"] == [0, 0, 0, 7, 0, 0, 0, 0, 0, 0]
