"""Everything that is known to be wrong with a configuration: its text, its shape, its names, its promises."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from meridian.config.checks import check, references
from meridian.config.loading import Loaded, draft, invalid
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
        findings = _findings(found.loaded.config, features)
        problems += [found.document.place(finding) for finding in findings if not found.doubt.covers(finding)]
    if problems or found.loaded is None:
        raise invalid(found.name, problems)
    return found.loaded


def _findings(config: Config, features: Sequence[Configurable]) -> Iterator[Finding]:
    yield from check(config)
    if any(references.check(config)):
        return  # a feature's check may follow any name, so it waits until every name leads somewhere
    for feature in features:
        yield from feature.check(config)
