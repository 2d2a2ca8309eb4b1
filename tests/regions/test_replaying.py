"""Deciding again: a controller's own decisions, and a sentence for everything else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.core.decision import Decision
from meridian.core.errors import Conflict
from meridian.regions.drain.judge import DrainJudge
from meridian.regions.homes.controller import PlacingJudge
from meridian.regions.latency.judge import LatencyJudge
from tests.regions.bench import policy
from tests.regions.live import Live

CONFIG = policy()
JUDGES = (PlacingJudge(), DrainJudge(), LatencyJudge())
TIME = "2026-01-05T09:00:00+00:00"
WHOLE: dict[str, dict[str, Any]] = {
    "regions.placing": {
        "user": "u1",
        "region": "APAC",
        "reason": "vip",
        "author": "anna",
        "created_at": TIME,
        "expires_at": TIME,
    },
    "regions.drain": {
        "drain": {
            "location": "europe-west1",
            "from_share": 0.0,
            "to_share": 1.0,
            "started_at": TIME,
            "over": 60.0,
            "reason": "maintenance",
            "author": "anna",
            "told": 0,
        },
        "quarter": 2,
    },
    "regions.latency": {
        "choice": {
            "scope": "nearest",
            "country": "IN",
            "usual": "APAC",
            "present": "APAC",
            "candidates": ["EU", "APAC"],
            "measured": {"EU": {"samples": 60, "median": 20.0}, "APAC": {"samples": 60, "median": 140.0}},
            "down": [],
        },
        "held": {"EU": 3600.0},
        "settings": {},
    },
}
OPERATORS = (
    {},
    {"before": None, "after": "APAC"},
    {"objections": [], "unknown": [], "carriers": {}, "rates": {}},
    {"undoes": "01890c0b"},
)
PERSON = "a person decided this; only what a controller decided can be decided again"

junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(TIME),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths(tree: Any, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(tree, dict):
        return []
    found = [(*before, key) for key in tree]
    return [*found, *(path for key in tree for path in paths(tree[key], (*before, key)))]


def changed(tree: dict[str, Any], path: tuple[str, ...], *value: Any) -> dict[str, Any]:
    """The tree with another value at the path, or with none."""
    first, *rest = path
    if rest:
        return {**tree, first: changed(tree[first], tuple(rest), *value)}
    if value:
        return {**tree, first: value[0]}
    return {key: kept for key, kept in tree.items() if key != first}


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
def test_evidence_without_one_of_its_parts_says_that_it_cannot_be_read(judge: Any) -> None:
    path = {
        "regions.placing": ("author",),
        "regions.drain": ("drain", "over"),
        "regions.latency": ("choice", "down"),
    }[judge.name]
    with pytest.raises(Conflict, match=f"evidence of this decision cannot be read .*{path[-1]}"):
        judge.replay(CONFIG, changed(WHOLE[judge.name], path))


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
def test_whole_evidence_of_a_controller_is_decided_again(judge: Any) -> None:
    [decision] = judge.replay(CONFIG, WHOLE[judge.name])
    assert decision.controller == judge.name


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
def test_what_a_person_or_another_controller_decided_is_not(judge: Any) -> None:
    others = [evidence for name, evidence in WHOLE.items() if name != judge.name]
    for evidence in (*OPERATORS, *others):
        with pytest.raises(Conflict, match=PERSON):
            judge.replay(CONFIG, evidence)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_evidence_that_is_not_whole_is_a_conflict_and_nothing_worse(data: st.DataObject) -> None:
    judge = data.draw(st.sampled_from(JUDGES))
    evidence = WHOLE[judge.name]
    path = data.draw(st.sampled_from(paths(evidence)))
    value = data.draw(st.just(()) | st.tuples(junk))
    try:
        decided = judge.replay(CONFIG, changed(evidence, path, *value))
    except Conflict:
        return
    assert all(isinstance(decision, Decision) for decision in decided)


async def test_over_http_a_persons_decision_is_refused_with_that_sentence(live: Live) -> None:
    why = {"reason": "vip"}
    await live.admin("PUT", "/infrastructure/users/u1/home", {"region": "US", **why})
    await live.admin("PUT", "/infrastructure/users/u1/override", {"region": "APAC", **why})
    await live.admin("DELETE", "/infrastructure/users/u1/override", None, **why)
    await live.admin("POST", "/infrastructure/regions/EU/drain", {"over": "0s", "force": True, **why})
    await live.admin("POST", "/infrastructure/regions/EU/undrain", why)
    made = (await live.ops("/infrastructure/decisions", controller="operator")).json()["decisions"]
    kinds = {decision["kind"]: decision["id"] for decision in made}
    for kind in ("home", "override", "override-cleared", "drain", "undrain"):
        answer = await live.ops(f"/infrastructure/decisions/{kinds[kind]}/replay")
        assert answer.status_code == 409, answer.text
        assert answer.json()["detail"] == PERSON
