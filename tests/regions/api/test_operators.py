"""What operators ask and change, over HTTP."""

import asyncio
import time

import jwt

from tests.api.world import OPS, bearer
from tests.regions.bench import report, seen
from tests.regions.live import BRITISH, INDIAN, Live, until

EXPLAIN = "/infrastructure/route/explain"


async def test_explain_gives_the_rules_the_chain_and_what_is_wrong_in_it(live: Live) -> None:
    live.control.edges.hear(report("EU", health=(seen("europe-west1", "chat", healthy=False),)))
    told = (await live.ops(EXPLAIN, ip=BRITISH, feature="chat")).json()
    assert (told["rule"], told["user_region"], told["location"], told["status"]) == (
        "country",
        "EU",
        "europe-west4",
        200,
    )
    assert told["chain"][0]["wrong"] == "down: its edge reaches no healthy instance"
    both = (await live.ops(EXPLAIN, ip=BRITISH, feature="chat", down="EU")).json()
    assert (both["location"], both["status"]) == ("", 503)


async def test_explain_looks_up_what_is_known_of_the_user(live: Live) -> None:
    await live.admin("PUT", "/infrastructure/users/u1/home", {"region": "US", "reason": "moved"})
    told = (await live.ops(EXPLAIN, ip=BRITISH, user="u1", feature="chat")).json()
    assert (told["rule"], told["user_region"]) == ("home", "US")
    await live.admin("PUT", "/infrastructure/users/u1/override", {"region": "APAC", "reason": "vip"})
    told = (await live.ops(EXPLAIN, ip=BRITISH, user="u1", feature="chat")).json()
    assert (told["rule"], told["user_region"]) == ("override", "APAC")
    given = (await live.ops(EXPLAIN, ip=BRITISH, user="u2", home="APAC")).json()
    assert (given["rule"], given["user_region"]) == ("home", "APAC")
    declared = (await live.ops(EXPLAIN, declared="br")).json()
    assert (declared["rule"], declared["user_region"]) == ("declared", "US")


MISTAKES = [
    ({"feature": "caht"}, 404, "did you mean chat?"),
    ({"home": "Eu"}, 404, "did you mean EU?"),
    ({"feature": "chat", "down": "europe-west11"}, 404, "did you mean europe-west1?"),
    ({"ip": "81.2.69"}, 422, "write for example 81.2.69.142 or 2001:db8::1"),
    ({"user": "u" * 257}, 422, "see `errors`"),
]


async def test_a_question_that_makes_no_sense_is_answered_with_what_to_do(live: Live) -> None:
    for query, status, hint in MISTAKES:
        answer = await live.ops(EXPLAIN, **query)
        assert (answer.status_code, answer.json()["todo"]) == (status, hint)


async def test_an_override_is_in_every_edge_s_snapshot_within_a_second(live: Live) -> None:
    before = live.control.snapshots.wanted()
    began = time.monotonic()
    answer = await live.admin(
        "PUT", "/infrastructure/users/a%2Fb/override", {"region": "APAC", "reason": "vip", "expires_in": "2h"}
    )
    assert time.monotonic() - began < 1.0
    after = live.control.snapshots.wanted()
    assert all(before[region] != after[region] for region in ("EU", "US", "APAC"))
    told = answer.json()
    assert (told["user"], told["region"], told["author"]) == ("a/b", "APAC", "anna")
    assert told["expires_at"] is not None
    [listed] = (await live.ops("/infrastructure/overrides")).json()["overrides"]
    assert listed["user"] == "a/b"
    journalled = await live.control.journal.get(told["decision"])
    assert journalled.reason == "vip"
    undone = await live.admin(
        "POST", f"/infrastructure/decisions/{told['decision']}/undo", {"reason": "a mistake"}
    )
    assert undone.status_code == 200
    assert live.control.snapshots.wanted() == before
    assert (await live.ops("/infrastructure/users/a%2Fb/override")).status_code == 404


async def test_a_drain_moves_the_share_in_the_snapshots_and_back(live: Live) -> None:
    answer = await live.admin(
        "POST", "/infrastructure/regions/europe-west1/drain", {"over": "1s", "reason": "works"}
    )
    told = answer.json()
    assert (told["locations"], told["objections"]) == (["europe-west1"], [])
    assert (
        told["unknown"][0]
        == "the capacity of europe-west4 is not configured (locations.europe-west4.capacity)"
    )
    await until(lambda: live.control.state("routing").drains.get("europe-west1") == 1.0)
    [drain] = (await live.ops("/infrastructure/drains")).json()["drains"]
    assert (drain["share"], drain["to"], drain["author"]) == (1.0, 1.0, "anna")
    chain = (await live.ops(EXPLAIN, ip=BRITISH, feature="chat")).json()["chain"]
    assert chain[0]["wrong"] == "drained by an operator"
    back = await live.admin("POST", "/infrastructure/regions/europe-west1/undrain", {"reason": "done"})
    assert back.status_code == 200
    await until(lambda: live.control.state("routing").drains.get("europe-west1", 0.0) < 1.0)


