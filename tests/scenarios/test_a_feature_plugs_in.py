"""tests/sample_feature, registered by one line, reaches a real edge, control's API, the journal and the command line."""

from collections.abc import Iterator

import pytest

from tests.support.world import World, until, world


@pytest.fixture(scope="module")
def greeting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    env = {"MERIDIAN_FEATURES": "tests.sample_feature.feature"}
    with world(tmp_path_factory.mktemp("greeting"), env) as own:
        yield own


def test_its_controller_decides_and_the_edge_says_so(greeting: World) -> None:
    said = until(
        lambda: (t := greeting.get("/v1/greeting").text) == "HELLO FROM EU, ONE OF 3" and t,
        30,
        "3 edges to report",
    )
    assert said
    decision = until(
        lambda: next((d for d in greeting.json("journal") if d["controller"] == "greeting.count"), None),
        10,
        "its decision in the journal",
    )
    assert decision["sentence"].startswith("the greeting says")
    replay = greeting.operator("GET", f"/infrastructure/decisions/{decision['id']}/replay").json()
    assert replay["matches"] is True


def test_its_route_and_its_command_answer(greeting: World) -> None:
    until(lambda: greeting.get("/v1/greeting").text == "HELLO FROM EU, ONE OF 3", 30, "3 edges to report")
    answer = greeting.operator("GET", "/infrastructure/greeting/APAC")
    assert answer.json() == {"text": "HELLO FROM APAC, ONE OF 3"}
    assert greeting.run("greeting", "APAC").stdout.strip() == "HELLO FROM APAC, ONE OF 3"


def test_its_setting_changes_what_the_edge_says(
    greeting: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.support.world import AVALO

    file = tmp_path_factory.mktemp("greeting") / "meridian.yaml"
    file.write_text(AVALO.read_text() + "\ngreeting:\n  text: bonjour\n  loud_from: 9\n")
    greeting.run("apply", file, "--reason", "a scenario", "--yes")
    until(lambda: greeting.get("/v1/greeting").text == "bonjour from EU, one of 3", 10, "the new setting")
    refused = file.with_name("bad.yaml")
    refused.write_text(AVALO.read_text() + "\ngreeting:\n  txt: bonjour\n")
    assert "did you mean text" in greeting.run("validate", refused, check=False).stdout.lower()
