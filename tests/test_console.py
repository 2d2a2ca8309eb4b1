import io
import json

import pytest

from meridian import console as output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_keeps_its_order_and_its_letters(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit({"b": "Türkiye", "a": 1})
    written = capsys.readouterr().out
    assert "Türkiye" in written
    assert list(json.loads(written)) == ["b", "a"]


def test_a_table_off_a_terminal_is_plain_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(["NAME", "WHY"], [["EU", "x" * 300], ["US", "[red]not markup[/red]"]])
    written = capsys.readouterr().out
    assert "\x1b[" not in written
    assert "x" * 300 in written
    assert "[red]not markup[/red]" in written
    assert len(written.splitlines()) == 3


def test_colour_needs_a_terminal_and_no_objection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert output.colour(Terminal())
    assert not output.colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "")
    assert not output.colour(Terminal())


def test_progress_off_a_terminal_is_a_line_a_step_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("starting") as step:
        step("still starting")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "starting\nstill starting\n")


def test_things_are_counted_in_words() -> None:
    assert [output.counted(n, thing) for n, thing in ((1, "region"), (0, "region"), (249, "country"))] == [
        "1 region",
        "0 regions",
        "249 countries",
    ]
