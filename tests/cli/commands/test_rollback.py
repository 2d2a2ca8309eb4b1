"""Whether going back asks first; what control does then is in tests/api/test_serve.py."""

from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from meridian.cli.commands import rollback as module

CHANGE = {"area": "countries", "subject": "CA", "before": "EU", "after": "US", "affects": "users in Canada"}


class Control:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.posted: list[str] = []

    def get(self, path: str) -> Any:
        assert path == "/infrastructure/config/2"
        return {"text": "the text of version 2"}

    def post(self, path: str, body: Any = None) -> Any:
        self.posted.append(path.rpartition("/")[2])
        if path.endswith("/plan"):
            assert body == {"text": "the text of version 2"}
            return {"version": 4, "different": True, "changes": [CHANGE]}
        return {"version": 5, "digest": "d", "decision": "id"}


def run(monkeypatch: pytest.MonkeyPatch, *words: str, answer: str = "") -> tuple[Result, Control]:
    control = Control()
    monkeypatch.setattr(module, "Client", lambda home: control)
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(module, "sys", terminal)
    return CliRunner().invoke(module.rollback, ["2", "--reason", "r", *words], input=answer), control


def test_on_a_terminal_it_shows_what_changes_and_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    result, control = run(monkeypatch, answer="y\n")
    assert "users in Canada" in result.output
    assert "version 5 is active, with the text of version 2" in result.output
    assert control.posted == ["plan", "rollback"]


def test_no_leaves_all_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    result, control = run(monkeypatch, answer="n\n")
    assert (result.exit_code, control.posted) == (1, ["plan"])


@pytest.mark.parametrize("word", ["--yes", "--json"])
def test_whoever_said_so_is_not_asked(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    result, control = run(monkeypatch, word)
    assert (result.exit_code, control.posted) == (0, ["rollback"])
