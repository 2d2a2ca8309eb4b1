from meridian.loadtest.report.axes import Linear, Tick
from meridian.loadtest.report.plot import Frame, figure, legend, picture

FRAME = Frame(
    100, Linear(0, 10), Linear(0, 10), [Tick(5, "five"), Tick(7, "seven", minor=True)], [Tick(10, "ten")]
)


def test_a_line_is_broken_where_nothing_is_known() -> None:
    assert FRAME.line([0, 1, 2, 3], [0, 5, None, 10]) == "M0 100h.01L100 50M300 0h.01"
    assert FRAME.line([], []) == ""


def test_an_area_is_closed_around_each_known_stretch() -> None:
    assert FRAME.area([0, 1, 2, 3], [5, 5, None, 10]) == "M0 100L0 50L100 50V100ZM300 100L300 0V100Z"


def test_places_are_percentages_across_and_pixels_down() -> None:
    assert FRAME.across(2.5) == "25%"
    assert FRAME.down(10) == 0


def test_a_picture_says_what_it_shows_and_carries_the_values_to_read() -> None:
    made = picture(FRAME, title="What <is> seen", read={"at": [1]})
    assert 'role="img" aria-label="What &lt;is&gt; seen"' in made
    assert '<script type="application/json">{"at":[1]}</script>' in made
    assert ">five</text>" in made
    assert 'class="axis minor">seven</text>' in made


def test_a_figure_has_its_title_and_sentence_and_a_legend_its_words() -> None:
    assert figure("x", "Title", "Sentence") == (
        '<figure id="x"><figcaption><h3>Title</h3><p>Sentence</p></figcaption></figure>'
    )
    assert "swatch late" in legend(("late", "was late"))
    assert "<h3>" not in figure("x", "", "Sentence")
