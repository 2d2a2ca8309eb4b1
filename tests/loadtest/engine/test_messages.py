import asyncio
import io

import pytest

from meridian.loadtest.engine.messages import Kind, Message, read, read_blocking


class Trickle(io.RawIOBase):
    """Gives one byte at a time, as a pipe may."""

    def __init__(self, content: bytes) -> None:
        self.content = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self.content.read(min(size, 1))


MESSAGES = [Message(Kind.PLAN, b"x" * 70_000), Message(Kind.READY), Message(Kind.SECOND, b"\0")]
PACKED = b"".join(message.packed() for message in MESSAGES)


def test_messages_are_read_as_they_were_packed_however_they_arrive() -> None:
    source = Trickle(PACKED)
    assert [read_blocking(source) for _ in range(4)] == [*MESSAGES, None]  # type: ignore[arg-type]


async def test_they_are_read_in_an_event_loop_too() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(PACKED)
    reader.feed_eof()
    assert [await read(reader) for _ in range(4)] == [*MESSAGES, None]


@pytest.mark.parametrize("kept", [3, 4, 5, 70_000])
async def test_half_a_message_is_the_end(kept: int) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(PACKED[:kept])
    reader.feed_eof()
    assert await read(reader) is None
    assert read_blocking(io.BytesIO(PACKED[:kept])) is None
