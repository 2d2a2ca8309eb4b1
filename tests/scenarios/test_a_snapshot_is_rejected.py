"""A configuration that compiles, and that Envoy refuses: nobody notices but the operator, who is told in a sentence."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.world import AVALO, FRENCH, World, until, world

REGIONS = ("EU", "US", "APAC")


@pytest.fixture(scope="module")
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    env = {"MERIDIAN_FEATURES": "tests.support.broken"}
    with world(tmp_path_factory.mktemp("rejected"), env) as own:
        yield own


def test_the_edges_go_on_and_status_says_what_was_refused_until_a_good_one_comes(
    breakable: World, tmp_path: Path
) -> None:
    before = digests(breakable)
    file = tmp_path / "meridian.yaml"
    file.write_text(AVALO.read_text() + "\nbroken:\n  on: true\n")
    breakable.run("apply", file, "--reason", "a scenario", "--yes")

    refused = until(
        lambda: len(found := refusals(breakable)) == len(REGIONS) and found, 30, "every edge to refuse it"
    )
    assert set(refused) == set(REGIONS)
    for region, sentence in refused.items():
        assert "refused" in sentence, sentence
        assert "expected near" in sentence, f"Lua's own words are missing: {sentence}"
        assert breakable.get("/v1/feed", FRENCH, region).status_code == 200
    told = breakable.run("status", check=False)
    assert told.returncode == 3
    assert "refused" in told.stdout, told.stdout
    assert digests(breakable) == before, "an edge left its last good snapshot"

    file.write_text(AVALO.read_text() + "\nbroken:\n  on: false\n")
    breakable.run("apply", file, "--reason", "the scenario ends", "--yes")
    until(lambda: breakable.run("status", check=False).returncode == 0, 30, "all to be well again")
    assert breakable.get("/v1/feed").status_code == 200
    assert not refusals(breakable)


def test_a_good_configuration_is_taken_although_the_one_before_was_refused(
    breakable: World, tmp_path: Path
) -> None:
    file = tmp_path / "meridian.yaml"
    file.write_text(AVALO.read_text() + "\nbroken:\n  on: true\n")
    breakable.run("apply", file, "--reason", "a scenario", "--yes")
    until(lambda: len(refusals(breakable)) == len(REGIONS), 30, "every edge to refuse it")

    moved = {"region": "APAC", "reason": "a change on top of a refused configuration"}
    breakable.operator("PUT", "/infrastructure/users/vip/override", json=moved).raise_for_status()
    assert breakable.get("/v1/feed").status_code == 200

    file.write_text(AVALO.read_text())
    breakable.run("apply", file, "--reason", "the scenario ends", "--yes")
    until(lambda: breakable.run("status", check=False).returncode == 0, 30, "all to be well again")
    token = breakable.token("vip")
    answer = breakable.get("/v1/feed", authorization=f"Bearer {token}").json()
    assert answer["home"] == "APAC"


def refusals(where: World) -> dict[str, str]:
    """Region -> what `meridian status` says about its edge, for those that refused a snapshot."""
    told = json.loads(where.run("status", "--json", check=False).stdout)
    return {edge["region"]: edge["sentence"] for edge in told["edges"] if edge["rejection"]}


def digests(where: World) -> dict[str, str]:
    told = json.loads(where.run("status", "--json", check=False).stdout)
    return {edge["region"]: edge["digest"] for edge in told["edges"]}
