"""What it means that the shared counters are away, in one sentence that fits the journal. Pure."""

from collections.abc import Sequence

from meridian.limits.settings import Limits

LARGEST = 120
"""Characters; the journal's sentences have 140, and begin with the edge's region."""


def effect(limits: Limits) -> str:
    """Which limits refuse meanwhile and which are counted by this edge alone; as many names as fit."""
    refused = sorted(name for name, policy in limits.policies.items() if policy.on_failure == "deny")
    alone = sorted(name for name, policy in limits.policies.items() if policy.on_failure == "allow")
    if not refused and not alone:
        return "the shared counters are away: the shields of this edge watch by themselves"
    for most in range(max(len(refused), len(alone)), 0, -1):
        sentence = _sentence(refused, alone, most)
        if len(sentence) <= LARGEST:
            return sentence
    return _sentence(refused, alone, 0)


def _sentence(refused: Sequence[str], alone: Sequence[str], most: int) -> str:
    parts = []
    if refused:
        parts.append(f"{_some(refused, most)} refused")
    if alone:
        parts.append(f"{_some(alone, most)} counted by this edge alone")
    return f"the shared counters are away: {'; '.join(parts)}"


def _some(names: Sequence[str], most: int) -> str:
    """So many names, then how many more, and the verb."""
    verb = "is" if len(names) == 1 else "are"
    if most == 0:
        return f"{len(names)} limit{'' if len(names) == 1 else 's'} {verb}"
    left = len(names) - most
    return f"{', '.join(names[:most])}{f' and {left} more' if left > 0 else ''} {verb}"
