"""What a scenario says of itself in the record of its run (`Scenario.to_json`), as far as results need it. A record may
come from anybody, so it is checked here, once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import msgspec

from meridian.core.errors import InvalidInput
from meridian.loadtest.scenario.thresholds import Threshold, threshold

_FEW = msgspec.Meta(max_length=200)
"""Of anything in a scenario: what results cost grows with it."""


class PhaseFacts(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """start, end: seconds after the start of the run. rate: flows a second, on average; None in a closed model. rates: at the
    beginning and the end of each even part of it. shape: "rate", "ramp", "steps", "spike" or empty."""

    name: str
    start: float
    end: float
    warm_up: bool = False
    rate: float | None = None
    shape: str = ""
    rates: Annotated[list[tuple[float, float]], _FEW] = []


class ThresholdFacts(msgspec.Struct, frozen=True):
    """bound: as it is for this run; the text's is for the scenario at full scale."""

    text: str
    bound: float
    line: int = 0


class Asked(msgspec.Struct, frozen=True):
    """checks: their names, as failures have them in their detail."""

    name: str
    checks: Annotated[list[str], _FEW] = []


class ScenarioFacts(msgspec.Struct, frozen=True):
    name: str
    title: str = ""
    kind: str = ""
    phases: Annotated[list[PhaseFacts], _FEW] = []
    thresholds: Annotated[list[ThresholdFacts], _FEW] = []
    steps: Annotated[list[Asked], _FEW] = []

    def objectives(self) -> Sequence[Threshold]:
        """Raises ValueError when one is none."""
        return [replace(threshold(one.text, one.line), bound=one.bound) for one in self.thresholds]


def scenario_facts(raw: Mapping[str, Any]) -> ScenarioFacts:
    """Raises InvalidInput when they are none."""
    try:
        made = msgspec.convert(raw, ScenarioFacts)
        made.objectives()
    except (msgspec.MsgspecError, ValueError) as bad:
        raise InvalidInput(f"the scenario in this record cannot be read: {bad}") from None
    for phase in made.phases:
        if not 0 <= phase.start <= phase.end:
            raise InvalidInput(f"the phase {phase.name} in this record ends before it begins")
    return made
