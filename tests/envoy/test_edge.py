"""A compiled edge in a real Envoy: what is tried again and what never, what its own answers look like, and whom it lets in."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from meridian.config.schema.root import Config
from tests.support.certificates import authority, issue
from tests.support.configs import small
from tests.support.envoys import BRAZILIAN, FRENCH, INDIAN, Fleet, fleet, until

TRUSTING = {"client_address": {"trusted": ["127.0.0.1/32"]}}
HEALTH = {"interval": "100ms", "timeout": "1s", "unhealthy_after": 1, "healthy_after": 1}
CHAT = "/v1/chat/1"


def quick(**edge: Any) -> Config:
    services = {
        name: {"health": HEALTH, "timeout": "2s", "try_timeout": "1s"}
        for name in ("chat", "wallet", "media", "ai")
    }
    return small(services=services, edge={**TRUSTING, **edge})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with fleet(quick(max_body=4096), tmp_path_factory.mktemp("edges")) as made:
        yield made


@pytest.fixture
def edges(running: Fleet) -> Iterator[Fleet]:
    running.apps.forget()
    yield running
    running.apps.restore(*running.config.locations)
    running.apps.forget()
    until(running.settled, what="every address to be up again")


def problem(answer: httpx.Response, status: int, kind: str, retry: bool) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/docs/problems#{kind}"
    assert answer.json()["status"] == status
    assert answer.json()["title"]
    assert ("retry-after" in answer.headers) == retry


@pytest.mark.parametrize("region", ["EU", "US", "APAC"])
def test_a_user_is_served_at_home_whichever_edge_they_reach(edges: Fleet, region: str) -> None:
    for ip, location in ((FRENCH, "europe-west1"), (BRAZILIAN, "us-central1"), (INDIAN, "asia-south1")):
        answer = edges.ask(region, CHAT, ip)
        assert answer.json()["location"] == location
        assert answer.headers["x-meridian-location"] == location
        assert answer.json()["headers"]["x-meridian-client"] == ip, (
            "the client's address travels with the request"
        )


@pytest.mark.parametrize("region", ["EU", "US"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_an_idempotent_request_that_is_broken_off_is_tried_elsewhere(
    edges: Fleet, region: str, method: str
) -> None:
    edges.apps["europe-west1"].trouble = "breaks off"
    answer = edges.ask(region, CHAT, FRENCH, method)
    assert answer.status_code == 200
    assert answer.headers["x-meridian-location"] == "europe-west4"
    assert len(edges.apps["europe-west4"].seen) == 1


@pytest.mark.parametrize("region", ["EU", "US"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_any_other_request_that_was_read_is_sent_once(edges: Fleet, region: str, method: str) -> None:
    for app in edges.apps.by_location.values():
        app.trouble = "breaks off"
    answer = edges.ask(region, CHAT, FRENCH, method, content=b"pay")
    assert [each["method"] for each in edges.apps.seen()] == [method]
    problem(answer, 502, "broken-off", retry=False)


@pytest.mark.parametrize("region", ["EU", "US"])
def test_an_idempotency_key_lets_a_post_be_tried_elsewhere(edges: Fleet, region: str) -> None:
    edges.apps["europe-west1"].trouble = "breaks off"
    answer = edges.ask(region, CHAT, FRENCH, "POST", {"idempotency-key": "k1"}, content=b"pay")
    assert answer.json()["location"] == "europe-west4"
    assert [each["size"] for each in edges.apps.seen()] == [3, 3], "the whole body, both times"


def test_a_post_that_reached_nobody_is_tried_elsewhere(edges: Fleet) -> None:
    """The location was up at its last health check, and refuses connections now."""
    edges.apps.kill("europe-west1")
    answer = edges.ask("EU", CHAT, FRENCH, "POST", content=b"pay")
    assert answer.json()["location"] == "europe-west4"


def test_a_body_too_large_to_keep_is_passed_on_but_not_tried_again(edges: Fleet) -> None:
    large = b"x" * 2_000_000
    assert edges.ask("EU", CHAT, FRENCH, "PUT", content=large).json()["size"] == len(large)
    until(
        lambda: edges.ask("EU", CHAT, FRENCH).json()["location"] == "europe-west1",
        what="europe-west1 to be in service",
    )
    edges.apps.forget()
    edges.apps["europe-west1"].trouble = "breaks off"
    answer = edges.ask("EU", CHAT, FRENCH, "PUT", content=large)
    assert answer.status_code in (502, 503)
    assert len(edges.apps.seen()) == 1


def test_with_every_allowed_location_down_it_is_503_and_goes_nowhere_else(edges: Fleet) -> None:
    edges.apps.kill("europe-west1", "europe-west4")
    for region in edges.edges:
        for method in ("GET", "POST"):
            problem(edges.ask(region, CHAT, FRENCH, method), 503, "no-healthy-location", retry=True)
    assert edges.apps.seen() == []


def test_an_open_feature_goes_on_to_the_next_region(edges: Fleet) -> None:
    edges.apps.kill("europe-west1", "europe-west4")
    for region in edges.edges:
        until(
            lambda region=region: (
                edges.ask(region, "/v1/media/1", FRENCH).json()["location"] == "us-central1"
            ),
            what=f"edge {region} to go on to the next region",
        )


def test_a_service_that_is_too_slow_is_504(edges: Fleet) -> None:
    edges.apps["us-central1"].trouble = "slow"
    problem(edges.ask("US", CHAT, BRAZILIAN, "POST"), 504, "timeout", retry=True)


def test_headers_too_large_are_431(edges: Fleet) -> None:
    problem(
        edges.ask("US", CHAT, BRAZILIAN, headers={"x-long": "y" * 40_000}),
        431,
        "headers-too-large",
        retry=False,
    )


def test_too_many_headers_are_431(edges: Fleet) -> None:
    many = {f"x-h{n}": "1" for n in range(150)}
    problem(edges.ask("US", CHAT, BRAZILIAN, headers=many), 431, "headers-too-large", retry=False)


def test_the_edge_says_that_it_is_ready_and_nothing_about_itself(edges: Fleet) -> None:
    answer = edges.ask("EU", "/__meridian/ready")
    assert (answer.status_code, answer.text) == (200, "ready\n")
    assert not [name for name in answer.headers if name.startswith("x-envoy")]
    assert not [name for name in edges.ask("EU", CHAT, FRENCH).headers if name.startswith("x-envoy")]


def test_a_peer_listener_serves_no_client_that_names_no_chain(edges: Fleet) -> None:
    peer = edges.inventory.peers["US"]["EU"]
    problem(edges.client.get(f"http://{peer}{CHAT}"), 404, "no-such-feature", retry=False)
    elsewhere = {"x-meridian-chain": "us-central1"}
    problem(edges.client.get(f"http://{peer}{CHAT}", headers=elsewhere), 404, "no-such-feature", retry=False)


def test_behind_cloudflare_only_its_addresses_get_in_and_its_header_counts(tmp_path: Path) -> None:
    config = small(
        edge={
            "client_address": {"header": "cf-connecting-ip", "trusted": ["127.0.0.1/32"], "others": "refuse"}
        }
    )
    with fleet(config, tmp_path, only=["US"], healthy=False) as made:
        until(lambda: any(host["up"] for host in made.edges["US"].hosts()), what="health")
        told = {"cf-connecting-ip": BRAZILIAN, "x-forwarded-for": INDIAN}
        answer = made.ask("US", CHAT, headers=told)
        assert answer.status_code == 200, answer.text
        assert answer.json()["headers"]["x-meridian-client"] == BRAZILIAN
        assert answer.json()["headers"]["x-meridian-country"] == "BR"
        other = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(transport=other, trust_env=False) as stranger, pytest.raises(httpx.TransportError):
            stranger.get(f"{made.edges['US'].url}{CHAT}", headers=told)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Path]]:
    """Edges with TLS for clients, and mutual TLS between them."""
    folder = tmp_path_factory.mktemp("certificates")
    ours = authority(folder)
    certificate, key = issue(folder, "edge", ours)
    issue(folder, "stranger", authority(folder, "elsewhere"))
    config = quick(
        tls={"certificate": certificate, "key": key},
        peer_tls={"certificate": certificate, "key": key, "ca": str(folder / "authority.pem")},
    )
    with fleet(config, tmp_path_factory.mktemp("tls")) as made:
        yield made, folder


def handshake(address: str, folder: Path, version: ssl.TLSVersion | None = None, own: str = "") -> str:
    """The protocol that was agreed on and used for one read; raises ssl.SSLError or OSError."""
    context = ssl.create_default_context(cafile=str(folder / "authority.pem"))
    if version:
        context.maximum_version = version
    if own:
        context.load_cert_chain(folder / f"{own}.pem", folder / f"{own}.key")
    host, _, port = address.rpartition(":")
    with (
        socket.create_connection((host, int(port)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        secure.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert secure.recv(1), "closed without an answer"
        return str(secure.version())


def test_clients_get_tls_1_3_and_nothing_older(encrypted: tuple[Fleet, Path]) -> None:
    edges, folder = encrypted
    address = edges.inventory.listen["EU"].public
    assert handshake(address, folder) == "TLSv1.3"
    with pytest.raises((ssl.SSLError, OSError)):
        handshake(address, folder, ssl.TLSVersion.TLSv1_2)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{address}{CHAT}", trust_env=False)


def test_a_request_is_handed_over_by_mutual_tls(encrypted: tuple[Fleet, Path]) -> None:
    edges, folder = encrypted
    context = ssl.create_default_context(cafile=str(folder / "authority.pem"))
    with httpx.Client(verify=context, trust_env=False) as client:
        answer = client.get(f"{edges.edges['US'].url}{CHAT}", headers={"x-forwarded-for": FRENCH})
    assert answer.json()["location"] == "europe-west1"


def test_a_peer_listener_takes_only_certificates_of_its_own_authority(encrypted: tuple[Fleet, Path]) -> None:
    edges, folder = encrypted
    address = edges.inventory.listen["EU"].peer
    assert handshake(address, folder, own="edge") == "TLSv1.3"
    for own in ("", "stranger"):
        with pytest.raises((ssl.SSLError, OSError, AssertionError)):
            handshake(address, folder, own=own)
