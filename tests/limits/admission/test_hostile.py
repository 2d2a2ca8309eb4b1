"""Input that no Envoy would send: answered with a problem, or with a closed connection, and never by a crash."""

import random
import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.limits.admission.running import Process, admission


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    with admission() as running:
        yield running


def send(process: Process, content: bytes, pieces: int = 1) -> bytes:
    """Everything that comes back until the connection ends or nothing comes."""
    with closing(socket.socket(socket.AF_UNIX)) as line:
        line.settimeout(2)
        line.connect(str(process.home / "admission.sock"))
        size = max(1, len(content) // pieces)
        received = b""
        with suppress(ConnectionError):  # it may close while this still sends
            for start in range(0, len(content), size):
                line.sendall(content[start : start + size])
            line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError, TimeoutError):
            while piece := line.recv(65536):
                received += piece
    return received


GOOD = b"POST /admit/x HTTP/1.1\r\nhost: x\r\nx-meridian-action: payout\r\nx-meridian-user: u\r\n\r\n"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"\x00\x01\x02\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"400"),
        (b"GET /ready HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"GET /ready HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"POST /outcome HTTP/1.1\r\nx-meridian-status: soon\r\n\r\n", b"400"),
        (b"POST /outcome HTTP/1.1\r\nx-meridian-status: \xb2\xb2\xb2\r\n\r\n", b"400"),
        (b"POST /outcome HTTP/1.1\r\n\r\n", b"400"),
        (b"DELETE /state HTTP/1.1\r\n\r\n", b"404"),
        (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /infrastructure/rate-limit/check HTTP/1.1\r\ncontent-length: 70000\r\n\r\n" + b"x" * 70_000, b"413"),
        (b"POST /infrastructure/rate-limit/check HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n" + b"8000\r\n" + b"x" * 0x8000 +
        b"\r\n8001\r\n" + b"x" * 0x8001, b"413"), (b"GET /ready HTTP/1.1\r\nx: " + b"y" * 300_000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"y" * 300_000, b"431"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_as_a_problem(process: Process, content: bytes, status: bytes) -> None:
    for pieces in (1, 7):
        answer = send(process, content, pieces)
        assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
        assert b"application/problem+json" in answer
    assert process.ready()


@pytest.mark.parametrize(
    "content",
    [
        b"GET /ready HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
    ],
)
def test_who_asks_for_another_protocol_is_answered_once_in_http(process: Process, content: bytes) -> None:
    assert send(process, content + GOOD).count(b"HTTP/1.1 ") == 1


def test_answers_keep_the_order_of_their_requests_and_an_error_comes_last(process: Process) -> None:
    content = GOOD + b"GET /ready HTTP/1.1\r\n\r\n" + b"GET /nothing HTTP/1.1\r\n\r\n" + b"\x00" + GOOD
    answer = send(process, content)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"404", b"400"]


def test_ten_thousand_requests_at_once_are_all_answered(process: Process) -> None:
    answer = send(process, b"GET /ready HTTP/1.1\r\n\r\n" * 10_000)
    assert answer.count(b"HTTP/1.1 200") == 10_000


def test_head_gets_the_same_answer_without_a_body(process: Process) -> None:
    answer = send(process, b"HEAD /nothing HTTP/1.1\r\n\r\nGET /ready HTTP/1.1\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"problem-types" not in answer
    assert b'"status"' not in answer


@pytest.mark.parametrize("value", [b"\xff\xfe", b"u" * 60_000, "ü€😀".encode(), b"}{:*?\\", b"%00", b"\t"])
def test_any_value_of_a_header_is_just_somebodys_name(process: Process, value: bytes) -> None:
    for name in (b"user", b"account", b"client", b"tier", b"risk", b"action"):
        for action in (b"payout", b"login"):
            content = b"POST /admit HTTP/1.1\r\nx-meridian-action: " + action + b"\r\nx-device-id: " + value
            answer = send(process, content + b"\r\nx-meridian-" + name + b": " + value + b"\r\n\r\n")
            nobody = value in (b"%00", b"\t") and (name, action) == (b"account", b"login")
            assert answer[9:12] in ((b"400",) if nobody else (b"200", b"429")), answer[:200]


def test_noise_of_every_kind_crashes_nothing(process: Process) -> None:
    chance = random.Random(7)
    for _ in range(300):
        content = bytearray(GOOD * chance.randint(1, 3))
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        send(process, bytes(content), chance.randint(1, 4))
    assert process.ready()
    assert process.admit("payout", user="somebody-new").status == 200


def test_connections_that_break_off_leave_nothing_behind(process: Process) -> None:
    for _ in range(200):
        with closing(socket.socket(socket.AF_UNIX)) as line:
            line.connect(str(process.home / "admission.sock"))
            line.sendall(GOOD[:40])
    assert process.ready()
