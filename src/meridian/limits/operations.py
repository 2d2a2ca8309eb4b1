"""What operators do about limits, for programs that run inside control: what HTTP and the command line do.

Each change is journalled as a person's decision, then carried out; it raises Unavailable while PostgreSQL is away, before
anything has changed. When a call returns, the edges' snapshots are made.
"""

import os
from datetime import datetime
from typing import Literal

from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict, InvalidInput, MeridianError, NotFound
from meridian.core.names import user_id
from meridian.feature import Control
from meridian.limits.admission.asked import account_of
from meridian.limits.admission.secret import Names
from meridian.limits.applies import section
from meridian.limits.blocks import Blocks
from meridian.limits.checks.amounts import objection
from meridian.limits.choices import Choices, lift_action, override_action, reset_action
from meridian.limits.names import client_of, policy_name
from meridian.limits.quota import quota
from meridian.limits.settings import Key, Limits, Policy
from meridian.limits.state import NO_STATE, LimitsState
from meridian.limits.store import Blocked, Kind, Override, Overrides, Resets

__all__ = ["LARGEST", "lift_block", "reset_counters", "set_override", "state_of", "subject_of"]

OPERATOR = "operator"
STATE = "limits"
LARGEST = 10_000_000
"""The highest rate that can be chosen, as in the configuration."""
KEYS: dict[Kind, tuple[Key, ...]] = {"user": ("burst", "user"), "client": ("client", "address")}
"""Whose limits an override can change."""


def state_of(control: Control) -> LimitsState:
    """What the edges were last compiled with; nothing where it was never loaded."""
    try:
        state = control.state(STATE)
    except MeridianError:
        return NO_STATE
    return state if isinstance(state, LimitsState) else NO_STATE


def subject_of(limits: Limits, kind: Kind, text: str) -> str:
    """A user's id, or a client as its counters name it. Raises InvalidInput."""
    return user_id(text) if kind == "user" else client_of(limits, text)


async def set_override(
    control: Control,
    kind: Kind,
    subject: str,
    policy: str,
    rate: int | None,
    by: str,
    reason: str,
    expires: datetime | None = None,
) -> Decision:
    """Gives one user or client another rate, on every edge; None clears it. Tier and risk do not multiply it, and nothing is
    reset. expires: None for until it is cleared.

    Raises NotFound for an unknown limit, InvalidInput, and Conflict where there is none to clear."""
    limits, now = section(control.config()), control.clock.now()
    whom, name = subject_of(limits, kind, subject), _policy(control, policy, rate)
    before = await Overrides(control.database).get(kind, whom, name, now)
    if rate is None:
        if before is None:
            raise Conflict(
                f"{_short(whom)} has no override of {name}",
                "list them with GET /infrastructure/limits/overrides",
            )
        sentence = f"{by} cleared the override of {name} for {_short(whom)}, {before.rate}: {reason}"
        after = None
    else:
        _require_countable(limits, kind, name, limits.policies[name], rate)
        if expires is not None and expires <= now:
            raise InvalidInput(
                "the override would have expired already", "give a time in the future, or none"
            )
        after = Override(kind, whom, name, rate, reason, by, now, expires)
        until = f" until {expires:%Y-%m-%d %H:%M} UTC" if expires else ""
        sentence = f"{by} lets {_short(whom)} have {rate} of {name}{until}: {reason}"
    decision = Decision(
        controller=OPERATOR,
        kind="limit-override" if after else "limit-override-cleared",
        subject=whom,
        sentence=clip(sentence),
        evidence={"before": before.rate if before else None, "after": after.rate if after else None},
        action=override_action(after, kind, whom, name),
        undo=override_action(before, kind, whom, name),
        actor=by,
        reason=reason,
    )
    return await _carry_out(control, decision)


