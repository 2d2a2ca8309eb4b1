"""Field types and answers that the routes of alerts share."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field, StringConstraints

TEXT = r"^[^\x00]*$"
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=TEXT),
    Field(description="Why; it stands in the journal.", examples=["the provider is told"]),
]
ReasonQuery = Annotated[str, Query(min_length=1, max_length=500, pattern=TEXT)]
IdPath = Annotated[
    str,
    Path(
        min_length=4,
        max_length=64,
        pattern=r"^[0-9A-Za-z-]+$",
        description="An id, or as much of its beginning as is enough.",
    ),
]


class Changed(BaseModel):
    """decision: identifier of the journal's entry, by which it can be undone. sentence: what it says."""

    decision: str
    sentence: str
