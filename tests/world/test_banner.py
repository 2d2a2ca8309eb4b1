import shlex
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from meridian.cli.main import program as meridian
from meridian.world.banner import banner

WORLD: dict[str, Any] = {
    "home": "/srv/my world",
    "control": "127.0.0.1:9080",
    "regions": {"EU": ["europe-west1", "europe-west4"], "US": ["us-central1"]},
    "urls": {"EU": "http://127.0.0.1:9081", "US": "http://127.0.0.1:9082"},
    "processes": [{"name": "postgres"}],
}


def test_the_banner_says_what_is_where() -> None:
    text = banner(WORLD, "Avalo", 6.2, Path("/elsewhere"))
    assert "Avalo is up in 2 regions after 6.2 s." in text
    for told in (
        "http://127.0.0.1:9080",
        "http://127.0.0.1:9082",
        "europe-west1, then europe-west4",
        "admin-token",
    ):
        assert told in text


def test_every_command_in_it_exists_with_its_options() -> None:
    lines = banner(WORLD, "Avalo", 6.2, Path("/elsewhere")).partition("Try next\n")[2].splitlines()
    commands = [shlex.split(line.partition("  #")[0]) for line in lines]
    ours = [words for words in commands if words[0].endswith("meridian")]
    assert len(ours) == 5
    for words in ours:
        assert words[-2:] == ["--home", "/srv/my world"]
        subcommand = [word for word in words[1:3] if not word.startswith("-")]
        shown = CliRunner().invoke(meridian, [*subcommand, "--help"])
        assert shown.exit_code == 0, shown.output
        for option in (word for word in words if word.startswith("--")):
            assert option in shown.output


def test_a_home_of_the_working_folder_needs_no_option() -> None:
    text = banner({**WORLD, "home": "/srv/app/.meridian"}, "Avalo", 1.0, Path("/srv/app"))
    assert "--home" not in text
