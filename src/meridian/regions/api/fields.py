"""Field types that the routes of routing share."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field, StringConstraints

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
    Field(description="Why; it stands in the journal.", examples=["maintenance of the network"]),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=63, pattern=r"^[^\x00-\x1f]*$")]
"""Of a region, a location or a feature. Whether there is one is asked later, to say what was probably meant."""
NamePath = Annotated[str, Path(min_length=1, max_length=63, examples=["EU"])]
UserPath = Annotated[str, Path(min_length=1, max_length=256, description="The app's own id of the user.")]
Text = Annotated[str, Query(max_length=256, pattern=r"^[^\x00-\x1f]*$")]
