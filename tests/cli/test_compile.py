"""`meridian compile` writes folders in which a real Envoy starts, and gets its changes."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml

from meridian.cli.main import main
from meridian.core.errors import Unavailable
from tests.support.configs import small_text
from tests.support.envoys import Apps, envoy_binary, until, validate_file
from tests.support.ports import reserve
from tests.support.signers import Signer

AVALO = Path(__file__).parents[2] / "profiles/avalo/meridian.yaml"


def written(folder: Path, **replaced: object) -> Path:
    file = folder / "meridian.yaml"
    file.write_text(small_text(**replaced))
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("region", ["EU", "US", "APAC"])
def test_envoy_accepts_the_avalo_profile_as_written(region: str, tmp_path: Path) -> None:
    assert main(["compile", str(AVALO), "--out", str(tmp_path)]) == 0
    assert validate_file(tmp_path / region / "envoy.json") == ""


def test_the_table_names_every_edge_and_the_notes_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compile", str(written(tmp_path)), "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    assert [line.split()[0] for line in shown.out.splitlines()] == ["REGION", "EU", "US", "APAC"]
    assert (
        "note: no instances are configured for europe-west1, europe-west4, us-central1, asia-south1"
        in shown.err
    )
    assert "note: no peer address is configured for EU, US, APAC" in shown.err
    assert "note: identity.jwks is not configured" in shown.err


def test_json_tells_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["compile", str(written(tmp_path)), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [edge["region"] for edge in told["edges"]] == ["EU", "US", "APAC"]
    for edge in told["edges"]:
        assert edge["listeners"] == 2
        clusters = json.loads((out / edge["region"] / "xds/clusters.json").read_text())["resources"]
        assert edge["clusters"] == len(clusters)
    assert len(told["notes"]) == 3


def test_compiling_again_writes_the_same_bytes_and_removes_only_its_own(tmp_path: Path) -> None:
    file, out = written(tmp_path), tmp_path / "out"
    main(["compile", str(file), "--out", str(out)])
    first = contents(out)
    (out / "EU" / "mine.txt").write_text("kept")
    (out / "EU" / "xds" / "endpoints" / "gone@somewhere.json").write_text("{}")
    assert main(["compile", str(file), "--out", str(out)]) == 0
    assert contents(out) == {**first, "EU/mine.txt": b"kept"}


def test_a_leak_is_refused_with_its_edge_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    regions = yaml.safe_load(small_text())["regions"]
    regions["EU"]["failover"] = ["europe-west4", "us-central1"]
    assert main(["compile", str(written(tmp_path, regions=regions)), "--out", str(tmp_path / "out")]) == 1
    assert (
        "failover edge europe-west4 -> us-central1 leads out of residency set gdpr" in capsys.readouterr().err
    )
    assert not (tmp_path / "out").exists()


def test_the_apps_keys_come_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    signer = Signer("https://id.example", "shop", "k1")
    (tmp_path / "jwks.json").write_text(json.dumps(signer.jwks))
    identity = {"issuer": signer.issuer, "audience": signer.audience, "jwks": {"file": "jwks.json"}}
    assert main(["compile", str(written(tmp_path, identity=identity)), "--out", str(tmp_path / "out")]) == 0
    assert b"k1" in (tmp_path / "out/EU/xds/extensions/tokens.json").read_bytes()


@pytest.mark.parametrize(
    ("jwks", "said"),
    [
        (
            {"file": "none.json"},
            "none.json: No such file or directory; correct identity.jwks.file, or give --jwks",
        ),
        ({"url": "https://id.example/jwks"}, "which compiling does not ask; save them and give --jwks FILE"),
        ({"file": "meridian.yaml"}, "are not usable"),
    ],
)
def test_keys_that_cannot_be_had_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], jwks: dict[str, str], said: str
) -> None:
    identity = {"issuer": "https://id.example", "audience": "shop", "jwks": jwks}
    assert main(["compile", str(written(tmp_path, identity=identity)), "--out", str(tmp_path / "out")]) == 1
    assert said in capsys.readouterr().err


def test_without_a_country_database_the_folder_says_how_to_get_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Path:
        raise Unavailable("the country database is missing", "run `make setup`")

    monkeypatch.setattr("meridian.geo.lookup.default_database", missing)
    assert main(["compile", str(written(tmp_path)), "--out", str(tmp_path / "out")]) == 0
    assert (
        "the country database is missing; run `make setup`, and then compile again" in capsys.readouterr().err
    )
    assert "python -m meridian.geo.build" in (tmp_path / "out/EU/geo/README.md").read_text()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "EU").write_text("a file in the way")
    assert main(["compile", str(written(tmp_path)), "--out", str(tmp_path / "out")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_any_envoy_starts_in_a_folder_as_its_readme_says_and_takes_changes(tmp_path: Path) -> None:
    apps = Apps(["here"])
    public, peer = reserve(2)
    services = {"chat": {}}

    def configuration(path: str) -> dict[str, object]:
        codes = [code for each in yaml.safe_load(small_text())["countries"].values() for code in each]
        return {
            "locations": {"here": {"instances": {"default": [f"127.0.0.1:{apps['here'].port}"]}}},
            "regions": {"ONE": {"locations": ["here"], "residency": "all"}},
            "residency": {"all": {"locations": ["here"]}},
            "countries": {"ONE": codes},
            "default_region": "ONE",
            "services": services,
            "features": {"chat": {"service": "chat", "paths": [path]}},
            "edge": {"listen": f"127.0.0.1:{public}", "peer_listen": f"127.0.0.1:{peer}"},
        }

    out = tmp_path / "out"
    assert main(["compile", str(written(tmp_path, **configuration("/old"))), "--out", str(out)]) == 0
    command = (out / "ONE/README.md").read_text().split("&& ")[1].split("\n")[0].split()
    assert command == ["envoy", "-c", "envoy.json"]
    envoy = subprocess.Popen(
        [
            str(envoy_binary()),
            *command[1:],
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "--log-level",
            "error",
        ],
        cwd=out / "ONE",
    )

    def status(path: str) -> int:
        try:
            return httpx.get(f"http://127.0.0.1:{public}{path}", trust_env=False).status_code
        except httpx.TransportError:
            return 0

    try:
        until(lambda: status("/old") == 200, what="an answer from the app")
        assert status("/new") == 404
        assert main(["compile", str(written(tmp_path, **configuration("/new"))), "--out", str(out)]) == 0
        until(lambda: status("/new") == 200, what="the changed route")
        assert status("/old") == 404
    finally:
        envoy.kill()
        envoy.wait()
        apps.close()
