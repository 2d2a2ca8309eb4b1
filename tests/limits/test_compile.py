"""What limits compile to, as golden files that the real Envoy accepts. `--renew-golden` writes them anew."""

import json
from pathlib import Path

import pytest

from meridian.envoy.compiler import compile_edges
from meridian.envoy.snapshot import Snapshot
from meridian.features import features
from tests.envoy.test_compiler import pretty
from tests.limits.edge import shop
from tests.support.configs import KEYS, local_inventory
from tests.support.envoys import accepts

GOLDEN = Path(__file__).parent / "golden"
LIMITS = {
    "tiers": {"premium": 2, "vip": 5},
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}, "pay": {"feature": "wallet"}},
    "classes": {"media": ["media"]},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 100, "window": "1m"},
        "rapid": {"key": "burst", "rate": 20, "window": "2s"},
        "media": {"key": "client", "class": "media", "rate": 30, "window": "1m"},
        "address": {"key": "address", "rate": 600, "window": "1m", "burst": 100},
        "country": {"key": "country", "rate": 9000, "window": "1m", "each": {"DE": 20000}},
        "region": {"key": "region", "rate": 90000, "window": "1m"},
        "pay": {"key": "user", "actions": ["pay"], "rate": 5, "window": "1h", "scope": "exact"},
        "tried": {"key": "user", "actions": ["chat"], "rate": 50, "window": "1m", "shadow": True},
    },
    "shields": {"guessing": {"action": "pay", "account": {"body": "account.id"}}},
}


def compiled() -> Snapshot:
    config = shop(LIMITS)
    return compile_edges(config, local_inventory(config), features(), jwks=KEYS)["EU"]


def test_compiles_to_the_golden_files(request: pytest.FixtureRequest) -> None:
    found = {
        name: content
        for name, content in compiled().resources.items()
        if "limit" in name or name == "admission.json"
    }
    assert len(found) >= 7
    for name, content in found.items():
        file = GOLDEN / name
        if request.config.getoption("--renew-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(pretty(content))
        assert file.read_text() == pretty(content), f"{name} changed; look at it, then --renew-golden"


def test_envoy_accepts_them(tmp_path: Path) -> None:
    assert accepts(compiled(), tmp_path) == ""


def test_shadows_and_exact_limits_are_not_in_envoy_s_hands() -> None:
    stamp = json.loads(compiled().resources["extensions/stamp.json"])
    source = stamp["resources"][0]["typed_config"]["default_source_code"]["inline_string"]
    assert '["chat"]={["burst"]' in source
    assert '["tried"]' not in source
