import json
import re

from meridian.loadtest.report.latencies import by_region, over_time, percentiles, rates
from meridian.loadtest.report.numbers import ms
from meridian.loadtest.report.timeline import timeline
from tests.loadtest.report.sample import empty, summary


def test_what_is_read_under_the_pointer_are_the_series_of_the_summary() -> None:
    given = summary(60)
    made = percentiles(given, timeline(given))
    read = json.loads(re.findall(r"json\">(.*?)</script>", made)[0])
    assert read["at"] == given["series"]["at"]
    lines = {line["name"]: line["values"] for line in read["lines"]}
    for name, word in (("p50", "median"), ("p95", "p95"), ("p99", "p99"), ("max", "slowest")):
        series = given["series"][name]  # type: ignore[literal-required]
        assert lines[word] == [float(f"{value:.4g}") for value in series]


def test_the_sentences_have_the_numbers_of_the_summary() -> None:
    given = summary(60)
    assert f"95 % less than {ms(given['latency']['p95'])}" in percentiles(given, timeline(given))
    assert f"achieved {given['achieved']['rate']:.0f}/s" in rates(given, timeline(given))


def test_a_long_run_is_folded_and_its_worst_moment_stays() -> None:
    given = summary(60)
    for name in ("at", "asked", "achieved", "errors", "p50", "p95", "p99", "max"):
        given["series"][name] = (given["series"][name] * 50)[:3000]  # type: ignore[literal-required]
    given["series"]["at"] = list(range(3000))
    given["series"]["max"][1234] = 9_999.0
    made = percentiles(given, timeline(given))
    read = json.loads(re.findall(r"json\">(.*?)</script>", made)[0])
    assert len(read["at"]) <= 900
    assert 9_999.0 in next(line["values"] for line in read["lines"] if line["name"] == "slowest")


def test_seconds_without_answers_break_the_line() -> None:
    given = summary(60)
    for name in ("p50", "p95", "p99", "max"):
        given["series"][name][20:30] = [None] * 10  # type: ignore[literal-required]
    made = percentiles(given, timeline(given))
    assert re.search(r'd="M[^M]*M[^M]*" class="line p95"', made)


def test_each_region_has_a_picture_of_its_own() -> None:
    given = summary(60)
    assert str(by_region(given, timeline(given))).count("<h4>") == 3
    assert by_region(empty(), timeline(empty())) is None


def test_the_values_as_rows_cover_the_whole_run() -> None:
    rows = over_time(summary(60))
    assert len(rows) <= 24
    assert rows[0][0] == "0:00"
    assert all(len(row) == 8 for row in rows)
    assert over_time(empty()) == []


def test_without_a_second_there_are_sentences() -> None:
    assert "No second was measured" in rates(empty(), timeline(empty()))
    assert "No answer was measured" in percentiles(empty(), timeline(empty()))
