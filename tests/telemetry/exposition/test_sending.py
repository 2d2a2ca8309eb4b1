"""Over a real collector's door: an HTTP server that takes OTLP."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from pydantic import ValidationError

from meridian.core.clock import FakeClock
from meridian.telemetry.exposition.sending import Sending, given
from meridian.telemetry.exposition.settings import Otlp
from meridian.telemetry.exposition.totals import totals_of
from tests.telemetry.exposition.cubes import traffic


@dataclass
class Control:
    clock: FakeClock = field(default_factory=FakeClock)
    parts: dict[type, Any] = field(default_factory=dict)

    def shared(self, kind: type, make: Any) -> Any:
        return self.parts.setdefault(kind, make())


@dataclass
class Collector:
    status: int = 200
    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)


@asynccontextmanager
async def collector(status: int = 200) -> AsyncIterator[Collector]:
    made = Collector(status)
    app = web.Application()
    app.router.add_post("/v1/metrics", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    made.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1/metrics"  # type: ignore[attr-defined]
    try:
        yield made
    finally:
        await runner.cleanup()


async def sent(to: Collector, **settings: Any) -> str:
    control = Control()
    totals_of(control).add({100: traffic(4, 120)})  # type: ignore[arg-type]
    async with httpx.AsyncClient(timeout=5) as client:
        return await Sending(control, "one").send(client, Otlp(endpoint=to.url, **settings))  # type: ignore[arg-type]


async def test_a_collector_gets_what_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTLP_AUTHORIZATION", "Bearer s3cret")
    async with collector() as to:
        assert await sent(to, headers={"authorization": "OTLP_AUTHORIZATION"}) == ""

    ((headers, body),) = to.got
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Content-Type"] == "application/x-protobuf"
    # aiohttp's server has unpacked it already where it could.
    raw = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    (resource,) = ExportMetricsServiceRequest.FromString(raw).resource_metrics
    counted = {each.name: each for each in resource.scope_metrics[0].metrics}
    assert counted["meridian_requests"].sum.data_points[0].as_double == 2


async def test_what_goes_wrong_is_said_in_words() -> None:
    async with collector(503) as to:
        assert await sent(to) == "it answers 503"
    assert await sent(to) == "it does not answer: ConnectError"


async def test_a_secret_that_is_not_there_is_named_and_nothing_is_sent() -> None:
    async with collector() as to:
        told = await sent(to, headers={"authorization": "NO_SUCH_VARIABLE"})

    assert told == "the environment variable NO_SUCH_VARIABLE for a header is not set"
    assert to.got == []


def test_headers_take_their_values_from_the_environment() -> None:
    assert given({"a": "X"}, {"X": "1", "Y": "2"}) == ({"a": "1"}, "")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"endpoint": "127.0.0.1:4318"}, "String should match pattern"),
        ({"endpoint": "http://a/v1/metrics", "every": "1s"}, "at most every 5 s"),
        ({"endpoint": "http://a/v1/metrics", "headers": {"Host": "X"}}, "is set by Meridian"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Otlp(**settings)
