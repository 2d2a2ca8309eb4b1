import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.core.decision import SENTENCE_LIMIT, Decision, clip, from_json, to_json

JSON = st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none(), max_size=3)


@given(st.text(max_size=SENTENCE_LIMIT), JSON, JSON, st.none() | JSON)
def test_a_decision_survives_json(sentence: str, evidence: Any, action: Any, undo: Any) -> None:
    made = Decision("c", "k", "s", sentence, evidence, action, undo).stamped(
        "id", datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


def test_a_sentence_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="140 characters, not 141"):
        Decision("c", "k", "s", "x" * 141)


@given(st.text(max_size=400))
def test_a_clipped_sentence_always_fits(sentence: str) -> None:
    clipped = clip(sentence)
    assert len(clipped) <= SENTENCE_LIMIT
    assert clipped == sentence or clipped.endswith("…")


@pytest.mark.parametrize(
    "raw", [{}, {"controller": "c"}, {"at": 3}, {"at": "no time"}, {"unknown": 1, "at": None}]
)
def test_what_is_no_decision_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(raw)
