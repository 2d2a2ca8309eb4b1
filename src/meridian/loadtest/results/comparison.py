"""The shape of a comparison of two runs."""

from typing import Literal, TypedDict

Change = Literal["same", "slower", "faster"]


class Metric(TypedDict):
    """before, after: milliseconds, or the share of errors. change: relative (0.1: 10 % more); of errors the difference of the
    shares. low, high: the interval in which the change lies, with the confidence left after correcting for several
    metrics."""

    name: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    verdict: Change


Comparison = TypedDict(
    "Comparison",
    {
        "with": str,
        "verdict": Literal["same", "slower", "faster", "unlike"],
        "sentence": str,
        "metrics": list[Metric],
    },
)
"""with: the id of the earlier run. unlike: the runs cannot be compared, for the reason in the sentence. More errors count as
slower."""
