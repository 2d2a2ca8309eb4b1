import json

import pytest
from hypothesis import given, settings

from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Answer
from meridian.integrations.pagerduty import dedup_key, event, request, understood
from tests.integrations.notices import ACKNOWLEDGED, FIRING, RESOLVED, hostile, notice
from tests.integrations.receivers.pagerduty import PagerDutyReceiver

URL = "https://events.pagerduty.com"


def test_one_incident_is_one_alert_from_trigger_to_resolve() -> None:
    there = PagerDutyReceiver()
    for each in (FIRING, FIRING, ACKNOWLEDGED, RESOLVED, RESOLVED):
        problems, status, answer = there.take("/v2/enqueue", {}, request(each, there.key, URL).body)
        assert (list(problems), status) == ([], 202)
        assert understood(Answer(status, {}, answer))
    assert there.opened == {FIRING.key: 1}
    assert there.open == {}


def test_a_trigger_says_how_bad_it_is_and_where_to_read_on() -> None:
    made = event(FIRING, "key")
    assert made["payload"]["severity"] == "critical"
    assert made["payload"]["source"] == "europe-west1"
    assert made["client_url"] == FIRING.link
    assert {"href": FIRING.runbook, "text": "Runbook"} in made["links"]
    assert made["payload"]["custom_details"]["Cause"] == FIRING.cause


@pytest.mark.parametrize(("severity", "word"), [(1, "critical"), (2, "error"), (3, "warning"), (4, "info")])
def test_each_severity_has_pagerdutys_word(severity: int, word: str) -> None:
    assert event(notice(severity=severity), "key")["payload"]["severity"] == word


def test_news_that_nobody_has_to_act_on_are_change_events() -> None:
    there = PagerDutyReceiver()
    made = request(notice(status="change", title="release 42 is out"), there.key, URL)
    assert made.url == f"{URL}/v2/change/enqueue"
    problems, status, _ = there.take("/v2/change/enqueue", {}, made.body)
    assert (list(problems), status) == ([], 202)
    assert not there.taken
    assert there.changes[0]["payload"]["summary"].startswith("release 42 is out. ")


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_whatever_a_notice_says_pagerduty_takes_the_event(each: Notice) -> None:
    there = PagerDutyReceiver()
    made = request(each, there.key, URL)
    problems, status, _ = there.take(made.url.removeprefix(URL), {}, made.body)
    assert (list(problems), status) == ([], 202)


def test_long_keys_stay_apart_and_the_same() -> None:
    one, other = "x" * 300 + "1", "x" * 300 + "2"
    assert dedup_key(one) == dedup_key(one) != dedup_key(other)
    assert len(dedup_key(one)) == 255
    assert dedup_key("short") == "short"


def test_only_its_own_words_mean_that_pagerduty_took_it() -> None:
    assert not understood(Answer(202, {}, "<html>"))
    assert not understood(Answer(200, {}, json.dumps({"status": "success"})))
    assert not understood(Answer(202, {}, json.dumps(["success"])))


def test_what_is_to_be_sent_does_not_show_the_key() -> None:
    assert "secret-key" not in repr(request(FIRING, "secret-key", URL))
