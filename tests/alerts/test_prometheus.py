"""The rules file that Prometheus gets, judged by Prometheus's own tool: that it is one, and that its alerts fire and resolve."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from meridian.alerts.prometheus import named, rules
from meridian.alerts.settings import Alerts
from meridian.config.validation import validate
from meridian.features import features

AVALO = Path(__file__).parents[2] / "profiles" / "avalo" / "meridian.yaml"


@pytest.fixture(scope="module")
def avalo() -> Alerts:
    return validate(AVALO, features()).config.section(Alerts)


@pytest.fixture
def written(avalo: Alerts, tmp_path: Path) -> Path:
    found, left_out = rules(avalo, "https://ops.example.com/runbooks")
    assert left_out == []
    path = tmp_path / "meridian.rules.yml"
    path.write_text(yaml.safe_dump(found, sort_keys=False))
    return path


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True)


def test_every_rule_is_exported_and_promtool_takes_them(avalo: Alerts, written: Path) -> None:
    checked = promtool("check", "rules", written)

    assert checked.returncode == 0, checked.stderr
    names = list(named(yaml.safe_load(written.read_text())))
    assert f"{len(names)} rules found" in checked.stdout
    assert {"".join(map(str.capitalize, name.split("-"))) for name in avalo.rules} <= set(names)


def test_an_alert_says_how_bad_it_is_and_what_to_do(written: Path) -> None:
    (_, group) = yaml.safe_load(written.read_text())["groups"]
    outage = next(rule for rule in group["rules"] if rule["alert"] == "LocationOutage")

    assert outage["labels"]["severity"] == "SEV-1"
    assert outage["annotations"]["summary"] == "Location down: {{ $labels.location }}"
    assert outage["annotations"]["runbook_url"] == "https://ops.example.com/runbooks/location-outage"


def test_prometheus_fires_and_resolves_them(written: Path) -> None:
    """promtool plays time: a location goes down after ten minutes and is back five minutes later; chat is slow meanwhile."""
    quick = 'meridian_request_duration_seconds_bucket{region="EU",feature="chat",le="%s"}'
    series: list[dict[str, Any]] = [
        {"series": 'meridian_location_up{region="EU",location="europe-west1"}', "values": "1x40 0x20 1x80"},
        {"series": 'meridian_requests_total{region="EU",feature="chat",status="2xx"}', "values": "0+150x140"},
        {"series": quick % "0.5", "values": "0+150x40 6000+0x20 6000+150x80"},
        {"series": quick % "1", "values": "0+150x140"},
        {"series": quick % "+Inf", "values": "0+150x140"},
    ]

    def expected(name: str, at: str, *labels: str) -> dict[str, Any]:
        found = (
            [{"exp_labels": {"severity": labels[0], "group": labels[1], labels[2]: labels[3]}}]
            if labels
            else []
        )
        return {"eval_time": at, "alertname": name, "exp_alerts": found}

    suite = {
        "rule_files": [str(written)],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "15s",
                "input_series": series,
                "alert_rule_test": [
                    expected("LocationOutage", "9m"),
                    expected("LocationOutage", "20m"),
                    expected("ChatLatency", "9m"),
                    expected("ChatLatency", "30m"),
                ],
                "promql_expr_test": [
                    {
                        "expr": 'count(ALERTS{alertname="LocationOutage",alertstate="firing",location="europe-west1"})',
                        "eval_time": "13m",
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    },
                    {
                        "expr": 'count(ALERTS{alertname="ChatLatency",alertstate="firing",region="EU"})',
                        "eval_time": "14m",
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    },
                ],
            }
        ],
    }
    path = written.parent / "test.yml"
    path.write_text(yaml.safe_dump(suite))

    played = promtool("test", "rules", path)

    assert played.returncode == 0, played.stdout + played.stderr
