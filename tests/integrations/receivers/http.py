"""What the receivers that speak HTTP share: a script of how to behave, and what came in."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Behaviour = Literal[
    "ok", "hang", "error", "slow_down", "refuse", "garbage", "close", "redirect", "portal", "endless"
]


@dataclass(frozen=True)
class Seen:
    """A request as it came in, whatever was answered."""

    path: str
    headers: dict[str, str]
    body: bytes
    behaviour: Behaviour


@dataclass
class HttpReceiver:
    """script: how the next requests are met, one each; after them, `otherwise`. retry_after: what "slow_down" says.
    seen: every request. problems: what was against the service's published rules; such a request is refused."""

    script: deque[Behaviour] = field(default_factory=deque)
    otherwise: Behaviour = "ok"
    retry_after: str = "7"
    seen: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    url: str = ""

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Sequence[str], int, str]:
        """Problems by the published rules, and the status and body of the answer where there are none."""
        raise NotImplementedError

    async def start(self) -> None:
        self._over, self._loop = asyncio.Event(), asyncio.get_running_loop()
        application = web.Application(client_max_size=2**20)
        application.router.add_route("*", "/{rest:.*}", self._meet)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def let_go(self) -> None:
        """Ends the connections that hang, without an answer."""
        self._loop.call_soon_threadsafe(self._over.set)

    async def stop(self) -> None:
        self._over.set()
        await self._runner.cleanup()

    async def _meet(self, request: web.Request) -> web.StreamResponse:
        behaviour = self.script.popleft() if self.script else self.otherwise
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        self.seen.append(Seen(request.path, headers, body, behaviour))
        transport = request.transport
        assert transport
        match behaviour:
            case "hang":
                await self._over.wait()
                transport.abort()
            case "error":
                return web.Response(status=500, text="something broke")
            case "slow_down":
                return web.Response(
                    status=429, headers={"retry-after": self.retry_after}, text="rate_limited"
                )
            case "refuse":
                return web.Response(status=400, text="invalid_payload")
            case "redirect":
                return web.Response(status=302, headers={"location": f"{self.url}/elsewhere"})
            case "portal":
                return web.Response(text="<html>please sign in to this wireless network</html>")
            case "garbage":
                transport.write(b"\x00\xff\xfe not http at all \r\n\r\n" * 10)
                transport.close()
            case "close":
                transport.abort()
            case "endless":
                return await self._endless(request)
        if behaviour != "ok":
            return web.Response(status=500)
        if request.method != "POST":
            return web.Response(status=405)
        problems, status, text = self.take(request.path, headers, body)
        if problems:
            self.problems += problems
            return web.Response(status=max(status, 400), text="; ".join(problems))
        kind = "application/json" if text.startswith("{") else "text/plain"
        return web.Response(status=status, text=text, content_type=kind)

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while not self._over.is_set():
                await response.write(b"x" * 65536)
        except ConnectionError:
            pass
        return response
