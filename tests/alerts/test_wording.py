"""Words are checked before they are needed, and are one short line whatever stands in them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.alerts.incidents import Alert
from meridian.alerts.wording import SENTENCE, TITLE, facts, filled, listed, objections, subject, worded
from meridian.core.decision import SENTENCE_LIMIT

NO_FORMAT = "has no format that is known; write a number as {value}, {value:.0f}, {value:,.2f} or {value:.1%}"
START = datetime(2030, 1, 1, tzinfo=UTC)
text = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{value:.0f} of {n:,} in {labels}", []),
        ("{{value}}", []),
        ("{valeu}", ["there is no placeholder {valeu} here; did you mean value?"]),
        ("{", ["a { or } stands alone; write {{ or }} for a brace in the text"]),
        ("{n.real}", ["there is no placeholder {n.real} here; use one of labels, n, subject, threshold, value"]),
        ("{labels:>9999999}", [f"{{labels:>9999999}} {NO_FORMAT}"]),
        ("{value!r}", [f"{{value!r}} {NO_FORMAT}"]),
        ("{}", ["there is no placeholder {} here; use one of labels, n, subject, threshold, value"]),
    ],
)  # fmt: skip
def test_a_template_is_objected_to(template: str, says: list[str]) -> None:
    assert [f"{what}; {todo}" for what, todo in objections(template, sorted(SENTENCE))] == says


def test_a_title_has_no_numbers_that_change() -> None:
    assert [what for what, _ in objections("{value}", TITLE)] == ["there is no placeholder {value} here"]


@given(text, text, text)
def test_what_is_not_objected_to_can_be_filled(title: str, sentence: str, label: str) -> None:
    if list(objections(title, TITLE)) or list(objections(sentence, SENTENCE)):
        return
    alerts = [Alert("r", (("what", label),), label or "app", 1.0, 2.5, 1.0, START)]
    for line in worded(facts(alerts, title, sentence, worst_is_low=False), others=3):
        assert len(line) <= SENTENCE_LIMIT
        assert "\n" not in line


@given(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=30, unique=True))
def test_a_list_names_few_and_counts_the_rest(names: list[str]) -> None:
    said = listed(names)
    if len(names) <= 3:
        assert all(name in said for name in names)
    else:
        assert said.endswith(f" and {len(names) - 2} more")


def test_a_label_with_braces_is_only_text() -> None:
    assert filled("{labels}", {"labels": "{value} {0}"}) == "{value} {0}"


def test_the_subject_comes_from_the_labels() -> None:
    labels = (("what", "chat@europe-west1"),)
    assert subject("{place}", labels, "europe-west1", "shop") == "europe-west1"
    assert subject("{service}", labels, "europe-west1", "shop") == "chat"
    assert subject("{labels}", (), "", "shop") == "shop"


@pytest.mark.parametrize(("low", "worst"), [(True, "0.1"), (False, "0.3")])
def test_the_worst_value_is_the_farthest_past_the_bound(low: bool, worst: str) -> None:
    alerts = [Alert("r", (("x", str(v)),), str(v), v, v, 0.2, START) for v in (0.3, 0.1)]
    assert worded(facts(alerts, "t", "{value}", low), 0) == ("t", worst)
