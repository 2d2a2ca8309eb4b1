import hashlib
import json
from dataclasses import replace
from pathlib import Path

from meridian.api.bootstrap import bootstrap
from meridian.config.inventory import Inventory
from meridian.core.principal import Role
from meridian.world.home import Home
from meridian.world.links import load
from meridian.world.plan import Blueprint
from meridian.world.ports import allot
from meridian.world.topology import Topology, read


def blueprint(tmp_path: Path, config_file: Path) -> Blueprint:
    topology = read(config_file).topology
    ports = allot(topology.regions, 9080, None, lambda port: True)
    return Blueprint(Home.at(tmp_path / "home"), topology, ports, config_file)


def test_the_inventory_leads_every_edge_to_every_other_over_a_link(tmp_path: Path, config_file: Path) -> None:
    drawn = blueprint(tmp_path, config_file)
    drawn.write()
    found = Inventory.load(drawn.home.inventory)
    links = {link.listen: link for link in load(drawn.home.links_plan)}
    for asking, peers in found.peers.items():
        assert sorted([asking, *peers]) == ["APAC", "EU", "US"]
        for asked, address in peers.items():
            link = links[int(address.rpartition(":")[2])]
            assert (link.asking, link.asked) == (asking, asked)
            assert found.listen[asked].peer == f"127.0.0.1:{link.target}"
    assert found.listen["EU"].public == "127.0.0.1:9081"
    assert found.urls["APAC"] == "http://127.0.0.1:9083"
    assert found.addresses("us-central1", "anything") == (f"127.0.0.1:{drawn.ports.apps['us-central1']}",)


def test_control_is_given_hashes_and_never_tokens(tmp_path: Path, config_file: Path) -> None:
    drawn = blueprint(tmp_path, config_file)
    drawn.write()
    hashed = json.loads(drawn.home.tokens.read_text())
    admin = drawn.home.admin_token.read_text().strip()
    edge = drawn.home.edge_token("EU").read_text().strip()
    assert hashed[hashlib.sha256(admin.encode()).hexdigest()]["role"] == "admin"
    assert hashed[hashlib.sha256(edge.encode()).hexdigest()] == {
        "name": "edge-EU",
        "role": "edge",
        "region": "EU",
    }
    app = drawn.home.app_token.read_text().strip()
    assert bootstrap(drawn.home.tokens)[hashlib.sha256(app.encode()).hexdigest()].role is Role.APP
    assert admin not in drawn.home.tokens.read_text()
    assert app not in drawn.home.tokens.read_text()
    for secret in (
        drawn.home.admin_token,
        drawn.home.app_token,
        drawn.home.edge_token("EU"),
        drawn.home.tokens,
    ):
        assert secret.stat().st_mode & 0o077 == 0


def test_no_secret_is_on_a_command_line(tmp_path: Path, config_file: Path) -> None:
    drawn = blueprint(tmp_path, config_file)
    drawn.write()
    url = "postgresql://user:password@/db"
    secrets = [url, drawn.home.edge_key(), drawn.home.admin_token.read_text().strip()]
    secrets += [drawn.home.app_token.read_text().strip()]
    for plan in [*drawn.parts().values(), drawn.control_process(url)]:
        assert not any(secret in " ".join(plan.argv) for secret in secrets)


def test_every_location_tells_control_what_it_does(tmp_path: Path, config_file: Path) -> None:
    drawn = blueprint(tmp_path, config_file)
    told = {location: list(drawn.app_of(location).argv) for location in drawn.topology.locations}
    for argv in told.values():
        assert argv[argv.index("--control") + 1] == drawn.control
        assert argv[argv.index("--token-file") + 1] == str(drawn.home.app_token)
    kept = {argv[argv.index("--under-way") + 1] for argv in told.values()}
    assert len(kept) == len(told)


def test_a_restart_changes_no_byte_of_the_inventory(tmp_path: Path, config_file: Path) -> None:
    drawn = blueprint(tmp_path, config_file)
    drawn.write()
    before = {
        path: path.read_bytes() for path in (drawn.home.inventory, drawn.home.tokens, drawn.home.links_plan)
    }
    drawn.write()
    assert before == {path: path.read_bytes() for path in before}


def test_a_region_that_is_added_changes_no_process_of_the_others(tmp_path: Path, config_file: Path) -> None:
    drawn = blueprint(tmp_path, config_file)
    topology = Topology({**drawn.topology.regions, "MENA": ("me-central1",)}, drawn.topology.places)
    grown = replace(
        drawn, topology=topology, ports=allot(topology.regions, 9080, drawn.ports, lambda port: True)
    )
    before, after = drawn.parts(), grown.parts()
    assert set(after) - set(before) == {"app:me-central1", "edge:MENA"}
    assert all(after[name] == plan for name, plan in before.items())
