"""Makes a scenario out of what was written: first its shape, then whether its parts fit together."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from meridian.config import messages
from meridian.config.document import Document, Path, Placed
from meridian.config.loading import invalid
from meridian.core.errors import Finding
from meridian.loadtest.scenario.aborts import abort_rule
from meridian.loadtest.scenario.chaos import chaos_step
from meridian.loadtest.scenario.consistency import check
from meridian.loadtest.scenario.custom import CustomChecks
from meridian.loadtest.scenario.model import Written
from meridian.loadtest.scenario.scenario import Scenario
from meridian.loadtest.scenario.thresholds import IMPLIED, threshold


def read(
    value: Any, source: str, text: str, positions: Document, custom: CustomChecks | None = None
) -> Scenario:
    """value: the mapping that was written. Raises InvalidConfig with every problem, each at its line."""
    problems = [_about_scenarios(placed) for placed in positions.problems]
    if not isinstance(value, dict):
        if not problems:
            what = f"a scenario is a mapping of settings, and this is {_kind(value)}"
            problems.append(
                Placed(Finding((), what, "`meridian load scenarios` lists those to start from"), None)
            )
        raise invalid(source, problems)
    try:
        written = Written.model_validate(value)
    except ValidationError as error:
        known = {placed.finding.path for placed in problems}
        found = messages.findings(error.errors(include_url=False), Written, known)
        problems += [positions.place(one.finding, of_key=one.of_key) for one in found]
        raise invalid(source, problems) from None
    scenario = _understood(written, source, text, positions, custom)
    found_later = check(written, scenario.thresholds, scenario.aborts)
    problems += [positions.place(finding) for finding in found_later]
    if problems:
        raise invalid(source, problems)
    return scenario


def _kind(value: Any) -> str:
    """Never the content: whoever names the wrong file may not want it repeated, in a log of CI for instance."""
    if isinstance(value, list | tuple):
        return "a list"
    return "empty" if value is None else "a text" if isinstance(value, str) else "a number or the like"


def _understood(
    written: Written, source: str, text: str, positions: Document, custom: CustomChecks | None
) -> Scenario:
    def line(*path: str | int) -> int:
        return _line(positions, path)

    thresholds = [threshold(one, line("thresholds", n)) for n, one in enumerate(written.thresholds)]
    if not any(one.measure == "errors" for one in thresholds):
        thresholds.append(threshold(IMPLIED))
    return Scenario(
        written,
        thresholds,
        [abort_rule(one, line("abort", n)) for n, one in enumerate(written.abort)],
        [chaos_step(one.do, one.at, line("chaos", n, "do")) for n, one in enumerate(written.chaos)],
        source,
        text,
        positions,
        custom,
    )


def _line(positions: Document, path: Path) -> int:
    mark = positions.scalars.get(path) or positions.keys.get(path)
    return mark.line if mark else 0


_ELSEWHERE: Mapping[str, str] = {
    "the file is empty": "`meridian load scenarios` lists those to start from",
    "the file holds nothing but comments": "`meridian load scenarios` lists those to start from",
    "a second document begins here": "keep one scenario in a file",
}


def _about_scenarios(placed: Placed) -> Placed:
    """A problem of a text, in the words of scenarios where those of configurations would mislead."""
    todo = _ELSEWHERE.get(placed.finding.what, placed.finding.todo)
    return replace(placed, finding=replace(placed.finding, todo=todo))
