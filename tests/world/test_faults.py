import pytest

from meridian.core.errors import InvalidInput, NotFound
from meridian.world.faults import require_possible, resolve, targets

REGIONS = {"EU": ("europe-west1", "europe-west4"), "US": ("us-central1",), "APAC": ("asia-south1",)}


def test_everything_that_can_be_broken_has_one_name() -> None:
    names = list(targets(REGIONS))
    assert len(names) == len(set(names))
    assert {"europe-west4", "control", "postgres", "edge:EU", "agent:US", "envoy:APAC", "link:EU:US"} <= set(
        names
    )


def test_a_link_may_be_named_from_either_end() -> None:
    assert str(resolve("link:APAC:EU", REGIONS)) == "link:EU:APAC"
    assert resolve("link:EU:APAC", REGIONS).ends == ("EU", "APAC")


@pytest.mark.parametrize(
    ("name", "meant"), [("europe-wst1", "europe-west1"), ("contrl", "control"), ("edge:eu", "edge:EU")]
)
def test_a_misspelt_name_is_answered_with_the_nearest(name: str, meant: str) -> None:
    with pytest.raises(NotFound, match=f"did you mean {meant}"):
        resolve(name, REGIONS)


@pytest.mark.parametrize(
    ("verb", "name", "hold"),
    [
        ("slow", "control", False),
        ("errors", "edge:EU", False),
        ("partition", "postgres", False),
        ("kill", "link:EU:US", False),
        ("kill", "envoy:EU", True),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(verb: str, name: str, hold: bool) -> None:
    with pytest.raises(InvalidInput) as refused:
        require_possible(verb, resolve(name, REGIONS), hold)
    assert refused.value.todo


@pytest.mark.parametrize(
    ("verb", "name", "hold"),
    [("kill", "europe-west1", False), ("partition", "link:EU:US", False), ("kill", "control", True)],
)
def test_what_makes_sense_is_allowed(verb: str, name: str, hold: bool) -> None:
    require_possible(verb, resolve(name, REGIONS), hold)
