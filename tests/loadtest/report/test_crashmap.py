import re

from meridian.loadtest.report.crashmap import crashmap, matrix, rows
from meridian.loadtest.report.timeline import timeline
from tests.loadtest.report.sample import empty, summary


def test_every_failure_is_in_one_row_and_in_the_matrix() -> None:
    given = summary(240)
    found = rows(given)
    total = sum(crash["n"] for crash in given["crashes"])
    assert sum(row.n for row in found) == total
    numbers = re.findall(r'class="amount amount-\d">([\d,]+)<', matrix(given, found))
    assert sum(int(number.replace(",", "")) for number in numbers) == total
    made = crashmap(given, timeline(given))
    assert f"{total:,} requests failed" in made
    assert "no healthy upstream in swipe" in made


def test_first_and_last_are_those_of_all_that_failed_there() -> None:
    given = summary(240)
    row = next(row for row in rows(given) if (row.region, row.service) == ("EU", "matching"))
    assert (row.first, row.last) == (180.034, 182.981)
    assert "first 3:00.034, last 3:02.981" in crashmap(given, timeline(given))


def test_regions_and_services_in_which_nothing_failed_are_in_the_matrix_too() -> None:
    given = summary(240)
    made = matrix(given, rows(given))
    assert all(
        f">{name}</th>" in made for name in ("EU", "US", "ASIA", "auth", "feed", "matching", "payments")
    )


def test_without_failures_there_is_a_sentence() -> None:
    assert "No request failed" in crashmap(empty(), timeline(empty()))
