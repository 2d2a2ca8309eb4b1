"""The world that runs on this machine, as a target of load tests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives import serialization

from meridian.cli.client import Client
from meridian.cli.load.faults import WorldFaults
from meridian.config.loading import load
from meridian.config.model import config_model
from meridian.config.schema.root import Config
from meridian.core.errors import Unavailable
from meridian.features import features
from meridian.loadtest.scenario.signer import Signer
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.settings import LOCAL
from meridian.loadtest.targets import known
from meridian.world import hotline, issuer, orphans
from meridian.world.home import Home

TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class LocalWorld:
    """target: without the version of HTTP. processes: name -> pid, of what is worth watching while it is under load."""

    target: Target
    config: Config
    processes: Mapping[str, int]


def find(root: Path, client: Client | None) -> LocalWorld:
    """root: the world's state folder. Raises Unavailable where none runs there."""
    home = Home.seen(root)
    try:
        told = hotline.ask(home.supervisor, {"command": "status"})
    except Unavailable:
        raise Unavailable(
            f"no world is running in {root}", "start one with `meridian up`, or name a target with --target"
        ) from None
    config = active(client, Path(told["config"]))
    faults = WorldFaults(home.supervisor, told["regions"], client)
    target = replace(known(config, LOCAL, told["urls"]), sign=_signer(home.root), faults=faults)
    return LocalWorld(target, config, _processes(told, home))


def active(client: Client | None, file: Path | None) -> Config:
    """The configuration in force; with control down, that of a file. Raises MeridianError where there is neither."""
    model = config_model(features())
    try:
        if client is None:
            raise Unavailable("there is no control to ask")
        answer = client.call("GET", "/infrastructure/config", timeout=TIMEOUT)
        return load(str(answer.body["text"]), model, name="the active configuration").config
    except Unavailable:
        if file is None:
            raise
        return load(file, model).config


def _signer(root: Path) -> Signer:
    """Of the sample app's users, with the app's own key."""
    own = issuer.load(root)
    pem = own.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Signer(pem.decode(), own.key_id, own.issuer, own.audience, own.claims)


def _processes(told: Mapping[str, Any], home: Home) -> dict[str, int]:
    found = {str(process["name"]): int(process["pid"]) for process in told["processes"] if process.get("pid")}
    agents = {name.replace("edge:", "agent:"): pid for name, pid in found.items() if name.startswith("edge:")}
    found = {name: pid for name, pid in found.items() if not name.startswith("edge:")} | agents
    for process, folder in orphans.envoys(home.root):
        found.setdefault(f"envoy:{folder.name}", process.pid)
    return found


def of_config(name: str, client: Client | None, file: Path | None) -> tuple[Target, Config]:
    """A target that a configuration names. file: instead of the one in force. Raises MeridianError."""
    from meridian.loadtest.targets import configured

    model = config_model(features())
    config = load(file, model).config if file else active(client, None)
    folder = file.resolve().parent if file else Path.cwd()
    return configured(config, name, folder), config


def spoken(target: Target, http: Literal[1, 2]) -> Target:
    """The same with a version of HTTP."""
    return replace(target, origins=[replace(origin, http=http) for origin in target.origins])
