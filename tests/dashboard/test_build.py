"""The page as `make setup` builds it. Node is not run here: the browser's tests look at what it makes."""

import json
import re
from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput, NotFound
from meridian.dashboard import build

LOCK = build.WEB / "package-lock.json"


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A copy of nothing but the sources' outline, to change."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "src" / "main.tsx").write_text("1")
    (web / "package-lock.json").write_text(
        json.dumps({"packages": {"": {}, "node_modules/a": {"integrity": "x"}}})
    )
    countries = tmp_path / "countries.csv"
    countries.write_text("code\n")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "WEB", web)
    monkeypatch.setattr(build, "COUNTRIES", countries)
    return tmp_path


@pytest.fixture
def made(sources, monkeypatch):
    """What would be run, instead of running it: (command, MERIDIAN_DASHBOARD_OUT)."""
    ran: list[tuple[str, str]] = []

    def run(command, folder, node, more=None):
        out = (more or {}).get("MERIDIAN_DASHBOARD_OUT", "")
        ran.append((" ".join(command[:2]), out))
        if out:
            Path(out).mkdir()
            (Path(out) / "index.html").write_text("new")

    monkeypatch.setattr(build, "_run", run)
    monkeypatch.setattr(build, "_node", lambda say: [])
    return ran


def test_it_is_built_once_and_again_when_a_source_changes(sources, made):
    out = sources / "static"
    build.ensure(out)
    assert [command for command, _ in made] == ["npm ci", "npm run"]
    build.ensure(out)
    assert len(made) == 2
    (sources / "web" / "src" / "main.tsx").write_text("2")
    build.ensure(out)
    assert len(made) == 4
    assert sorted(path.name for path in sources.iterdir()) == [
        "countries.csv",
        "static",
        "static.lock",
        "web",
    ]


def test_packages_that_are_there_are_not_fetched_again(sources, made):
    modules = sources / "web" / "node_modules"
    modules.mkdir()
    (modules / ".package-lock.json").write_text(
        json.dumps({"packages": {"node_modules/a": {"integrity": "x"}}})
    )
    build.ensure(sources / "static")
    assert [command for command, _ in made] == ["npm run"]


def test_packages_for_tests_are_fetched_when_tests_run_and_stay(sources, made):
    locked = {"node_modules/a": {"integrity": "x"}, "node_modules/axe": {"integrity": "y", "dev": True}}
    locked["node_modules/other-machine"] = {"integrity": "z", "optional": True}
    web = sources / "web"
    (web / "package-lock.json").write_text(json.dumps({"packages": locked}))
    modules = web / "node_modules"
    modules.mkdir()
    (modules / ".package-lock.json").write_text(
        json.dumps({"packages": {"node_modules/a": {"integrity": "x"}}})
    )
    build.ensure(sources / "static")
    assert [command for command, _ in made] == ["npm run"]
    build.ensure(sources / "static", tests=True)
    assert [command for command, _ in made] == ["npm run", "npm ci"]
    del locked["node_modules/other-machine"]
    (modules / ".package-lock.json").write_text(json.dumps({"packages": locked}))
    build.ensure(sources / "static", tests=True)
    build.ensure(sources / "static")
    assert len(made) == 2


def test_a_failed_build_leaves_the_page_that_was_there(sources, made, monkeypatch):
    out = sources / "static"
    build.ensure(out)
    (sources / "web" / "src" / "main.tsx").write_text("2")

    def fails(command, folder, node, more=None):
        raise InvalidInput("`npm ci` failed")

    monkeypatch.setattr(build, "_run", fails)
    with pytest.raises(InvalidInput):
        build.ensure(out)
    assert (out / "index.html").read_text() == "new"


def test_a_command_that_fails_says_its_last_words(tmp_path):
    with pytest.raises(InvalidInput, match=r"(?s)failed:\nno network.*control works"):
        build._run(["sh", "-c", "echo no network >&2; exit 3"], tmp_path, [])
    with pytest.raises(InvalidInput, match="does not run"):
        build._run(["no-such-program"], tmp_path, [])


def test_without_sources_it_says_where_they_are_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "WEB", tmp_path / "nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        build.ensure(tmp_path / "static")


def test_the_lock_file_pins_everything_and_names_no_host():
    lock = json.loads(LOCK.read_bytes())
    packages = {
        path: each
        for path, each in lock["packages"].items()
        if "node_modules/" in path and not each.get("link")
    }
    assert len(packages) > 100
    assert [path for path, each in packages.items() if "integrity" not in each] == []
    assert not re.search(r"https?://[^\"]*(registry|npmjs)", LOCK.read_text())


@pytest.mark.parametrize("workspace", ["", "dashboard"])
def test_dependencies_are_pinned(workspace):
    package = json.loads((build.WEB / workspace / "package.json").read_bytes())
    versions = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    assert versions
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
