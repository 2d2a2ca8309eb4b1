"""A real Envoy as the target: both protocols, with and without TLS, in whole runs."""

import json
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from meridian.envoy.types import HCM, ROUTER, address, extension, typed
from meridian.loadtest.engine.run import run
from meridian.loadtest.outcomes import OK
from meridian.loadtest.plan import Origin
from tests.loadtest.engine.plans import PlainPlan
from tests.loadtest.engine.servers import asking
from tests.support.certificates import authority, issue
from tests.support.envoys import envoy_binary, until
from tests.support.ports import reserve

TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"


@dataclass(frozen=True)
class Edge:
    plain: int
    tls: int
    ca: str

    def origin(self, http: int, tls: bool) -> Origin:
        port = self.tls if tls else self.plain
        return Origin("EU", "127.0.0.1", port, f"127.0.0.1:{port}", tls, 2 if http == 2 else 1, self.ca)


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("envoy")
    certificate, key = issue(folder, "edge", authority(folder))
    plain, secured = reserve(2)
    files = {"certificate_chain": {"filename": certificate}, "private_key": {"filename": key}}
    context = {"alpn_protocols": ["h2", "http/1.1"], "tls_certificates": [files]}
    layer = extension("envoy.transport_sockets.tls", typed(TLS, common_tls_context=context))
    listeners = [listener("plain", plain), listener("secured", secured, transport_socket=layer)]
    (folder / "envoy.json").write_text(json.dumps({"static_resources": {"listeners": listeners}}))
    command = [str(envoy_binary()), "-c", "envoy.json", "--concurrency", "1", "--use-dynamic-base-id"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--log-level", "warning"], cwd=folder, stdout=log, stderr=log)
    made = Edge(plain, secured, str(folder / "authority.pem"))
    try:
        until(lambda: listening(plain) and listening(secured), 20, "Envoy")
        yield made
    finally:
        process.kill()
        process.wait(10)


def listener(name: str, port: int, **chain: object) -> dict[str, object]:
    answer = {"status": 200, "body": {"inline_string": "x" * 500}}
    routes = [{"match": {"prefix": "/"}, "direct_response": answer}]
    manager = typed(
        HCM,
        stat_prefix=name,
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        http_filters=[extension("envoy.filters.http.router", typed(ROUTER))],
    )
    filters = [extension("envoy.filters.network.http_connection_manager", manager)]
    return {
        "name": name,
        "address": address(f"127.0.0.1:{port}"),
        "filter_chains": [{"filters": filters, **chain}],
    }


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("http", [1, 2])
async def test_envoy_answers(edge: Edge, http: int, tls: bool) -> None:
    async with asking(edge.origin(http, tls)) as asker:
        for method, size in (("GET", 500), ("POST", 500), ("HEAD", 0)):
            answer = await asker.ask(method=method, headers=[("x-a", "b")], body=b"{}" * (method == "POST"))
            assert (answer.status, answer.size) == (200, size)
            assert b"\r\nserver: envoy\r\n" in answer.head
            assert b"\r\ncontent-length: 500\r\n" in answer.head
        assert asker.pool.open == 1


@pytest.mark.parametrize(("http", "tls"), [(1, False), (2, False), (2, True)])
async def test_a_run_against_envoy_is_answered_throughout(edge: Edge, http: int, tls: bool) -> None:
    plan = PlainPlan([edge.origin(http, tls)], rate=1000, seconds=0.5, timeout=20, body=b"{}", method="POST")
    record = await run(plan, on_second=lambda progress: None)
    total = record.between(0, record.seconds)
    assert total.count(lambda key: key.outcome == OK) == total.sent == total.due == 500
