import json
from pathlib import Path
from typing import Any

import pytest

from meridian.cli import client
from meridian.cli.main import main
from tests.config.shop import SHOP, changed

MOVED = changed((" FR,", ""), ("  US: [", "  US: [FR, "))


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "before.yaml"
    path.write_text(SHOP)
    return path


@pytest.fixture
def after(tmp_path: Path) -> Path:
    return tmp_path / "after.yaml"


def test_no_change_exits_with_0(before: Path, after: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after.write_text("# only a comment more\n" + SHOP)
    assert main(["plan", str(after), "--against", str(before)]) == 0
    assert capsys.readouterr().out == f"{after} changes nothing in {before}\n"


def test_a_change_exits_with_2_and_says_for_whom(
    before: Path, after: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after.write_text(MOVED)
    assert main(["plan", str(after), "--against", str(before)]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "countries",
        "  FR: EU -> US, affects users with addresses in France",
        "",
        f"1 change to {before}",
    ]


def test_changes_as_json(before: Path, after: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after.write_text(MOVED)
    assert main(["plan", str(after), "--against", str(before), "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == {
        "against": {"file": str(before)},
        "changes": [
            {
                "area": "countries",
                "subject": "FR",
                "before": "EU",
                "after": "US",
                "affects": "users with addresses in France",
            }
        ],
        "replays": [],
        "replay_trouble": "",
    }


def test_many_countries_that_move_alike_are_one_line(
    before: Path, after: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = ("FR", "DE", "ES", "IT", "PT")
    after.write_text(
        changed(*((f" {code},", "") for code in codes), ("  US: [", f"  US: [{', '.join(codes)}, "))
    )
    assert main(["plan", str(after), "--against", str(before)]) == 2
    assert capsys.readouterr().out.splitlines()[1] == (
        "  DE, ES, FR, IT, PT: EU -> US, affects users with addresses in Germany, Spain, France, Italy and Portugal"
    )


def test_a_failover_edge_that_goes_is_said_in_words(
    before: Path, after: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after.write_text(changed(("residency: europe}\n", "residency: europe, failover: []}\n")))
    assert main(["plan", str(after), "--against", str(before)]) == 2
    assert "  EU: belgium -> holland: is not tried any more, affects users of EU" in capsys.readouterr().out


def test_an_invalid_file_exits_with_1(before: Path, after: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after.write_text(changed(("default_region: EU", "default_region: UE")))
    assert main(["plan", str(after), "--against", str(before)]) == 1
    assert f"{after}:14:17: default_region: there is no region UE" in capsys.readouterr().err


def test_without_another_file_the_active_configuration_is_compared_with(
    before: Path, after: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def get(self: client.Client, path: str, query: Any = None) -> dict[str, Any]:
        assert path == "/infrastructure/config"
        return {"version": 3, "digest": "d1", "text": SHOP}

    monkeypatch.setattr(client.Client, "get", get)
    after.write_text(MOVED)
    assert main(["plan", str(after)]) == 2
    assert "1 change to version 3, which is active" in capsys.readouterr().out
    assert main(["plan", str(after), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["against"] == {"version": 3, "digest": "d1"}


def test_no_control_to_compare_with_exits_with_1(
    before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MERIDIAN_CONTROL", "127.0.0.1:1")
    assert main(["plan", str(before), "--home", str(tmp_path)]) == 1
    assert "control does not answer" in capsys.readouterr().err


BROKEN = (
    MOVED
    + """
tests:
  - name: France stays in the EU
    given: {feature: chat, country: FR}
    expect: {region: EU}
limits:
  actions: {chat: {feature: chat, methods: [POST]}}
  policies:
    chat: {key: user, actions: [chat], rate: 100, window: 1m}
  tests:
    - name: nobody chats twice
      given: {action: chat, requests: 2}
      expect: {admitted: 1}
"""
)


def test_promises_that_fail_are_told_after_the_changes(
    before: Path, after: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def post(self: client.Client, path: str, body: Any = None) -> Any:
        asked.append(body["text"])
        return {"replays": [{"subject": "limits.chat", "sentence": "3 of 9 would have been refused"}]}

    monkeypatch.setattr(client.Client, "post", post)
    after.write_text(BROKEN)
    assert main(["plan", str(after), "--against", str(before)]) == 1
    said = capsys.readouterr()
    assert "  FR: EU -> US, affects users with addresses in France" in said.out
    assert "  3 of 9 would have been refused" in said.out
    assert "policy test 'France stays in the EU' fails" in said.err
    assert "limit test 'nobody chats twice' fails" in said.err
    # Control is asked about the same configuration without the promises, or it would refuse.
    copy = after.with_name("asked.yaml")
    copy.write_text(asked[0])
    assert main(["validate", str(copy)]) == 0
    capsys.readouterr()
    assert main(["plan", str(after), "--against", str(before), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (len(told["broken"]), bool(told["changes"])) == (2, True)
    after.write_text(BROKEN.replace("rate: 100", "rate: 0"))
    assert main(["plan", str(after), "--against", str(before)]) == 1
    assert capsys.readouterr().out == ""
