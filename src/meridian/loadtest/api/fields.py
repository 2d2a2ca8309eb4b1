"""Field types that the routes of load tests share."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field, StringConstraints

from meridian.loadtest.runs import ID, LONGEST_ID, SHORTEST_ID

TEXT = r"^[^\x00]*$"
JSON_OBJECT = {"content": {"application/json": {"schema": {"type": "object"}}}}
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=TEXT),
    Field(description="Why; it stands in the journal.", examples=["before the launch in Morocco"]),
]
ReasonQuery = Annotated[
    str, Query(max_length=500, pattern=TEXT, description="Why; it stands in the journal.")
]
IdPath = Annotated[
    str,
    Path(
        min_length=SHORTEST_ID,
        max_length=LONGEST_ID,
        pattern=ID,
        description="A run's id, or as much of its beginning as is enough.",
    ),
]
WholeIdPath = Annotated[
    str, Path(min_length=SHORTEST_ID, max_length=LONGEST_ID, pattern=ID, description="A run's id.")
]


class Changed(BaseModel):
    """decision: identifier of the journal's entry. sentence: what it says."""

    decision: str
    sentence: str
