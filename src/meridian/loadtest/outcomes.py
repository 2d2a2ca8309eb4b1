"""What can come of a request."""

OK = "ok"
LIMITED = "limited"
"""429: refused by a limit, which is an answer and not a fault."""
REFUSED = "refused"
"""Any other 4xx."""
UNAVAILABLE = "unavailable"
"""503."""
ERROR = "error"
"""Any other 5xx."""
TIMEOUT = "timeout"
BROKEN = "broken"
"""No answer: refused, reset, or not HTTP."""
CHECK = "check"
"""An answer that a check of the scenario objects to."""

FAILED = frozenset({REFUSED, UNAVAILABLE, ERROR, TIMEOUT, BROKEN, CHECK})
"""What `errors` in a threshold counts."""


def outcome(status: int) -> str:
    """By the status alone; 0 and -1 as in `plan`."""
    if 200 <= status < 400:
        return OK
    if status <= 0:
        return TIMEOUT if status < 0 else BROKEN
    if status == 429:
        return LIMITED
    if status == 503:
        return UNAVAILABLE
    return ERROR if status >= 500 else REFUSED
