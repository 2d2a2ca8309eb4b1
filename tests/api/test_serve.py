"""A real control process on a real port: its commands, raw sockets, and stopping."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from meridian.api.serve import bind
from meridian.cli.client import Client, Refused
from meridian.cli.main import program
from meridian.config.loading import InvalidConfig
from meridian.core.errors import Conflict, InvalidInput, Unavailable
from tests.api.world import ADMIN, EU, OPS, prepare
from tests.support.ports import reserve


@dataclass
class Process:
    home: Path
    address: str
    child: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.home / "control.log").read_text()

    def run(self, *arguments: str, token: str = ADMIN) -> Result:
        env = {"MERIDIAN_CONTROL": self.address, "MERIDIAN_TOKEN": token}
        return CliRunner().invoke(program, [*arguments], env=env)

    def raw(self, content: bytes) -> bytes:
        host, _, port = self.address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer


@pytest.fixture(scope="module")
def module_home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("control")


@pytest.fixture(scope="module")
def process(shared_postgres, module_home) -> Iterator[Process]:
    prepare(module_home)
    address = f"127.0.0.1:{reserve()[0]}"
    files = [
        "--config",
        "meridian.yaml",
        "--inventory",
        "inventory.json",
        "--bootstrap-tokens",
        "tokens.json",
    ]
    arguments = ["control", "--home", ".", "--listen", address, *files]
    env = {**os.environ, "MERIDIAN_DATABASE_URL": shared_postgres.url, "MERIDIAN_EDGE_KEY": "k"}
    with (module_home / "control.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-c", "from meridian.cli.main import run; run()", *arguments],
            cwd=module_home,
            env=env,
            stdout=log,
            stderr=log,
        )
    found = Process(module_home, address, child)
    try:
        deadline = time.monotonic() + 30
        while not _ready(address):
            assert child.poll() is None, found.log
            assert time.monotonic() < deadline, found.log
            time.sleep(0.02)
        yield found
    finally:
        child.terminate()
        child.wait(15)


def _ready(address: str) -> bool:
    try:
        return bool(Client(address=address).get("/readyz")["ready"])
    except (Unavailable, Refused):
        return False


def test_the_commands_plan_apply_list_and_go_back(process):
    text = (process.home / "meridian.yaml").read_text()
    changed = process.home / "changed.yaml"
    changed.write_text(text.replace("[US, CA]", "[US]").replace('"AD"', '"AD", "CA"'))
    applied = process.run("apply", str(changed), "--reason", "Canada moves", "--yes")
    assert applied.exit_code == 0, applied.output
    assert "CA" in applied.output
    assert "version 2 is active" in applied.output
    again = process.run("apply", str(changed), "--reason", "once more", "--yes", "--json")
    assert json.loads(again.output) == {"applied": False, "version": 2}
    back = process.run("rollback", "1", "--reason", "and back", "--yes", "--json")
    assert json.loads(back.output)["version"] == 3
    history = json.loads(process.run("history", "--json").output)
    assert [version["reason"] for version in history] == ["and back", "Canada moves", "first start"]
    assert "3 *" in process.run("history").output
    journal = json.loads(process.run("journal", "--json", "--controller", "operator").output)
    one = process.run("journal", journal[0]["id"])
    assert "reason: and back" in one.output
    refused = process.run("journal", journal[0]["id"], "--replay")
    assert isinstance(refused.exception, Refused)


def test_a_refusal_shows_each_fault_with_its_line(process, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text((process.home / "meridian.yaml").read_text().replace("service: app,", "service: ap,"))
    refused = process.run("apply", str(bad), "--reason", "r", "--yes")
    assert isinstance(refused.exception, InvalidConfig)
    assert re.search(rf"{bad}:\d+:\d+: features.feed.service", str(refused.exception))


def test_tokens_are_made_listed_and_revoked_by_command(process):
    made = process.run("token", "create", "olga", "--role", "ops").output.strip()
    assert Client(address=process.address, token=made).get("/infrastructure/config")["version"]
    [row] = [
        one for one in json.loads(process.run("token", "list", "--json").output) if one["name"] == "olga"
    ]
    assert "olga" in process.run("token", "list").output
    assert process.run("token", "revoke", row["id"]).exit_code == 0
    with pytest.raises(Refused, match="not known"):
        Client(address=process.address, token=made).get("/infrastructure/config")
    assert made not in process.log


def test_what_control_says_no_to_is_a_sentence(process):
    refused = process.run("rollback", "99", "--reason", "r")
    assert "no configuration has the version 99" in str(refused.exception)
    refused = process.run("rollback", "1", "--reason", "r", token=OPS)
    assert "the role ops may not do this" in str(refused.exception)


def test_no_header_of_the_client_reaches_an_answers_headers(process):
    injected = process.raw(b"GET /livez HTTP/1.1\r\nhost: x\r\nx-request-id: a%0d%0aset-cookie: b\r\n\r\n")
    head = injected.split(b"\r\n\r\n")[0].lower()
    assert b"set-cookie" not in head
    folded = process.raw(b"GET /livez HTTP/1.1\r\nhost: x\r\nx-request-id: a\r\n set-cookie: b\r\n\r\n")
    assert b"\r\nset-cookie" not in folded.lower()
    line = process.raw(b"GET /x%0d%0aset-cookie:b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert b"\r\nset-cookie" not in line.lower()
    assert b" 404 " in line.split(b"\r\n")[0]
    assert b"\nset-cookie" not in process.log.encode()


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1\r\nx: " + b"a" * 100_000 + b"\r\n\r\n",
        b"POST /infrastructure/config HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /infrastructure/config HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcde",
        b"GET / HTTQ/1.1\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_control_goes_on(process, content):
    answer = process.raw(content)
    assert answer == b"" or b" 400 " in answer.split(b"\r\n")[0]
    assert _ready(process.address)


def test_its_answers_do_not_say_what_it_is_made_of(process):
    head = process.raw(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").split(b"\r\n\r\n")[0]
    assert b" 200 " in head
    assert b"server:" not in head.lower()


def test_a_port_that_is_taken_and_an_address_that_is_none_are_sentences(process):
    with pytest.raises(Conflict, match="cannot listen on"):
        bind(process.address)
    for listen in ("8080", "localhost", "a:b", "127.0.0.1:99999", ":80"):
        with pytest.raises(InvalidInput, match="not an address"):
            bind(listen)


def test_without_control_the_commands_say_what_to_do(tmp_path):
    address = f"127.0.0.1:{reserve()[0]}"
    with pytest.raises(Unavailable, match=r"control does not answer at .*; start one with `meridian up`"):
        Client(tmp_path, address=address).get("/livez")
    (tmp_path / "state.json").write_text(json.dumps({"control": address}))
    (tmp_path / "admin-token").write_text("secret\n")
    found = Client(tmp_path)
    assert found.base == f"http://{address}"


def test_a_stop_lets_waiting_edges_go_and_leaves_no_process(process):
    """Last of this file: it stops the process."""
    client = Client(address=process.address, token=EU)
    etag = client.call("GET", "/edge/v1/EU/snapshot").headers["etag"]
    host, _, port = process.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as waiting:
        head = f"GET /edge/v1/EU/snapshot?wait=60 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {EU}\r\n"
        waiting.sendall(f"{head}if-none-match: {etag}\r\n\r\n".encode())
        client.get("/livez")
        began = time.monotonic()
        process.child.send_signal(signal.SIGTERM)
        assert b" 304 " in waiting.recv(65536).split(b"\r\n")[0]
    assert process.child.wait(10) == 0
    assert time.monotonic() - began < 30
    assert "Traceback" not in process.log, process.log
