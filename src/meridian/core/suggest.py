"""The name that a person most likely meant, for errors that say "did you mean"."""

import difflib
from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str:
    """The known name nearest to `word`, letter case aside, or empty when none is near."""
    by_folded = {name.casefold(): name for name in known}
    matches = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to do about an unknown name: "did you mean X?", or the names there are, if any."""
    names = list(known)
    if near := closest(word, names):
        return f"did you mean {near}?"
    if not names:
        return ""
    listed = ", ".join(sorted(names)[:12])
    return f"use one of {listed}{', …' if len(names) > 12 else ''}"
