"""What a feature of Meridian is: one folder that adds settings, compiled Envoy parts, controllers, routes and commands.

A feature hands over one `Feature` value; `features.py` lists them. Nothing else in the project changes when one is added.
What only control needs (the web framework, PostgreSQL) is named here for the type checker and not imported, so that
`meridian validate` answers at once; a feature keeps it so by importing its routes inside its `api` function.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

import click

from meridian.config.change import Change, Replay
from meridian.config.inventory import Inventory
from meridian.config.schema.base import Section
from meridian.config.schema.root import Config
from meridian.core.clock import Clock
from meridian.core.controller import Controller
from meridian.core.decision import Decision
from meridian.core.errors import Finding
from meridian.core.journal import Journal
from meridian.core.principal import Principal, Role
from meridian.envoy.companion import Companion
from meridian.envoy.contribution import Contribution, EdgeContext
from meridian.envoy.fold import EdgeFacts, Fold
from meridian.envoy.report import EdgeReport, HostHealth
from meridian.envoy.snapshot import Snapshot

if TYPE_CHECKING:
    from fastapi import APIRouter, Request

    from meridian.geo.lookup import CountryLookup
    from meridian.store.database import Connection, Database
    from meridian.store.keys import KeyRing


Part = TypeVar("Part")


class Control(Protocol):
    """What the control plane offers to a feature's controllers and routes."""

    clock: Clock
    journal: Journal
    database: Database
    keys: KeyRing
    countries: CountryLookup

    def config(self) -> Config:
        """The active configuration."""

    def inventory(self) -> Inventory: ...

    def reports(self) -> Mapping[str, Sequence[EdgeReport]]:
        """Region -> the last report of each of its edges that reported within 10 seconds."""

    def starting(self) -> str:
        """Why this process has not started fully (its tables may be missing then), in a sentence; empty once it has."""

    def state(self, feature: str) -> Any:
        """The compile-time state that the feature's `load` returned last."""

    async def recompile(self) -> None:
        """Loads every feature's state again, compiles, and hands changed snapshots to waiting edges."""

    def shared(self, kind: type[Part], make: Callable[[], Part]) -> Part:
        """This process's one value of a type, made when it is first asked for: where a feature keeps what all its routes and
        controllers work with."""

    def requires(self, *roles: Role) -> Callable[[Request], Awaitable[Principal]]:
        """A FastAPI dependency: the caller's principal, or 401/403 as problem+json. Admin may do what ops may."""

    def caller(self, request: Request) -> Caller:
        """Who the app's user behind a request is, as the edge or this process verified it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The app's user behind a request. Fields are empty where unknown.

    address: client address. country: of that address. declared: country that the app's token declares.
    home: region of a valid home token."""

    address: str = ""
    country: str = ""
    user: str = ""
    tier: str = ""
    declared: str = ""
    home: str = ""


class EdgeLoop(Protocol):
    """A controller that runs in the edge's agent, so that it works with control down."""

    name: str

    def step(
        self, snapshot: Snapshot, health: Sequence[HostHealth], now: datetime, monotonic: float
    ) -> tuple[Mapping[str, bytes], Sequence[Decision]]:
        """Resources of the snapshot to lay over it (only `endpoints/...`, and the stamp), and decisions to report. Called each
        second."""

    def replay(self, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Decides again from a journalled decision's evidence."""


@runtime_checkable
class Adviser(Protocol):
    """A controller that has something to say to single edges, such as their part of something that a region's edges share. It
    travels with the answer to the edge's report, under the feature's name, which the controller's name begins with."""

    name: str

    def advise(self, report: EdgeReport) -> Mapping[str, Any]:
        """JSON for the edge that sent this report; empty: it goes on as last advised. Called with each report, in every process
        of control; must not wait."""


@runtime_checkable
class Advised(Protocol):
    """An edge loop that wants its feature's advice."""

    def heed(self, advice: Mapping[str, Mapping[str, Any]]) -> None:
        """Feature -> what control advised last, also before a restart of this agent. Called before each step."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a fold of this feature made at an edge. id: a UUID version 7, given at the edge."""

    id: str
    content: Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """Records that were not delivered before. They count as delivered when the transaction of `connection` is committed, so
    what is written through it is written once, however often an edge sends them. They may be hours late."""

    region: str
    instance: str
    records: Sequence[Record]
    connection: Connection


@runtime_checkable
class Stopping(Protocol):
    """A value of `Control.shared` that holds answers open, such as streams."""

    def stop(self) -> None:
        """Ends them, as control is stopping. Must not wait."""


@dataclass(frozen=True, slots=True)
class Background:
    """Work in every process of control, leading or not. run: until cancelled; when it ends or fails, it is begun again."""

    name: str
    run: Callable[[], Awaitable[None]]


async def _no_state(control: Control) -> Any:
    return None


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a fold of this feature told just now. It was not stored, and may be lost or late. ahead: seconds by which the
    edge's clock is ahead of control's; a little below zero where they agree, as the pulse was on its way."""

    region: str
    instance: str
    content: Any
    ahead: float = 0.0


async def _not_taken(control: Control, delivery: Delivery) -> None:
    raise ValueError("this feature takes no records")


@dataclass(frozen=True, slots=True)
class Feature:
    """name: the feature's name, and the key of its section in `meridian.yaml` when it has settings.
    settings: the section's model; every field needs a default, as the section may be left out.
    check: findings that the shape cannot say. changes: what going from one configuration to another changes, for whom.
    load: its compile-time state (anything whose `repr` is stable), read again at each recompilation.
    compile: pure; what it adds to one edge. prove: pure; objections to all edges' snapshots together.
    background: what each process of control does besides.
    companions: processes that each edge's agent keeps running beside its Envoy.
    folds: what each edge's agent makes of its logs (see `envoy.fold`). receive: stores the records that the folds made; raises
    ValueError for what is none. live: takes what the folds tell each second; must not wait.
    what_if: what recorded traffic says about going from one configuration to another.
    migrations: a folder of `NNNN_name.sql` files with its tables."""

    name: str
    settings: type[Section] | None = None
    check: Callable[[Config], Iterable[Finding]] = lambda config: ()
    changes: Callable[[Config, Config], Iterable[Change]] = lambda before, after: ()
    load: Callable[[Control], Awaitable[Any]] = _no_state
    compile: Callable[[EdgeContext], Contribution] = lambda context: Contribution()
    prove: Callable[[Config, Inventory, Mapping[str, Snapshot]], Iterable[Finding]] = (
        lambda config, inventory, edges: ()
    )
    controllers: Callable[[Control], Sequence[Controller[Any, Any, Any]]] = lambda control: ()
    background: Callable[[Control], Sequence[Background]] = lambda control: ()
    edge_loops: Callable[[], Sequence[EdgeLoop]] = lambda: ()
    companions: Callable[[], Sequence[Companion]] = lambda: ()
    folds: Callable[[EdgeFacts], Sequence[Fold]] = lambda facts: ()
    receive: Callable[[Control, Delivery], Awaitable[None]] = _not_taken
    live: Callable[[Control, Pulse], None] = lambda control, pulse: None
    what_if: Callable[[Control, Config, Config], Awaitable[Sequence[Replay]]] | None = None
    api: Callable[[Control], APIRouter] | None = None
    commands: Sequence[click.Command] = field(default_factory=tuple)
    migrations: Traversable | None = None
