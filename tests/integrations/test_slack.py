import json
from typing import Any

from hypothesis import given, settings

from meridian.integrations.notice import Notice
from meridian.integrations.outgoing import Answer
from meridian.integrations.slack import escaped, message, request, understood
from tests.integrations.notices import FIRING, RESOLVED, hostile, notice
from tests.integrations.receivers.slack import problems_of


def _texts(made: dict[str, Any]) -> str:
    return json.dumps(made, ensure_ascii=False)


def test_a_message_says_what_is_the_case_why_and_where_to_read_on() -> None:
    made = message(FIRING)
    assert (
        made["text"]
        == "SEV-1: europe-west1 is down. europe-west1 answers 0 of 7 health checks since 12:00:20"
    )
    assert made["blocks"][0]["text"]["text"] == "🔴 SEV-1: europe-west1 is down"
    shown = _texts(made)
    assert "EU moved to europe-west4" in shown
    assert "<https://ops.example.com/runbooks/region-outage|Runbook>" in shown
    assert "*error_rate*\\n41 %" in shown


def test_the_end_says_how_long_it_lasted() -> None:
    shown = _texts(message(RESOLVED))
    assert "✅ Resolved (SEV-1): europe-west1 is down" in shown
    assert "*Lasted*\\n4m 10s" in shown


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_whatever_a_notice_says_slack_takes_the_message(each: Notice) -> None:
    assert list(problems_of(json.loads(request(each, "https://hooks.slack.com/services/x").body))) == []


def test_what_is_cut_is_not_cut_within_an_entity() -> None:
    assert escaped("&" * 10, 22) == "&amp;" * 4 + "…"
    assert escaped("<b>", 9) == "&lt;b&gt;"


def test_words_of_a_notice_cannot_become_mentions_or_links() -> None:
    shown = _texts(message(notice(title="<!channel>", sentence="see <https://evil.example|here>")))
    assert "<!channel>" not in shown.replace(
        "🔴 SEV-1: <!channel>", ""
    )  # a plain text, in which it means nothing
    assert "<https://evil.example" not in shown


def test_a_link_that_would_break_out_is_left_out() -> None:
    assert "Runbook" not in _texts(message(notice(runbook="https://example.com/|x>")))


def test_only_ok_means_that_slack_took_it() -> None:
    assert understood(Answer(200, {}, "ok"))
    assert not understood(Answer(200, {}, "<html>sign in</html>"))
