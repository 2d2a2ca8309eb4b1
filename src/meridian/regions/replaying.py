"""What may be decided again: a controller's own decisions, and only from evidence that is whole.

A person's decision names a controller too (the one that carries it out), but its evidence says what the person saw, and no rule
leads from there to what they decided.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from meridian.core.errors import Conflict


@contextmanager
def deciding_again(evidence: Mapping[str, Any], *needed: str) -> Iterator[None]:
    """Around a replay. needed: what the evidence of every decision of this controller holds. Raises Conflict where some of it
    is missing, and where the replay cannot read it."""
    if not evidence.keys() >= set(needed):
        raise Conflict("a person decided this; only what a controller decided can be decided again")
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Conflict(
            f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
            "another version of Meridian may have written it",
        ) from error
