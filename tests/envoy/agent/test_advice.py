"""What control advised last, kept by the agent."""

from pathlib import Path
from typing import Any

import pytest

from meridian.envoy.agent.advice import LARGEST, HeldAdvice


def test_it_is_kept_over_a_restart_and_a_feature_that_is_not_named_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / "advice.json"
    advice = HeldAdvice(path)
    assert advice.held == {}
    advice.take({"limits": {"share": 0.62}, "other": {"a": 1}})
    advice.take({"limits": {"share": 0.5}})
    assert advice.held == HeldAdvice(path).held == {"limits": {"share": 0.5}, "other": {"a": 1}}


@pytest.mark.parametrize("sent", [None, [], "x", {"limits": 0.5}, {"limits": None}, {"limits": {}}])
def test_what_is_of_another_shape_changes_nothing(tmp_path: Path, sent: Any) -> None:
    advice = HeldAdvice(tmp_path / "advice.json")
    advice.take({"limits": {"share": 0.62}})
    advice.take(sent)
    assert advice.held == {"limits": {"share": 0.62}}


def test_too_much_is_not_taken(tmp_path: Path) -> None:
    advice = HeldAdvice(tmp_path / "advice.json")
    advice.take({"limits": {"share": "x" * LARGEST}})
    assert advice.held == {}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_damaged_file_is_no_advice(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "advice.json"
    path.write_bytes(content)
    assert HeldAdvice(path).held == {}
