"""What the small configuration compiles to, to the byte, and that the real Envoy takes it.

After a change that is meant: `pytest tests/envoy/test_compiler.py --renew-golden`, and read the difference before it is
committed; it is what every edge will be told.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meridian.config.inventory import Inventory
from meridian.config.schema.root import Config
from meridian.core.errors import Finding, MeridianError
from meridian.envoy.compiler import Refused, compile_edges
from meridian.envoy.contribution import Cluster, Contribution, EdgeContext
from meridian.envoy.snapshot import Snapshot, for_envoy
from meridian.features import features
from tests.support.configs import CONTINENTS, KEYS, configurations, local_inventory, small
from tests.support.envoys import accepts

GOLDEN = Path(__file__).parent / "golden"
REGIONS = tuple(CONTINENTS)


def compiled(config: Config, **options: Any) -> dict[str, Snapshot]:
    return compile_edges(config, local_inventory(config), features(), jwks=KEYS, **options)


def pretty(content: bytes) -> str:
    return json.dumps(json.loads(content), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("region", REGIONS)
def test_compiles_to_the_golden_files(region: str, request: pytest.FixtureRequest) -> None:
    folder = GOLDEN / region
    files = {name: pretty(content) for name, content in compiled(small())[region].resources.items()}
    if request.config.getoption("--renew-golden"):
        renew(folder, files)
    kept = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.json")}
    assert sorted(files) == sorted(kept)
    for name, text in files.items():
        assert text == kept[name], f"{region}/{name} differs from its golden file"


def renew(folder: Path, files: Mapping[str, str]) -> None:
    for path in folder.rglob("*.json"):
        path.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("region", REGIONS)
def test_envoy_accepts_the_golden_files(region: str, tmp_path: Path) -> None:
    folder = GOLDEN / region
    kept = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.json")}
    assert accepts(Snapshot(region, kept), tmp_path) == ""


def test_envoy_says_what_is_wrong_with_a_snapshot_that_is_not_right(tmp_path: Path) -> None:
    snapshot = compiled(small())["EU"]
    broken = snapshot.resources["clusters.json"].replace(b'"ROUND_ROBIN"', b'"ROBIN_HOOD"')
    damaged = Snapshot("EU", {**snapshot.resources, "clusters.json": broken})
    assert "ROBIN_HOOD" in accepts(damaged, tmp_path)


SCRIPT = """
import hashlib
from tests.envoy.test_compiler import compiled, small
print(*(f"{name}:{each.digest}" for name, each in compiled(small()).items()))
"""


def test_every_process_compiles_the_same_bytes() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4242")
    }
    here = " ".join(f"{name}:{each.digest}" for name, each in compiled(small()).items())
    assert printed == {here + "\n"}


def reordered(config: Config, shuffle: Any) -> Config:
    """The same configuration, its mappings in another order: all but regions, whose order decides between equal priorities."""

    def mixed(value: Any, path: tuple[str, ...] = ()) -> Any:
        if not isinstance(value, dict):
            return value
        names = list(value)
        if path != ("regions",):
            shuffle(names)
        return {name: mixed(value[name], (*path, name)) for name in names}

    return Config.model_validate(mixed(config.model_dump(mode="json", exclude_unset=True)))


@given(configurations(), st.randoms(use_true_random=False))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_the_order_of_mappings_changes_no_byte(config: Config, random: Any) -> None:
    where = local_inventory(config)
    before, after = (
        compile_edges(each, where, features(), jwks=KEYS)
        for each in (config, reordered(config, random.shuffle))
    )
    for region, snapshot in before.items():
        assert snapshot.resources == after[region].resources


def test_the_number_of_the_configuration_changes_no_resource() -> None:
    first, second = (compiled(small(), config_version=number)["EU"] for number in (1, 2))
    assert second.config_version == 2
    assert first.resources == second.resources
    assert first.digest == second.digest


def test_each_resource_is_there_under_the_name_that_others_call_it() -> None:
    for snapshot in compiled(small()).values():
        named = set()
        for content in snapshot.resources.values():
            named |= paths(json.loads(content))
        inside = {path.removeprefix("xds/") for path in named if path.startswith("xds/")}
        envoy_s = {name for name, content in snapshot.resources.items() if for_envoy(content)}
        assert inside | {"listeners.json", "clusters.json"} == envoy_s
        assert set(snapshot.resources) - envoy_s == {"agent.json", "admission.json", "limits.json"}
        assert not any(path.startswith("/") for path in named - {"/"})


def paths(value: Any) -> set[str]:
    """What stands under a key `path` of a path_config_source anywhere inside."""
    if isinstance(value, list):
        return set().union(*map(paths, value))
    if not isinstance(value, dict):
        return set()
    own = {value["path_config_source"]["path"]} if "path_config_source" in value else set()
    return own.union(*map(paths, value.values()))


@dataclass(frozen=True)
class Objecting:
    """A feature that objects to whatever was compiled."""

    name: str = "objecting"

    def compile(self, context: EdgeContext) -> Contribution:
        return Contribution(clusters=(Cluster({"name": f"own@{context.region}", "type": "STATIC"}),))

    def prove(self, config: Config, where: Inventory, snapshots: Mapping[str, Snapshot]) -> list[Finding]:
        return [Finding(("a",), f"edge {region} is wrong", "mend it") for region in snapshots]


def test_what_a_proof_objects_to_is_refused_with_every_finding() -> None:
    config = small()
    with pytest.raises(Refused) as refused:
        compile_edges(config, local_inventory(config), [Objecting()])
    assert (
        str(refused.value)
        == "edge EU is wrong; mend it; edge US is wrong; mend it; edge APAC is wrong; mend it"
    )
    assert [finding.path for finding in refused.value.findings] == [("a",)] * 3
    assert issubclass(Refused, MeridianError)
