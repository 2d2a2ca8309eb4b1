"""Where numbers go besides: `telemetry.otlp`."""

from typing import Annotated

from pydantic import Field, field_validator

from meridian.config.schema.base import PositiveDuration, Section

RESERVED = ("content-type", "content-length", "host")


class Otlp(Section):
    """OpenTelemetry: each process of control sends its metrics there by OTLP over HTTP."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=500)]
    """The address that takes metrics, whole: for a collector on this machine http://127.0.0.1:4318/v1/metrics."""
    every: PositiveDuration = 30.0
    """How often, at least 5 s."""
    headers: Annotated[dict[str, str], Field(max_length=20)] = Field(default_factory=dict)
    """Header -> name of the environment variable of control that holds its value, such as
    `{authorization: OTLP_AUTHORIZATION}`: what is secret does not stand in this file."""

    @field_validator("every")
    @classmethod
    def _not_too_often(cls, every: float) -> float:
        if every < 5:
            raise ValueError("metrics are sent at most every 5 s")
        return every

    @field_validator("headers")
    @classmethod
    def _own_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if name.lower() in RESERVED:
                raise ValueError(f"the header {name} is set by Meridian; leave it out")
        return headers
