"""What control answers about metrics, checked against the models of its API."""

from typing import Any

from meridian.telemetry.api.answers import HistoryOut, LiveOut, MetricOut, PanelOut

LIVE: dict[str, Any] = LiveOut.model_validate(
    {
        "at": "2030-01-01T00:00:00Z",
        "active_users": 1200,
        "paying_users": 300,
        "tokens": {"earned": 10, "spent": 4, "net": 6, "transactions": 2},
        "fraud_alerts": {"active": 2, "critical": 1, "resolved_today": 0},
        "payouts": {"pending": 1, "processing": 2, "failed": 3, "amount": 12500, "currency": "EUR"},
        "support": {"open": 5, "urgent": 1, "mean_response_time": 600.0},
        "panic": {"last_24h": 4, "active": 1},
        "system": {"status": "down", "sentence": "EU: chat-service is up nowhere"},
        "services": [
            {
                "service": "chat-service",
                "status": "down",
                "locations": [{"location": "europe-west1", "healthy": 0, "total": 2}],
            }
        ],
        "regions": [
            {
                "region": "EU",
                "status": "down",
                "sentence": "EU: chat-service is up nowhere",
                "rps": 8.0,
                "error_rate": 0.5,
                "p95": 312.0,
                "active_users": 1200,
            }
        ],
        "rps": 8.0,
        "error_rate": 0.5,
        "p95": None,
        "degradation": {"level": 2, "name": "reduced"},
    }
).model_dump(mode="json")

HISTORY: dict[str, Any] = HistoryOut.model_validate(
    {
        "panel": "latency",
        "title": "Latency",
        "unit": "ms",
        "objective": 400.0,
        "least": False,
        "step": 300,
        "times": [0, 300, 600, 900],
        "lines": [{"name": "EU", "labels": {"region": "EU"}, "values": [60.0, 400.0, None, 200.0]}],
        "sentence": "Latency: 200 ms at last; the objective of 400 ms held throughout",
    }
).model_dump(mode="json")

PANELS: list[dict[str, Any]] = [
    PanelOut(
        name="latency",
        title="Latency",
        unit="ms",
        refresh=30,
        objective=400,
        least=False,
        sentence="How slow.",
    ).model_dump(mode="json")
]

CATALOGUE: list[dict[str, Any]] = [
    MetricOut(
        name="error_rate", title="Errors", unit="share", labels=["region"], sentence="What failed."
    ).model_dump(mode="json")
]
