"""Frames and field blocks, held against the libraries that read them."""

import hpack
import pytest
from hyperframe.frame import ContinuationFrame, Frame, HeadersFrame, SettingsFrame, WindowUpdateFrame
from hypothesis import given
from hypothesis import strategies as st

from meridian.loadtest.engine import frames
from meridian.loadtest.plan import Ask
from tests.loadtest.engine.plans import origin

TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=300)
NAME = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1).map(lambda name: f"x-{name}")


@given(st.sampled_from(["GET", "POST", "DELETE"]), TEXT, st.lists(st.tuples(NAME, TEXT), max_size=5))
def test_a_field_block_says_what_was_asked(method: str, path: str, headers: list[tuple[str, str]]) -> None:
    asked = Ask(0, 0, 0, "EU", method, path, headers, b"", True)
    told = hpack.Decoder().decode(frames.fields(asked, origin(80)), raw=True)
    assert [tuple(each) for each in told] == [
        (b":method", method.encode()),
        (b":scheme", b"http"),
        (b":authority", b"127.0.0.1:80"),
        (b":path", path.encode("latin-1")),
        *((name.encode(), value.encode("latin-1")) for name, value in headers),
    ]


@pytest.mark.parametrize("size", [0, 126, 127, 128, 254, 255, 256, 16_384, 300_000])
def test_lengths_of_every_size_are_understood(size: int) -> None:
    asked = Ask(0, 0, 0, "EU", "GET", "/", [("x", "v" * size)], b"", True)
    told = hpack.Decoder(max_header_list_size=2**20).decode(frames.fields(asked, origin(80)), raw=True)
    assert (b"x", b"v" * size) in [tuple(each) for each in told]


def parsed(content: bytes) -> list[Frame]:
    found = []
    while content:
        one, size = Frame.parse_frame_header(memoryview(content[:9]))
        one.parse_body(memoryview(content[9 : 9 + size]))
        found.append(one)
        content = content[9 + size :]
    return found


def test_a_client_opens_with_its_settings_and_a_window_that_holds_nothing_up() -> None:
    made = frames.opening()
    assert made.startswith(frames.PREFACE)
    settings, window = parsed(made[len(frames.PREFACE) :])
    assert isinstance(settings, SettingsFrame)
    assert settings.settings == {2: 0, 4: 2**31 - 1}
    assert isinstance(window, WindowUpdateFrame)
    assert window.window_increment == 2**31 - 1 - 65_535


@pytest.mark.parametrize(("size", "pieces"), [(1, 1), (100, 1), (101, 2), (350, 4)])
def test_a_large_block_goes_on_in_further_frames(size: int, pieces: int) -> None:
    found = parsed(frames.headers(3, b"b" * size, 100, True))
    assert [type(each) for each in found] == [HeadersFrame] + [ContinuationFrame] * (pieces - 1)
    assert ["END_HEADERS" in each.flags for each in found] == [False] * (pieces - 1) + [True]
    assert "END_STREAM" in found[0].flags
    assert b"".join(each.data for each in found) == b"b" * size


def test_padding_is_taken_off() -> None:
    assert frames.unpadded(0, b"\x02abc") == b"\x02abc"
    assert frames.unpadded(frames.Flag.PADDED, b"\x02abc") == b"a"
    for bad in (b"", b"\x03abc"[:3], b"\x04abc"):
        with pytest.raises(ValueError, match="more padding than payload"):
            frames.unpadded(frames.Flag.PADDED, bad)


def test_errors_have_names() -> None:
    assert frames.error(7) == "refused stream"
    assert frames.error(99) == "unknown error"
