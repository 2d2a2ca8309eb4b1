"""One sentence for each entry of the failover log, with its numbers."""

from meridian.core.decision import clip
from meridian.loadtest.report.effects import Effect
from meridian.loadtest.report.numbers import count, ms, span
from meridian.loadtest.results.gaps import Gap


def sentence(cause: str, at: float, seen: Effect | None, region: str) -> str:
    """cause: a step of chaos, or a kind of decision. at: when, in seconds after the start. seen: None where nobody was
    touched."""
    if seen is None:
        return clip(f"{cause}: clients did not notice; nobody was served from there at the time")
    if seen.noticed is None and seen.gap is None:
        return clip(f"{cause}: users of {region} did not notice; no request failed, and none was missing")
    parts = [f"{count(seen.failed)} failed" if seen.failed else "none failed"]
    if seen.gap:
        parts.append(f"{ms(seen.gap.ms)} without an answer")
    elif seen.wait:
        parts.append(f"at most {ms(round(seen.wait.ms))} between answers (usually {_usual(seen.wait)})")
    if seen.after:
        parts.append(f"{seen.after} took over")
    parts.append(_normal(seen, at))
    return clip(f"{cause}, for {region}: {', '.join(parts)}")


def unexplained(gap: Gap) -> str:
    """Of a gap that nothing explains."""
    return clip(
        f"users of {gap.region} got nothing for {ms(gap.ms)}; nothing was broken on purpose or decided then"
    )


def _normal(seen: Effect, at: float) -> str:
    if seen.normal_at is None:
        return "not normal again in this run"
    after = max(0.0, seen.normal_at - at)
    return f"normal after {ms(round(after * 1000)) if after < 1 else span(round(after, 1))}"


def _usual(wait: Gap) -> str:
    return ms(round(wait.usual * 1000))
