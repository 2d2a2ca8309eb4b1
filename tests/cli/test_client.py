import socket
from pathlib import Path
from typing import Any

import pytest

from meridian.cli.client import Client, Refused
from meridian.core.errors import Unauthenticated, Unavailable
from meridian.world.home import Home
from tests.support.ports import reserve


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address at which nobody answers."""
    for name in ("MERIDIAN_CONTROL", "MERIDIAN_TOKEN", "MERIDIAN_HOME"):
        monkeypatch.delenv(name, raising=False)
    return f"127.0.0.1:{reserve()[0]}"


def test_where_a_world_runs_its_status_says_why_control_does_not_answer(tmp_path: Path, nobody: str) -> None:
    home = Home.at(tmp_path)
    try:
        with socket.socket(socket.AF_UNIX) as supervisor:
            supervisor.bind(str(home.supervisor))
            supervisor.listen()
            with pytest.raises(Unavailable) as raised:
                Client(tmp_path, address=nobody).get("/livez")
    finally:
        home.sweep()
    assert str(raised.value) == f"control does not answer at http://{nobody}; `meridian status` says why"


def test_where_none_runs_it_says_how_to_start_or_name_one(tmp_path: Path, nobody: str) -> None:
    with pytest.raises(Unavailable) as raised:
        Client(tmp_path, address=nobody).get("/livez")
    assert str(raised.value) == (
        f"control does not answer at http://{nobody}, and no world runs in {tmp_path}; start one with `meridian up`, "
        "or name the world's folder with --home or MERIDIAN_HOME"
    )


def test_without_a_token_it_speaks_of_the_home_and_not_of_headers(tmp_path: Path, nobody: str) -> None:
    told = Client(tmp_path, address=nobody)._nameless()
    assert isinstance(told, Unauthenticated)
    assert str(told) == (
        f"no world runs in {tmp_path}, and control at http://{nobody} wants a token; name the world's folder with --home "
        "or MERIDIAN_HOME, or give a token in MERIDIAN_TOKEN"
    )


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            {
                "detail": "1 field is not acceptable",
                "todo": "see `errors`",
                "errors": [{"pointer": "#/over", "detail": "'10' is not a duration"}],
            },
            "1 field is not acceptable\n  over: '10' is not a duration",
        ),
        ({"detail": "no", "errors": [{"pointer": "#", "detail": "all of it"}]}, "no\n  all of it"),
        ({"detail": "no", "errors": [{"pointer": "#/a~1b/0", "detail": "bad"}]}, "no\n  a/b.0: bad"),
        (
            {"detail": "EU is not drained", "todo": "see GET /infrastructure/drains"},
            "EU is not drained; see `meridian region drains`",
        ),
        ({}, "control answered 500"),
    ],
)
def test_a_problem_is_told_without_what_only_http_needs(problem: dict[str, Any], sentence: str) -> None:
    assert str(Refused(500, problem)) == sentence
