"""Commands that say one sentence to a person say the same to a program with --json."""

import json
from pathlib import Path
from typing import Any

import pytest

from meridian.cli.main import main
from meridian.world import hotline, issuer


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_init_and_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "shop.yaml"
    assert main(["init", "--out", str(path), "--json"]) == 0
    assert told(capsys) == {"file": str(path)}
    assert main(["down", "--home", str(tmp_path / "none"), "--json"]) == 0
    assert told(capsys)["sentence"].startswith("nothing is running in")


def test_a_users_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    issuer.prepare(tmp_path, "https://auth.sample.example", "sample", {"user": "sub", "tier": "tier"})
    assert main(["token", "user", "--id", "amara", "--home", str(tmp_path), "--json"]) == 0
    assert told(capsys)["token"].count(".") == 2


@pytest.mark.parametrize("verb", ["kill", "restore", "slow", "partition", "errors"])
def test_a_fault(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hotline, "ask", lambda path, question: {"sentence": question["verb"], "faults": []})
    assert main(["world", verb, "europe-west1", "--home", str(tmp_path), "--json"]) == 0
    assert told(capsys) == {"sentence": verb, "faults": []}
