"""Names in sentences: the one that a person most likely meant, for "did you mean", and several of them."""

import difflib
from collections.abc import Iterable, Sequence


def closest(word: str, known: Iterable[str]) -> str:
    """The known name nearest to `word`, letter case aside, or empty when none is near."""
    by_folded = {name.casefold(): name for name in known}
    for folded, name in by_folded.items():
        if sorted(folded) == sorted(word.casefold()):
            return name  # letters that changed places; in a short name too few of them stay for the next rule
    matches = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""


def hinted(todo: str) -> str:
    """The name that `did_you_mean` put into its question, or empty."""
    return todo.removeprefix("did you mean ").rstrip("?") if todo.startswith("did you mean ") else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to do about an unknown name: "did you mean X?", or the names there are, if any."""
    names = list(known)
    if near := closest(word, names):
        return f"did you mean {near}?"
    if not names:
        return ""
    listed = ", ".join(sorted(names)[:12])
    return f"use one of {listed}{', …' if len(names) > 12 else ''}"


def listed(names: Sequence[str], limit: int = 6) -> str:
    """Names for a sentence: "chat, feed and swipe", or "chat, feed and 11 more"."""
    if len(names) > limit:
        return f"{', '.join(names[: limit - 1])} and {len(names) - limit + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