async def reset_counters(control: Control, kind: Kind, subject: str, by: str, reason: str) -> Decision:
    """Gives one user or client fresh counters for every limit; an undo returns to those of before. Raises InvalidInput."""
    whom = subject_of(section(control.config()), kind, subject)
    generation, highest = await Resets(control.database).state(kind, whom)
    decision = Decision(
        controller=OPERATOR,
        kind="limit-reset",
        subject=whom,
        sentence=clip(f"{by} reset the limits of {_short(whom)}: {reason}"),
        evidence={"before": generation, "after": highest + 1},
        action=reset_action(kind, whom, highest + 1),
        undo=reset_action(kind, whom, generation),
        actor=by,
        reason=reason,
    )
    return await _carry_out(control, decision)


async def lift_block(
    control: Control, kind: Literal["account", "address", "name"], subject: str, by: str, reason: str
) -> Decision:
    """Ends the blocks of an account or an address that began before now, also one that is not listed yet. The exact counters of
    an account's attempts begin anew. subject: the account or address itself, or, where the kind is "name", what its block is
    listed as.

    Raises InvalidInput, and NotFound for a name under which no block is listed."""
    whom, blocked = (await _listed(control, subject.strip())) if kind == "name" else (subject.strip(), kind)
    if not 1 <= len(whom) <= 256 or not whom.isprintable():
        raise InvalidInput(f"{whom[:60]!r} is not an account or an address", "write it as its user does")
    if blocked == "address":
        whom = client_of(section(control.config()), whom)
    listed = kind == "name" or await _blocked(control, blocked, whom)
    if listed:
        sentence = f"{by} lifted the block of {blocked} {_short(whom)}"
    elif listed is None:
        sentence = f"{by} ended any block of {blocked} {_short(whom)} that began before now"
    else:
        sentence = f"{by}: no block of {blocked} {_short(whom)} is listed; one that began before now ends"
    decision = Decision(
        controller=OPERATOR,
        kind="block-lifted",
        subject=whom,
        sentence=clip(f"{sentence}: {reason}"),
        action=lift_action(blocked, whom, True),
        undo=lift_action(blocked, whom, False),
        actor=by,
        reason=reason,
    )
    return await _carry_out(control, decision)


async def _blocked(control: Control, kind: Blocked, whom: str) -> bool | None:
    """Whether a block of it is listed. None where that cannot be known: without the edges' key, nobody can tell which of the
    listed accounts this is."""
    blocks, now = Blocks(control.database), control.clock.now()
    if kind == "address":
        return await blocks.listed(kind, whom, now)
    if key := os.environ.get("MERIDIAN_EDGE_KEY", ""):
        name = Names.derived(key).name("account", account_of(whom))
        return await blocks.listed(kind, name, now)
    return None if await blocks.listed(kind, "", now) else False


async def _listed(control: Control, name: str) -> tuple[str, Blocked]:
    """Who is blocked under this name. A device is lifted with its account."""
    found = await Blocks(control.database).called(name, control.clock.now())
    if found is None:
        raise NotFound(
            f"no block is listed as {name[:60]}", "list them with GET /infrastructure/limits/blocks"
        )
    if found.kind == "address":
        return name, "address"
    return name.partition(".")[0], "account"


def _policy(control: Control, text: str, rate: int | None) -> str:
    """An override of a limit that the configuration no longer has can still be cleared."""
    return text if rate is None else policy_name(control.config(), text)


def _require_countable(limits: Limits, kind: Kind, name: str, policy: Policy, rate: int) -> None:
    if policy.key not in KEYS[kind]:
        whose = {"country": "each country", "region": "each region"}.get(policy.key, f"each {policy.key}")
        have = [each for each, other in limits.policies.items() if other.key in KEYS[kind]]
        todo = f"a {kind} has limits of its own: {', '.join(have)}" if have else f"no limit is by {kind}"
        raise InvalidInput(f"{name} is counted for {whose}, not for one {kind}", todo)
    if not 1 <= rate <= LARGEST:
        raise InvalidInput(
            f"a rate is 1 to {LARGEST}, not {rate}", "clear the override to go back to the usual rate"
        )
    if policy.scope == "edge" and (
        found := objection(quota(limits, policy), quota(limits, policy, rate=rate))
    ):
        raise InvalidInput(found[0], "choose another rate")


async def _carry_out(control: Control, decision: Decision) -> Decision:
    [stored] = await control.journal.write([decision])
    await Choices(control).actuate(stored)
    return stored


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
