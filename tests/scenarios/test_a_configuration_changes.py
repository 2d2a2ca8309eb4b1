"""plan, apply, history and rollback on a real change; and configurations that must never run."""

import json
from pathlib import Path

import httpx
import pytest
import yaml

from tests.support.world import AVALO, World, until

REASON = ("--reason", "a scenario", "--yes")


SRI_LANKAN = "112.134.0.1"


def moved(folder: Path) -> Path:
    """The Avalo profile with Sri Lanka served by the US region, edited as a person would."""
    text = AVALO.read_text()
    changed = text.replace(" LK,", "", 1).replace("[CA, GL,", "[LK, CA, GL,", 1)
    assert changed.count("LK,") == text.count("LK,")
    file = folder / "moved.yaml"
    file.write_text(changed)
    return file


def test_a_country_is_moved_planned_applied_and_rolled_back(stormy: World, tmp_path: Path) -> None:
    file = moved(tmp_path)
    first = stormy.json("history")[0]["version"]

    planned = stormy.run("plan", file, "--json", check=False)
    assert planned.returncode == 2
    changes = json.loads(planned.stdout)["changes"]
    country, begun_anew = changes
    assert [country[key] for key in ("area", "subject", "before", "after")] == [
        "countries",
        "LK",
        "APAC",
        "US",
    ]
    assert "exact limits and shields of users in LK begin anew" in begun_anew["after"]
    assert stormy.run("plan", AVALO, check=False).returncode == 0

    assert stormy.get("/v1/feed", SRI_LANKAN).json()["location"] == "asia-south1"
    stormy.run("apply", file, *REASON)
    for edge in ("EU", "US", "APAC"):
        until(
            lambda edge=edge: stormy.get("/v1/feed", SRI_LANKAN, edge).json()["location"] == "us-central1",
            10,
            f"edge {edge} to follow",
        )
    newest = stormy.json("history")[0]
    assert (newest["version"], newest["reason"]) == (first + 1, "a scenario")

    stormy.run("rollback", str(first), "--reason", "a scenario")
    until(lambda: stormy.get("/v1/feed", SRI_LANKAN).json()["location"] == "asia-south1", 10, "the rollback")
    decisions = stormy.json("journal")
    assert any(d["reason"] == "a scenario" and d["actor"] for d in decisions)


def test_a_failover_that_breaks_residency_is_refused_and_the_edge_named(
    stormy: World, tmp_path: Path
) -> None:
    file = tmp_path / "leaky.yaml"
    text = AVALO.read_text()
    file.write_text(text.replace(WHOLE, LEAK, 1))
    assert file.read_text() != text
    for command in (("validate", file), ("apply", file, *REASON)):
        refused = stormy.run(*command, check=False)
        assert refused.returncode == 1
        assert "europe-west4 -> us-central1" in refused.stdout + refused.stderr
        assert "gdpr" in refused.stdout + refused.stderr
    posted = stormy.operator(
        "POST", "/infrastructure/config", json={"text": file.read_text(), "reason": "by force"}
    )
    assert posted.status_code == 422
    assert "europe-west4 -> us-central1" in posted.text


WHOLE = "locations: [europe-west1, europe-west4]\n    priority: 0\n"
LEAK = WHOLE + "    failover: [europe-west4, us-central1]\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\x00\xff\xfe binary", "text"),
        (b"regions: [", ":1:"),
        (b"a: 1\n" * 400_000, "1,048,576 bytes"),
        (b"versoin: 1\n", "did you mean version"),
    ],
)
def test_a_configuration_that_is_none_is_refused_with_a_sentence(
    stormy: World, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_bytes(content)
    active = stormy.json("history")[0]["version"]
    for command in (("validate", file), ("plan", file), ("apply", file, *REASON)):
        refused = stormy.run(*command, check=False)
        assert refused.returncode == 1
        assert says in (refused.stdout + refused.stderr).lower()
        assert "Traceback" not in refused.stderr
    assert stormy.json("history")[0]["version"] == active


def test_a_country_that_does_not_exist_is_named_with_its_line(stormy: World, tmp_path: Path) -> None:
    file = tmp_path / "uk.yaml"
    file.write_text(AVALO.read_text().replace(" GB,", " UK,", 1))
    refused = stormy.run("validate", file, check=False)
    assert refused.returncode == 1
    assert f"{file}:" in refused.stdout + refused.stderr
    assert "UK" in refused.stdout + refused.stderr
    assert "GB" in refused.stdout + refused.stderr


def test_a_new_region_is_a_change_of_configuration(stormy: World, tmp_path: Path) -> None:
    """LATAM gets a region of its own; the world starts its edge and its app, and Brazil is served there."""
    file = tmp_path / "latam.yaml"
    file.write_text(with_latam(AVALO.read_text()))
    stormy.run("apply", file, *REASON)
    try:
        until(
            lambda: stormy.get("/v1/feed", "200.160.2.3", "LATAM").json()["location"] == "southamerica-east1",
            60,
            "the new region to serve Brazil",
        )
        until(
            lambda: stormy.get("/v1/feed", "200.160.2.3", "EU").json()["location"] == "southamerica-east1",
            20,
            "the other edges to hand Brazil over",
        )
    finally:
        stormy.run("rollback", "1", "--reason", "the scenario is over")
    until(
        lambda: stormy.get("/v1/feed", "200.160.2.3").json()["location"] == "us-central1", 20, "the rollback"
    )


def with_latam(text: str) -> str:
    raw = yaml.safe_load(text.replace(" NO,", ' "NO",').replace("[NO,", '["NO",'))
    raw["locations"]["southamerica-east1"] = {
        "place": "São Paulo, Brazil",
        "latitude": -23.5,
        "longitude": -46.6,
    }
    raw["residency"]["lgpd"] = {"locations": ["southamerica-east1"], "why": "LGPD"}
    raw["regions"]["LATAM"] = {
        "name": "Latin America",
        "locations": ["southamerica-east1"],
        "residency": "lgpd",
        "priority": 1,
    }
    raw["countries"]["US"] = [country for country in raw["countries"]["US"] if country != "BR"]
    raw["countries"]["LATAM"] = ["BR"]
    raw.pop("tests", None)
    return str(yaml.safe_dump(raw, allow_unicode=True))


def test_writing_without_a_token_or_with_a_wrong_one_is_refused(stormy: World) -> None:
    body = {"text": "x", "reason": "y"}
    for headers in ({}, {"authorization": "Bearer wrong"}):
        answer = httpx.post(f"{stormy.control}/infrastructure/config", json=body, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
