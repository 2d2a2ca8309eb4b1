from meridian.loadtest.report.tables import Column, mark, nothing, section, table


def test_a_table_has_a_caption_and_headings_and_its_rows_are_named() -> None:
    made = table("Figures", (Column("Name"), Column("n", number=True)), [("a<b", "1")])
    assert "<caption>Figures</caption>" in made
    assert '<th scope="col" role="columnheader">Name</th>' in made
    assert (
        '<th scope="row" role="rowheader">a&lt;b</th><td role="cell" class="num" data-label="n">1</td>'
        in made
    )
    assert 'class="folds"' in made
    assert "folds" not in table("Figures", (Column("Name"),), [], folds=False)


def test_a_verdict_is_told_by_a_sign_and_a_word() -> None:
    assert [mark(held) for held in (True, False, None)] == [
        '<span class="mark ok">✓ held</span>',
        '<span class="mark bad">✕ not held</span>',
        '<span class="mark idle">– not judged</span>',
    ]


def test_a_section_is_named_by_its_heading() -> None:
    assert section("a", "Title", nothing("No.")) == (
        '<section id="a" aria-labelledby="a-title"><h2 id="a-title">Title</h2><p class="nothing">No.</p></section>'
    )
