"""How a run's state ends the program that ran it, so that CI can gate on it."""

EXITS = {"passed": 0, "failed": 1, "invalid": 3, "aborted": 4, "stopped": 130}
"""State -> exit status."""


def exit_status(state: str) -> int:
    return EXITS.get(state, 1)