async def test_a_drain_that_would_strand_users_is_refused_with_each_reason_unless_forced(live: Live) -> None:
    path = "/infrastructure/regions/EU/drain"
    refused = await live.admin("POST", path, {"over": "1s", "reason": "works"})
    assert refused.status_code == 409
    assert "users of EU would have nowhere to go for 3 features" in refused.json()["detail"]
    assert "--force" in refused.json()["todo"]
    assert len(refused.json()["errors"]) == 3
    assert (await live.ops("/infrastructure/drains")).json() == {"drains": []}
    forced = await live.admin("POST", path, {"over": "0s", "reason": "works", "force": True})
    assert len(forced.json()["objections"]) == 3


async def test_two_drains_that_are_too_much_together_are_not_both_begun(live: Live) -> None:
    both = ("europe-west1", "europe-west4")
    answers = await asyncio.gather(
        *(live.admin("POST", f"/infrastructure/regions/{name}/drain", {"reason": "works"}) for name in both)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_failover_lists_who_takes_over_feature_by_feature(live: Live) -> None:
    told = (await live.ops("/infrastructure/regions/EU/failover")).json()
    chat = next(each for each in told["chains"] if each["feature"] == "chat")
    assert [link["location"] for link in chat["chain"]] == ["europe-west1", "europe-west4"]
    media = [each["target"] for each in told["chains"] if each["feature"] == "media"]
    assert media == ["EU", "US", "APAC"]


async def test_an_explain_token_is_for_edges_alone(live: Live) -> None:
    answer = await live.http.post("/infrastructure/explain-token", headers=bearer(OPS))
    told = answer.json()
    claims = jwt.decode(told["token"], options={"verify_signature": False})
    assert (claims["iss"], claims["aud"], claims["sub"], told["header"]) == (
        "meridian",
        "meridian-explain",
        "otto",
        "meridian-explain",
    )
    assert claims["exp"] - claims["iat"] == told["expires_in"] == 3600


CHANGES = [
    ("PUT", "/infrastructure/users/u1/override", {"region": "EU", "reason": "x"}),
    ("DELETE", "/infrastructure/users/u1/override", None),
    ("PUT", "/infrastructure/users/u1/home", {"region": "EU", "reason": "x"}),
    ("POST", "/infrastructure/regions/EU/drain", {"reason": "x"}),
    ("POST", "/infrastructure/regions/EU/undrain", {"reason": "x"}),
]


LOOKS = [EXPLAIN, "/infrastructure/overrides", "/infrastructure/drains", "/infrastructure/users/u1/home"]


async def test_only_an_admin_changes_anything_and_nobody_looks_without_a_token(live: Live) -> None:
    for method, path, body in CHANGES:
        assert (await live.http.request(method, path, json=body, headers=bearer(OPS))).status_code == 403, (
            path
        )
        assert (await live.http.request(method, path, json=body)).status_code == 401, path
    for path in LOOKS:
        assert (await live.http.get(path)).status_code == 401, path


IMPOSSIBLE: list[object] = [
    {"region": "EU"},
    {"region": "EU", "reason": "  "},
    {"region": "EU", "reason": "x" * 501},
    {"region": "EU", "reason": "x", "expires_in": "soon"},
    {"region": "EU", "reason": "x", "expires_in": "0s"},
    {"region": "E\x00", "reason": "x"},
]


async def test_an_override_that_cannot_be_is_refused(live: Live) -> None:
    for body in IMPOSSIBLE:
        answer = await live.admin("PUT", "/infrastructure/users/u1/override", body)
        assert answer.status_code == 422, body
    assert (await live.ops("/infrastructure/overrides")).json() == {"overrides": []}


async def test_a_decision_of_the_latency_judge_replays_over_http(live: Live) -> None:
    samples = [{"region": "EU", "ms": 20}, {"region": "APAC", "ms": 140}] * 16
    for _ in range(3):
        await live.measured(samples, INDIAN)
    measuring = next(c for c in live.control.controllers if c.name == "regions.latency")
    seen_now = await measuring.observe()
    config = live.control.config()
    now = live.control.clock.now()
    state, _ = measuring.decide(config, measuring.initial(), seen_now, now)
    held = {key: {region: now.replace(year=now.year - 1) for region in since} for key, since in state.items()}
    _, decisions = measuring.decide(config, held, seen_now, now)
    stored = await live.control.journal.write(decisions)
    for decision in stored:
        await measuring.actuate(decision)
        answer = (await live.ops(f"/infrastructure/decisions/{decision.id}/replay")).json()
        assert answer["matches"], answer["sentence"]
    assert live.control.state("routing").preferences.nearest == {"IN": "EU"}
