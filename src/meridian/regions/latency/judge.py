"""The judge that lets measured latency change where a country's requests go, slowly enough not to flap. Pure.

It prefers the fastest allowed region, but a change needs a margin (absolute and relative), enough measurements, and time: the
other region must have been that much faster at every look for `hold`. Going back takes the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from meridian.config.schema.root import Config
from meridian.core.decision import Decision, clip
from meridian.regions.latency.histogram import Measured
from meridian.regions.policy import NO_PREFERENCES, Preferences, region_of_country, targets
from meridian.regions.replaying import deciding_again
from meridian.regions.settings import Routing

NEAREST = "nearest"
"""The scope of features with `route: nearest`; the others are the regions of users of features with `route: optimal`."""

Since = Mapping[str, datetime]
"""Region -> since when it has had the better claim, at every look."""


@dataclass(frozen=True, slots=True)
class Observation:
    """measured: country -> region -> latency within the window. present: the preferences in force. down: regions that nothing
    is to be moved to."""

    measured: Mapping[str, Mapping[str, Measured]]
    present: Preferences = NO_PREFERENCES
    down: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: for a scope and a country, one of `candidates`. usual: the region without any measurement."""

    scope: str
    country: str
    usual: str
    present: str
    candidates: tuple[str, ...]
    measured: Mapping[str, Measured] = field(default_factory=dict)
    down: frozenset[str] = frozenset()


class LatencyJudge:
    name = "regions.latency"

    def initial(self) -> Mapping[tuple[str, str], Since]:
        return {}

    def decide(
        self, policy: Config, state: Mapping[tuple[str, str], Since], observation: Observation, now: datetime
    ) -> tuple[Mapping[tuple[str, str], Since], Sequence[Decision]]:
        """The state holds who has challenged the present choice since when; nothing for a country at rest."""
        routing = policy.section(Routing)
        following: dict[tuple[str, str], Since] = {}
        decisions: list[Decision] = []
        for choice in choices(policy, observation):
            claims = challengers(routing, choice)
            before = state.get((choice.scope, choice.country), {})
            since = {region: min(before.get(region, now), now) for region in claims}
            held = {region: (now - at).total_seconds() for region, at in since.items()}
            decision = settle(routing, choice, held)
            if decision:
                decisions.append(decision)
            elif since:
                following[choice.scope, choice.country] = since
        return following, decisions

    def replay(self, policy: Config, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Decides again with the settings of that time, which are part of the evidence. Raises Conflict for other evidence."""
        with deciding_again(evidence, "choice", "held", "settings"):
            raw = dict(evidence["choice"])
            measured = {region: Measured(**values) for region, values in raw.pop("measured").items()}
            candidates, down = tuple(raw.pop("candidates")), frozenset(raw.pop("down"))
            choice = Choice(**raw, candidates=candidates, measured=measured, down=down)
            routing = Routing.model_construct(**evidence["settings"])
            decision = settle(routing, choice, evidence["held"])
        return [decision] if decision else []


def choices(config: Config, observation: Observation) -> Iterator[Choice]:
    """Every choice that measurements or a preference in force say anything about, in a stable order."""
    present = observation.present
    for country in sorted({*observation.measured, *present.nearest}):
        usual = region_of_country(config, country) or config.default_region
        chosen = present.nearest.get(country, usual)
        if choice := _choice(observation, NEAREST, country, usual, chosen, _open_to(config)):
            yield choice
    for user in config.regions:
        able = _able(config, user)
        chosen_here = present.optimal.get(user, {})
        for country in sorted({*observation.measured, *chosen_here}):
            if choice := _choice(observation, user, country, user, chosen_here.get(country, user), able):
                yield choice


def _choice(
    observation: Observation, scope: str, country: str, usual: str, present: str, candidates: tuple[str, ...]
) -> Choice | None:
    if len(candidates) < 2 and present == usual:
        return None
    measured = observation.measured.get(country, {})
    inside = {region: value for region, value in measured.items() if region in {*candidates, present}}
    return Choice(scope, country, usual, present, candidates, inside, observation.down)


def _open_to(config: Config) -> tuple[str, ...]:
    """The regions that some `nearest` feature may go to for some user."""
    features = [name for name, feature in config.features.items() if feature.route == "nearest"]
    return _sorted(
        config, {t for name in features for user in config.regions for t in targets(config, name, user)}
    )


def _able(config: Config, user: str) -> tuple[str, ...]:
    """The regions that residency lets some `optimal` feature of this region's users go to."""
    features = [name for name, feature in config.features.items() if feature.route == "optimal"]
    return _sorted(config, {target for name in features for target in targets(config, name, user)})


def _sorted(config: Config, found: set[str]) -> tuple[str, ...]:
    return tuple(name for name in config.regions if name in found)


def challengers(routing: Routing, choice: Choice) -> tuple[str, ...]:
    """The regions that have a better claim than the present one now, the best first."""
    if choice.present not in choice.candidates:
        return (choice.usual,)
    present = choice.measured.get(choice.present)
    if present is None or present.samples == 0:
        return () if choice.present == choice.usual else (choice.usual,)
    if present.samples < routing.min_samples:
        return ()
    bar = present.median - max(routing.margin * 1000, routing.margin_ratio * present.median)
    faster = [
        (choice.measured[region].median, region)
        for region in choice.candidates
        if region in choice.measured and region != choice.present and region not in choice.down
        if choice.measured[region].samples >= routing.min_samples and choice.measured[region].median <= bar
    ]
    return tuple(region for _, region in sorted(faster))


def settle(routing: Routing, choice: Choice, held: Mapping[str, float]) -> Decision | None:
    """The change that is due, if any. held: region -> seconds it has had the better claim."""
    forbidden = choice.present not in choice.candidates
    for region in challengers(routing, choice):
        if forbidden or held.get(region, 0.0) >= routing.hold:
            return _decision(routing, choice, region, held)
    return None


def _decision(routing: Routing, choice: Choice, region: str, held: Mapping[str, float]) -> Decision:
    action = {"scope": choice.scope, "country": choice.country, "usual": choice.usual}
    return Decision(
        controller=LatencyJudge.name,
        kind="preference",
        subject=choice.country,
        sentence=clip(_sentence(routing, choice, region)),
        evidence={
            "choice": {**asdict(choice), "candidates": list(choice.candidates), "down": sorted(choice.down)},
            "held": dict(held),
            "settings": routing.model_dump(),
        },
        action={**action, "region": region},
        undo={**action, "region": choice.present},
    )


def _sentence(routing: Routing, choice: Choice, region: str) -> str:
    what = NEAREST if choice.scope == NEAREST else f"optimal for {choice.scope} users"
    if choice.present not in choice.candidates:
        return f"{choice.country}: {what} is {region} again, as {choice.present} may not serve it any more"
    new, old = choice.measured.get(region), choice.measured.get(choice.present)
    if old is None or new is None:
        minutes = routing.window / 60
        return f"{choice.country}: {what} is {region} again, as nobody measured {choice.present} for {minutes:g} min"
    return (
        f"{choice.country}: {what} is now {region} ({new.median:.0f} ms) instead of {choice.present} "
        f"({old.median:.0f} ms) over {new.samples + old.samples} samples"
    )
