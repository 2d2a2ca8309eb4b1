"""Notices for tests: a plain one, and as hostile ones as names and sentences can be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from meridian.integrations.notice import Notice

AT = datetime(2030, 1, 1, 12, 0, 30, tzinfo=UTC)
STATUSES = ("firing", "acknowledged", "resolved", "change", "test")

FIRING = Notice(
    key="0190c0de-0000-7000-8000-000000000001",
    status="firing",
    severity=1,
    title="europe-west1 is down",
    sentence="europe-west1 answers 0 of 7 health checks since 12:00:20",
    subject="europe-west1",
    at=AT,
    started=AT - timedelta(seconds=10),
    cause="EU moved to europe-west4: europe-west1 failed 3 checks in a row",
    alerts=7,
    runbook="https://ops.example.com/runbooks/region-outage",
    link="https://ops.example.com/infrastructure/monitoring?incident=1",
    values={"location_up": "0", "error_rate": "41 %"},
)
RESOLVED = replace(
    FIRING, status="resolved", resolved=AT + timedelta(minutes=4), at=AT + timedelta(minutes=4)
)
ACKNOWLEDGED = replace(FIRING, status="acknowledged", by="anna")


def notice(**more: Any) -> Notice:
    return replace(FIRING, **more)


_text = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="&<>|*_~`\"'\r\n\x00\ud800é…😀a ", max_size=300),
    st.sampled_from(
        [
            "",
            "x" * 5000,
            "&" * 4000,
            "ü" * 2000,
            "a\r\nBcc: everyone@example.com",
            "<script>alert(1)</script>",
        ]
    ),
)
_url = st.one_of(
    st.just(""),
    st.just("https://ops.example.com/a?b=c&d=<e>|f g"),
    st.just("https://ops.example.com/" + "x" * 4000),
)

hostile = st.builds(
    Notice,
    key=st.text(min_size=1, max_size=600),
    status=st.sampled_from(STATUSES),
    severity=st.integers(1, 4),
    title=_text,
    sentence=_text,
    subject=_text,
    at=st.just(AT),
    started=st.just(AT),
    resolved=st.sampled_from([None, AT]),
    cause=_text,
    alerts=st.integers(1, 10_000),
    runbook=_url,
    link=_url,
    by=_text,
    values=st.dictionaries(_text, _text, max_size=60),
)
