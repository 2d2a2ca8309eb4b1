"""Lua literals that no text can break out of, held against the real interpreter in Envoy by tests/regions/test_stamp.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.envoy.contribution import LuaPart
from meridian.envoy.lua import Scripts, literal, quoted, script


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nil"),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (0.5, "0.5"),
        ("a", '"a"'),
        ('"; os.exit() --', '"\\034; os.exit() --"'),
        ("a\n\\", '"a\\010\\092"'),
        ("é", '"\\195\\169"'),
        ({"b": 1, "a": [True, "x"]}, '{["a"]={true,"x"},["b"]=1}'),
        ((), "{}"),
    ],
)
def test_literals(value: object, text: str) -> None:
    assert literal(value) == text


def test_what_lua_has_no_literal_for_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no Lua literal"):
        literal(object())


@given(st.text())
def test_a_quoted_text_is_plain_and_ends_where_it_should(text: str) -> None:
    inside = quoted(text)[1:-1]
    assert inside.isascii()
    assert inside.isprintable()
    assert '"' not in inside
    decoded, rest = bytearray(), inside
    while rest:
        if rest[0] == "\\":
            decoded.append(int(rest[1:4]))
            rest = rest[4:]
        else:
            decoded.append(ord(rest[0]))
            rest = rest[1:]
    assert decoded.decode() == text


def test_parts_run_in_their_order_whatever_order_they_are_given_in() -> None:
    parts = [
        LuaPart("b", "-- b", order=20),
        LuaPart("a", "-- a", {"t": {"x": 1}}, order=20),
        LuaPart("z", "-- z", order=10),
    ]
    text = script(parts)
    assert text == script(parts[::-1])
    calls = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    assert calls[1:] == [f"{name}_request(handle, data, facts)" for name in "zab"]
    assert 'data.t = {["x"]=1}' in text
    assert "envoy_on_response" not in text


def test_edges_that_differ_in_one_part_share_what_was_written_of_the_others() -> None:
    class Once(dict[str, str]):
        """A table that can be written only once."""

        left = 1

        def __iter__(self):
            self.left -= 1
            assert self.left >= 0
            return super().__iter__()

    shared = LuaPart("shared", "-- nothing", {"shared": Once(a="b")})
    scripts = Scripts()
    for region in ("EU", "US"):
        own = LuaPart("own", "-- nothing", {"here": region}, order=1)
        source = scripts.of([shared, own])
        assert f'data.here = "{region}"\ndata.shared = {{["a"]="b"}}\n' in source
