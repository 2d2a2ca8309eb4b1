"""Live metrics, history, and any metric over any range."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from meridian.core.errors import InvalidInput
from meridian.core.names import known_name
from meridian.core.principal import Role
from meridian.feature import Control
from meridian.telemetry.api.answers import (
    CleanedOut,
    HistoryOut,
    LineOut,
    LiveOut,
    MetricOut,
    PanelOut,
    QueryOut,
)
from meridian.telemetry.metrics.catalogue import METRICS
from meridian.telemetry.metrics.panels import panels
from meridian.telemetry.operations import (
    cleanup_metrics,
    get_historical_metrics,
    get_live_metrics,
    metrics_json,
    panel_json,
    query_metric,
    update_live_metrics,
)

Name = Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f]*$")]
Span = Annotated[
    str, Query(max_length=8, description="15m, 1h, 6h, 24h, 7d or 30d, up to now. Left out: 1h.")
]
Since = Annotated[
    datetime | None, Query(description="Instead of `range`: when it begins, with its time zone.")
]
Until = Annotated[datetime | None, Query(description="When it ends. Left out: now.")]
Labels = Annotated[
    list[str],
    Query(max_length=20, description="LABEL:VALUE, several times; values of one label are alternatives."),
]
DIGITS = 6


def router(control: Control) -> APIRouter:
    routes = APIRouter(prefix="/metrics")
    ops, admin = Depends(control.requires(Role.OPS)), Depends(control.requires(Role.ADMIN))

    @routes.get("/live", dependencies=[ops])
    async def live() -> LiveOut:
        """What is the case right now."""
        return LiveOut.model_validate(await get_live_metrics(control))

    @routes.post("/update", dependencies=[admin])
    async def update() -> LiveOut:
        """The same, made anew at once."""
        return LiveOut.model_validate(await update_live_metrics(control))

    @routes.post("/cleanup", dependencies=[admin])
    async def cleanup() -> CleanedOut:
        """Adds up what is due in history, and drops what is no longer kept. It happens by itself; this does it now."""
        return CleanedOut(**asdict(await cleanup_metrics(control)))

    @routes.get("/panels", dependencies=[ops])
    async def listed() -> list[PanelOut]:
        """The panels there are."""
        return [PanelOut(**panel_json(each)) for each in panels(control.config()).values()]

    @routes.get("/catalogue", dependencies=[ops])
    async def catalogue() -> list[MetricOut]:
        """The metrics there are."""
        return [MetricOut(**each) for each in metrics_json()]

    @routes.get("/history", dependencies=[ops])
    async def history(
        panel: Name,
        range: Span = "",
        since: Since = None,
        until: Until = None,
        region: Annotated[Name, Query(description="Only this one. Left out: all.")] = "",
    ) -> HistoryOut:
        """A panel's lines over a range."""
        found = await get_historical_metrics(control, panel, range, since, until, region)
        return HistoryOut(
            panel=found.panel.name,
            title=found.panel.title,
            unit=found.panel.unit,
            objective=found.panel.objective,
            least=found.panel.least,
            step=found.step,
            times=list(found.times),
            lines=[
                LineOut(name=each.name, labels=dict(each.labels), values=_rounded(each.values))
                for each in found.lines
            ],
            sentence=found.sentence,
        )

    @routes.get("/query", dependencies=[ops])
    async def query(
        metric: Name,
        where: Labels = [],  # noqa: B006 - FastAPI copies it
        by: Annotated[list[str], Query(max_length=4, description="Labels to tell apart.")] = [],  # noqa: B006
        range: Span = "",
        since: Since = None,
        until: Until = None,
        step: Annotated[
            int | None, Query(ge=1, le=604_800, description="Seconds. Left out: so that it fits.")
        ] = None,
    ) -> QueryOut:
        """Any metric over any range; `GET /infrastructure/metrics/catalogue` lists them."""
        labels = tuple(label for each in by for label in each.split(",") if label)
        unit = METRICS[known_name(metric, METRICS, "metric")].unit
        found = await query_metric(control, metric, filters(where), labels, range, since, until, step)
        return QueryOut(
            metric=metric,
            unit=unit,
            step=found.step,
            times=list(found.times),
            lines=[
                LineOut(
                    name=", ".join(filter(None, each.group)) or metric,
                    labels=dict(zip(labels, each.group, strict=True)),
                    values=_rounded(each.values),
                )
                for each in found.lines
            ],
        )

    return routes


def filters(where: list[str]) -> dict[str, tuple[str, ...]]:
    """LABEL:VALUE texts as label -> values. Raises InvalidInput."""
    found: dict[str, tuple[str, ...]] = {}
    for each in where:
        label, colon, value = each.partition(":")
        if not colon or not label:
            raise InvalidInput(f"{each[:64]!r} is no filter", "write LABEL:VALUE, such as region:EU")
        found[label] = (*found.get(label, ()), value)
    return found


def _rounded(values: Any) -> list[float | None]:
    return [None if value is None else round(value, DIGITS) for value in values]
