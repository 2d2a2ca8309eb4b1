"""A Grafana dashboard over what Prometheus scrapes from Meridian: JSON of the classic schema, version 42 (Grafana 12 and newer).

The same input gives the same bytes. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from meridian.telemetry.exposition.promql import exposed, promql
from meridian.telemetry.metrics.catalogue import known
from meridian.telemetry.metrics.query import Query

SCHEMA = 42
WIDTH, HEIGHT = 12, 8
"""Of a panel, in Grafana's grid of 24 columns."""
SOURCE = {"type": "prometheus", "uid": "${source}"}
_UNITS = {
    "ms": "ms",
    "s": "s",
    "/s": "reqps",
    "/min": "opm",
    "B/s": "Bps",
    "B": "bytes",
    "cores": "none",
    "share": "percentunit",
    "count": "short",
    "amount": "short",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One panel. query: its lines, one for each group. objective: where a line marks what should hold, in the metric's unit."""

    title: str
    query: Query
    objective: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    panels: Sequence[Drawn]


def rows(objectives: dict[str, float]) -> list[Row]:
    """objectives: feature -> milliseconds that 95 of 100 answers should take at most."""
    return [
        Row(
            "Traffic",
            [
                Drawn("Requests by region", Query("requests_per_second", by=("region",))),
                Drawn("Errors by region", Query("error_rate", by=("region",)), 0.01),
                Drawn("p95 latency by region", Query("latency_p95", by=("region",)), 400.0),
                Drawn("p99 latency by region", Query("latency_p99", by=("region",)), 800.0),
                Drawn("Requests by location", Query("requests_per_second", by=("location",))),
                Drawn("Refusals by limit", Query("limit_refusals_per_second", by=("limit",))),
            ],
        ),
        Row(
            "Features",
            [
                Drawn(
                    f"p95 latency of {name}",
                    Query("latency_p95", {"feature": (name,)}, ("region",)),
                    objective,
                )
                for name, objective in objectives.items()
            ],
        ),
        Row(
            "Places",
            [
                Drawn("Locations up", Query("location_up", by=("what",))),
                Drawn("Services up", Query("service_up", by=("what",))),
                Drawn("Countries", Query("country_requests_per_second", by=("country",))),
                Drawn("Degradation", Query("degradation_level", by=("region",))),
            ],
        ),
        Row(
            "People and business",
            [
                Drawn("Active users", Query("active_users", by=("region",))),
                Drawn("Paying users", Query("paying_users", by=("region",))),
                Drawn("Tokens net per minute", Query("tokens_net", by=("region",))),
                Drawn("Failed payouts", Query("payouts_failed", by=("region",)), 10.0),
                Drawn("Urgent tickets", Query("tickets_urgent", by=("region",)), 50.0),
                Drawn("Fraud alerts by severity", Query("fraud_alerts_active", by=("what",))),
                Drawn("CDN hits", Query("cdn_hit_rate"), 0.85),
            ],
        ),
        Row(
            "Edges",
            [
                Drawn("Envoy's CPU", Query("edge_cpu_cores", by=("edge",))),
                Drawn("Envoy's memory", Query("edge_memory_bytes", by=("edge",))),
                Drawn("Connections", Query("edge_connections", by=("edge",))),
                Drawn("Shed requests", Query("edge_overflows", by=("edge",))),
            ],
        ),
    ]


def dashboard(app: str, objectives: dict[str, float]) -> dict[str, Any]:
    """app: the app's name, of which the dashboard's uid is made."""
    return {
        "uid": f"meridian-{app}"[:40],
        "title": f"Meridian: {app}",
        "description": "Regions, traffic, limits, edges and business of an app behind Meridian.",
        "tags": ["meridian"],
        "schemaVersion": SCHEMA,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "source",
                    "label": "Prometheus",
                    "type": "datasource",
                    "query": "prometheus",
                    "current": {"text": "", "value": ""},
                    "hide": 0,
                    "regex": "",
                    "refresh": 1,
                    "multi": False,
                    "includeAll": False,
                }
            ]
        },
        "annotations": {"list": []},
        "links": [],
        "panels": list(_laid_out(rows(objectives))),
    }


def _laid_out(found: Sequence[Row]) -> Iterator[dict[str, Any]]:
    y, number = 0, 0
    for row in found:
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"h": 1, "w": 24, "x": 0, "y": y},
        }
        y += 1
        for place, panel in enumerate(row.panels):
            number += 1
            x = place % 2 * WIDTH
            yield _panel(number, panel, {"h": HEIGHT, "w": WIDTH, "x": x, "y": y + place // 2 * HEIGHT})
        y += -(-len(row.panels) // 2) * HEIGHT


def _panel(number: int, panel: Drawn, where: dict[str, int]) -> dict[str, Any]:
    metric = known(panel.query)
    labels = [exposed(metric, label) for label in panel.query.by]
    steps: list[dict[str, Any]] = [{"value": None, "color": "green"}]
    if panel.objective is not None:
        steps.append({"value": panel.objective, "color": "red"})
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": metric.sentence,
        "datasource": SOURCE,
        "gridPos": where,
        "targets": [
            {
                "refId": "A",
                "datasource": SOURCE,
                "expr": promql(panel.query),
                "legendFormat": " ".join(f"{{{{{label}}}}}" for label in labels) or metric.title,
                "range": True,
            }
        ],
        "fieldConfig": {
            "defaults": {
                "unit": _UNITS[metric.unit],
                "min": 0,
                "custom": {"thresholdsStyle": {"mode": "line" if panel.objective is not None else "off"}},
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }
