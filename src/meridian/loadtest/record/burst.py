"""Several happenings of one kind within a second: how many, the first and the last."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Burst:
    """n: how many. first, first_number, last, last_number: when the client saw them, in microseconds after the start of the run,
    and of which arrivals. Of two at the same time the lower number counts as earlier."""

    n: int
    first: int
    first_number: int
    last: int
    last_number: int

    def out_of_order(self, at: int, number: int) -> None:
        """Notes one that has been counted and that was not seen after all others."""
        if at == self.last and number > self.last_number:
            self.last_number = number
        if at < self.first or (at == self.first and number < self.first_number):
            self.first, self.first_number = at, number

    def merge(self, other: "Burst") -> None:
        self.n += other.n
        self.first, self.first_number = min(
            (self.first, self.first_number), (other.first, other.first_number)
        )
        self.last, self.last_number = max((self.last, self.last_number), (other.last, other.last_number))

    def copy(self) -> "Burst":
        return Burst(self.n, self.first, self.first_number, self.last, self.last_number)

    def to_json(self) -> list[int]:
        return [self.n, self.first, self.first_number, self.last, self.last_number]

    @classmethod
    def from_json(cls, raw: Sequence[int]) -> "Burst":
        """Raises ValueError when it is none."""
        made = cls(*raw)
        if made.n < 1 or (made.first, made.first_number) > (made.last, made.last_number):
            raise ValueError("what happened first is after what happened last")
        return made
