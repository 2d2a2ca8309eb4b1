"""Envoy's admin interface, over its Unix socket."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

SILENT = (aiohttp.ClientError, TimeoutError, OSError)
"""What a call raises while Envoy does not answer (it starts, it is gone, it hangs)."""


@dataclass(frozen=True, slots=True)
class Requests:
    """total: so far. active: in flight. clients: of the total, those that did not come through another region's edge."""

    total: int
    active: int
    clients: int


class Admin:
    """Every method raises one of SILENT when Envoy does not answer in time."""

    def __init__(self, socket: Path, timeout: float = 2.0) -> None:
        self.socket = socket
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def ready(self) -> bool:
        """Whether it is live: configured, warmed and not draining."""
        status, _ = await self._ask("GET", "/ready")
        return status == 200

    async def versions(self) -> dict[str, str]:
        """Text statistic -> value; `….version_text` is what each subscription accepted last."""
        _, text = await self._ask("GET", "/stats?type=TextReadouts")
        pairs = (line.partition(": ") for line in text.splitlines())
        return {name: value.strip('"') for name, _, value in pairs}

    async def refused(self) -> dict[str, int]:
        """Counter -> how many updates that subscription refused; only those that refused any."""
        return await self._numbers("/stats?type=Counters&usedonly&filter=update_(rejected|failure)$")

    async def warming(self) -> int:
        """Clusters and listeners that are not in use yet."""
        found = await self._numbers("/stats?type=Gauges&filter=(warming_clusters|listeners_warming)$")
        return sum(found.values())

    async def requests(self) -> "Requests":
        found = await self._numbers(r"/stats?filter=^http\.(public|peer)\.downstream_rq_(total|active)$")
        total = sum(count for name, count in found.items() if name.endswith("total"))
        clients = found.get("http.public.downstream_rq_total", 0)
        return Requests(total, sum(found.values()) - total, clients)

    async def numbers(self, names: str) -> dict[str, int]:
        """Statistic -> value, of those that were ever used. names: a regular expression."""
        return await self._numbers(f"/stats?usedonly&filter={quote(names)}")

    async def clusters(self) -> list[dict[str, Any]]:
        """`cluster_statuses`, host by host. https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--clusters"""
        _, text = await self._ask("GET", "/clusters?format=json")
        statuses: list[dict[str, Any]] = json.loads(text).get("cluster_statuses", [])
        return statuses

    async def reopen_logs(self) -> None:
        await self._ask("POST", "/reopen_logs")

    async def drain(self) -> None:
        """Asks clients to go elsewhere: health checks fail, connections are closed after their next
        response."""
        await self._ask("POST", "/healthcheck/fail")
        await self._ask("POST", "/drain_listeners?graceful")

    async def close(self) -> None:
        """Every later call raises OSError: whoever still holds this one asks an Envoy that is gone."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _numbers(self, path: str) -> dict[str, int]:
        _, text = await self._ask("GET", path)
        pairs = (line.partition(": ") for line in text.splitlines())
        return {name: int(value) for name, _, value in pairs if value.isdigit()}

    async def _ask(self, method: str, path: str) -> tuple[int, str]:
        if self._closed:
            raise OSError("this Envoy has been replaced")
        if self._session is None:
            connector = aiohttp.UnixConnector(str(self.socket))
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        async with self._session.request(method, f"http://envoy{path}") as answer:
            return answer.status, await answer.text()
