"""The panels of the dashboard: what each shows, how often it is new, and the line of its objective. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meridian.config.schema.root import Config
from meridian.core.errors import NotFound
from meridian.core.suggest import did_you_mean
from meridian.telemetry.metrics.catalogue import Unit
from meridian.telemetry.metrics.query import Query
from meridian.telemetry.metrics.settings import Objectives
from meridian.telemetry.settings import Telemetry

MS = 1000.0


@dataclass(frozen=True, slots=True)
class Series:
    """Some lines of a panel: one for each group of `by`. name: what the line is called where there are no groups."""

    name: str
    metric: str
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def query(self, over: float, region: str = "") -> Query:
        """region: only this one."""
        return Query(self.metric, {**self.where, **({"region": (region,)} if region else {})}, self.by, over)


@dataclass(frozen=True, slots=True)
class Panel:
    """refresh: seconds. objective: in the panel's unit, or None. least: the objective is a lower bound."""

    name: str
    title: str
    unit: Unit
    refresh: int
    sentence: str
    series: tuple[Series, ...]
    objective: float | None = None
    least: bool = False


def panels(config: Config) -> Mapping[str, Panel]:
    """By name, in the order in which they are shown."""
    promised = config.section(Telemetry).objectives
    return {
        each.name: each
        for each in (*_requests(config, promised), *_features(config, promised), *_others(promised))
    }


def panel_of(config: Config, name: str) -> Panel:
    """Raises NotFound."""
    found = panels(config)
    if name not in found:
        raise NotFound(f"no panel is called {name[:64]!r}", did_you_mean(name[:64], found))
    return found[name]


def _requests(config: Config, promised: Objectives) -> Sequence[Panel]:
    return (
        Panel(
            "latency",
            "Latency",
            "ms",
            30,
            "95 of 100 answers in each region were at most this slow.",
            (Series("p95", "latency_p95", ("region",)),),
            promised.p95 * MS,
        ),
        Panel(
            "throughput",
            "Requests",
            "/s",
            10,
            "Requests per second from each region's users.",
            (Series("requests", "requests_per_second", ("region",)),),
        ),
        Panel(
            "errors",
            "Errors",
            "share",
            30,
            "The part of each service's requests that failed (5xx).",
            (Series("errors", "error_rate", ("service",)),),
            promised.errors,
        ),
    )


def _features(config: Config, promised: Objectives) -> Sequence[Panel]:
    def latency(name: str, title: str, refresh: int, features: tuple[str, ...]) -> Panel:
        objectives = [
            p95 for each in features if each in config.features and (p95 := config.features[each].p95)
        ]
        series = Series("p95", "latency_p95", ("region",), {"feature": features})
        sentence = f"95 of 100 answers of {' and '.join(features)} in each region were at most this slow."
        return Panel(
            name, title, "ms", refresh, sentence, (series,), max(objectives) * MS if objectives else None
        )

    return (
        latency("ai", "AI", 60, promised.ai_features),
        latency("feed", "Feed", 30, promised.feed_features),
    )


def _others(promised: Objectives) -> Sequence[Panel]:
    return (
        Panel(
            "cdn",
            "CDN",
            "share",
            30,
            "The part of what the CDN served that it had already.",
            (Series("hits", "cdn_hit_rate", ("region",)),),
            promised.cdn_hit_rate,
            least=True,
        ),
        Panel(
            "fraud",
            "Fraud alerts",
            "count",
            60,
            "Fraud alerts that are open, by severity.",
            (Series("alerts", "fraud_alerts_active", ("what",)),),
        ),
        Panel(
            "users",
            "Users",
            "count",
            30,
            "Different users who did something in each step.",
            (Series("active", "active_users"), Series("paying", "paying_users")),
        ),
        Panel(
            "tokens",
            "Tokens",
            "/min",
            30,
            "Tokens earned and spent per minute.",
            (
                Series("earned", "tokens_earned"),
                Series("spent", "tokens_spent"),
                Series("net", "tokens_net"),
            ),
        ),
        Panel(
            "payouts",
            "Payouts",
            "count",
            30,
            "Payouts that wait, are under way, and failed within 24 hours.",
            (
                Series("pending", "payouts_pending"),
                Series("processing", "payouts_processing"),
                Series("failed", "payouts_failed"),
            ),
        ),
        Panel(
            "support",
            "Support",
            "count",
            60,
            "Support tickets that are open.",
            (Series("open", "tickets_open"), Series("urgent", "tickets_urgent")),
        ),
        Panel(
            "limits",
            "Refused by limits",
            "/s",
            30,
            "Requests per second that each limit refused.",
            (Series("refused", "limit_refusals_per_second", ("limit",)),),
        ),
        Panel(
            "edges",
            "Connections",
            "count",
            30,
            "Open connections of clients at each edge.",
            (Series("connections", "edge_connections", ("edge",)),),
        ),
    )
