"""A metric of the catalogue as a question to Prometheus (PromQL) about what `/metrics` exposes. Pure."""

from collections.abc import Collection, Mapping, Sequence

from meridian.core.errors import InvalidInput
from meridian.telemetry.exposition.families import COUNTERS, DURATION_LABELS, PREFIX, WHAT
from meridian.telemetry.kinds import EDGE, GAUGE
from meridian.telemetry.metrics.catalogue import Metric, known
from meridian.telemetry.metrics.measures import Different, Level, Mean, Net, Percentile, Rate, Share
from meridian.telemetry.metrics.query import Query

DURATION = f"{PREFIX}request_duration_seconds"
LEAST = 60
"""Seconds that a rate is taken over at least: four scrapes, 15 s apart."""
TWO = 30
"""Seconds that have two scrapes: enough for what is a value of its own."""
_ACROSS = {"sum": "sum", "mean": "avg", "most": "max"}

Matchers = Sequence[tuple[str, str, Sequence[str]]]
"""Label, "=" or "!=", values."""


def promql(query: Query) -> str:
    """The expression whose value is the metric's, in its unit. Raises InvalidInput for what is not exposed."""
    metric = known(query)
    measure = metric.measure
    where = {**metric.fixed, **query.where}
    over = f"[{max(round(query.over), LEAST)}s]"
    if isinstance(measure, Percentile | Mean):
        return _duration(metric, query, over)
    if isinstance(measure, Level):
        lately = f"[{max(round(query.over), TWO)}s]"
        return f"{_ACROSS[measure.across]}{_by(metric, query.by)}(avg_over_time({_gauge(metric, where)}{lately}))"
    if isinstance(measure, Different):
        return f"sum{_by(metric, query.by)}({PREFIX}active_people{_matching(_is(where))})"
    if isinstance(measure, Share):
        whole = _rate(metric, 0, _is(where), query.by, over)
        part = _rate(metric, 0, [*_is(where), (measure.label, "=", sorted(measure.of))], query.by, over)
        # Without a single one of it there is no series, and the share is nought.
        return f"({part} or {whole} * 0) / {whole}"
    if isinstance(measure, Net):
        rest = {label: values for label, values in where.items() if label != measure.label}
        sides = (
            _rate(metric, measure.sum, [*_is(rest), (measure.label, "=", [side])], query.by, over)
            for side in (measure.plus, measure.minus)
        )
        return f"({' - '.join(sides)}){_times(measure.per)}"
    assert isinstance(measure, Rate)
    without = [(measure.without[0], "!=", [measure.without[1]])] if measure.without else []
    return _rate(metric, measure.sum, [*_is(where), *without], query.by, over) + _times(measure.per)


def counted(query: Query) -> str | None:
    """How many requests or events the value is made from; None for what is no share, percentile or mean of something counted."""
    metric = known(query)
    if not isinstance(metric.measure, Share | Percentile | Mean):
        return None
    over = f"[{max(round(query.over), LEAST)}s]"
    series = _counter(metric, 0) + _matching(_is({**metric.fixed, **query.where}))
    return f"sum{_by(metric, query.by)}(increase({series}{over}))"


def exposed(metric: Metric, label: str) -> str:
    """What a label is called outside."""
    return WHAT.get(metric.name, label) if label == "what" else label


def _duration(metric: Metric, query: Query, over: str) -> str:
    where = dict(query.where)
    for label in (*query.by, *where):
        if label not in DURATION_LABELS:
            raise InvalidInput(
                f"durations are exposed without the label {label}",
                f"use one of {', '.join(DURATION_LABELS)}, or ask Meridian itself",
            )
    matching = _matching(_is(where))
    if isinstance(metric.measure, Percentile):
        inner = f"sum{_by(metric, ('le', *query.by))}(rate({DURATION}_bucket{matching}{over}))"
        return f"histogram_quantile({metric.measure.share:g}, {inner}) * 1000"
    total, n = (
        f"sum{_by(metric, query.by)}(rate({DURATION}_{part}{matching}{over}))" for part in ("sum", "count")
    )
    return f"{total} / {n} * 1000"


def _rate(metric: Metric, place: int, matchers: Matchers, by: Sequence[str], over: str) -> str:
    return f"sum{_by(metric, by)}(rate({_counter(metric, place)}{_matching(matchers)}{over}))"


def _counter(metric: Metric, place: int) -> str:
    name = next(each.name for each in COUNTERS if (each.kind, each.place) == (metric.kind.name, place))
    return f"{PREFIX}{name}_total"


def _gauge(metric: Metric, where: Mapping[str, Collection[str]]) -> str:
    (name,) = where["name"]
    rest = {exposed(metric, label): values for label, values in where.items() if label != "name"}
    own = {EDGE.name: f"edge_{name}", GAUGE.name: name}[metric.kind.name]
    return PREFIX + own + _matching(_is(rest))


def _is(where: Mapping[str, Collection[str]]) -> list[tuple[str, str, Sequence[str]]]:
    return [(label, "=", sorted(values)) for label, values in where.items()]


def _by(metric: Metric, labels: Sequence[str]) -> str:
    return f" by ({', '.join(exposed(metric, label) for label in labels)}) " if labels else ""


def _times(per: float) -> str:
    return f" * {per:g}" if per != 1 else ""


def _matching(matchers: Matchers) -> str:
    parts = []
    for label, sign, values in matchers:
        if len(values) == 1:
            parts.append(f'{label}{sign}"{_quoted(values[0])}"')
        else:
            parts.append(f'{label}{sign}~"{"|".join(map(_escaped, values))}"')
    return "{" + ",".join(parts) + "}" if parts else ""


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _escaped(text: str) -> str:
    """For a regular expression (RE2) within quotes."""
    return "".join(f"\\\\{each}" if each in ".+*?()|[]{}^$\\" else _quoted(each) for each in text)
