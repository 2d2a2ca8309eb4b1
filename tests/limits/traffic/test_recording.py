"""The fold at the edge: exact counts, shadows, and who is refused most; bounded whatever comes."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from meridian.core.degraded import mark
from meridian.envoy.fold import EdgeFacts
from meridian.envoy.snapshot import Snapshot, canonical
from meridian.limits.state import LimitsState
from meridian.limits.traffic.recording import TOP, Recording
from meridian.limits.traffic.settings import FILE, fold_settings, parse
from tests.limits.policy import config, policies
from tests.limits.traffic.traffic import START, feed, line

NOW = datetime.fromtimestamp(START + 30, UTC)


@dataclass
class Edge:
    home: Path
    content: bytes | None = None
    snapshot: Snapshot | None = field(init=False)

    def __post_init__(self) -> None:
        self.say(canonical(fold_settings(config(), LimitsState())))

    def say(self, content: bytes) -> None:
        self.snapshot = Snapshot("EU", {FILE: content})

    def fold(self) -> Recording:
        return Recording(EdgeFacts("EU", "EU-1", self.home, lambda: self.snapshot))


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return Edge(tmp_path)


def harvest(fold: Recording) -> dict[str, Any]:
    [first, *others] = fold.harvest(NOW).records
    assert all(each.keys() == {"kind", "first", "last", "sample"} for each in others)
    content: dict[str, Any] = json.loads(json.dumps(first))
    return content


def test_counts_are_exact_by_window_and_by_what_requests_have_in_common(edge: Edge) -> None:
    fold = edge.fold()
    feed(
        fold, [line(1), line(2, "u2"), line(3, None), line(11), line(12, limit="chat"), line(13, tier="vip")]
    )
    content = harvest(fold)
    window = int(START)
    assert (content["first"], content["last"]) == (window, window + 10)
    assert sorted(content["counts"]) == sorted(
        [
            [window, "chat", "chat", "DE", "free", "low", "", True, 2],
            [window, "chat", "chat", "DE", "free", "low", "", False, 1],
            [window + 10, "chat", "chat", "DE", "free", "low", "", True, 1],
            [window + 10, "chat", "chat", "DE", "free", "low", "chat", True, 1],
            [window + 10, "chat", "chat", "DE", "vip", "low", "", True, 1],
        ]
    )
    assert fold.harvest(NOW).records == (), "what was harvested is forgotten"


def test_what_never_reached_the_limits_does_not_count(edge: Edge) -> None:
    fold = edge.fold()
    feed(fold, [line(1, feature=None), line(2, region=None), line(3)])
    assert [row[-1] for row in harvest(fold)["counts"]] == [1]


def test_a_look_at_limits_is_no_traffic_and_a_check_is_some(edge: Edge) -> None:
    fold = edge.fold()
    looks = [line(n, feature="infrastructure", action=action) for n, action in enumerate((None, "", None))]
    feed(fold, [*looks, line(3, feature="infrastructure", action="chat")])
    content = harvest(fold)
    assert [(row[1], row[2], row[-1]) for row in content["counts"]] == [("infrastructure", "chat", 1)]
    assert content["shadow"] == [["trial", "DE", "free", False, 1]]
    assert len(content["sample"]["times"]) == 1
    feed(fold, looks)
    assert fold.harvest(NOW).records == ()


def test_a_shadow_counts_what_it_would_refuse(edge: Edge) -> None:
    fold = edge.fold()
    feed(fold, [line(n / 100) for n in range(10)])
    feed(fold, [line(n / 100, "vip", tier="vip", country="FR") for n in range(40)])
    feed(fold, [line(n / 100, "other", limit="rapid") for n in range(10)])
    assert sorted(harvest(fold)["shadow"]) == [
        ["trial", "DE", "free", False, 7],
        ["trial", "DE", "free", True, 3],
        ["trial", "FR", "vip", False, 35],
        ["trial", "FR", "vip", True, 5],
    ]


def test_an_operators_rate_counts_for_a_shadow_too_and_a_change_keeps_what_is_left(edge: Edge) -> None:
    fold = edge.fold()
    feed(fold, [line(n / 100) for n in range(7)])
    edge.say(canonical(fold_settings(config(), LimitsState(users={"u2": {"trial": 2, "chat": 9}}))))
    feed(fold, [line(1, "u1"), *(line(1, "u2") for _ in range(3))])
    shadow = {(row[3], row[4]) for row in harvest(fold)["shadow"]}
    assert shadow == {(False, 7 + 2), (True, 1 + 1)}


def test_settings_that_are_wrong_change_nothing(edge: Edge) -> None:
    fold = edge.fold()
    feed(fold, [line(0)])
    edge.say(b'{"limits": {"policies": 7}}')
    feed(fold, [line(1)])
    assert [row[-1] for row in harvest(fold)["shadow"]] == [2]


def test_those_who_are_refused_most_are_named_as_the_limit_counts_them(edge: Edge) -> None:
    fold = edge.fold()
    feed(fold, [line(1, "u1", limit="chat")] * 3 + [line(1, "u2", limit="chat")])
    feed(fold, [line(1, None, limit="general", client="2001:db8::7")] * 2)
    feed(fold, [line(1, "u1", limit="country", country="BR"), line(1, "u1", limit="pay-guessing")])
    assert sorted(harvest(fold)["top"]) == [
        ["chat", "u1", 3, 0],
        ["chat", "u2", 1, 0],
        ["country", "BR", 1, 0],
        ["general", "2001:db8::/64", 2, 0],
        ["pay-guessing", "u1", 1, 0],
    ]


def test_an_attack_with_ever_new_names_fills_nothing(edge: Edge) -> None:
    fold = edge.fold()
    for turn in range(20):
        lines = [
            line(
                1, f"u{turn}-{n}", tier=f"t{turn}-{n}", limit="chat", client=f"10.{turn}.{n // 250}.{n % 250}"
            )
            for n in range(1000)
        ]
        feed(fold, [*lines, *[line(1, "abuser", limit="chat")] * 300])
    content = harvest(fold)
    assert len(content["counts"]) <= 5000
    assert sum(row[-1] for row in content["counts"]) == 20 * 1300
    assert len(content["top"]) == TOP
    limit, who, count, beyond = content["top"][0]
    assert (limit, who) == ("chat", "abuser")
    assert count <= 6000 <= count + beyond
    assert len(content["sample"]["users"]) <= 2_000
    assert len(json.dumps(content)) < 1_500_000


def test_only_shadows_and_what_they_need_are_compiled_for_the_edge() -> None:
    state = LimitsState(users={"u1": {"chat": 5}}, clients={"192.0.2.1": {"general": 9}})
    content = fold_settings(config(), state)
    settings = parse(canonical(content))
    assert list(settings.limits.policies) == ["trial"]
    assert settings.keys["general"] == "client"
    assert settings.keys.keys() == config(**policies()).section(type(settings.limits)).policies.keys()
    assert (settings.users, settings.clients) == ({}, {})
    assert settings.limits.tiers["vip"] == 5


def test_lines_of_hits_count_in_the_sample_as_many(edge: Edge) -> None:
    fold = edge.fold()
    feed(fold, [line(1, hits=5)])
    assert Counter(harvest(fold)["sample"]["hits"]) == {5: 1}


def test_what_is_turned_off_never_reached_the_limits(edge: Edge) -> None:
    fold = edge.fold()
    feed(fold, [line(1), line(2, "u2", limit=mark(2), status=503)])
    content = harvest(fold)
    assert [row[-1] for row in content["counts"]] == [1]
    assert content["top"] == []
