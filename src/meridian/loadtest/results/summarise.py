"""From the record of a run to what people read."""

from collections.abc import Sequence

from meridian.loadtest.results.comparison import Comparison
from meridian.loadtest.results.part import Part
from meridian.loadtest.results.summary import Event, Failover, Summary


def summarise(
    part: Part,
    *,
    running: bool = False,
    decisions: Sequence[Event] = (),
    failovers: Sequence[Failover] = (),
    comparison: Comparison | None = None,
) -> Summary:
    """running: the run goes on, so that nothing is judged yet. Thresholds and phases are those of the part's scenario."""
    raise NotImplementedError
