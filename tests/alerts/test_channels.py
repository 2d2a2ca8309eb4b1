import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from meridian.alerts.channels import KINDS, Channel, is_loopback
from meridian.alerts.deliveries.target import target

EMAIL = {"host": "mail.example.com", "from": "m@example.com", "to": ["a@example.com", "b@example.com"]}


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_a_mail_server_has_the_port_that_goes_with_its_security(security: str, port: int) -> None:
    channel = Channel.model_validate({"email": {**EMAIL, "security": security}})
    assert channel.email
    assert channel.email.at_port == port


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *((host, True) for host in ("127.0.0.1", "127.8.0.1", "localhost", "::1")),
        *((host, False) for host in ("10.0.0.1", "localhost.example.com", "127.0.0.1.example.com", "")),
    ],
)
def test_only_this_machine_counts_as_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@settings(deadline=None)
@given(st.sets(st.sampled_from(KINDS)))
def test_a_channel_has_exactly_one_kind(kinds: set[str]) -> None:
    settings = {
        "slack": {"webhook": {"env": "A"}},
        "pagerduty": {"routing_key": {"env": "A"}},
        "email": EMAIL,
        "sms": {"account": "AC1", "token": {"env": "A"}, "from": "Avalo", "to": ["+4915112345678"]},
        "webhook": {"url": "https://ops.example.com", "secret": {"env": "A"}},
    }
    raw = {kind: settings[kind] for kind in kinds}
    if len(kinds) == 1:
        assert {Channel.model_validate(raw).kind} == kinds
        return
    with pytest.raises(ValidationError, match="give exactly one of slack, pagerduty, email, sms, webhook"):
        Channel.model_validate(raw)


def test_where_a_channel_leads_is_said_without_what_may_be_a_key() -> None:
    hook = {"webhook": {"url": "https://ops.example.com/in/a-key?token=b-key", "secret": {"env": "HOOK"}}}
    assert target(Channel.model_validate(hook)) == "ops.example.com"
    slack = {"slack": {"webhook": {"file": "/run/secrets/slack"}}}
    assert target(Channel.model_validate(slack)) == "the webhook in the file /run/secrets/slack"
    assert (
        target(Channel.model_validate({"email": EMAIL}))
        == "a@example.com, b@example.com through mail.example.com:587"
    )
