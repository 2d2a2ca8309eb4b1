"""Frames of HTTP/2 (RFC 9113) as bytes, and header fields for requests (RFC 7541) without compression.

Requests go out as literals that nothing remembers: no table has to be kept, and a token of 300 letters costs a copy instead of a
Huffman coding (docs/adr/0012). Answers are decoded by `hpack`, as a server compresses as it likes.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum

from meridian.loadtest.plan import Ask, Origin

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER = 9
FRAME_LIMIT = 16_384
"""Bytes of a frame that each side takes unless it says otherwise; we do not."""

LARGEST_WINDOW = 2**31 - 1
FIRST_WINDOW = 65_535

METHODS = {"GET": b"\x82", "POST": b"\x83"}
SCHEMES = {False: b"\x86", True: b"\x87"}
PATH, AUTHORITY, METHOD, NEW_NAME = b"\x04", b"\x01", b"\x02", b"\x00"

LEFT_OUT = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length"})
"""Fields that HTTP/2 has no place for, or that are written from elsewhere."""


class Kind(IntEnum):
    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class Flag(IntEnum):
    ACK = 1
    END_STREAM = 1
    END_HEADERS = 4
    PADDED = 8
    PRIORITY = 32


class Setting(IntEnum):
    ENABLE_PUSH = 2
    MAX_STREAMS = 3
    WINDOW = 4
    FRAME_SIZE = 5


ERRORS = (
    "no error",
    "protocol error",
    "internal error",
    "flow control error",
    "settings timeout",
    "stream closed",
    "frame size error",
    "refused stream",
    "cancelled",
    "compression error",
    "connect error",
    "enhance your calm",
    "inadequate security",
    "HTTP/1.1 required",
)
REFUSED, CANCEL = 7, 8


def frame(kind: Kind, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def opening() -> bytes:
    """What a client says first: no pushes, and windows that never hold an answer up."""
    settings = struct.pack(">HIHI", Setting.ENABLE_PUSH, 0, Setting.WINDOW, LARGEST_WINDOW)
    return PREFACE + frame(Kind.SETTINGS, 0, 0, settings) + window(0, LARGEST_WINDOW - FIRST_WINDOW)


def window(stream: int, more: int) -> bytes:
    return frame(Kind.WINDOW_UPDATE, 0, stream, more.to_bytes(4, "big"))


def settings(payload: bytes) -> Iterator[tuple[int, int]]:
    """Raises struct.error when it is none."""
    yield from struct.iter_unpack(">HI", payload)


def headers(stream: int, block: bytes, largest: int, end: bool) -> bytes:
    """A field block in as many frames as it takes. largest: bytes of a frame that the other side takes."""
    pieces = [block[at : at + largest] for at in range(0, len(block), largest)]
    out = []
    for place, piece in enumerate(pieces):
        flags = Flag.END_HEADERS if place == len(pieces) - 1 else 0
        if place == 0:
            out.append(frame(Kind.HEADERS, flags | (Flag.END_STREAM if end else 0), stream, piece))
        else:
            out.append(frame(Kind.CONTINUATION, flags, stream, piece))
    return b"".join(out)


def fields(ask: Ask, origin: Origin) -> bytes:
    """The field block of a request. Raises ValueError for a line break in it."""
    method = METHODS.get(ask.method) or METHOD + _text(ask.method)
    parts = [
        method,
        SCHEMES[origin.tls],
        AUTHORITY,
        _text(origin.authority),
        PATH,
        _text(ask.path),
    ]
    for name, value in ask.headers:
        lower = name.lower()
        if lower not in LEFT_OUT:
            parts += (NEW_NAME, _text(lower), _text(value))
    if ask.body:
        parts += (NEW_NAME, _text("content-length"), _text(str(len(ask.body))))
    return b"".join(parts)


def _text(value: str) -> bytes:
    if "\n" in value or "\r" in value:
        raise ValueError("a line break in a header")
    raw = value.encode("latin-1", "replace")
    size = len(raw)
    if size < 127:
        return bytes((size,)) + raw
    size -= 127
    length = bytearray(b"\x7f")
    while size >= 128:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    return bytes(length) + raw


def unpadded(flags: int, payload: bytes) -> bytes:
    """The payload of DATA or HEADERS without its padding. Raises ValueError when there is more padding than payload."""
    if not flags & Flag.PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise ValueError("more padding than payload")
    return payload[1 : len(payload) - payload[0]]


def error(code: int) -> str:
    return ERRORS[code] if code < len(ERRORS) else "unknown error"
