"""`meridian export ...`: what other people's tools need to know of a configuration."""

import json
from pathlib import Path

import click
import yaml

from meridian import console as output
from meridian.core.errors import MeridianError

FILE = click.argument("file", type=click.Path(path_type=Path))
OUT = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it there, instead of printing it."
)


@click.group(short_help="Rules and dashboards for Prometheus and Grafana.")
def export() -> None:
    """Write what Prometheus and Grafana need. They get Meridian's numbers from control's /metrics; see docs/prometheus.md."""


@export.command("prometheus-rules", short_help="Write recording and alert rules for Prometheus.")
@FILE
@OUT
@click.option(
    "--runbooks", default="", help="Where people reach the runbooks' pages, if not alerts.runbooks_url."
)
def prometheus_rules(file: Path, out: Path | None, runbooks: str) -> None:
    """Write the alert rules of FILE, and recording rules for dashboards, as a rules file of Prometheus (2.42 or newer).

    \b
      meridian export prometheus-rules meridian.yaml --out meridian.rules.yml
      promtool check rules meridian.rules.yml
    """
    from meridian.alerts.prometheus import named, rules
    from meridian.alerts.settings import Alerts
    from meridian.config.validation import validate
    from meridian.features import features

    settings = validate(file, features()).config.section(Alerts)
    found, left_out = rules(settings, runbooks)
    _write(yaml.safe_dump(found, sort_keys=False, width=10_000), out, f"{len(list(named(found)))} rules")
    for sentence in left_out:
        output.note(f"note: {sentence}")


@export.command(short_help="Write a dashboard for Grafana.")
@FILE
@OUT
def grafana(file: Path, out: Path | None) -> None:
    """Write a dashboard for the app of FILE, to be imported into Grafana (Dashboards, New, Import), which asks for the
    Prometheus that scrapes control.

    \b
      meridian export grafana meridian.yaml --out meridian.json
    """
    from meridian.config.validation import validate
    from meridian.features import features
    from meridian.telemetry.exposition.grafana import dashboard

    config = validate(file, features()).config
    objectives = {name: feature.p95 * 1000 for name, feature in config.features.items() if feature.p95}
    found = dashboard(config.app.name, objectives)
    _write(json.dumps(found, indent=2), out, f"a dashboard of {len(found['panels'])} panels")


def _write(text: str, out: Path | None, what: str) -> None:
    if out is None:
        output.say(text.rstrip("\n"))
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MeridianError(
            f"{out} cannot be written: {error.strerror or error}", "choose another --out"
        ) from error
    output.note(f"{what} written to {out}")
