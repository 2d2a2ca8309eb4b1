"""Whether the load generator did what was asked. Where it did not, a number says more about it than about the target."""

from collections.abc import Sequence

from meridian.loadtest.plan import Shard
from meridian.loadtest.results.amounts import amount
from meridian.loadtest.results.lateness import LAG_MS, too_many
from meridian.loadtest.results.reading import Moment, Reading
from meridian.loadtest.results.summary import Validity


def late_seconds(reading: Reading) -> list[int]:
    """Also those of warm-up."""
    return [moment.at for moment in reading.moments if moment.late]


def validity(reading: Reading, missing: Sequence[Shard]) -> Validity:
    judged = [
        moment for moment in reading.moments if not moment.warm and moment.at < reading.timeline.seconds
    ]
    behind = [moment for moment in judged if moment.late]
    worst = max((moment.lag for moment in reading.moments), default=0.0)
    trouble = [what for moment in reading.moments for what in moment.trouble]
    sentence = _wrong(reading, missing, judged, worst, trouble)
    return {
        "valid": not sentence,
        "sentence": sentence or _well(len(behind), len(judged), worst),
        "late_seconds": [moment.at for moment in behind],
        "worst_lag_ms": round(worst, 3),
        "sent": reading.sent,
        "due": reading.due,
    }


def _wrong(
    reading: Reading,
    missing: Sequence[Shard],
    judged: Sequence[Moment],
    worst: float,
    trouble: Sequence[str],
) -> str:
    if missing:
        names = ", ".join(f"{shard.index + 1}/{shard.count}" for shard in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        return f"The record lacks shard {names}{more}: what they sent and saw is not known"
    if not reading.due:
        return "No request was due, so nothing is known about the target"
    if not any(moment.due for moment in judged):
        return "All of the run was warm-up, so nothing of it is judged: let it last longer"
    spoilt, due = sum(moment.spoilt for moment in judged), sum(moment.due for moment in judged)
    behind = sum(moment.late for moment in judged)
    if trouble and behind:
        return f"The load generator had trouble, which is not the target's fault: {trouble[0]}"
    if too_many(spoilt, due):
        share, most = spoilt / due, f", by up to {worst:.0f} ms" if worst > LAG_MS else ""
        return (
            f"The load generator was late for {amount(share, '%')} of the requests (in {behind} s{most}): "
            "that is not the target's fault"
        )
    return ""


def _well(behind: int, judged: int, worst: float) -> str:
    if not behind:
        return f"The load generator was on time in all {judged} s that count (at worst {worst:.1f} ms late)"
    return f"The load generator was late in {behind} of {judged} s, which is little enough (by up to {worst:.1f} ms)"
