from meridian.api.edges import FORGOTTEN, FRESH, MOST_INSTANCES, Edges
from meridian.api.reported import sentence
from meridian.core.clock import FakeClock
from meridian.envoy.report import EdgeReport, Rejection


def report(instance: str, region: str = "EU", **more: object) -> EdgeReport:
    return EdgeReport(region=region, instance=instance, **{"envoy": "live", "digest": "d", **more})


def test_only_the_last_report_of_each_edge_counts_and_only_while_it_is_fresh():
    clock = FakeClock()
    edges = Edges(clock)
    edges.hear(report("a"))
    clock.advance(FRESH - 1)
    edges.hear(report("b"))
    edges.hear(report("b", envoy="draining"))
    assert [(r.instance, r.envoy) for r in edges.fresh()["EU"]] == [("a", "live"), ("b", "draining")]
    clock.advance(2)
    assert [r.instance for r in edges.fresh()["EU"]] == ["b"]
    assert [(r.instance, age) for r, age in edges.ages()["EU"]] == [("a", FRESH + 1), ("b", 2)]


def test_silent_edges_are_forgotten_in_the_end_and_memory_is_bounded():
    clock = FakeClock()
    edges = Edges(clock)
    edges.hear(report("old"))
    clock.advance(FORGOTTEN + 1)
    for number in range(MOST_INSTANCES + 10):
        edges.hear(report(f"{number:04}"))
    kept = [r.instance for r, _ in edges.ages()["EU"]]
    assert len(kept) == MOST_INSTANCES
    assert kept[0] == "0010"


def test_what_is_wrong_with_an_edge_is_one_sentence():
    refused = Rejection(digest="new", config_version=2, resource="routes.json", reason="bad", at="")
    assert sentence(report("a"), 1, "d") == ""
    assert "has not reported for 31 s" in sentence(report("a"), 31, "d")
    assert sentence(report("a", envoy="down"), 1, "d") == "Envoy is down"
    assert sentence(report("a", rejection=refused), 1, "new") == "Envoy refused routes.json: bad"
    assert sentence(report("a", rejection=refused), 1, "d") == ""
    assert sentence(report("a", sentence="the disk is full"), 1, "d") == "the disk is full"
    assert "newest snapshot" in sentence(report("a"), 1, "new")
