"""docs/channels.md holds: its settings are valid, its payloads are what is sent, its verification works."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from meridian.alerts.settings import Alerts
from meridian.integrations import pagerduty, webhook
from meridian.integrations.notice import Notice, from_json
from tests.alerts.deliveries.bench import config
from tests.integrations.notices import FIRING

PAGE = (Path(__file__).parents[3] / "docs" / "channels.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def _notice() -> tuple[Notice, str]:
    """That of the page's webhook, and its delivery."""
    data = json.loads(_blocks("json")[1])["data"]
    delivery = data.pop("delivery")
    return from_json(data), delivery


def test_the_settings_are_valid() -> None:
    [text] = _blocks("yaml")
    channels = config(yaml.safe_load(text)["alerts"]["channels"]).section(Alerts).channels
    assert [each.kind for each in channels.values()] == ["slack", "pagerduty", "email", "sms", "webhook"]


def test_the_webhook_is_what_is_sent() -> None:
    notice, delivery = _notice()
    assert webhook.body(notice, delivery) == json.loads(_blocks("json")[1])


def test_the_event_is_what_is_sent() -> None:
    notice, _ = _notice()
    shown, sent = json.loads(_blocks("json")[0]), pagerduty.event(notice, "…")
    details = sent["payload"]["custom_details"]
    assert shown["payload"].pop("custom_details").items() <= details.items()
    assert shown["links"][0] in sent["links"]
    del sent["payload"]["custom_details"], sent["links"], shown["links"]
    assert shown == sent


@pytest.fixture
def verify() -> Any:
    [text] = _blocks("python")
    names: dict[str, Any] = {}
    exec(text, names)
    return names["verify"]


@pytest.mark.parametrize("secret", ["whsec_c2VjcmV0IG9mIHRoZSBkb2NzIQ==", "plain words"])
def test_the_verification_takes_what_is_sent_and_nothing_else(verify: Any, secret: str) -> None:
    now = datetime.fromtimestamp(time.time(), UTC)
    made = webhook.request(FIRING, delivery="d-1", now=now, secret=secret, url="https://example.com")
    headers = dict(made.headers)
    assert verify(secret, headers, made.body) == "d-1"
    for change in ({"webhook-id": "d-2"}, {"webhook-timestamp": "1"}, {"webhook-signature": "v1,AAAA"}):
        with pytest.raises(ValueError, match=r"signed at another time|signature is wrong"):
            verify(secret, headers | change, made.body)
    with pytest.raises(ValueError, match="signature is wrong"):
        verify("another secret", headers, made.body)
