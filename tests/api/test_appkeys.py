"""The app's public keys: only what is public, from a file, an address or the local world."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from meridian.api.appkeys import MAX_DOCUMENT, AppKeys, public
from meridian.config.schema.identity import Identity, Jwks
from meridian.core.clock import FakeClock
from meridian.core.errors import InvalidInput, Unavailable
from tests.api.keys import JWKS

KNOWN = public(JWKS)


class Source(HTTPServer):
    """An identity service's document, which a test changes."""

    body = json.dumps(JWKS).encode()
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/jwks.json"


class Handler(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(200 if self.server.body else 500)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def source() -> Iterator[Source]:
    server = Source(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def keys(tmp_path):
    return AppKeys(FakeClock(), tmp_path, tmp_path / "world.json", tmp_path / "cache" / "jwks.json")


def identity(**jwks: str) -> Identity:
    return Identity(issuer="i", audience="a", jwks=Jwks.model_validate(jwks) if jwks else None)


def test_a_private_key_goes_no_further():
    leaked = {**JWKS["keys"][0], "d": "the private half", "x5c": ["..."]}
    assert public({"keys": [leaked, {"kty": "oct", "k": "secret"}, 7]}) == {"keys": [JWKS["keys"][0]]}


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, "keys"])
def test_what_is_no_document_is_refused(document):
    with pytest.raises(ValueError, match="no list `keys`"):
        public(document)


async def test_a_file_is_read_each_time_and_a_broken_one_is_a_sentence(keys, tmp_path):
    path = tmp_path / "keys.json"
    with pytest.raises(InvalidInput, match="cannot be read"):
        await keys.of(identity(file="keys.json"))
    path.write_text("{")
    with pytest.raises(InvalidInput, match="not usable"):
        await keys.of(identity(file="keys.json"))
    path.write_text(" " * (MAX_DOCUMENT + 1))
    with pytest.raises(InvalidInput, match="larger than"):
        await keys.of(identity(file="keys.json"))
    path.write_text(json.dumps(JWKS))
    assert await keys.of(identity(file="keys.json")) == KNOWN


async def test_without_a_source_the_local_worlds_keys_count(keys, tmp_path):
    assert await keys.of(identity()) == {"keys": []}
    (tmp_path / "world.json").write_text(json.dumps(JWKS))
    assert await keys.of(identity()) == KNOWN


async def test_an_address_is_asked_again_only_when_its_time_is_over(keys, source):
    settings = identity(url=source.url, refresh="60s")
    assert await keys.of(settings) == KNOWN == await keys.of(settings)
    assert source.asked == 1
    source.body = b'{"keys": []}'
    keys.clock.advance(61)
    assert await keys.of(settings) == {"keys": []}


async def test_an_address_that_fails_leaves_the_last_known_keys_also_after_a_restart(keys, source):
    settings = identity(url=source.url, refresh="60s")
    await keys.of(settings)
    for body in (b"", b"nonsense", b" " * (MAX_DOCUMENT + 1)):
        source.body = body
        keys.clock.advance(61)
        assert await keys.of(settings) == KNOWN
    again = AppKeys(FakeClock(), keys.beside, keys.world, keys.cache)
    assert await again.of(settings) == KNOWN
    with pytest.raises(Unavailable, match="cannot be fetched"):
        await again.of(identity(url=source.url + "?other"))


async def test_only_the_web_is_asked(keys):
    for url in ("file:///etc/passwd", "ftp://127.0.0.1/x", "nonsense", "http://127.0.0.1:1/", "http://[::1"):
        with pytest.raises(Unavailable, match="cannot be fetched"):
            await keys.of(identity(url=url))
