"""What operators ask and order about levels, for programs that run inside control: what HTTP and the command line do.

An order is journalled as a person's decision, then carried out; it raises Unavailable while PostgreSQL is away, before anything
has changed. When a call returns, the edges' snapshots are made.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict, InvalidInput
from meridian.core.names import known_name
from meridian.degradation.carrying import carry_out
from meridian.degradation.judge import set_action
from meridian.degradation.plan import name_of, section, turned_off
from meridian.degradation.state import EVERYWHERE, HIGHEST, Standing, where
from meridian.degradation.store import Levels
from meridian.feature import Control

OPERATOR = "operator"
NEVER = "nothing was ever turned off"


@dataclass(frozen=True, slots=True)
class Place:
    """What holds for what one region serves. standing: the one of the region, or of everywhere, whose level it is. name: the
    level's. turned_off: what is off, for people."""

    region: str
    level: int
    name: str
    standing: Standing
    turned_off: Sequence[str]

    @property
    def since(self) -> datetime | None:
        return self.standing.since

    @property
    def why(self) -> str:
        return self.standing.why or NEVER


async def places(control: Control) -> list[Place]:
    """Every region, in the order of the configuration. Raises Unavailable."""
    config, standings = control.config(), await Levels(control.database).all()
    everywhere = standings.get(EVERYWHERE, Standing(EVERYWHERE))
    found = []
    for region in config.regions:
        own = standings.get(region, Standing(region))
        standing = everywhere if everywhere.level > own.level or own.since is None else own
        name = name_of(section(config), standing.level)
        found.append(Place(region, standing.level, name, standing, turned_off(config, standing.level)))
    return found


async def degrade(
    control: Control, level: int | None, by: str, reason: str, region: str = EVERYWHERE
) -> Decision:
    """Puts a region, or all of them, on a level until that is taken back; rules may raise it meanwhile, never lower it. 0: back
    to normal at once. None: leaves it to the rules from here on, which leave the level step by step.

    Raises NotFound for an unknown region, InvalidInput for a level that is not configured, and Conflict where nothing
    would change."""
    settings, before = section(control.config()), await _standing(control, region)
    if level is None:
        after = _released(before, automatic=settings.automatic)
        sentence = f"{by} leaves {where(region)} to the rules, from level {before.level} on: {reason}"
    else:
        _require_level(level, settings.levels)
        after = replace(before, automatic=min(before.automatic, level), manual=level or None)
        name = name_of(settings, level)
        sentence = f"{by}: {where(region)} to level {level} ({name}), from {before.level}: {reason}"
        if (after.automatic, after.manual) == (before.automatic, before.manual):
            raise Conflict(f"{where(region)} is at level {level} by hand already", "see `meridian degrade`")
    decision = Decision(
        controller=OPERATOR,
        kind="level-set" if level is not None else "level-released",
        subject=where(region),
        sentence=clip(sentence),
        evidence={"before": before.level, "after": after.level},
        action=set_action(region, after.automatic, after.manual),
        undo=set_action(region, before.automatic, before.manual),
        actor=by,
        reason=reason,
    )
    [stored] = await control.journal.write([decision])
    await carry_out(control, stored)
    return stored


async def _standing(control: Control, region: str) -> Standing:
    if region != EVERYWHERE:
        known_name(region, control.config().regions, "region")
    return (await Levels(control.database).all()).get(region, Standing(region))


def _released(before: Standing, *, automatic: bool) -> Standing:
    if before.manual is None:
        raise Conflict(f"no level holds by hand {_at(before.region)}", "see `meridian degrade`")
    if not automatic:
        raise InvalidInput(
            "the rules are not followed (`degradation.automatic: false`)",
            "order level 0 to go back to normal",
        )
    return replace(before, automatic=before.level, manual=None)


def _at(region: str) -> str:
    return f"in {region}" if region else "everywhere"


def _require_level(level: int, configured: Collection[int]) -> None:
    known = [0, *sorted(configured)]
    if level in known:
        return
    if not 0 <= level <= HIGHEST:
        raise InvalidInput(f"there is no level {level}", f"give one of 0 to {HIGHEST}")
    listed = ", ".join(map(str, known))
    raise InvalidInput(
        f"level {level} is not configured", f"give one of {listed}, or write it under `degradation.levels`"
    )
