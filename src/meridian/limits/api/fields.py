"""Field types that the routes of limits share."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field, StringConstraints

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
    Field(description="Why; it stands in the journal.", examples=["a festival sells out"]),
]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]*$")]
"""A user, a client or an account. What it may be is asked later, to say what is wrong with it."""
SubjectPath = Annotated[
    str,
    Path(min_length=1, max_length=256, description="The app's own id of the user, or the client's address."),
]
NamePath = Annotated[str, Path(min_length=1, max_length=63, examples=["chat"])]
Text = Annotated[str, Query(max_length=256, pattern=r"^[^\x00-\x1f]*$")]


class Changed(BaseModel):
    """decision: identifier of the journal's entry, by which it can be undone. sentence: what it says."""

    decision: str
    sentence: str
