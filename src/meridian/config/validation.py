"""Everything that is known to be wrong with a configuration: its text, its shape, its names, its promises."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from meridian.config.checks import check, references
from meridian.config.document import Placed
from meridian.config.loading import Draft, Loaded, draft, invalid
from meridian.config.model import Configurable, config_model
from meridian.config.schema.root import Config
from meridian.core.errors import Finding


def validate(
    source: Path | str | bytes, features: Sequence[Configurable], *, name: str = "meridian.yaml"
) -> Loaded[Config]:
    """The configuration in a file (Path) or a text called `name`. Raises InvalidConfig with every problem at once."""
    found = draft(source, config_model(features), name=name)
    problems = list(found.problems)
    if found.loaded is not None:
        problems += _placed(found, _findings(found.loaded.config, features))
    if problems or found.loaded is None:
        raise invalid(found.name, problems)
    return found.loaded


def _placed(found: Draft[Config], findings: Iterable[Finding]) -> Iterator[Placed]:
    """Each finding at its place in the text, without those that only echo a problem of its shape."""
    for finding in findings:
        if found.doubt is not None:
            finding = replace(finding, path=found.doubt.written(finding.path))
            if found.doubt.covers(finding):
                continue
        yield found.document.place(finding)


def _findings(config: Config, features: Sequence[Configurable]) -> Iterator[Finding]:
    yield from check(config)
    if any(references.check(config)):
        return  # a feature's check may follow any name, so it waits until every name leads somewhere
    for feature in features:
        yield from feature.check(config)
