"""Where a scenario is sent: the edges, whose users are whose, who signs their tokens, and what can be broken there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from meridian.loadtest.plan import Origin
from meridian.loadtest.scenario.signer import Signer
from meridian.loadtest.settings import Answers


class Addresses(Protocol):
    """Client addresses of countries."""

    def weights(self) -> Mapping[str, float]:
        """Country -> its share of the world's addresses."""

    def draw(self, counts: Mapping[str, int], seed: int) -> Mapping[str, Sequence[str]]:
        """Country -> so many addresses in it; the same for the same seed. A country without addresses is left out."""


class Faults(Protocol):
    """What can be broken at a target, and who breaks it. Only the one that runs the test has it; it is never pickled."""

    def can(self) -> Mapping[str, Sequence[str]]:
        """Verb (kill, restore, slow, partition, errors, drain, ...) -> names of what it can be done to."""

    async def do(self, verb: str, about: str, amount: float) -> str:
        """One sentence saying what was done. amount: milliseconds for slow, a share for errors, else 0."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target that scenarios can be planned against.

    origins: one edge for each region, by its name. region_of: country -> home region; the others have `default_region`.
    services: path prefix -> the service behind it. residency: path prefix -> region of the user -> locations that may
    answer; a path or region that is not here is not bound. sign: None: users are not signed in. client_header: in which users'
    addresses are told; empty: they are not. addresses: None: those of the country database. faults: None: nothing can be
    broken there. production: real users are there."""

    name: str
    origins: Sequence[Origin]
    region_of: Mapping[str, str]
    default_region: str
    services: Mapping[str, str] = field(default_factory=dict)
    residency: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    sign: Signer | None = None
    client_header: str = "x-forwarded-for"
    answers: Answers = field(default_factory=Answers)
    addresses: Addresses | None = None
    faults: Faults | None = None
    production: bool = False

    def home(self, country: str) -> str:
        return self.region_of.get(country, self.default_region)
