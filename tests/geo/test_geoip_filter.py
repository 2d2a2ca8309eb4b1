"""The converted database in the real Envoy: the country that its filter writes is the one published for the address."""

import http.client
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import maxminddb
import pytest

from meridian.geo.blocks import read_blocks
from tests.support.ports import reserve

pytestmark = pytest.mark.scenario

DEADLINE = 20.0
TYPE = "type.googleapis.com/envoy.extensions"
GEOIP = {
    "@type": f"{TYPE}.filters.http.geoip.v3.Geoip",
    "provider": {
        "name": "envoy.geoip_providers.maxmind",
        "typed_config": {
            "@type": f"{TYPE}.geoip_providers.maxmind.v3.MaxMindConfig",
            "country_db_path": "./country.mmdb",
            "common_provider_config": {"geo_field_keys": {"country": "x-meridian-country"}},
        },
    },
}
ANSWER = {
    "match": {"prefix": "/"},
    "direct_response": {"status": 200},
    "response_headers_to_add": [{"header": {"key": "country", "value": "%REQ(X-MERIDIAN-COUNTRY)%"}}],
}
HOPS = {"use_remote_address": True, "xff_num_trusted_hops": 1}
TRUSTED = {
    "use_remote_address": False,
    "original_ip_detection_extensions": [
        {
            "name": "envoy.http.original_ip_detection.xff",
            "typed_config": {
                "@type": f"{TYPE}.http.original_ip_detection.xff.v3.XffConfig",
                "xff_trusted_cidrs": {"cidrs": [{"address_prefix": "127.0.0.0", "prefix_len": 8}]},
            },
        }
    ],
}


@dataclass(frozen=True)
class Edge:
    port: int
    folder: Path

    def country(self, address: str, claimed: str | None = None) -> str | None:
        """The country that Envoy finds for a request forwarded for `address`, which may claim one itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        headers = {"x-forwarded-for": address} | ({"x-meridian-country": claimed} if claimed else {})
        try:
            connection.request("GET", "/", headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            return answer.getheader("country")
        finally:
            connection.close()


def config(port: int, detection: dict[str, object]) -> str:
    manager = {
        "@type": f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "test",
        **detection,
        "http_filters": [
            {"name": "geoip", "typed_config": GEOIP},
            {"name": "router", "typed_config": {"@type": f"{TYPE}.filters.http.router.v3.Router"}},
        ],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [ANSWER]}]},
    }
    listener = {
        "name": "clients",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    return json.dumps({"static_resources": {"listeners": [listener]}})


def await_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    pytest.fail(f"Envoy did not listen within {DEADLINE} s:\n{log.read_text()}")


@pytest.fixture(scope="module", params=[HOPS, TRUSTED], ids=["counted-hops", "trusted-proxies"])
def edge(
    request: pytest.FixtureRequest, converted_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("edge")
    shutil.copy(converted_database, folder)
    port, log = reserve()[0], folder / "envoy.log"
    envoy = str(Path(sys.executable).parent / "envoy")
    command = [
        envoy,
        "--config-yaml",
        config(port, request.param),
        "--use-dynamic-base-id",
        "--concurrency",
        "1",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        await_listening(process, port, log)
        yield Edge(port, folder)
    finally:
        process.kill()
        process.wait()


def test_every_countrys_clients_get_the_country_they_were_published_with(
    edge: Edge, published_database: Path
) -> None:
    drawn = read_blocks(edge.folder / "country.mmdb").addresses(seed=11, per_country=2, ipv6_share=0.5)
    addresses = [address for of_country in drawn.values() for address in of_country]
    assert sum(ip_address(address).version == 6 for address in addresses) > 200
    with maxminddb.open_database(published_database) as published:
        for address in addresses:
            record = published.get(address)
            assert isinstance(record, dict)
            assert edge.country(address) == record["country_code"], address


def test_well_known_addresses(edge: Edge) -> None:
    assert edge.country("81.2.69.142") == "GB"
    assert edge.country("49.36.0.1") == "IN"
    assert edge.country("177.0.0.1") == "BR"
    assert edge.country("2a01:cb00::1") == "FR"


def test_an_ipv4_address_written_as_ipv6_has_its_country(edge: Edge) -> None:
    assert edge.country("::ffff:81.2.69.142") == "GB"


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "fd00::1", "garbage"])
def test_addresses_without_a_country_get_none(edge: Edge, address: str) -> None:
    assert edge.country(address) is None


def test_a_claimed_country_loses_to_a_found_one_but_survives_where_none_is_found(edge: Edge) -> None:
    """Why the edge strips `x-meridian-*` headers of clients before this filter."""
    assert edge.country("81.2.69.142", claimed="ZZ") == "GB"
    assert edge.country("10.0.0.1", claimed="ZZ") == "ZZ"


def test_a_renewed_database_is_used_without_a_restart(edge: Edge) -> None:
    database = edge.folder / "country.mmdb"
    content = database.read_bytes()
    try:
        replace(database, content.replace(b"iso_codeBGB", b"iso_codeBZZ"))
        await_country(edge, "81.2.69.142", "ZZ")
    finally:
        replace(database, content)
    await_country(edge, "81.2.69.142", "GB")


def replace(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(path)


def await_country(edge: Edge, address: str, country: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while (found := edge.country(address)) != country:
        assert time.monotonic() < deadline, f"still {found}"
