from pathlib import Path

from meridian.world.home import Home


def test_sockets_fit_whatever_home_and_location_are_called(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    home = Home.at(deep)
    for location in ("x", "europe-west1", "l" * 63):
        assert len(str(home.app_faults(location)).encode()) < 108
    assert home.app_faults("l" * 62) != home.app_faults("l" * 63)


def test_secrets_survive_a_restart(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    assert home.edge_key() == home.edge_key()
    assert home.write_tokens(["EU"]) == home.write_tokens(["EU", "US"])
