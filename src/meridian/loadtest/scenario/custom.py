"""Checks that a Python scenario brings along. Functions of a file that is no module cannot be pickled, so each process reads
the file's text again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meridian.loadtest.scenario.judging import Custom

Checks = Mapping[str, Sequence[tuple[str, Custom]]]
"""Step -> its checks by name, in order."""


@dataclass(frozen=True, slots=True)
class CustomChecks:
    """text: of the file called `name` in messages. names: step -> names of its checks."""

    name: str
    text: str
    names: Mapping[str, Sequence[str]]

    def load(self) -> Checks:
        """Raises InvalidInput when the file does not do again what it did when it was read."""
        from meridian.loadtest.scenario.python import read

        return read(self.text, self.name).checks
