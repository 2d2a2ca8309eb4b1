import json
import re

from hypothesis import given
from hypothesis import strategies as st

from meridian.loadtest.report.markup import Markup, el, figures, text

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"


def test_text_is_escaped_wherever_it_stands_and_markup_only_once() -> None:
    made = el("p", HOSTILE, el("b", "a < b"), title=HOSTILE, data_label="x")
    assert made == (
        '<p title="&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;" data-label="x">'
        "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;<b>a &lt; b</b></p>"
    )
    assert el("i", made) == f"<i>{made}</i>"


def test_what_has_no_encoding_or_turns_the_direction_is_replaced() -> None:
    assert text("a\ud800b\x00c\u202ed") == "a\ufffdb\ufffdc\ufffdd"
    text("\ud800").encode()


def test_attributes_that_are_nothing_are_left_out_and_numbers_are_short() -> None:
    assert el("rect", x=1.0, y=0.125, width="50%", hidden=True, class_=None, id=False) == (
        '<rect x="1" y="0.12" width="50%" hidden></rect>'
    )
    assert el("meta", name="a") == '<meta name="a">'
    assert el("ul", [el("li", "a"), None, [el("li", "b")]]) == "<ul><li>a</li><li>b</li></ul>"


@given(st.text(), st.text())
def test_no_text_can_make_an_element_or_end_an_attribute(content: str, attribute: str) -> None:
    made = el("p", content, title=attribute)
    assert len(re.findall("<", made)) == 2
    assert re.fullmatch(r'<p title="[^"<]*">[^<]*</p>', made, re.DOTALL)
    assert isinstance(made, Markup)


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none())))
def test_a_block_of_figures_holds_just_them_and_no_text_can_end_it(
    values: dict[str, str | int | None],
) -> None:
    made = figures(values)
    inner = made.removeprefix('<script type="application/json">').removesuffix("</script>")
    assert "<" not in inner
    assert json.loads(inner) == values
