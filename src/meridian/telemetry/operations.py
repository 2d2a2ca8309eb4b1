"""What people and programs ask of telemetry: what HTTP and the command line do, for programs that run inside control."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from meridian.core.decision import to_json
from meridian.core.errors import MeridianError
from meridian.core.names import known_name
from meridian.telemetry.health import Reports
from meridian.telemetry.history.history import history_of
from meridian.telemetry.live.business import business_of
from meridian.telemetry.live.parts import parts_of
from meridian.telemetry.live.view import Remembered, Seen, View
from meridian.telemetry.metrics.catalogue import METRICS
from meridian.telemetry.metrics.drawing import Drawing, drawing
from meridian.telemetry.metrics.panels import Panel, panel_of, panels
from meridian.telemetry.metrics.query import Query, Range
from meridian.telemetry.metrics.reading import reading_of
from meridian.telemetry.metrics.spans import span
from meridian.telemetry.settings import Telemetry

if TYPE_CHECKING:
    from meridian.feature import Control
    from meridian.store.journal import Entry, PostgresJournal
    from meridian.telemetry.history.rolling import Cleaned

Json = dict[str, Any]

STALE = 5.0
"""Seconds after which live metrics are made anew when somebody asks."""
DECISIONS = 50


@dataclass(slots=True)
class Latest:
    """The live metrics that were made last. made: monotonic seconds; None: never."""

    made: float | None = None
    live: Json = field(default_factory=dict)


async def update_live_metrics(control: Control) -> Json:
    """Makes the live metrics anew, with where the business stands from PostgreSQL; while that is away, as it was known last."""
    with suppress(MeridianError):
        await business_of(control).read(control)
    return await _made(control)


async def get_live_metrics(control: Control) -> Json:
    """All live metrics of `GET /infrastructure/metrics/live`; at most 5 s old."""
    latest = control.shared(Latest, Latest)
    if latest.made is not None and control.clock.monotonic() - latest.made < STALE:
        return latest.live
    return await _made(control)


async def get_historical_metrics(
    control: Control,
    panel: str,
    range: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    region: str = "",
) -> Drawing:
    """A panel's lines. range: 15m, 1h, 6h, 24h, 7d or 30d up to now; or since and until. region: only this one.

    Raises NotFound for an unknown panel or region, InvalidInput for a range that is none, Unavailable."""
    config = control.config()
    found = panel_of(config, panel)
    if region:
        known_name(region, config.regions, "region")
    since, until = span(range, since, until, control.clock.now())
    return await drawing(reading_of(control), found, since, until, region)


async def query_metric(
    control: Control,
    metric: str,
    where: Mapping[str, Collection[str]],
    by: tuple[str, ...],
    range: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    step: int | None = None,
) -> Range:
    """Any metric over any range. Raises InvalidInput and Unavailable."""
    since, until = span(range, since, until, control.clock.now())
    return await reading_of(control).range(Query(metric, where, by), since, until, step)


async def get_ops_dashboard(control: Control) -> Json:
    """Everything that the dashboard shows first."""
    config = control.config()
    shown = await view(control)
    countries = {code: name for name, codes in config.countries.items() for code in codes}
    return {
        "at": shown.at.isoformat(),
        "app": config.app.name,
        "live": shown.live(),
        "flows": shown.flows(),
        "map": {
            "locations": shown.locations(),
            "countries": {
                code: {"region": region, "market": None} for code, region in sorted(countries.items())
            },
        },
        "incidents": await _asked(control, "incidents", []),
        "decisions": await decisions(control, DECISIONS),
        "panels": [panel_json(each) for each in panels(config).values()],
    }


async def cleanup_metrics(control: Control) -> Cleaned:
    """Adds up what is due in history and drops what is no longer kept. Raises Unavailable."""
    retention = control.config().section(Telemetry).history
    return await history_of(control).cleanup(control.clock.now(), retention)


async def decisions(control: Control, limit: int) -> list[Json]:
    """The newest first; none while PostgreSQL is away."""
    try:
        return [decision_json(each) for each in await journal(control).entries(limit)]
    except MeridianError:
        return []


def journal(control: Control) -> PostgresJournal:
    """With what was undone, which `control.journal` does not say."""
    from meridian.store.journal import PostgresJournal

    return PostgresJournal(control.database, control.clock)


def decision_json(entry: Entry) -> Json:
    """As `GET /infrastructure/decisions` has it."""
    undone_at = entry.undone_at.isoformat() if entry.undone_at else None
    return {**to_json(entry.decision), "undone_at": undone_at, "undone_by": entry.undone_by}


async def view(control: Control, remembered: Remembered | None = None) -> View:
    """What is the case at this moment. remembered: for whoever asks each second."""
    reports: Reports = control.reports()
    degradation = await _asked(control, "degradation", {"level": 0, "name": "normal"})
    business = business_of(control)
    seen = Seen(control.config(), reports, business.total if business.at else None, degradation)
    return View(reading_of(control), seen, control.clock.now(), remembered)


def panel_json(panel: Panel) -> Json:
    return {
        "name": panel.name,
        "title": panel.title,
        "unit": panel.unit,
        "refresh": panel.refresh,
        "objective": panel.objective,
        "least": panel.least,
        "sentence": panel.sentence,
    }


def metrics_json() -> list[Json]:
    """The catalogue."""
    return [
        {
            "name": each.name,
            "title": each.title,
            "unit": each.unit,
            "labels": list(each.labels),
            "sentence": each.sentence,
        }
        for each in METRICS.values()
    ]


async def _made(control: Control) -> Json:
    latest = control.shared(Latest, Latest)
    latest.live, latest.made = (await view(control)).live(), control.clock.monotonic()
    return latest.live


async def _asked(control: Control, name: str, otherwise: Any) -> Any:
    """What another feature puts here; `otherwise` while it cannot say."""
    try:
        return await parts_of(control).ask(name, otherwise)
    except MeridianError:
        return otherwise
