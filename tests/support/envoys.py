"""Real Envoys on compiled snapshots, and the small app behind them, for tests. Each runs in a folder and on
ports of its own.

The app (`Apps`) answers with what reached it and the status in `x-answer`, and can refuse connections, break
off after reading, or be slow, by location.
"""

import asyncio
import http.client
import json
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.core.runtime import runtime_folder
from meridian.envoy.bootstrap import bootstrap
from meridian.envoy.compiler import compile_edges
from meridian.envoy.inlined import bootstrap as inlined
from meridian.envoy.snapshot import Json, Snapshot, canonical
from meridian.feature import Feature
from meridian.features import features
from meridian.geo.lookup import default_database
from tests.support.configs import local_inventory
from tests.support.ports import reserve

FRENCH, INDIAN, BRAZILIAN, NOWHERE = "92.184.100.1", "49.36.0.1", "200.160.2.3", "10.1.2.3"
"""Client addresses; the last belongs to no country."""


def envoy_binary() -> Path:
    """The program itself, from the wheel; the script in `bin` starts it as a child, which a signal would not
    reach."""
    spec = find_spec("envoy")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "_bin" / "envoy"


def validate(config: Json, folder: Path) -> str:
    """What Envoy objects to in a bootstrap; empty when it accepts. Paths in it are relative to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _link_geo(folder)
    file = folder / "validate.json"
    file.write_bytes(canonical(config))
    return validate_file(file)


def validate_file(file: Path) -> str:
    (file.parent / "log").mkdir(exist_ok=True)
    command = [str(envoy_binary()), "--mode", "validate", "-c", file.name, "--disable-hot-restart"]
    done = subprocess.run(
        [*command, "--log-level", "error", "--concurrency", "1"],
        cwd=file.parent,
        capture_output=True,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def accepts(snapshot: Snapshot, folder: Path) -> str:
    return validate(inlined(snapshot), folder)


def until(condition: Callable[[], object], seconds: float = 20.0, what: str = "the condition") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.01)


@dataclass
class App:
    """One location's app. seen: requests that reached it, health checks aside. trouble: "", "breaks off"
    (reads a request and closes the connection), "slow" (answers after 3 s)."""

    location: str
    port: int
    trouble: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)
    served: int = 0
    server: asyncio.Server | None = None
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.server is None:  # accepted in the moment in which this app was killed
            writer.transport.abort()
            return
        self.writers.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = [line.partition(": ")[::2] for line in head[1:] if line]
        told = {name.lower(): value for name, value in headers}
        size = int(told.get("content-length", "0"))
        while told.get("transfer-encoding") == "chunked":
            chunk = int((await reader.readuntil(b"\r\n")).strip(), 16)
            await reader.readexactly(chunk + 2)
            size += chunk
            if not chunk:
                break
        else:
            await reader.readexactly(size)
        about = {"location": self.location, "method": method, "path": path, "headers": told, "size": size}
        if path != "/healthz":
            self.seen.append(about)
            self.served += 1
            if self.trouble == "breaks off":
                writer.transport.abort()
                return False
            if self.trouble == "slow":
                await asyncio.sleep(3)
        body = json.dumps(about).encode()
        head = f"HTTP/1.1 {told.get('x-answer', '200')} As asked\r\ncontent-type: application/json\r\n"
        writer.write(head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        return True


class Apps:
    """An app for each location, all in one thread."""

    def __init__(self, locations: Sequence[str]) -> None:
        ports = reserve(len(locations))
        self.by_location = {name: App(name, port) for name, port in zip(locations, ports, strict=True)}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        for name in locations:
            self.restore(name)

    @property
    def ports(self) -> dict[str, int]:
        return {name: app.port for name, app in self.by_location.items()}

    def __getitem__(self, location: str) -> App:
        return self.by_location[location]

    def kill(self, *locations: str) -> None:
        """Nothing listens there any more, and open connections are cut."""
        for location in locations:
            self._run(self._kill(self.by_location[location]))

    def restore(self, *locations: str) -> None:
        for location in locations:
            self._run(self._serve(self.by_location[location]))

    def forget(self) -> None:
        """What was seen, and every trouble."""
        for app in self.by_location.values():
            app.seen.clear()
            app.served = 0
            app.trouble = ""

    def seen(self) -> list[dict[str, Any]]:
        return [each for app in self.by_location.values() for each in app.seen]

    def counts(self) -> Counter[str]:
        return Counter({name: app.served for name, app in self.by_location.items()})

    def close(self) -> None:
        self.kill(*self.by_location)
        self._run(self._settled())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _settled(self) -> None:
        """Until every connection has ended, also one that was just being accepted."""
        async with asyncio.timeout(5):
            await asyncio.sleep(0.01)
            while len(asyncio.all_tasks()) > 1:
                await asyncio.sleep(0.01)

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _serve(self, app: App) -> None:
        if app.server is None:
            app.server = await asyncio.start_server(app.handle, "127.0.0.1", app.port, limit=1 << 20)

    async def _kill(self, app: App) -> None:
        if app.server is not None:
            app.server.close()
            app.server = None
        for writer in list(app.writers):
            writer.transport.abort()
        while app.writers:
            await asyncio.sleep(0)


@dataclass
class Edge:
    """One Envoy on one snapshot. watches: it takes changes of the files in its folder; otherwise the snapshot stands whole in
    its bootstrap, and it watches nothing (a user has 128 inotify instances). laid: what stands in its folder."""

    snapshot: Snapshot
    home: Path
    url: str
    watches: bool = False
    process: subprocess.Popen[bytes] | None = None
    socket: Path = Path()
    laid: dict[str, bytes] = field(default_factory=dict)

    def lay(self, resources: Mapping[str, bytes]) -> None:
        """Moves changed resources into place, endpoints and extensions before what names them."""
        order = ("endpoints/", "extensions/", "clusters", "routes/", "listeners")
        for name in sorted(
            resources, key=lambda each: next((n for n, p in enumerate(order) if each.startswith(p)), 0)
        ):
            if self.laid.get(name) == resources[name]:
                continue
            path = self.home / "xds" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}")
            beside.write_bytes(resources[name])
            beside.replace(path)
            self.laid[name] = resources[name]

    def start(self) -> None:
        (self.home / "log").mkdir(parents=True, exist_ok=True)
        _link_geo(self.home)
        self.lay(self.snapshot.resources)
        admin = runtime_folder(self.home) / "admin.sock"
        file = self.home / "envoy.json"
        config = bootstrap(self.snapshot.region, "test", admin, 1000)
        if not self.watches:
            del config["dynamic_resources"]
            config |= inlined(self.snapshot)
        file.write_bytes(canonical(config))
        command = [str(envoy_binary()), "-c", file.name, "--concurrency", "1", "--disable-hot-restart"]
        with (self.home / "envoy.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--log-level", "warning"], cwd=self.home, stdout=log, stderr=log
            )
        self.socket = admin

    def ready(self, healthy: bool = True) -> bool:
        """Whether it listens, and (healthy) every address of every cluster has passed its health check."""
        assert self.process is not None
        assert self.process.poll() is None, (self.home / "envoy.log").read_text()
        try:
            return self.admin("/ready") == "LIVE" and (
                not healthy or all(host["up"] for host in self.hosts())
            )
        except OSError:
            return False

    def admin(self, path: str) -> str:
        """What an admin page says, without its last line ending. Raises OSError while nobody answers."""
        connection = http.client.HTTPConnection("admin", timeout=5)
        with socket.socket(socket.AF_UNIX) as connection.sock:
            connection.sock.settimeout(5)
            connection.sock.connect(str(self.socket))
            connection.request("GET", path, headers={"connection": "close"})
            return connection.getresponse().read().decode().strip()

    def hosts(self) -> list[dict[str, Any]]:
        """cluster, location, address, up: as the admin page tells them."""
        told = json.loads(self.admin("/clusters?format=json"))
        return [
            {
                "cluster": cluster["name"],
                "location": host["locality"].get("zone", ""),
                "address": f"{at['address']}:{at['port_value']}",
                "up": not any(
                    host["health_status"].get(flag)
                    for flag in ("failed_active_health_check", "failed_outlier_check", "active_hc_timeout")
                ),
            }
            for cluster in told.get("cluster_statuses", ())
            for host in cluster.get("host_statuses", ())
            if (at := host["address"].get("socket_address"))
        ]

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def stat(self, name: str) -> int:
        lines = self.admin(f"/stats?filter=^{name}$").splitlines()
        return int(lines[0].rpartition(": ")[2]) if lines else 0


@dataclass
class Fleet:
    """Edges of every region that were compiled together, and the apps behind them."""

    config: Config
    inventory: Inventory
    snapshots: Mapping[str, Snapshot]
    edges: Mapping[str, Edge]
    apps: Apps
    client: httpx.Client

    def ask(
        self,
        region: str,
        path: str,
        ip: str = "",
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """A client's request at the edge of `region`; ip: what a trusted proxy says the client's address
        is."""
        given = {**({"x-forwarded-for": ip} if ip else {}), **(headers or {})}
        return self.client.request(method, f"{self.edges[region].url}{path}", headers=given, **options)

    def settled(self) -> bool:
        return all(edge.ready() for edge in self.edges.values())


@contextmanager
def fleet(
    config: Config,
    folder: Path,
    jwks: Mapping[str, Json] | None = None,
    states: Mapping[str, Any] | None = None,
    only: Sequence[str] = (),
    healthy: bool = True,
    watches: bool = False,
    more: Sequence[Feature] = (),
) -> Iterator[Fleet]:
    """only: regions whose edges run; all where left out. healthy: waits until every edge sees every address
    up. more: features beside the registered ones."""
    regions = list(only or config.regions)
    apps = Apps(list(config.locations))
    ports = iter(reserve(2 * len(config.regions)))
    public, peer = ({name: next(ports) for name in config.regions} for _ in range(2))
    where = local_inventory(config, apps.ports, public, peer)
    snapshots = compile_edges(config, where, (*features(), *more), states, jwks)
    scheme = "https" if config.edge.tls else "http"
    edges = {
        name: Edge(snapshots[name], folder / name, f"{scheme}://{where.listen[name].public}", watches)
        for name in regions
    }
    client = httpx.Client(timeout=20, trust_env=False)
    try:
        for edge in edges.values():
            edge.start()
        made = Fleet(config, where, snapshots, edges, apps, client)
        until(lambda: all(edge.ready(healthy) for edge in edges.values()), 40, "every edge to be ready")
        yield made
    finally:
        for edge in edges.values():
            edge.stop()
        client.close()
        apps.close()


def _link_geo(folder: Path) -> None:
    (folder / "geo").mkdir(parents=True, exist_ok=True)
    link = folder / "geo" / "country.mmdb"
    if not link.exists():
        link.symlink_to(default_database())
