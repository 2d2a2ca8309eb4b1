"""How a run ended, in one word and in one sentence."""

from collections.abc import Sequence

from meridian.loadtest.results.judge import amount
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.summary import State, Validity, Verdict

LONGEST = 140


def state(part: Part, validity: Validity, thresholds: Sequence[Verdict]) -> State:
    """What was ended before its time is neither passed nor failed; what the generator spoilt cannot be."""
    if part.end != "finished":
        return part.end
    if not validity["valid"]:
        return "invalid"
    return "passed" if all(each["held"] for each in thresholds) else "failed"


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
    broken = [each for each in thresholds if not each["held"]]
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        return clip(f"{broken[0]['sentence']}{more}; {numbers}")
    held = {0: "no objective", 1: "the objective holds"}.get(
        len(thresholds), f"all {len(thresholds)} objectives hold"
    )
    return clip(f"{numbers}; {held}")


def numbers(requests: int, rate: float, p95: float | None, errors: float) -> str:
    """rate: requests a second. p95: milliseconds. errors: share."""
    latency = "no latency" if p95 is None else f"p95 {amount(p95, 'ms')}"
    return f"{requests:,} requests at {amount(rate, '/s')}, {latency}, errors {amount(errors, '%')}"


def clip(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
