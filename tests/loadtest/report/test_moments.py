import re

from meridian.loadtest.report.moments import moments
from meridian.loadtest.results.summary import Failover
from tests.loadtest.report.sample import summary


def entry() -> Failover:
    return summary(200)["failovers"][0]


def test_each_moment_is_told_from_the_first_sign_on() -> None:
    made = str(moments([entry()]))
    assert "noticed 34 ms" in made
    assert "decided 2.31 s" in made
    assert "normal again 2.98 s" in made
    assert "412 ms without an answer" in made


def test_an_outage_noticed_before_it_was_decided_about_begins_with_the_gap() -> None:
    made = str(
        moments(
            [{**entry(), "at": 182.31, "gap_at": 180.0, "noticed": {"at": 180.05, "number": 1, "what": "x"}}]
        )
    )
    assert "noticed 50 ms" in made
    assert "decided 2.31 s" in made


def test_dots_stand_on_one_logarithmic_axis() -> None:
    made = str(moments([entry()]))
    places = [float(place) for place in re.findall(r'<circle cx="([\d.]+)%"', made)]
    assert places == sorted(places)
    assert [round(place / 25, 1) for place in places] == [
        1.5,
        3.4,
        3.5,
    ]  # 34 ms, 2.31 s and 2.98 s, of four decades


def test_nothing_to_tell_is_nothing() -> None:
    assert moments([]) is None
