"""Limits of a region hold over two real edges that hold parts of them."""

import random
from collections.abc import Iterator
from itertools import cycle

import pytest

from meridian.envoy.agent.overlays import STAMP
from meridian.envoy.compiler import compile_edges
from meridian.envoy.snapshot import version_of
from meridian.features import features
from meridian.limits.sharing.holding import holding
from tests.limits.edge import APP, RISKY, shop
from tests.limits.sharing.pair import Pair, lay_stamp, open_pair

LIMIT = 200
LIMITS = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}, "search": {"feature": "chat-search"}},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": LIMIT, "window": "1h"},
        "search": {"key": "user", "actions": ["search"], "rate": 3, "window": "1h"},
        "country": {"key": "country", "rate": 5000, "window": "1h"},
    },
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with open_pair(LIMITS, tmp_path_factory.mktemp("pair")) as made:
        yield made


def admitted(pair: Pair, user: str, requests: int, first: float) -> int:
    """Of so many requests, each of which comes to the first edge with this probability."""
    dice = random.Random(user)
    return sum(
        (pair.one if dice.random() < first else pair.two).admitted(1, "/v1/chat/1", user=user)
        for _ in range(requests)
    )


@pytest.mark.parametrize("first", [0.5, 0.9])
def test_two_edges_admit_the_limit_together(pair: Pair, first: float) -> None:
    pair.hold(first, round(1 - first, 4))
    total = admitted(pair, pair.one.user(), 3 * LIMIT, first)
    assert 0.98 * LIMIT <= total <= LIMIT


def test_who_stays_on_one_edge_gets_its_part_and_the_answer_says_what_is_left_there(pair: Pair) -> None:
    pair.hold(0.62, 0.38)
    user = pair.one.user()
    first = pair.one.ask("/v1/chat/1", user=user)
    assert first.headers["ratelimit"].startswith('"chat";r=123;')
    assert first.headers["ratelimit-policy"] == '"chat";q=200;w=3600'
    assert pair.one.admitted(150, "/v1/chat/1", user=user) == 123
    assert pair.two.admitted(100, "/v1/chat/1", user=user) == 76


def test_a_changed_share_keeps_what_is_left_in_proportion(pair: Pair) -> None:
    pair.hold(0.5, 0.5)
    user = pair.one.user()
    assert pair.one.admitted(75, "/v1/chat/1", user=user) == 75
    for share, left in ((0.8, 40), (0.1, 5), (1.0, 50), (0.4, 20)):
        pair.hold(share, round(1 - share, 4) or 0.02)
        found = pair.one.check(action="chat", user=user, dry_run=True)["limits"]
        assert [each["remaining"] for each in found if each["name"] == "chat"] == [left]
    assert pair.one.admitted(30, "/v1/chat/1", user=user) == 20


def test_a_part_of_less_than_one_request_still_lets_one_through(pair: Pair) -> None:
    pair.hold(0.9, 0.1)
    user = pair.one.user()
    assert pair.one.admitted(5, "/v1/chat/search", user=user, method="GET") == 2
    assert pair.two.admitted(5, "/v1/chat/search", user=user, method="GET") == 1


def test_a_check_of_more_than_the_part_is_told_so(pair: Pair) -> None:
    pair.hold(0.9, 0.1)
    user = pair.one.user()
    assert pair.one.check(action="chat", user=user, hits=150)["allowed"]
    with pytest.raises(AssertionError, match="this edge's part of chat"):
        pair.two.check(action="chat", user=user, hits=150)


def test_sticky_edges_hold_whole_limits_of_users_and_parts_of_countries(pair: Pair) -> None:
    edge, running = pair.edges[0], pair.one.running
    sticky = compile_edges(
        shop({**LIMITS, "edges": "sticky"}), running.inventory, (*features(), RISKY), {}, {"app": APP.jwks}
    )["EU"]
    lay_stamp(edge, holding(sticky.resources[STAMP], 0.5))
    found = pair.one.check(action="chat", user=pair.one.user(), country="PL", dry_run=True)["limits"]
    pair.hold(0.5, 0.5)
    assert {each["name"]: each["remaining"] for each in found} == {"chat": LIMIT, "country": 2500}


def test_a_whole_share_is_the_compiler_s_own_bytes_and_others_are_versions_of_their_own(pair: Pair) -> None:
    stamp = pair.edges[0].snapshot.resources[STAMP]
    assert holding(stamp, 1.0) == stamp
    versions = {version_of(holding(stamp, share)) for share in (1.0, 0.5, 0.62)}
    assert len(versions) == 3
    shared = holding(stamp, 0.62).replace(b"local SHARE = 0.62 ", b"local SHARE = 1 ")
    assert shared.rpartition(b',"version_info"')[0] == stamp.rpartition(b',"version_info"')[0]


def test_no_data_can_stand_for_the_line(pair: Pair) -> None:
    """The names of users stand in the stamp too."""
    stamp = pair.edges[0].snapshot.resources[STAMP]
    line = "\\nlocal SHARE = 1 -- the part of each limit that this edge holds\\n"
    assert stamp.count(line.encode()) == 1


@pytest.mark.parametrize("order", [(0.5, 0.6), (0.3, 0.9)])
def test_a_hundred_changed_shares_admit_nothing_extra(pair: Pair, order: tuple[float, float]) -> None:
    user = pair.one.user()
    pair.hold(order[0], 0.5)
    assert pair.one.admitted(250, "/v1/chat/1", user=user) == order[0] * LIMIT
    for _, share in zip(range(100), cycle(order[::-1]), strict=False):
        pair.hold(share, 0.5)
        assert pair.one.admitted(1, "/v1/chat/1", user=user) <= 1
    assert pair.one.admitted(20, "/v1/chat/1", user=user) <= 1
