"""Commands that say one sentence to a person say the same to a program with --json."""

import json
from pathlib import Path
from typing import Any

import pytest

from meridian.cli.main import main
from meridian.world import hotline, issuer
from meridian.world.home import Home
from tests.telemetry.ear import listening


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


def test_a_report_is_told_as_the_app_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Home.seen(tmp_path).app_token.parent.mkdir()
    Home.seen(tmp_path).app_token.write_text("mrd_app\n")
    home = ["--home", str(tmp_path)]
    with listening() as ear:
        status = {"regions": {"EU": [], "US": []}, "control": ear.url}
        monkeypatch.setattr(hotline, "ask", lambda path, question: status)
        assert main(["world", "report", "payout-failed", "12", *home, "--json"]) == 0
        assert told(capsys) == {"accepted": 12, "duplicates": 0, "refused": []}
        assert main(["world", "report", "payout-failed", "12", "--region", "US", "--over", *home]) == 0
        assert capsys.readouterr().out == "12 told of US: payout-failed is over\n"
        assert main(["world", "report", "payout-faild", *home]) == 1
        assert "did you mean payout-failed?" in capsys.readouterr().err
    assert ear.tokens == {"Bearer mrd_app"}
    assert {each["state"] for each in ear.taken.values()} == {"failed", "paid"}
