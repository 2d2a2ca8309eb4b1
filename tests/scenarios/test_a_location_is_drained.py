"""An operator takes a location's traffic away and gives it back, and no client notices."""

from tests.support.world import World, until


def places(world: World, requests: int = 40) -> dict[str, int]:
    """Location -> how many of so many requests it answered. Fails where one was not answered."""
    found: dict[str, int] = {}
    for _ in range(requests):
        answer = world.get("/v1/feed")
        assert answer.status_code == 200, answer.text
        found[answer.json()["location"]] = found.get(answer.json()["location"], 0) + 1
    return found


def test_a_drained_location_is_left_bit_by_bit_and_returned(stormy: World) -> None:
    assert places(stormy) == {"europe-west1": 40}
    stormy.run("region", "drain", "europe-west1", "--over", "6s", "--reason", "a scenario")
    until(lambda: set(places(stormy)) == {"europe-west1", "europe-west4"}, 5, "a part of the traffic to move")
    until(lambda: places(stormy) == {"europe-west4": 40}, 15, "all of the traffic to move")
    refused = stormy.run("region", "drain", "europe-west4", "--reason", "too much", check=False)
    assert refused.returncode == 1
    assert "users of EU would have nowhere to go" in refused.stderr
    stormy.run("region", "undrain", "europe-west1", "--reason", "the scenario is over")
    until(lambda: "europe-west1" in places(stormy), 15, "the first of the traffic to come back")
    until(lambda: stormy.json("region", "drains") == [], 40, "the return to be over")
    assert places(stormy) == {"europe-west1": 40}
    journal = stormy.operator("GET", "/infrastructure/decisions", params={"limit": 50}).json()
    kinds = [each["kind"] for each in journal["decisions"]]
    assert {"drain", "drain-step", "drained", "undrain", "return-step", "returned"} <= set(kinds)
