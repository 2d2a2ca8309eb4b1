import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.config.document import MAX_BYTES, MAX_DEPTH, Mark, parse
from meridian.core.errors import Finding


def value(text: str) -> object:
    document = parse(text.encode())
    assert document.problems == []
    return document.value


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2030-01-01", "2030-01-01"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".nan", ".nan"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("[a, 1]", ["a", 1]),
        ("{b: {c: d}}", {"b": {"c": "d"}}),
        ("|\n  text\n", "text\n"),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(written: str, read: object) -> None:
    assert value(f"a: {written}") == {"a": read}


def test_keys_are_text_whatever_they_look_like() -> None:
    assert value("NO: 1\n5: 2\ntrue: 3\n~: 4") == {"NO": 1, "5": 2, "true": 3, "~": 4}


def test_a_byte_order_mark_is_not_part_of_the_first_key() -> None:
    assert parse(b"\xef\xbb\xbfa: 1").value == {"a": 1}


def test_values_and_keys_are_placed() -> None:
    document = parse(b"a:\n  b: [x, yy]\n  c: 5\n")
    assert document.place(Finding(("a", "b", 1), "w")).mark == Mark(2, 10)
    assert document.place(Finding(("a", "c"), "w")).mark == Mark(3, 6)
    assert document.place(Finding(("a", "c"), "w"), of_key=True).mark == Mark(3, 3)
    assert document.place(Finding(("a", "b"), "w")).mark == Mark(2, 3)


def test_what_is_not_written_is_placed_at_what_it_belongs_to() -> None:
    document = parse(b"a:\n  b: 1\n")
    assert document.place(Finding(("a", "missing", 3), "w")).mark == Mark(1, 1)
    assert document.place(Finding(("nothing",), "w")).mark == Mark(1, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert parse("é: {ü: ß, x: 1}".encode()).place(Finding(("é", "x"), "w")).mark == Mark(1, 14)


def test_all_problems_of_the_text_are_told_at_once() -> None:
    document = parse(b"a: {x: 1, x: 2}\nb: *nowhere\nc: !secret 3\n? [k]\n: 5\na: 2\n")
    assert [(placed.finding.what, placed.mark) for placed in document.problems] == [
        ("this key is also on line 1", Mark(1, 11)),
        ("*nowhere is an alias", Mark(2, 4)),
        ("the tag !secret is not read", Mark(3, 4)),
        ("a key here is not plain text", Mark(4, 3)),
        ("this key is also on line 1", Mark(6, 1)),
    ]


@pytest.mark.parametrize(
    "bomb", [b"[" * 900_000, b"{a: " * 200_000, b"? [" * 200_000, b"- " * 400_000, b"? " * 400_000]
)
def test_deep_nesting_ends_at_once(bomb: bytes) -> None:
    """libyaml alone takes minutes over the first of these: the test's own time limit would end it."""
    assert parse(bomb).problems


def test_an_alias_bomb_is_refused_where_its_first_alias_stands() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    problems = parse(bomb.encode()).problems
    assert problems[0].finding.what == "*a is an alias"
    assert problems[0].mark == Mark(2, 8)


def test_the_depth_that_is_allowed_is_enough_and_counted_exactly() -> None:
    assert parse(("[" * MAX_DEPTH + "]" * MAX_DEPTH).encode()).problems == []
    assert parse(("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).encode()).problems


def test_a_megabyte_is_read_and_more_is_not() -> None:
    line = b"# filler\n"
    filler = line * ((MAX_BYTES - 5) // len(line))
    assert parse(b"a: 1\n" + filler).value == {"a": 1}
    [placed] = parse(b"a: 1\n" + filler + line * 2).problems
    assert "more than 1,048,576 bytes" in placed.finding.what


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    document = parse(content)
    assert document.problems or document.value is not None


@given(st.text(alphabet="ab: -[]{},*&!|>'\"#\n\t%@?0.~", max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    document = parse(text.encode())
    assert document.problems or document.value is not None


TEXT = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=12)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**12), 10**12), TEXT)
KEYS = st.text(alphabet="abcXYZ019_-", min_size=1, max_size=6)


@given(
    st.dictionaries(
        KEYS, st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=8), min_size=1
    )
)
def test_json_reads_as_itself(written: dict[str, object]) -> None:
    assert parse(json.dumps(written, ensure_ascii=False).encode()).value == written
