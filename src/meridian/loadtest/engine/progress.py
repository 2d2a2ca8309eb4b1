"""What is known of a run while it goes on, told once a second."""

from dataclasses import dataclass

from meridian.loadtest.record import Record


@dataclass(frozen=True, slots=True)
class Progress:
    """began: when the run started, in seconds since 1970. second: whole seconds since then; 0 in the first one, which is told
    at the start itself. record: everything so far, of all processes; the same object each time, so read it before the next.
    waiting: requests without an answer. connections: open ones. lag_ms: the longest delay with which a request was sent in the
    last second. running: False in the last one. trouble: what befell the generator itself, as sentences (a process of it
    died)."""

    began: float
    second: int
    record: Record
    waiting: int
    connections: int
    lag_ms: float
    running: bool
    trouble: tuple[str, ...] = ()
