"""The replay agrees with a count by hand, and says what would have been."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.envoy.lines import AccessLine, grouped
from meridian.limits.applies import met
from meridian.limits.bucket import FULL, Bucket, take
from meridian.limits.quota import quota
from meridian.limits.settings import Limits
from meridian.limits.traffic.replay import Event, Kind, Recorded, recorded, replay
from meridian.limits.traffic.sample import Sample
from meridian.limits.traffic.shadow import risk_of
from meridian.limits.traffic.whatif import compared
from meridian.limits.traffic.who import Pseudonyms
from tests.limits.policy import LIMITS
from tests.limits.traffic.traffic import START, line

SHOP = Limits.model_validate(LIMITS)


def changed(**policies: Any) -> Limits:
    return Limits.model_validate(LIMITS | {"policies": LIMITS["policies"] | policies})


def by_hand(events: list[Event], limits: Limits) -> Counter[str]:
    """Every bucket by itself, with the one that promises are tested with."""
    buckets: dict[tuple[str, str], Bucket] = {}
    refused: Counter[str] = Counter()
    for event in events:
        kind = event.kind
        meets = list(met(limits, kind.feature, kind.action, kind.signed_in))
        exact = []
        for each in meets:
            policy = each.policy
            if policy.shadow:
                continue
            counted = {"country": kind.country, "region": kind.region, "user": event.who, "burst": event.who}
            key = (each.name, counted.get(policy.key, event.client))
            amount = quota(limits, policy, kind.tier, risk_of(kind.risk), key[1])
            taken = take(buckets.get(key, FULL), amount, event.time, event.hits)
            if policy.scope == "exact":
                exact.append((key, each.name, taken))
                continue
            buckets[key] = taken.bucket
            if not taken.admitted:
                refused[each.name] += 1
                break
        else:
            bad = [name for _, name, taken in exact if not taken.admitted]
            refused.update(bad[:1])
            for key, _, taken in exact if not bad else []:
                buckets[key] = taken.bucket
    return refused


KINDS = st.builds(
    Kind,
    feature=st.sampled_from(("chat", "wallet", "media")),
    action=st.sampled_from(("", "chat", "pay")),
    country=st.sampled_from(("DE", "FR", "")),
    tier=st.sampled_from(("free", "premium", "vip", "")),
    risk=st.sampled_from(("low", "high", "odd")),
    region=st.sampled_from(("EU", "US")),
    signed_in=st.booleans(),
)
EVENTS = st.lists(
    st.tuples(st.floats(0, 2), st.sampled_from("abc"), KINDS, st.sampled_from("xy"), st.integers(1, 30)),
    max_size=120,
)


@settings(deadline=None)
@given(EVENTS)
def test_it_refuses_what_single_buckets_refuse(raw: list[tuple[float, str, Kind, str, int]]) -> None:
    now, events = START, []
    for passed, who, kind, client, hits in raw:
        now += passed
        events.append(Event(now, who, kind, client, hits))
    found = replay(Recorded("EU", 0, events, 3), SHOP)
    assert {name: each.requests.total() for name, each in found.items()} == by_hand(events, SHOP)


def halved() -> Limits:
    return changed(chat={**LIMITS["policies"]["chat"], "rate": 50})


def hour(sample: Sample) -> list[tuple[str, Any]]:
    """70 chats at once from 37 users (21 German, 12 French premium, 4 without country), 40 from 500 others; of those with 2 in
    DE 200."""
    lines = []
    for number in range(539):
        often = 70 if number < 37 else 200 if number < 39 else 40
        country = "DE" if number < 21 or number in (37, 38) else "FR" if number < 33 else None
        tier = "premium" if 21 <= number < 33 else "free"
        client = f"192.0.{number // 250}.{number % 250}"
        lines += [
            line(number * 2 + n / 1000, f"u{number}", country=country, tier=tier, client=client)
            for n in range(often)
        ]
    sample.add(grouped(lines))
    return [("EU", each) for each in json.loads(json.dumps(sample.harvest(START)))]


def test_halving_a_limit_says_how_many_users_of_which_countries_would_have_been_refused() -> None:
    [said] = compared(hour(Sample(Pseudonyms(b"key"))), SHOP, halved())
    assert said.subject == "limits.chat"
    # 25 free users with 20 of their 70 each, and the two with 200, of which the burst limit lets 162 pass, with 112 each.
    # Premium users have twice the limit: all their 70 get through.
    assert said.sentence == (
        "of 539 users seen in the last hour (sample 1 in 1), chat would have refused 27 with 724 requests "
        "(DE 23, unknown 4; free 27); before: 2 with 124 requests"
    )
    assert said.evidence["after"]["countries"] == {"DE": 23, "unknown": 4}
    assert said.evidence["before"]["users"] == 2


def test_a_sample_is_scaled_and_says_how_sure_it_is() -> None:
    sample = Sample(Pseudonyms(b"key"), users=150, often=1000)
    [said] = compared(hour(sample), SHOP, halved())
    weight = said.evidence["shares"]["EU"]
    assert weight in (4, 8)
    after = said.evidence["after"]
    assert after["users"] % weight == 0
    assert abs(after["users"] - 27) <= after["users_error"]
    assert f"(sample 1 in {weight})" in said.sentence
    assert f"± {after['users_error']}" in said.sentence


def crowd(sample: Sample) -> list[tuple[str, Any]]:
    """10,000 users with 1 to 3 chats, of whom 30 have 130 in a minute, second by second."""
    seconds: dict[int, list[AccessLine]] = {}
    for number in range(10_000):
        began = number * 7919 % 400
        often = 130 if number < 30 else 1 + number % 3
        for n in range(often):
            at = began + n * (60 / often)
            address = f"10.0.{number // 250}.{number % 250}"
            seconds.setdefault(int(at), []).append(line(at, f"u{number}", client=address))
    samples = []
    for second, lines in sorted(seconds.items()):
        sample.add(grouped(sorted(lines, key=lambda each: each.t)))
        samples += [("EU", each) for each in sample.harvest(START + second)]
    return samples


@pytest.mark.parametrize("key", [b"a", b"b"])
def test_few_who_do_much_are_counted_exactly_among_many_who_do_little(key: bytes) -> None:
    [exact] = compared(crowd(Sample(Pseudonyms(key), users=20_000)), SHOP, halved())
    [said] = compared(crowd(Sample(Pseudonyms(key), users=1000)), SHOP, halved())
    whole, after = exact.evidence["after"], said.evidence["after"]
    assert (exact.evidence["shares"]["EU"], whole["users"]) == (1, 30)
    assert said.evidence["shares"]["EU"] >= 8
    assert (after["users"], after["users_error"]) == (30, 0)
    assert abs(after["requests"] - whole["requests"]) <= 0.1 * whole["requests"]
    assert abs(said.evidence["users"] - 10_000) < 1_000
    assert "and the 30 most active" in said.sentence
    assert "of the less active at most about" in said.sentence


def test_a_limit_that_refuses_nobody_says_so() -> None:
    general = changed(general={**LIMITS["policies"]["general"], "rate": 500})
    said = compared(hour(Sample(Pseudonyms(b"key"))), SHOP, general)
    assert said[-1].subject == "limits.general"
    assert "general would have refused nobody; before: " in said[-1].sentence


def test_without_traffic_it_says_that_there_is_none() -> None:
    [said] = compared([], SHOP, halved())
    assert said.sentence == "no traffic was recorded in the last hour, so none could be replayed"


def test_a_shadow_that_is_enforced_refuses_what_it_would_have() -> None:
    enforced = changed(trial={**LIMITS["policies"]["trial"], "shadow": False})
    by_name = {each.subject: each for each in compared(hour(Sample(Pseudonyms(b"key"))), SHOP, enforced)}
    assert "would have refused 539 with" in by_name["limits.trial"].sentence
    assert by_name["limits.trial"].evidence["before"]["users"] == 0
    assert "limits.chat" not in by_name, "it comes first, and refuses what it refused before"


def test_shared_limits_are_as_full_as_if_everybody_were_in_the_sample() -> None:
    kind = Kind("chat", "chat", "DE", "free", "low", "EU", True)
    tight = changed(country={"key": "country", "rate": 800, "window": "1m"})
    events = [Event(START + n / 1000, f"u{n}", kind, f"c{n}") for n in range(125)]
    found = replay(Recorded("EU", 3, events, 125), tight)
    assert found["country"].requests == {8: 25}, "125 stand for 1,000, of which 800 pass"


def test_what_is_no_sample_is_not_replayed() -> None:
    assert recorded("EU", []).events == []
