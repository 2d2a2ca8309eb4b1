"""The files of a run: its record, its results, and its report for people and for CI."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meridian.core.errors import MeridianError
from meridian.loadtest.report.html import html
from meridian.loadtest.results.junit import junit
from meridian.loadtest.results.summary import Summary

PART, SUMMARY, REPORT, JUNIT = "part.json.gz", "summary.json", "report.html", "junit.xml"


@dataclass(frozen=True, slots=True)
class Files:
    """folder: made where it is missing. Methods raise MeridianError where something cannot be written."""

    folder: Path

    @property
    def report(self) -> Path:
        return self.folder / REPORT

    def write_part(self, part: bytes) -> None:
        self._write(PART, part)

    def write_results(self, summary: Summary) -> None:
        for name, text in _results(summary):
            self._write(name, text.encode())

    def require(self) -> None:
        """Raises MeridianError where nothing could be written there: better before the run than after it."""
        probe = self.folder / ".writable"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise MeridianError(
                f"nothing can be written to the folder {self.folder}: {error.strerror}",
                "name another with --out",
            ) from None

    def _write(self, name: str, content: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)
        except OSError as error:
            raise MeridianError(
                f"{self.folder / name} cannot be written: {error.strerror}", "name another folder with --out"
            ) from None


def _results(summary: Summary) -> Iterator[tuple[str, str]]:
    yield SUMMARY, json.dumps(summary, indent=1, ensure_ascii=False) + "\n"
    yield REPORT, html(summary)
    yield JUNIT, junit(summary)
