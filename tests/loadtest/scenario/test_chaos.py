import pytest

from meridian.loadtest.scenario.chaos import Chaos, chaos_step, impossible
from tests.loadtest.scenario.targets import SomeFaults


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("kill europe-west1", ("kill", "europe-west1", 0.0)),
        ("restore all", ("restore", "all", 0.0)),
        ("slow us-central1 300ms", ("slow", "us-central1", 300.0)),
        ("slow us-central1 1.5s", ("slow", "us-central1", 1500.0)),
        ("errors asia-south1 20%", ("errors", "asia-south1", 0.2)),
        ("partition link:EU:US", ("partition", "link:EU:US", 0.0)),
        ("drain europe-west1", ("drain", "europe-west1", 0.0)),
    ],
)
def test_what_people_write_is_read(text: str, read: tuple[str, str, float]) -> None:
    assert chaos_step(text, 60.0, 3) == Chaos(60.0, text, 3, *read)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kil x", "kil cannot be done to a target; did you mean kill?"),
        ("kill", "`kill` does not say what to; write for example `kill europe-west1`"),
        ("kill x now", "`kill x now` goes on after x; write `kill x`"),
        ("errors x 20ms", "`errors` does not say how much; write `errors x 20%`"),
        ("errors x 200%", "200% of the answers is more than all; write at most 100%"),
        ("slow x 20%", "`slow` does not say how much; write `slow x 300ms`"),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        chaos_step(text)
    assert str(caught.value) == sentence


def test_a_target_is_asked_what_can_be_broken_there() -> None:
    steps = [chaos_step(text) for text in ("kill europe-west1", "kill europe-west2", "drain europe-west1")]
    assert [(step.text, what, todo) for step, what, todo in impossible(steps, SomeFaults(), "local")] == [
        (
            "kill europe-west2",
            "europe-west2 is nothing that kill can be done to at local",
            "did you mean europe-west1?",
        ),
        ("drain europe-west1", "drain cannot be done at local", "use one of kill, restore"),
    ]
    assert [what for _, what, _ in impossible(steps[:1], None, "staging")] == [
        "nothing can be broken at staging"
    ]
