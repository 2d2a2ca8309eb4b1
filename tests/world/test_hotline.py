import socket
from pathlib import Path
from typing import Any

import pytest

from meridian.core.errors import InvalidInput, Unavailable
from meridian.world import hotline


async def echo(question: dict[str, Any]) -> hotline.Answer:
    return {"heard": question}


async def test_a_question_gets_its_answer_and_the_next_one_too(tmp_path: Path) -> None:
    server = await hotline.serve(tmp_path / "s", echo)
    for number in range(3):
        assert await hotline.ask_async(tmp_path / "s", {"n": number}) == {"heard": {"n": number}}
    server.close()


async def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nobody answers"):
        await hotline.ask_async(tmp_path / "s", {})


async def test_the_socket_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "s"))
    left.close()
    server = await hotline.serve(tmp_path / "s", echo)
    assert await hotline.ask_async(tmp_path / "s", {}) == {"heard": {}}
    server.close()


@pytest.mark.parametrize("line", [b"not json\n", b"[1]\n", b"\xff\n"])
async def test_what_is_no_question_is_told_so(tmp_path: Path, line: bytes) -> None:
    server = await hotline.serve(tmp_path / "s", echo)
    assert "error" in await hotline._answered(echo, line)
    server.close()


async def test_an_error_travels_with_what_to_do(tmp_path: Path) -> None:
    async def refuse(question: dict[str, Any]) -> hotline.Answer:
        raise InvalidInput("no", "say yes")

    server = await hotline.serve(tmp_path / "s", refuse)
    with pytest.raises(InvalidInput, match="no; say yes"):
        await hotline.ask_async(tmp_path / "s", {})
    server.close()
