"""Policy in, snapshots out: compiles every edge, and refuses what a feature's proof objects to. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.core.errors import Finding, InvalidInput
from meridian.envoy.assembly import assemble
from meridian.envoy.contribution import Contribution, EdgeContext
from meridian.envoy.lua import Scripts
from meridian.envoy.snapshot import Json, Snapshot

TOLD = 3
"""Findings that the message of a refusal spells out; all of them are in `Refused.findings`."""


class Compiled(Protocol):
    """The pure part of a feature (see `meridian.feature`)."""

    @property
    def name(self) -> str: ...

    @property
    def compile(self) -> Callable[[EdgeContext], Contribution]: ...

    @property
    def prove(self) -> Callable[[Config, Inventory, Mapping[str, Snapshot]], Iterable[Finding]]: ...


class Refused(InvalidInput):
    """A configuration that compiles, but to something that must never run."""

    kind = "refused-configuration"

    def __init__(self, findings: Sequence[Finding]) -> None:
        told = [str(finding) for finding in findings[:TOLD]]
        if len(findings) > TOLD:
            told.append(f"and {len(findings) - TOLD} more of the kind")
        super().__init__("; ".join(told))
        self.findings = tuple(findings)


def compile_edges(
    config: Config,
    inventory: Inventory,
    features: Sequence[Compiled],
    states: Mapping[str, Any] | None = None,
    jwks: Mapping[str, Json] | None = None,
    config_version: int = 0,
) -> dict[str, Snapshot]:
    """Region -> the snapshot of its edge. states: feature -> its compile-time state. jwks: public keys of "app" and "meridian".

    Raises Refused when a feature's proof objects to the result."""
    snapshots, scripts = {}, Scripts()
    for region in config.regions:
        context = EdgeContext(config, inventory, region, states or {}, jwks or {})
        contributions = [feature.compile(context) for feature in features]
        snapshots[region] = assemble(context, contributions, config_version, scripts.of)
    findings = [finding for feature in features for finding in feature.prove(config, inventory, snapshots)]
    if findings:
        raise Refused(findings)
    return snapshots
