from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput, NotFound
from meridian.world import topology
from meridian.world.topology import Topology, from_answer, read, saved


def test_a_configuration_tells_regions_in_its_order(config_file: Path) -> None:
    file = read(config_file)
    assert list(file.topology.regions) == ["EU", "US", "APAC"]
    assert file.topology.locations == {
        "europe-west1": "EU",
        "europe-west4": "EU",
        "us-central1": "US",
        "asia-south1": "APAC",
    }
    assert (file.issuer, file.audience, file.claims["user"]) == (
        "https://auth.sample.example",
        "sample",
        "sub",
    )


def test_no_app_runs_where_the_configuration_names_instances(config_file: Path) -> None:
    text = config_file.read_text().replace(
        "{place: Iowa,", "{instances: {default: ['10.0.0.1:80']}, place: Iowa,"
    )
    config_file.write_text(text)
    found = read(config_file).topology
    assert "us-central1" not in found.locations
    assert "US" in found.regions


@pytest.mark.parametrize("text", ["", "a: [", "version: 1\n", "[]", "app: 3\nlocations: 4\n", "\0"])
def test_what_is_no_configuration_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InvalidInput):
        read(path)


def test_what_was_saved_is_read_back(tmp_path: Path, config_file: Path) -> None:
    found = read(config_file).topology
    found.save(tmp_path / "topology.json")
    assert saved(tmp_path / "topology.json") == found
    (tmp_path / "topology.json").write_text("{}")
    assert saved(tmp_path / "topology.json") is None


def test_controls_answer_tells_places_and_instances() -> None:
    answer = {
        "regions": {"EU": {"locations": ["w1"], "priority": 0}, "MENA": {"locations": ["m1"]}},
        "locations": {
            "w1": {"latitude": 50.0, "longitude": 4.0, "instances": {}},
            "m1": {"latitude": 25.3, "longitude": 51.5, "instances": {"default": ["10.0.0.1:80"]}},
        },
        "edges": {},
    }
    found = from_answer(answer, Topology({"EU": ("w1",)}))
    assert found.regions == {"EU": ("w1",), "MENA": ("m1",)}
    assert found.homes()["MENA"] == (25.3, 51.5)
    assert found.locations == {"w1": "EU"}


def test_the_profile_is_looked_for_from_the_working_folder_up(
    tmp_path: Path, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / topology.DEFAULT_PROFILE
    there.parent.mkdir(parents=True)
    config_file.rename(there)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert topology.find_profile() == there
    monkeypatch.setattr(topology, "DEFAULT_PROFILE", Path("profiles/absent.yaml"))
    with pytest.raises(NotFound, match="no configuration"):
        topology.find_profile()
