import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meridian.loadtest.scenario.thresholds import FLOORS, MEASURES, WHOLE, Threshold, condition, threshold

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("p95 < 200ms", ("p95", "<", 200.0, "ms", "", "", "")),
        ("p95<=0.2s", ("p95", "<=", 200.0, "ms", "", "", "")),
        ("swipe.p99 < 800ms in EU", ("p99", "<", 800.0, "ms", "swipe", "EU", "")),
        ("errors < 1% during hold", ("errors", "<", 0.01, "%", "", "", "hold")),
        ("rate >= 95%", ("rate", ">=", 0.95, "%", "", "", "")),
        ("rate >= 800/s in EU during hold", ("rate", ">=", 800.0, "/s", "", "EU", "hold")),
        ("recovery < 30s", ("recovery", "<", 30.0, "s", "", "", "")),
        ("recovery < 2m", ("recovery", "<", 120.0, "s", "", "", "")),
        ("gap < 1s", ("gap", "<", 1000.0, "ms", "", "", "")),
        ("leak < 20MB/h", ("leak", "<", 20.0, "MB/h", "", "", "")),
        ("knee >= 83/s", ("knee", ">=", 83.0, "/s", "", "", "")),
    ],
)
def test_what_people_write_is_read(text: str, read: tuple[object, ...]) -> None:
    found = threshold(text, 7)
    assert (found.text, found.line) == (text, 7)
    told = (found.measure, found.order, found.bound, found.unit, found.step, found.region, found.phase)
    assert told == read


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("p96 < 2ms", "p96 is not measured; did you mean p99?"),
        ("errors < 5ms", "errors has the unit ms; write for example 1%"),
        ("rate >= 5", "`rate >= 5` has no unit; write for example 1% or 800/s"),
        ("swipe.knee >= 5/s", "knee is of the whole run; write it without `swipe.`"),
        ("rate <= 95%", "`rate <= 95%` fails a run that does well, as more is better; write `rate >= 95%`"),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        threshold(text)
    assert str(caught.value) == sentence


@st.composite
def written(draw: st.DrawFn) -> tuple[str, Threshold]:
    measure = draw(st.sampled_from(sorted(MEASURES)))
    unit = draw(st.sampled_from(MEASURES[measure]))
    number = draw(st.integers(0, 10**6)) / draw(st.sampled_from([1, 10, 1000]))
    order = draw(st.sampled_from([">", ">="] if measure in FLOORS else ["<", "<="]))
    step = "" if measure in WHOLE else draw(st.just("") | NAMES)
    region, phase = draw(st.just("") | NAMES), draw(st.just("") | NAMES)
    space = draw(st.sampled_from(["", " ", "  "]))
    text = f"{step + '.' if step else ''}{measure}{space}{order}{space}{number!r}{unit}"
    text += (f" in {region}" if region else "") + (f"  during {phase}" if phase else "")
    bound = number / 100 if unit == "%" else number
    return text, Threshold(text, 0, measure, order, bound, unit, step, region, phase)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(written())
def test_every_threshold_that_can_be_written_is_read_as_it_is_meant(case: tuple[str, Threshold]) -> None:
    text, meant = case
    assert threshold(text) == meant


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=40)
    | st.from_regex(r"[a-z.]{1,9} ?[<>]=? ?[0-9.]{1,5}[a-z%/]{0,3}( in .{0,5})?", fullmatch=True)
)
def test_whatever_is_written_is_read_or_refused_with_a_sentence_and_what_to_do(text: str) -> None:
    sentence = _refusal(text)
    what, _, todo = sentence.partition("; ")
    assert sentence.isprintable()
    assert bool(what) == bool(todo)


def _refusal(text: str) -> str:
    """Empty where it is read."""
    try:
        condition(text)
    except ValueError as error:
        return str(error)
    return ""


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_bound_holds_as_its_sign_says(value: float, bound: float) -> None:
    def holds(order: str) -> bool:
        return Threshold("", 0, "p95", order, bound, "ms").holds(value)  # type: ignore[arg-type]

    assert holds("<") == (not holds(">="))
    assert holds(">") == (not holds("<="))
    assert holds("<=") or value > bound


def test_where_is_said_in_words() -> None:
    assert threshold("swipe.p95 < 1ms in EU during hold").where == "swipe in EU during hold"
    assert threshold("p95 < 1ms").where == ""
