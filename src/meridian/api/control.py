"""The control plane as features see it (`feature.Control`), and what its own routes need besides."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request

from meridian.api.active import Active, keep
from meridian.api.appkeys import AppKeys
from meridian.api.attempts import Attempts
from meridian.api.auth import Gate
from meridian.api.bootstrap import bootstrap
from meridian.api.caller import Identification, address_of
from meridian.api.compiling import Compiling, Inputs
from meridian.api.edges import Edges
from meridian.api.readiness import Readiness
from meridian.api.settings import Settings
from meridian.api.signing import Signing
from meridian.api.snapshots import Snapshots
from meridian.config.inventory import Inventory
from meridian.config.inventory import inventory as laid_over
from meridian.config.schema.root import Config
from meridian.config.validation import validate
from meridian.core.clock import Clock, SystemClock
from meridian.core.controller import Controller
from meridian.core.errors import MeridianError, NotFound, Unavailable
from meridian.core.journal import Journal
from meridian.core.principal import Principal, Role
from meridian.envoy.report import EdgeReport
from meridian.envoy.snapshot import Json
from meridian.feature import Adviser, Caller, Feature, Part, Stopping
from meridian.geo.lookup import CountryLookup
from meridian.store.configs import Configs
from meridian.store.database import Database
from meridian.store.journal import PostgresJournal
from meridian.store.keys import KeyRing
from meridian.store.lease import Lease
from meridian.store.tokens import Tokens

log = logging.getLogger(__name__)


class ControlPlane:
    """Implements `feature.Control`. Making one reads the bootstrap tokens only; `life.run` brings it to
    work."""

    def __init__(
        self,
        settings: Settings,
        features: Sequence[Feature],
        countries: CountryLookup,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.features = tuple(features)
        self.countries = countries
        self.read = partial(validate, features=self.features)
        self.clock = clock or SystemClock()
        self.database = Database(settings.database_url)
        self.records = PostgresJournal(self.database, self.clock)
        self.journal: Journal = self.records
        self.configs = Configs(self.database, self.clock)
        self.tokens = Tokens(self.database, self.clock, bootstrap(settings.bootstrap_tokens))
        self.lease = Lease(self.database, "control", self.clock)
        self.keys = KeyRing(self.database, self.clock)
        self.signing = Signing(self.keys, settings.folder / "jwks.json")
        self.edges = Edges(self.clock)
        self.snapshots = Snapshots(settings.folder / "snapshots")
        self.readiness = Readiness()
        self.controllers: Sequence[Controller[Any, Any, Any]] = ()
        self.announce: Callable[[str], Awaitable[None]] = _nobody
        beside = settings.config.resolve().parent if settings.config else Path.cwd()
        self.app_keys = AppKeys(
            self.clock, beside, settings.home / "world" / "jwks.json", settings.folder / "jwks-app.json"
        )
        self.app_jwks: Json = {"keys": []}
        self.compiling = Compiling(
            self.features, self.snapshots, self.inputs, lambda feature: feature.load(self)
        )
        self.gate = Gate(self.tokens, Attempts(self.clock), self.address, self.caller)
        self._active: Active | None = None
        self._local: Inventory | None = None
        self._shared: dict[type, Any] = {}

    # What features use
    # ------------------------------------------------------------------------------------------

    def config(self) -> Config:
        return self.active().config

    def inventory(self) -> Inventory:
        return laid_over(self.config(), self._local)

    def reports(self) -> Mapping[str, Sequence[EdgeReport]]:
        return self.edges.fresh()

    def starting(self) -> str:
        return self.readiness.starting

    def state(self, feature: str) -> Any:
        """Raises NotFound for a feature that is not registered, Unavailable for one whose state was never
        loaded."""
        if feature not in {known.name for known in self.features}:
            raise NotFound(f"no feature of Meridian is called {feature}")
        if feature not in self.compiling.states:
            raise Unavailable(f"the state of {feature} is not loaded yet", "try again in a moment")
        return self.compiling.states[feature]

    async def recompile(self) -> None:
        """A failure is not the caller's: it is told by /readyz and the edges' status, and the last
        snapshots stay."""
        await self.compiling.again()
        await self.announce("state")

    def shared(self, kind: type[Part], make: Callable[[], Part]) -> Part:
        if kind not in self._shared:
            self._shared[kind] = make()
        found: Part = self._shared[kind]
        return found

    def stop(self) -> None:
        """Ends answers that would otherwise go on, as this process is about to stop."""
        self.snapshots.close()
        for part in self._shared.values():
            if isinstance(part, Stopping):
                part.stop()

    def requires(self, *roles: Role) -> Callable[[Request], Awaitable[Principal]]:
        return self.gate.requires(*roles)

    def caller(self, request: Request) -> Caller:
        who = Identification(
            self.config(), self.countries, self.settings.edge_key, self.app_jwks, self.signing.jwks
        )
        return who.caller(request.headers, _peer(request))

    # What control's own routes and life use
    # ---------------------------------------------------------------------

    def active(self) -> Active:
        """Raises Unavailable while there is none."""
        if self._active is None:
            raise Unavailable(
                "no configuration is active yet", self.readiness.starting or "see /readyz?verbose"
            )
        return self._active

    def has_config(self) -> bool:
        return self._active is not None

    def version(self) -> int:
        """Number of the active configuration; 0 while there is none."""
        return self._active.version if self._active else 0

    def activate(self, active: Active) -> None:
        """Makes it the one in memory, and keeps it for a start without PostgreSQL."""
        self._active = active
        keep(self.settings.folder, active)

    def assume(self, active: Active | None) -> None:
        """Makes it the one in memory until PostgreSQL says which is, or, at the first start, until it is proved."""
        self._active = active

    def locate(self, local: Inventory | None) -> bool:
        """Takes over where the local world is, and says whether that is news."""
        before, self._local = self._local, local
        return local != before

    def address(self, request: Request) -> str:
        config = self._active.config if self._active else None
        return address_of(request.headers, _peer(request), self.settings.edge_key, config)

    async def inputs(self) -> Inputs:
        """What the active configuration is compiled from."""
        return await self.inputs_for(self.active())

    async def inputs_for(self, active: Active) -> Inputs:
        """Raises a MeridianError when the app's keys are not to be had."""
        app = await self.app_keys.of(active.config.identity)
        if active is self._active:
            self.app_jwks = app
        where = laid_over(active.config, self._local)
        return Inputs(active.config, where, {"app": app, "meridian": self.signing.jwks}, active.version)

    def advice(self, report: EdgeReport) -> dict[str, dict[str, Any]]:
        """Feature -> what it advises the edge that sent this report. One that fails advises nothing this time."""
        found: dict[str, dict[str, Any]] = {}
        for adviser in self.controllers:
            if not isinstance(adviser, Adviser):
                continue
            try:
                told = adviser.advise(report)
            except Exception as error:  # noqa: BLE001 - advice is no reason to lose a report
                log.warning("%s advises nothing to %s: %r", adviser.name, report.instance, error)
                continue
            if told:
                found.setdefault(adviser.name.partition(".")[0], {}).update(told)
        return found

    def leading(self) -> bool:
        """Whether this process is the one of all replicas whose controllers act."""
        return self.lease.held

    def trouble(self) -> str:
        """What is wrong first of all, in a sentence; empty when all is well."""
        return next(iter(self.troubles().values()), "")

    def troubles(self) -> Mapping[str, str]:
        """Part -> what is wrong with it."""
        found = {"start": self.readiness.starting} if self.readiness.starting else {}
        found |= self.readiness.troubles
        if self.compiling.trouble:
            found["snapshots"] = f"the last snapshots stay, as compilation failed: {self.compiling.trouble}"
        found |= {f"state of {name}": sentence for name, sentence in self.compiling.troubles.items()}
        return found


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


async def _nobody(_: str) -> None:
    return None


def sentence_of(error: BaseException) -> str:
    """An error for a status line: never more than one line, never a traceback."""
    text = str(error) if isinstance(error, MeridianError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:500]
