from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from meridian.loadtest.commands.showing import compare
from meridian.loadtest.results.partfile import to_bytes
from tests.loadtest.results.runs import Shape, part, simulated


def test_runs_that_cannot_be_compared_have_an_exit_status_of_their_own(tmp_path: Path) -> None:
    run = part(simulated(Shape(rate=100), 1))
    parts = {"same": run, "again": run, "other": replace(run, rate=50.0)}
    for name, each in parts.items():
        (tmp_path / name).write_bytes(to_bytes(each))

    def status(one: str, other: str) -> tuple[int, str]:
        files = [str(tmp_path / one), str(tmp_path / other)]
        found = CliRunner().invoke(compare, files, standalone_mode=False)
        return found.return_value, found.output

    assert status("again", "same")[0] == 0
    code, said = status("other", "same")
    assert (code, "500/s (scale 1) and 50/s" in said) == (3, True), said
