"""CPU that limits add to a request: the same edge with and without them, turn by turn, with Avalo's limits and users who keep
them."""

import json
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

from meridian.config.inventory import inventory
from meridian.config.schema.root import Config
from meridian.envoy.compiler import compile_edges
from meridian.features import features
from meridian.geo.lookup import default_database
from meridian.limits.settings import Limits
from meridian.world import issuer
from tests.bench.avalo import avalo, local
from tests.bench.chain import ROUNDS, contents, dynamic, envoy, per_request, run
from tests.bench.row import Row
from tests.support.ports import reserve
from tests.support.world import until


def measure(folder: Path) -> Iterator[Row]:
    config = avalo()
    bare = config.model_copy(update={"limits": Limits()})
    app, _, _, _, off, _, _, off_peer, _, _, on, _, _, on_peer, _, _ = reserve(16)
    issuer.prepare(
        folder, config.identity.issuer, config.identity.audience, config.identity.claims.model_dump()
    )
    with ExitStack() as stack:
        command = [
            *(sys.executable, "-m", "meridian.world.app", "europe-west1", "--region", "EU"),
            *("--listen", f"127.0.0.1:{app}"),
        ]
        run(stack, command, folder)
        kinds = {"without": (bare, off, off_peer), "with": (config, on, on_peer)}
        envoys = {}
        for name, (each, public, peer) in kinds.items():
            lay(each, folder / name, folder, app, public, peer)
            envoys[name] = envoy(stack, folder / name, dynamic())
        requests = {name: contents(folder, public) for name, (_, public, _) in kinds.items()}
        for _, public, _ in kinds.values():
            until(lambda at=public: urlopen(f"http://127.0.0.1:{at}/v1/feed").status == 200, 30, "Envoy")
        spent: dict[str, list[float]] = {"without": [], "with": []}
        for turn in range(ROUNDS + 1):
            for name, (_, public, _) in kinds.items():
                cpu = per_request(envoys[name], public, requests[name])
                if turn:
                    spent[name].append(cpu)
    added = statistics.median(
        after - before for before, after in zip(spent["without"], spent["with"], strict=True)
    )
    note = f"on {statistics.median(spent['without']) * 1e6:.0f} us, six limits met; median of {ROUNDS} turns"
    yield Row("CPU that limits add to a request", added * 1e6, 25, "us", note)


def lay(config: Config, folder: Path, keys: Path, app: int, public: int, peer: int) -> None:
    jwks = {"app": json.loads((keys / "world/jwks.json").read_text())}
    where = inventory(config, local(config, app, public, peer))
    for name, content in compile_edges(config, where, features(), jwks=jwks)["EU"].resources.items():
        file = folder / "xds" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (folder / "geo").mkdir()
    (folder / "log").mkdir()
    shutil.copy(default_database(), folder / "geo/country.mmdb")
