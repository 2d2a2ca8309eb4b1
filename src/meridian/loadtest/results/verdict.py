"""How a run ended, in one word and in one sentence."""

from collections.abc import Sequence

from meridian.loadtest.results.amounts import amount
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.summary import State, Validity, Verdict

LONGEST = 140


def state(part: Part, validity: Validity, thresholds: Sequence[Verdict]) -> State:
    """What was ended before its time is neither passed nor failed; what the generator spoilt cannot be. What
    the run could not judge fails nothing."""
    if part.end != "finished":
        return part.end
    if not validity["valid"]:
        return "invalid"
    return "failed" if any(each["held"] is False for each in thresholds) else "passed"


def sentence(
    part: Part,
    found: State,
    validity: Validity,
    thresholds: Sequence[Verdict],
    numbers: str,
) -> str:
    """numbers: those of the run, in a few words."""
    if found in ("aborted", "stopped"):
        seconds = (part.ended - part.began).total_seconds()
        reason = f": {part.reason}" if part.reason else ""
        return clip(f"{found.capitalize()} after {seconds:.0f} of {part.seconds:.0f} s{reason}; {numbers}")
    if found == "invalid":
        return clip(validity["sentence"])
    broken = [each for each in thresholds if each["held"] is False]
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        return clip(f"{broken[0]['sentence']}{more}; {numbers}")
    return clip(f"{numbers}; {_objectives(thresholds)}")


def _objectives(thresholds: Sequence[Verdict]) -> str:
    """Of those of which none is broken."""
    n = len(thresholds)
    if unjudged := sum(each["held"] is None for each in thresholds):
        return f"{n - unjudged} of {n} objective{'' if n == 1 else 's'} held, {unjudged} not judged"
    return {0: "no objective", 1: "the objective holds"}.get(n, f"all {n} objectives hold")


def numbers(requests: int, rate: float, p95: float | None, errors: float) -> str:
    """rate: requests a second. p95: milliseconds. errors: share."""
    latency = "no latency" if p95 is None else f"p95 {amount(p95, 'ms')}"
    return f"{requests:,} request{'' if requests == 1 else 's'} at {amount(rate, '/s')}, {latency}, errors {amount(errors, '%')}"


def clip(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
