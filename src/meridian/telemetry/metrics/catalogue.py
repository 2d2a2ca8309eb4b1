"""Every metric that can be asked for: what it is, by which labels it can be told apart, and how it is made. Alerts, panels, the
API and commands know metrics by these names only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from meridian.core.errors import InvalidInput
from meridian.core.suggest import did_you_mean
from meridian.telemetry.kinds import ACTION, BUSINESS, EDGE, GAUGE, MARKET, PEOPLE, TRAFFIC, Kind
from meridian.telemetry.metrics.measures import Different, Level, Mean, Measure, Net, Percentile, Rate, Share
from meridian.telemetry.metrics.query import Query

if TYPE_CHECKING:
    from meridian.telemetry.cube import Where

Unit = Literal["ms", "s", "/s", "/min", "B/s", "B", "cores", "share", "count", "amount"]
"""share: from 0 to 1. amount: minor units of a currency."""

ANSWERED = ("2xx", "3xx", "4xx", "5xx")
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Metric:
    """labels: by which it may be grouped and filtered. fixed: what of its kind it is made from."""

    name: str
    title: str
    unit: Unit
    sentence: str
    kind: Kind
    measure: Measure
    labels: tuple[str, ...]
    fixed: Where = field(default_factory=dict)


_ROUTED = ("region", "location", "feature", "service", "version")
_STATUS = (*_ROUTED, "status")


def _traffic() -> list[Metric]:
    served: Where = {"status": ANSWERED}
    slow = "in milliseconds until the answer's end; refusals (429) and clients that went away left out"
    return [
        Metric("requests_per_second", "Requests", "/s", "Requests that came in.", TRAFFIC, Rate(), _STATUS),
        Metric(
            "error_rate",
            "Errors",
            "share",
            "The part of requests that were answered with 5xx.",
            TRAFFIC,
            Share("status", frozenset({"5xx"})),
            _ROUTED,
        ),
        Metric(
            "refusal_rate",
            "Refusals",
            "share",
            "The part of requests that a limit refused (429).",
            TRAFFIC,
            Share("status", frozenset({"429"})),
            _ROUTED,
        ),
        Metric(
            "abandoned_rate",
            "Abandoned",
            "share",
            "The part of requests whose client went away before the answer.",
            TRAFFIC,
            Share("status", frozenset({"none"})),
            _ROUTED,
        ),
        *(
            Metric(
                f"latency_p{percent}",
                f"p{percent} latency",
                "ms",
                f"{percent} of 100 answers were at most this slow, {slow}.",
                TRAFFIC,
                Percentile(percent / 100),
                _STATUS,
                served,
            )
            for percent in (50, 95, 99)
        ),
        Metric("latency_mean", "Mean latency", "ms", f"Mean, {slow}.", TRAFFIC, Mean(), _STATUS, served),
        Metric("bytes_in_per_second", "Bytes in", "B/s", "Bytes of requests.", TRAFFIC, Rate(1), _STATUS),
        Metric("bytes_out_per_second", "Bytes out", "B/s", "Bytes of answers.", TRAFFIC, Rate(2), _STATUS),
    ]


def _markets() -> list[Metric]:
    places = ("country", "region", "location")
    return [
        Metric(
            "country_requests_per_second",
            "Requests of countries",
            "/s",
            "Requests by country.",
            MARKET,
            Rate(),
            (*places, "outcome"),
        ),
        Metric(
            "country_failed_rate",
            "Failures of countries",
            "share",
            "The part of a country's requests that failed.",
            MARKET,
            Share("outcome", frozenset({"failed"})),
            places,
        ),
        Metric(
            "country_refused_rate",
            "Refusals of countries",
            "share",
            "The part of a country's requests that were refused.",
            MARKET,
            Share("outcome", frozenset({"refused"})),
            places,
        ),
        Metric(
            "actions_per_second",
            "Actions",
            "/s",
            "What users did, by action and tier.",
            ACTION,
            Rate(),
            ("action", "tier", "region", "limit"),
        ),
        Metric(
            "limit_refusals_per_second",
            "Refusals by limits",
            "/s",
            "Actions that a limit refused.",
            ACTION,
            Rate(without=("limit", "")),
            ("action", "tier", "region", "limit"),
        ),
    ]


def _people() -> list[Metric]:
    def people(name: str, title: str, who: str, sentence: str) -> Metric:
        return Metric(name, title, "count", sentence, PEOPLE, Different(), ("region",), {"who": (who,)})

    return [
        people("active_users", "Active users", "users", "Different signed-in users."),
        people("paying_users", "Paying users", "paying", "Different users of a tier that pays."),
        people("clients", "Clients", "clients", "Different client addresses."),
    ]


def _edges() -> list[Metric]:
    def level(name: str, title: str, unit: Unit, of: str, sentence: str) -> Metric:
        measure = Level(("region", "edge"), "sum")
        return Metric(name, title, unit, sentence, EDGE, measure, ("region", "edge"), {"name": (of,)})

    return [
        level("edge_connections", "Connections", "count", "connections", "Open connections of clients."),
        level(
            "edge_requests_active",
            "In flight",
            "count",
            "requests_active",
            "Requests that wait for an answer.",
        ),
        level(
            "edge_pending",
            "Pending",
            "count",
            "pending",
            "Requests that wait for a connection to an instance.",
        ),
        level("edge_memory_bytes", "Envoy's memory", "B", "memory_bytes", "Resident memory of Envoy."),
        level(
            "edge_cpu_cores", "Envoy's CPU", "cores", "cpu_cores", "Processor seconds per second of Envoy."
        ),
        level(
            "edge_overflows", "Shed", "count", "overflows", "Requests shed because too many waited, a second."
        ),
        level("edge_retries", "Retries", "count", "retries", "Requests tried again, a second."),
        level(
            "edge_hosts_healthy",
            "Healthy hosts",
            "count",
            "hosts_healthy",
            "Upstream hosts that an edge reaches.",
        ),
        level(
            "agent_memory_bytes", "Agent's memory", "B", "agent_memory_bytes", "Resident memory of the agent."
        ),
        level(
            "agent_cpu_cores",
            "Agent's CPU",
            "cores",
            "agent_cpu_cores",
            "Processor seconds per second of the agent.",
        ),
        level(
            "edge_lines_dropped",
            "Lines lost",
            "count",
            "lines_dropped",
            "Log lines that could not be read, a second.",
        ),
        level(
            "edge_records_dropped",
            "Records lost",
            "count",
            "records_dropped",
            "Records that found no room, a second.",
        ),
    ]


def _gauges() -> list[Metric]:
    def gauge(
        name: str, title: str, unit: Unit, across: Literal["sum", "mean", "most"], sentence: str
    ) -> Metric:
        measure = Level(("region", "what"), across)
        return Metric(name, title, unit, sentence, GAUGE, measure, ("region", "what"), {"name": (name,)})

    return [
        gauge(
            "location_up",
            "Locations up",
            "share",
            "mean",
            "1 while a location (what) has a healthy instance, else 0.",
        ),
        gauge(
            "service_up",
            "Services up",
            "share",
            "mean",
            "1 while a service has a healthy instance in a location (what is service@location).",
        ),
        gauge(
            "region_up",
            "Regions up",
            "share",
            "mean",
            "1 while every service of a region is up somewhere, else 0.",
        ),
        gauge(
            "edge_up",
            "Edges up",
            "share",
            "mean",
            "1 while an edge (what) reports and its Envoy is live, else 0.",
        ),
        gauge("payouts_pending", "Payouts pending", "count", "sum", "Payouts that wait."),
        gauge("payouts_processing", "Payouts processing", "count", "sum", "Payouts under way."),
        gauge(
            "payouts_failed",
            "Payouts failed",
            "count",
            "sum",
            "Payouts that failed within 24 hours and have not moved on.",
        ),
        gauge(
            "payouts_amount",
            "Amount of payouts",
            "amount",
            "sum",
            "What pending and processing payouts add up to, in minor units.",
        ),
        gauge("tickets_open", "Open tickets", "count", "sum", "Support tickets that are open."),
        gauge("tickets_urgent", "Urgent tickets", "count", "sum", "Open support tickets that are urgent."),
        gauge(
            "ticket_response_time",
            "Response time",
            "s",
            "mean",
            "Mean seconds to the first answer, of tickets answered within 24 hours.",
        ),
        gauge("disputes_open", "Payment disputes", "count", "sum", "Payment disputes that are open."),
        gauge(
            "fraud_alerts_active",
            "Fraud alerts",
            "count",
            "sum",
            "Fraud alerts that are open, by severity (what).",
        ),
        gauge("attacks_active", "Attacks", "count", "sum", "Attacks under way."),
        gauge("panic_active", "Panic passes", "count", "sum", "Panic passes in force."),
        gauge("degradation_level", "Degradation", "count", "most", "The level of degradation, 0 to 3."),
        gauge(
            "channel_up",
            "Channels up",
            "share",
            "mean",
            "1 while a notification channel (what) takes what it is sent, else 0.",
        ),
    ]


def _business() -> list[Metric]:
    def tokens(name: str, title: str, type: str, sentence: str) -> Metric:
        return Metric(
            name, title, "/min", sentence, BUSINESS, Rate(1, MINUTE), ("region",), {"type": (type,)}
        )

    kinds = ("token.earned", "token.spent", "token.purchased")
    return [
        tokens("tokens_earned", "Tokens earned", "token.earned", "Tokens earned per minute."),
        tokens("tokens_spent", "Tokens spent", "token.spent", "Tokens spent per minute."),
        tokens("tokens_purchased", "Tokens bought", "token.purchased", "Tokens bought per minute."),
        Metric(
            "tokens_net",
            "Tokens net",
            "/min",
            "Tokens earned less tokens spent, per minute.",
            BUSINESS,
            Net("type", "token.earned", "token.spent", 1, MINUTE),
            ("region",),
            {"type": kinds[:2]},
        ),
        Metric(
            "token_transactions",
            "Token transactions",
            "/min",
            "Times that tokens were earned, spent or bought, per minute.",
            BUSINESS,
            Rate(0, MINUTE),
            ("region",),
            {"type": kinds},
        ),
        Metric(
            "cdn_hit_rate",
            "CDN hits",
            "share",
            "The part of what the CDN served that it had already.",
            BUSINESS,
            Share("type", frozenset({"cdn.hit"})),
            ("region",),
            {"type": ("cdn.hit", "cdn.miss")},
        ),
        Metric(
            "business_events",
            "Business events",
            "/min",
            "Events that the app told, per minute.",
            BUSINESS,
            Rate(0, MINUTE),
            ("region", "type"),
        ),
        Metric(
            "business_amount",
            "Business amounts",
            "/min",
            "What events' amounts add up to per minute, in each event's own unit.",
            BUSINESS,
            Rate(1, MINUTE),
            ("region", "type"),
        ),
    ]


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for part in (_traffic, _markets, _people, _edges, _gauges, _business)
        for metric in part()
    }
)
"""By name, in the order in which they are listed."""


def metric_of(name: str) -> Metric:
    """Raises InvalidInput."""
    if name not in METRICS:
        raise InvalidInput(f"no metric is called {name[:64]!r}", did_you_mean(name[:64], METRICS))
    return METRICS[name]


def known(query: Query) -> Metric:
    """The metric of a query whose labels it has. Raises InvalidInput."""
    metric = metric_of(query.metric)
    for label in (*query.by, *query.where):
        if label not in metric.labels:
            raise InvalidInput(
                f"{metric.name} has no label {label[:64]!r}", did_you_mean(label[:64], metric.labels)
            )
    return metric


def grouping(metric: Metric, by: Collection[str]) -> tuple[str, ...]:
    """What its cubes have to be grouped by, in the kind's order."""
    wanted = {*by, *metric.measure.needs}
    return tuple(label for label in metric.kind.labels if label in wanted)


def filtering(metric: Metric, where: Where) -> Where:
    return {**metric.fixed, **{label: tuple(sorted(set(values))) for label, values in where.items()}}
