"""What the bodies of requests have in common: strictness, so that a slip is an error and not another order than was meant."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """A field that is misspelt, or `true` or "2" where a number is meant, is refused. An order for one region whose `region` is
    misspelt would otherwise be one for the world. Fields of enumerations are not strict: JSON only has their text."""

    model_config = ConfigDict(extra="forbid", strict=True)
