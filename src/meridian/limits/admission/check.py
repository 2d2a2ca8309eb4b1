"""The body of the check API: an app asks about a limit without being behind the edge."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from meridian.limits.settings import Key

PATH = b"/infrastructure/rate-limit/check"
Text = Annotated[str, Field(max_length=512)]


def _several(value: Any) -> Any:
    """A single key may stand for itself, as at the edge."""
    return [value] if isinstance(value, str) and value else value


class Check(BaseModel):
    """only: keys of limits to look at; empty: all. dry_run: nothing is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    action: Text = ""
    user: Text = ""
    tier: Text = ""
    risk: Literal["", "low", "medium", "high", "critical"] = ""
    ip: Text = ""
    country: Text = ""
    region: Text = ""
    hits: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    dry_run: bool = False
    only: Annotated[list[Key], BeforeValidator(_several), Field(max_length=16)] = []

    @model_validator(mode="after")
    def _about_something(self) -> "Check":
        if not (self.action or self.user or self.ip or self.country or self.region):
            raise ValueError("name at least one of action, user, ip, country and region")
        return self


def parse(body: bytes) -> Check:
    """Raises ValueError with what is wrong, for a person."""
    try:
        return Check.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{where}: {message}" if where else message) from error
