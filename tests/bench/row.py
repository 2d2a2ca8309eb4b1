"""One line of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """value and limit in the same unit. at_most: whether the limit is an upper bound. note: how it came about."""

    what: str
    value: float
    limit: float
    unit: str
    note: str = ""
    at_most: bool = True

    @property
    def holds(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def cells(self) -> tuple[str, str, str, str, str]:
        sign = "<=" if self.at_most else ">="
        limit = f"{sign} {self.limit:g} {self.unit}".rstrip()
        return (
            self.what,
            f"{self.value:.4g} {self.unit}".rstrip(),
            limit,
            "yes" if self.holds else "NO",
            self.note,
        )
