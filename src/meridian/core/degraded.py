"""How an edge marks what it refused because it was turned off: shared by the feature that turns things off and those that count.

The mark stands in the access log where a limit's name would, and cannot be one. A request so refused has status 503, but nothing
failed.
"""

HEADER = "x-meridian-degraded"
"""On requests and answers whose region is degraded: the level, 1 to 3."""
_MARK = "degraded/"


def mark(level: int) -> str:
    return f"{_MARK}{level}"


def turned_off(refused_by: str | None) -> bool:
    """Whether a line of the access log, by its `limit`, tells of a request that was turned off."""
    return refused_by is not None and refused_by.startswith(_MARK)
