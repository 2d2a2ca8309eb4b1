"""Against Grafana's own schema: the types that Grafana publishes, and its compiler's verdict on our JSON."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from meridian.telemetry.exposition.grafana import dashboard

WEB = Path(__file__).parents[3] / "web"
# Enumerations are given by their values in JSON.
CHECK = """import type { Dashboard } from "@grafana/schema";
type Json<T> = T extends string ? T | `${T}` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
export const found: Json<Dashboard> = %s;
"""
OPTIONS = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"]


@pytest.fixture
def made() -> dict[str, Any]:
    return dashboard("avalo", {"chat": 350.0, "ai": 3000.0})


def judged(found: dict[str, Any], folder: Path) -> str:
    compiler = WEB / "node_modules" / ".bin" / "tsc"
    assert compiler.exists(), (
        "the pages' packages for tests are not installed; run `make test`, or `npm ci` in web/"
    )
    (folder / "node_modules").symlink_to(WEB / "node_modules")
    (folder / "dashboard.ts").write_text(CHECK % json.dumps(found, indent=1))
    return subprocess.run(
        [compiler, *OPTIONS, "dashboard.ts"], cwd=folder, capture_output=True, text=True
    ).stdout


def test_grafana_s_own_types_take_it(made: dict[str, Any], tmp_path: Path) -> None:
    assert judged(made, tmp_path) == ""


def test_the_check_would_see_a_mistake(made: dict[str, Any], tmp_path: Path) -> None:
    made["panels"][1]["fieldConfig"]["defaults"]["thresholds"]["mode"] = "absolut"
    made["panels"][2]["gridPos"] = {"h": "eight", "w": 1, "x": 0, "y": 0}

    said = judged(made, tmp_path)

    assert "absolut" in said
    assert "Type 'string' is not assignable to type 'number'" in said


def test_prometheus_understands_every_question(made: dict[str, Any], tmp_path: Path) -> None:
    asked = [target["expr"] for panel in made["panels"] for target in panel.get("targets", ())]
    recorded = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(asked)]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))

    checked = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True)

    assert (checked.returncode, f"{len(asked)} rules found" in checked.stdout) == (0, True), checked.stderr


def test_every_panel_has_a_place_of_its_own(made: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in made["panels"]:
        where = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(where["x"], where["x"] + where["w"])
            for y in range(where["y"], where["y"] + where["h"])
        }
        assert not cells & taken
        taken |= cells
    assert len({panel["id"] for panel in made["panels"]}) == len(made["panels"])


def test_objectives_are_lines(made: dict[str, Any]) -> None:
    chat = next(panel for panel in made["panels"] if panel["title"] == "p95 latency of chat")

    defaults = chat["fieldConfig"]["defaults"]
    assert defaults["thresholds"]["steps"][1] == {"value": 350.0, "color": "red"}
    assert defaults["custom"]["thresholdsStyle"]["mode"] == "line"
