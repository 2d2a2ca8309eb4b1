import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.config.loading import InvalidConfig, dotted, draft, load
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from tests.config.shop import SHOP, changed


def problems(source: Path | str | bytes) -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        load(source, Config)
    return [str(problem) for problem in caught.value.problems]


def test_a_valid_text_is_loaded_with_its_text_and_positions() -> None:
    loaded = load(SHOP, Config)
    assert loaded.config.regions["EU"].locations == ("belgium", "holland")
    assert loaded.text == SHOP
    assert loaded.positions.place(Finding(("default_region",), "w")).mark is not None


def test_norway_is_a_country_and_not_false() -> None:
    assert "NO" in load(SHOP, Config).config.countries["EU"]


def test_a_file_is_called_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_text(changed(("default_region: EU", "default_region: []")))
    assert problems(path)[0].startswith(f"{path}:14:1: default_region: this must be text, not a list")


def test_what_cannot_be_opened_is_said_without_a_line(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.yaml"
    assert problems(missing) == [
        f"{missing}: there is no such file; check the path; `meridian init` writes one to start from"
    ]
    assert problems(tmp_path) == [
        f"{tmp_path}: this is a folder, not a file; name the file in it, such as meridian.yaml"
    ]
    assert problems(Path("a\0b"))[0].startswith("a\0b: the file can't be read: ")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert problems(path) == [
        f"{path}: the file has more than 1,048,576 bytes, which no configuration has; is this the right file?"
    ]


def test_half_a_utf_16_pair_is_no_text() -> None:
    assert problems("a: \ud800") == ["meridian.yaml: the text holds half of a UTF-16 pair; save it as UTF-8"]


def test_problems_come_in_the_order_of_the_file_and_each_once() -> None:
    found = problems(
        changed(("default_region: EU", "default_region: []"), ("app: {name: shop}", "app: {nam: shop}"))
    )
    assert [one.split(": ")[0] for one in found] == ["meridian.yaml:2:7", "meridian.yaml:14:1"]


def test_refusing_findings_places_them() -> None:
    loaded = load(SHOP, Config, name="shop.yaml")
    loaded.refuse([])
    with pytest.raises(InvalidConfig) as caught:
        loaded.refuse([Finding(("regions", "US", "locations", 0), "too far away", "move it")])
    assert str(caught.value) == (
        "shop.yaml has 1 problem\nshop.yaml:13:20: regions.US.locations[0]: too far away; move it"
    )
    assert caught.value.problems[0].document() == {
        "file": "shop.yaml",
        "line": 13,
        "column": 20,
        "path": "regions.US.locations[0]",
        "what": "too far away",
        "todo": "move it",
        "message": "shop.yaml:13:20: regions.US.locations[0]: too far away; move it",
    }


def test_a_path_is_written_as_people_write_it() -> None:
    assert dotted(("regions", "EU", "locations", 0, "x")) == "regions.EU.locations[0].x"
    assert dotted(("a\x1b[31m",)) == "'a\\x1b[31m'"
    assert dotted(()) == ""


def test_a_draft_of_what_can_not_be_mended_has_no_configuration() -> None:
    found = draft(changed(("app: {name: shop}\n", "")), Config)
    assert found.loaded is None
    assert [placed.finding.path for placed in found.problems] == [("app",)]


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_invalid_config(content: bytes) -> None:
    with pytest.raises(InvalidConfig):
        load(content, Config)


@given(
    st.integers(0, len(SHOP) - 1),
    st.sampled_from(["", "{", "]", ": ", "\n", "\t", "- ", "*", "NO", "\0", "é", "'", "#"]),
)
def test_a_slip_anywhere_raises_nothing_but_invalid_config(at: int, slip: str) -> None:
    found = draft(SHOP[:at] + slip + SHOP[at + 1 :], Config)
    assert found.loaded is not None or found.problems


NESTED = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
SECTIONS = sorted(Config.model_fields)


@given(st.sampled_from(SECTIONS), NESTED)
def test_any_value_of_any_section_raises_nothing_but_invalid_config(section: str, value: object) -> None:
    kept = "\n".join(
        line for line in SHOP.splitlines() if not line.startswith(("app:", "identity:", "default_region:"))
    )
    text = f"{kept}\n{section}: {json.dumps(value)}\n"
    with pytest.raises(InvalidConfig):
        load(text, Config)
