import json
import re
from pathlib import Path
from typing import Any

from meridian.envoy.localreply import config

PAGE = (Path(__file__).parents[2] / "docs/problems.md").read_text()


def problems(value: Any) -> list[dict[str, Any]]:
    """Every problem document that an edge may answer."""
    if isinstance(value, dict):
        own = [value] if "type" in value and "title" in value else []
        return own + [found for each in value.values() for found in problems(each)]
    if isinstance(value, list):
        return [found for each in value for found in problems(each)]
    return []


def test_every_problem_of_an_edge_is_documented() -> None:
    kinds = {problem["type"].removeprefix("/docs/problems#") for problem in problems(config())}
    assert len(kinds) > 5
    documented = set(re.findall(r"^## ([a-z-]+)$", PAGE, re.MULTILINE))
    assert kinds <= documented


def test_every_mapped_problem_says_what_to_do() -> None:
    mapped = problems(config()["mappers"])
    assert mapped
    assert all(problem["detail"].endswith(".") for problem in mapped)


def test_whoever_is_turned_away_for_now_is_told_when_to_come_back() -> None:
    for mapper in config()["mappers"]:
        told = json.dumps(mapper)
        if any(
            f"/docs/problems#{kind}" in told
            for kind in ("no-healthy-location", "overloaded", "too-many-requests", "timeout")
        ):
            assert mapper["headers_to_add"][0]["header"]["key"] == "retry-after"
