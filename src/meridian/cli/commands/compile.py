"""`meridian compile FILE --out DIR`: plain Envoy files, for people who bring their own Envoy."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meridian import console as output
from meridian.core.errors import InvalidInput, MeridianError

if TYPE_CHECKING:
    from meridian.config.inventory import Inventory
    from meridian.config.schema.root import Config
    from meridian.envoy.snapshot import Json, Snapshot


@click.command(short_help="Write plain Envoy files, for an Envoy of your own.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write; one folder a region in it.",
)
@click.option(
    "--jwks",
    type=click.Path(path_type=Path),
    help="The app's public keys, where the configuration names an address for them.",
)
@output.json_option
def compile(file: Path, out: Path, jwks: Path | None, as_json: bool) -> None:
    """Compile FILE into a folder for each region that any Envoy can be started in: `cd DIR/EU && envoy -c envoy.json`.

    What Meridian would refuse to run is refused here too, and then nothing is written. Compiling again into the same
    folder hands a running Envoy the change."""
    from meridian.config.inventory import inventory
    from meridian.config.validation import validate
    from meridian.envoy.compiler import compile_edges
    from meridian.envoy.rendering import render
    from meridian.features import features
    from meridian.geo.lookup import default_database

    config = validate(file, features()).config
    where = inventory(config)
    snapshots = compile_edges(config, where, features(), jwks={"app": _keys(config, file, jwks)})
    notes = list(_notes(config, where, jwks))
    try:
        database: Path | None = default_database()
    except MeridianError as error:
        database = None
        notes.append(f"{error}, and then compile again; Envoy does not start without it")
    try:
        for region, snapshot in snapshots.items():
            render(snapshot, out / region, database)
    except OSError as error:
        raise MeridianError(
            f"{error.filename or out} cannot be written: {error.strerror or error}", "choose another --out"
        ) from error
    edges = [_summary(snapshot, out) for snapshot in snapshots.values()]
    if as_json:
        output.emit({"out": str(out), "edges": edges, "notes": notes})
        return
    columns = ("region", "folder", "listeners", "routes", "clusters", "digest")
    output.table([name.upper() for name in columns], [[each[name] for name in columns] for each in edges])
    for text in notes:
        output.note(f"note: {text}")


def _keys(config: "Config", file: Path, given: Path | None) -> "Json":
    """The app's public keys. Raises InvalidInput where they cannot be had without asking control."""
    from meridian.api.appkeys import public

    source = config.identity.jwks
    if given is None and source is None:
        return {"keys": []}
    if given is None and source is not None and not source.file:
        raise InvalidInput(
            f"the app's keys are at {source.url}, which compiling does not ask",
            "save them and give --jwks FILE",
        )
    path = given or file.parent / str(source and source.file)
    try:
        return public(json.loads(path.read_bytes()))
    except OSError as error:
        raise InvalidInput(
            f"the app's keys cannot be read from {path}: {error.strerror}",
            "correct identity.jwks.file, or give --jwks",
        ) from None
    except ValueError as error:
        raise InvalidInput(
            f"the app's keys in {path} are not usable: {error}", "give a JWKS document"
        ) from None


def _notes(config: "Config", where: "Inventory", jwks: Path | None) -> Iterator[str]:
    """What works, but hardly as meant."""
    empty = [
        name
        for name in config.locations
        if not any(where.addresses(name, service) for service in config.services)
    ]
    if empty:
        yield f"no instances are configured for {', '.join(empty)}: nothing is sent there"
    away = [name for name, region in config.regions.items() if not region.peer]
    if away and len(config.regions) > 1:
        yield f"no peer address is configured for {', '.join(away)}: other edges hand nothing over there"
    if config.identity.jwks is None and jwks is None:
        yield "identity.jwks is not configured: tokens of the app are not looked at"


def _summary(snapshot: "Snapshot", out: Path) -> Mapping[str, Any]:
    from meridian.envoy.table import routes_of

    def resources(name: str) -> list[Any]:
        return list(json.loads(snapshot.resources[name])["resources"])

    routes = sum(
        len(list(routes_of(host)))
        for name in snapshot.resources
        if name.startswith("routes/")
        for table in resources(name)
        for host in table["virtual_hosts"]
    )
    return {
        "region": snapshot.region,
        "folder": str(out / snapshot.region),
        "listeners": len(resources("listeners.json")),
        "routes": routes,
        "clusters": len(resources("clusters.json")),
        "digest": snapshot.digest,
    }
