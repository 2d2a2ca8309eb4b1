"""Field types that requests share."""

from typing import Annotated

from pydantic import Field, StringConstraints

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
    Field(description="Why; it stands in the journal.", examples=["Morocco moves to the EU region"]),
]
Name = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,62}$"),
    Field(description="A name for people, shown in the journal.", examples=["anna"]),
]
