import pytest

from meridian.loadtest.engine.dialing import HTTP2_STREAMS, server_name, streams
from meridian.loadtest.plan import Origin


@pytest.mark.parametrize(
    ("authority", "name"),
    [
        ("eu.example.com", "eu.example.com"),
        ("eu.example.com:8443", "eu.example.com"),
        ("[::1]:8443", "::1"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("", "10.0.0.9"),
    ],
)
def test_the_certificate_must_be_for_the_authority_without_its_port(authority: str, name: str) -> None:
    assert server_name(Origin("EU", "10.0.0.9", 443, authority, tls=True)) == name


def test_only_http2_carries_several_at_once() -> None:
    assert streams(Origin("EU", "10.0.0.9", 80, "a")) == 1
    assert streams(Origin("EU", "10.0.0.9", 80, "a", http=2)) == HTTP2_STREAMS
