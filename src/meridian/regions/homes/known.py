"""What is known about the user behind a request: from the request, the compiled state, and PostgreSQL as far as it answers."""

from dataclasses import dataclass

import psycopg

from meridian.core.errors import MeridianError, Unavailable
from meridian.core.names import user_id
from meridian.feature import Caller, Control
from meridian.regions.drain.controller import STATE
from meridian.regions.health import down
from meridian.regions.homes.store import FIRST_CONTACT, Home, Homes
from meridian.regions.policy import Facts, route_region
from meridian.regions.state import NO_STATE, RegionsState

AWAY = (Unavailable, psycopg.Error)
"""What asking PostgreSQL raises when it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Known:
    """home: where the user's home is, override aside. stored: whether PostgreSQL holds that home. trouble: what could not be
    looked up or stored, or empty."""

    facts: Facts
    home: str
    stored: bool
    trouble: str = ""


def state_of(control: Control) -> RegionsState:
    """What the edges were last compiled with; nothing where it was never loaded."""
    try:
        state = control.state(STATE)
    except MeridianError:
        return NO_STATE
    return state if isinstance(state, RegionsState) else NO_STATE


def away(control: Control, service: str = "") -> frozenset[str]:
    """The locations where nothing can go now: no healthy instance, or drained."""
    drained = {name for name, share in state_of(control).drains.items() if share >= 1.0}
    return down(control.config(), control.reports(), service) | drained


async def look_up(control: Control, caller: Caller) -> Known:
    """Never raises for want of PostgreSQL: a home token then stands for the stored home."""
    config = control.config()
    if wrong := _unusable(caller.user):
        facts = Facts(country=caller.country, declared=caller.declared)
        return Known(facts, route_region(config, facts).region, False, wrong if caller.user else "")
    trouble, stored = "", None
    try:
        stored = await Homes(control.database).get(caller.user)
    except AWAY:
        trouble = "stored homes cannot be looked up now, so this answer comes from the request alone"
    known = stored is not None and stored.region in config.regions
    home = stored.region if stored and known else (caller.home if trouble else "")
    override = state_of(control).overrides.get(caller.user, "")
    facts = Facts(caller.user, override, home, caller.country, caller.declared)
    return Known(facts, _home(control, facts), known, trouble)


async def first_contact(control: Control, caller: Caller) -> Known:
    """As `look_up`, and stores the home of a user who has none yet. A region that only the default rule gave is not
    stored: it says nothing about the user, and would bind them for ever."""
    known = await look_up(control, caller)
    config, plain = control.config(), Facts(country=caller.country, declared=caller.declared)
    rule = route_region(config, plain).rule
    if not known.facts.user or known.stored or known.trouble or rule == "default":
        return known
    home = Home(caller.user, known.home, FIRST_CONTACT, f"rule {rule}", control.clock.now())
    try:
        stored = await Homes(control.database).first(home, tuple(config.regions))
    except AWAY:
        return Known(known.facts, known.home, False, "the home assignment cannot be stored now")
    if stored == home:
        return Known(known.facts, home.region, True)
    facts = Facts(caller.user, known.facts.override, stored.region, caller.country, caller.declared)
    return Known(facts, stored.region, True)


def _unusable(user: str) -> str:
    """Why nothing can be known about this user, or empty."""
    try:
        user_id(user)
    except MeridianError as error:
        return error.what
    return ""


def _home(control: Control, facts: Facts) -> str:
    without = Facts(facts.user, "", facts.home, facts.country, facts.declared)
    return route_region(control.config(), without).region
