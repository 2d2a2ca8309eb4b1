"""Whatever fires in whatever order: every alert is in exactly one incident, and nobody is told more often than needed."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.alerts.places import beside, inside, place_of
from tests.alerts.policy import Watch, policy

CONFIG = policy()
GROUPS: dict[str, list[tuple[str, ...]]] = {
    "region-outage": [("EU",), ("US",)],
    "location-outage": [("europe-west1",), ("europe-west4",), ("us-central1",)],
    "service-down": [("chat@europe-west1",), ("ai@europe-west1",), ("chat@us-central1",)],
    "error-rate": [("EU",), ("US",)],
    "many": [("FR",), ("US",)],
}
SERIES = [(rule, group) for rule, groups in GROUPS.items() for group in groups]
ABOVE = ("error-rate", "many")


def values(bad: frozenset[int]) -> dict[str, dict[tuple[str, ...], float]]:
    found: dict[str, dict[tuple[str, ...], float]] = {rule: {} for rule in GROUPS}
    for number, (rule, group) in enumerate(SERIES):
        found[rule][group] = 1000.0 * ((number in bad) == (rule in ABOVE))
    return found


spells = st.lists(
    st.tuples(st.frozensets(st.integers(0, len(SERIES) - 1)), st.integers(1, 40)), min_size=1, max_size=5
)


@settings(max_examples=15, deadline=None)
@given(spells)
def test_alerts_and_incidents_always_agree(script: list[tuple[frozenset[int], int]]) -> None:
    watch = Watch(CONFIG)
    for bad, seconds in script:
        for _ in range(seconds):
            watch.step(values(bad))
            firing = {(rule, group) for rule, held in watch.state.held.items() for group in held.firing()}
            listed = [
                (alert.rule, tuple(value for _, value in alert.labels))
                for incident in watch.state.incidents.values()
                for alert in incident.firing()
            ]
            assert Counter(listed) == Counter(firing)
            assert all(incident.firing() for incident in watch.state.incidents.values())
    watch.step(values(frozenset()), 2000, every=20)
    assert not watch.state.incidents
    told = Counter(
        (each.notice.key, each.notice.status, name) for each in watch.told for name in each.channels
    )
    fired = {(key, name) for key, status, name in told if status == "firing"}
    assert {(key, name) for key, status, name in told if status == "resolved"} == fired
    assert all(many == 1 for (_, status, _), many in told.items() if status == "resolved")
    assert all(list(watch.judge.replay(CONFIG, each.evidence)) == [each] for each in watch.decisions)


def place(**labels: str):  # type: ignore[no-untyped-def]
    return place_of(tuple(labels.items()), CONFIG)


def test_what_is_inside_what() -> None:
    eu, west1 = place(region="EU"), place(what="europe-west1")
    assert inside(place(what="chat@europe-west1"), west1, CONFIG)
    assert inside(west1, eu, CONFIG)
    assert inside(place(location="europe-west4"), eu, CONFIG)
    assert not inside(place(what="europe-west4"), west1, CONFIG)
    assert not inside(eu, west1, CONFIG)
    assert not inside(place(), eu, CONFIG)


def test_what_is_beside_what() -> None:
    west1 = place(what="europe-west1")
    assert beside(place(region="EU"), west1, CONFIG)
    assert beside(place(country="FR"), west1, CONFIG)
    assert beside(place(), west1, CONFIG)
    assert beside(place(region="US"), place(), CONFIG)
    assert not beside(place(region="US"), west1, CONFIG)
    assert not beside(place(what="chat@us-central1"), west1, CONFIG)
