"""One JSON question and one JSON answer over a Unix socket: how the parts of a world are told what to do.

A Unix socket in a private folder needs no token: who can open it may use it, and no edge leads there.
"""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from meridian.core.errors import InvalidInput, MeridianError, Unavailable

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any]], Awaitable[Answer]]
LONGEST_LINE = 4_000_000


async def serve(path: Path, handler: Handler) -> asyncio.Server:
    """Listens at `path`, for the owner alone. A MeridianError of the handler travels to the one who asked."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line:
                writer.write(json.dumps(await _answered(handler, line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # the one who asked is gone, or sent more than a line may hold
        finally:
            writer.close()

    _clear(path)
    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(converse, str(path), limit=LONGEST_LINE)
    finally:
        os.umask(before)


def hang_up(server: asyncio.Server, path: Path) -> None:
    """Stops listening."""
    server.close()
    _clear(path)


def _clear(path: Path) -> None:
    """A process that was killed leaves its socket behind."""
    path.unlink(missing_ok=True)


async def _answered(handler: Handler, line: bytes) -> Answer:
    try:
        question = json.loads(line)
        if not isinstance(question, dict):
            raise InvalidInput("the question is not a JSON object")
        return await handler(question)
    except MeridianError as error:
        return {"error": error.what, "todo": error.todo}
    except (ValueError, KeyError, TypeError) as error:
        return {"error": f"the question could not be understood: {error!r}", "todo": ""}


def ask(path: Path, question: dict[str, Any], timeout: float = 10.0) -> Answer:
    """Raises Unavailable when nobody listens or no answer comes in `timeout` seconds, InvalidInput with what
    was answered."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout)
            line.connect(str(path))
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as reader:
                raw = reader.readline()
    except OSError as error:
        raise Unavailable(f"nobody answers at {path.name} ({error.strerror or error})") from error
    if not raw:
        raise Unavailable(f"{path.name} closed the line without an answer")
    return _understood(json.loads(raw))


async def ask_async(path: Path, question: dict[str, Any], within: float = 5.0) -> Answer:
    """The same without blocking the loop."""
    return await asyncio.to_thread(ask, path, question, within)


def _understood(answer: Answer) -> Answer:
    if "error" in answer:
        raise InvalidInput(answer["error"], answer.get("todo", ""))
    return answer
