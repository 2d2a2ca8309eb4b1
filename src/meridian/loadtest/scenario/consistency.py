"""What the shape of a scenario cannot say: its names lead somewhere, and its parts fit together."""

from collections.abc import Iterator, Sequence

from meridian.config.countries import likely_country
from meridian.core.errors import Finding
from meridian.core.suggest import did_you_mean
from meridian.geo.countries import countries
from meridian.loadtest.scenario.aborts import Abort
from meridian.loadtest.scenario.model import Written
from meridian.loadtest.scenario.thresholds import Threshold


def check(written: Written, thresholds: Sequence[Threshold], aborts: Sequence[Abort]) -> Iterator[Finding]:
    yield from _countries(written)
    yield from _twice("flow", [step.name for step in written.flow], "step")
    yield from _twice(("load", "phases"), [phase.name for phase in written.load.phases], "phase")
    yield from _phases(written)
    yield from _flow(written)
    yield from _chaos(written)
    yield from _names(written, thresholds, aborts)
    yield from _measures(written, thresholds)


def _countries(written: Written) -> Iterator[Finding]:
    known = countries()
    for code in written.users.countries:
        if code not in known:
            meant = likely_country(code)
            todo = f"did you mean {meant}?" if meant else "write the ISO 3166-1 code, such as FR"
            yield Finding(("users", "countries", code), f"{code} is not in ISO 3166-1", todo)


def _twice(path: str | tuple[str, ...], names: Sequence[str], what: str) -> Iterator[Finding]:
    above = (path,) if isinstance(path, str) else path
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Finding(
                (*above, number, "name"), f"another {what} is called {name} too", "rename one of the two"
            )


def _phases(written: Written) -> Iterator[Finding]:
    load = written.load
    closed = load.model == "closed"
    if closed and load.at_once is None:
        yield Finding(
            ("load", "model"), "a closed model says how many users ask at once", "add `at_once: 50`"
        )
    if not closed and load.at_once is not None:
        yield Finding(("load", "at_once"), "`at_once` belongs to `model: closed`", "remove it")
    for number, phase in enumerate(load.phases):
        at = ("load", "phases", number)
        if not closed and not phase.shape:
            todo = "give one of `rate`, `from` and `to`, `steps`, and `spike`"
            yield Finding(at, f"the phase {phase.name} does not say how much", todo)
        if closed and phase.shape:
            yield Finding(at, "in a closed model phases have no rate", "remove it, or write `model: open`")
    if all(phase.warm_up for phase in load.phases):
        yield Finding(("load", "phases"), "all phases are warm-up, so nothing would be judged", "add a phase")
    tops = [max((p.rate or 0, p.from_ or 0, p.to or 0, p.spike or 0, *p.steps)) for p in load.phases]
    if not closed and all(phase.shape for phase in load.phases) and max(tops) <= 0:
        yield Finding(("load", "phases"), "all rates are zero, so nothing would be sent", "give one a rate")


def _flow(written: Written) -> Iterator[Finding]:
    first = written.flow[0]
    if first.think:
        todo = "remove it; the phases say when flows begin"
        yield Finding(
            ("flow", 0, "think"), f"{first.name} is the first step, so nothing comes before its pause", todo
        )
    for number, step in enumerate(written.flow):
        if step.think_varies and not step.think:
            yield Finding(
                ("flow", number, "think_varies"), "there is no pause that could vary", "add `think: 2s`"
            )
        if step.body != "" and step.request.split()[0] in ("GET", "HEAD"):
            yield Finding(("flow", number, "body"), f"a {step.request.split()[0]} has no body", "remove it")


def _chaos(written: Written) -> Iterator[Finding]:
    length = sum(phase.for_ for phase in written.load.phases)
    for number, step in enumerate(written.chaos):
        if step.at >= length:
            what = f"the run is over after {length:g} s, before this happens"
            yield Finding(("chaos", number, "at"), what, "write an earlier time")


def _names(written: Written, thresholds: Sequence[Threshold], aborts: Sequence[Abort]) -> Iterator[Finding]:
    steps = dict.fromkeys(step.name for step in written.flow)
    phases = dict.fromkeys(phase.name for phase in written.load.phases)
    about = [("thresholds", number, one) for number, one in enumerate(thresholds)]
    about += [("abort", number, one.when) for number, one in enumerate(aborts)]
    for section, number, one in about:
        if one.step and one.step not in steps:
            yield Finding((section, number), f"there is no step {one.step}", did_you_mean(one.step, steps))
        if one.phase and one.phase not in phases:
            yield Finding(
                (section, number), f"there is no phase {one.phase}", did_you_mean(one.phase, phases)
            )
    for number, one in enumerate(thresholds):
        if one.text in [other.text for other in thresholds[:number]]:
            yield Finding(("thresholds", number), f"`{one.text}` stands here twice", "remove one of the two")


def _measures(written: Written, thresholds: Sequence[Threshold]) -> Iterator[Finding]:
    """Measures that a scenario of this make can never have."""
    shapes = {phase.shape for phase in written.load.phases}
    warm = {phase.name for phase in written.load.phases if phase.warm_up}
    for number, one in enumerate(thresholds):
        at = ("thresholds", number)
        if one.measure == "recovery" and "spike" not in shapes and not written.chaos:
            yield Finding(at, "there is nothing to recover from", "add a phase with `spike`, or `chaos`")
        if one.measure == "gap" and not written.chaos:
            yield Finding(at, "nothing is broken, so no gap is looked for", "add `chaos`, or remove this")
        if one.measure == "knee" and not shapes & {"steps", "ramp"}:
            yield Finding(
                at,
                "at one rate there is no knee to find",
                "add a phase with `steps`, or one with `from` and `to`",
            )
        if one.measure == "rate" and written.load.model == "closed" and one.unit == "%":
            yield Finding(
                at, "a closed model asks for no rate", "write it in requests a second, such as `rate >= 50/s`"
            )
        if one.phase in warm:
            yield Finding(at, f"{one.phase} is warm-up, which is not judged", "name another phase")
