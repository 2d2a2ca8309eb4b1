"""How long history is kept (`telemetry.history`)."""

from typing import Annotated

from pydantic import Field, model_validator

from meridian.config.schema.base import PositiveDuration, Section, duration

HOUR, DAY = 3600.0, 86400.0


class Retention(Section):
    """How long windows of each width are kept. Older ones live on in the next wider ones."""

    ten_seconds: Annotated[PositiveDuration, Field(ge=1800, le=2 * DAY)] = 2 * HOUR
    """Windows of 10 s: at least 30m, at most 2d."""
    one_minute: Annotated[PositiveDuration, Field(ge=HOUR, le=31 * DAY)] = 7 * DAY
    """Windows of 1 min: at least 1h, at most 31d."""
    five_minutes: Annotated[PositiveDuration, Field(ge=DAY, le=400 * DAY)] = 30 * DAY
    """Windows of 5 min, of 1 h and of 2 h: at least 1d, at most 400d. History is no longer than this."""
    megabytes: Annotated[int, Field(ge=64, le=10_000_000)] = 4096
    """What history may take of PostgreSQL's disk. Beyond, the oldest goes before its time, and the journal says so."""

    @model_validator(mode="after")
    def _ordered(self) -> "Retention":
        if not self.ten_seconds <= self.one_minute <= self.five_minutes:
            raise ValueError(
                "wider windows are kept at least as long as narrower ones; "
                f"ten_seconds is {duration(self.ten_seconds)}, one_minute {duration(self.one_minute)}, "
                f"five_minutes {duration(self.five_minutes)}"
            )
        return self

    def kept(self, width: int) -> float:
        """Seconds for which windows of this width (10, 60, 300, 3600 or 7200) are kept."""
        return {10: self.ten_seconds, 60: self.one_minute}.get(width, self.five_minutes)
