from meridian.loadtest.report.failoverlog import failoverlog
from meridian.loadtest.report.timeline import timeline
from tests.loadtest.report.sample import empty, summary


def test_each_entry_is_told_with_the_request_that_noticed_and_the_gap() -> None:
    given = summary(600)
    made = failoverlog(given, timeline(given))
    said = "4 entries: requests failed in 1, another location took over in 2. The longest gap was 412 ms, for users of EU."
    assert said in made
    assert "request 89,764" in made
    assert "3:00.034 broken: connection reset by peer" in made
    assert ">412 ms</td>" in made
    assert ">183</td>" in made
    assert ">3:02.980</td>" in made
    assert "019aab12-6c1e" in made


def test_what_clients_did_not_notice_and_what_nobody_decided_are_said() -> None:
    given = summary(600)
    made = failoverlog(given, timeline(given))
    assert made.count("clients did not notice") == 1
    assert made.count("no decision of the journal belongs to it") == 1


def test_more_entries_than_can_be_read_are_counted() -> None:
    given = summary(600)
    given["failovers"] = given["failovers"] * 30
    made = failoverlog(given, timeline(given))
    assert "the first 60 of 120" in made
    assert made.count('<tr role="row">') == 61


def test_without_entries_there_is_a_sentence() -> None:
    assert "Nothing was decided about locations or regions" in failoverlog(empty(), timeline(empty()))
