"""What a scenario breaks, and when: `kill europe-west1`, `slow us-central1 300ms`, `errors asia-south1 20%`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meridian.core.suggest import did_you_mean
from meridian.loadtest.scenario.target import Faults

VERBS = ("kill", "restore", "slow", "partition", "errors", "drain", "undrain")
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|%)")
_EXAMPLES: Mapping[str, str] = {"slow": "slow {about} 300ms", "errors": "errors {about} 20%"}


@dataclass(frozen=True, slots=True)
class Chaos:
    """at: seconds after the start. about: what it is done to. amount: milliseconds for slow, a share for errors, else 0."""

    at: float
    text: str
    line: int
    verb: str
    about: str
    amount: float = 0.0


def chaos_step(text: str, at: float = 0.0, line: int = 0) -> Chaos:
    """Raises ValueError with a sentence, and after a semicolon what to do."""
    verb, *words = text.split() or [""]
    if verb not in VERBS:
        raise ValueError(f"{verb or 'nothing'} cannot be done to a target; {did_you_mean(verb, VERBS)}")
    if not words:
        raise ValueError(f"`{verb}` does not say what to; write for example `{verb} europe-west1`")
    about, *rest = words
    if verb in _EXAMPLES:
        return Chaos(at, text, line, verb, about, _amount(verb, about, rest))
    if rest:
        raise ValueError(f"`{text}` goes on after {about}; write `{verb} {about}`")
    return Chaos(at, text, line, verb, about)


def impossible(
    steps: Sequence[Chaos], faults: Faults | None, target: str
) -> Iterator[tuple[Chaos, str, str]]:
    """Those that this target does not know, with what is wrong and what to do."""
    can = faults.can() if faults else {}
    for step in steps:
        if not can:
            yield (
                step,
                f"nothing can be broken at {target}",
                "run this scenario against a local world, or without chaos",
            )
        elif step.verb not in can:
            yield step, f"{step.verb} cannot be done at {target}", did_you_mean(step.verb, can)
        elif step.about not in can[step.verb]:
            what = f"{step.about} is nothing that {step.verb} can be done to at {target}"
            yield step, what, did_you_mean(step.about, can[step.verb])


def _amount(verb: str, about: str, rest: Sequence[str]) -> float:
    found = _AMOUNT.fullmatch(rest[0]) if len(rest) == 1 else None
    right = found and (found[2] == "%") == (verb == "errors")
    if not found or not right:
        raise ValueError(f"`{verb}` does not say how much; write `{_EXAMPLES[verb].format(about=about)}`")
    number = float(found[1])
    if found[2] == "%":
        if number > 100:
            raise ValueError(f"{number:g}% of the answers is more than all; write at most 100%")
        return number / 100
    return number * (1000 if found[2] == "s" else 1)
