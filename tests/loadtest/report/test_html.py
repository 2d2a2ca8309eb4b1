"""The whole report, as a real browser shows it."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from meridian.loadtest.concluding import conclude
from meridian.loadtest.report.html import html
from meridian.loadtest.results.summary import Summary
from tests.loadtest.report.runs import Run, decided
from tests.loadtest.report.sample import empty, summary
from tests.loadtest.results.runs import phase, scenario
from tests.support.browser import Tab

STATES = ["passed", "failed", "invalid", "aborted", "stopped", "running"]
HOSTILE = "</script></style></title><img src=x onerror=alert(1)><script>alert(2)</script>\"'&\u202e\x00\ud800"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "the system's Chromium is needed; on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found)
        yield made
        made.close()


@pytest.fixture(scope="module")
def given() -> Summary:
    return summary(600)


def shown(browser: Browser, folder: Path, report: str, theme: str, width: int) -> tuple[Tab, list[str]]:
    """The tab, and all that the page asked for."""
    file = folder / "report.html"
    file.write_text(report, encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light"
    )
    tab = Tab(context.new_page(), "", folder)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.on("console", lambda said: tab.complaints.append(said.text))
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.goto(file.as_uri())
    return tab, asked


@pytest.mark.parametrize(("theme", "width"), [("dark", 1400), ("light", 390)])
def test_it_is_clean_in_a_browser_wide_and_narrow_dark_and_light(
    browser: Browser, tmp_path: Path, theme: str, width: int
) -> None:
    tab, asked = shown(browser, tmp_path, html(summary(120)), theme, width)
    assert tab.spills() == 0
    assert [url.split(":")[0] for url in asked if not url.startswith("data:")] == ["file"]
    assert tab.complaints == []
    tab.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert tab.violations() == []


def test_values_are_read_under_the_pointer_and_with_the_keyboard(
    browser: Browser, given: Summary, tmp_path: Path
) -> None:
    tab, _ = shown(browser, tmp_path, html(given), "dark", 1400)
    plot = tab.page.locator("#rate .plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    tab.page.mouse.move(box["x"] + box["width"] * (120.5 / 600), box["y"] + 50)
    tip = plot.locator(".tip")
    assert tip.inner_text().split("\n")[0] == "2:00"
    assert f"{given['series']['achieved'][120]:.0f}/s" in tip.inner_text()
    assert tab.page.locator("#heatmap .cursor").is_visible()
    plot.focus()
    tab.page.keyboard.press("ArrowRight")
    assert tip.inner_text().split("\n")[0] == "2:01"
    tab.page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_it_is_whole_without_a_script(browser: Browser, given: Summary, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(given), encoding="utf-8")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(file.as_uri())
    assert page.locator("#heatmap svg.drawing").is_visible()
    assert page.locator("#failovers table").is_visible()


def test_hostile_texts_do_nothing(browser: Browser, given: Summary, tmp_path: Path) -> None:
    tab, asked = shown(browser, tmp_path, html(_poisoned(summary(30))), "dark", 1400)
    assert tab.complaints == []
    assert tab.page.locator("img").count() == 0
    assert tab.page.locator("h1").inner_text().startswith("</script></style></title><img src=x")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def _poisoned(value: object) -> Summary:
    """Every text in it replaced, where it is no time, state or name of a series."""
    kept = {"state", "began", "ended", "unit", "verdict", "by"}

    def poison(each: object, key: str = "") -> object:
        if isinstance(each, dict):
            return {name: poison(inner, name) for name, inner in each.items()}
        if isinstance(each, list):
            return [poison(inner, key) for inner in each]
        return HOSTILE if isinstance(each, str) and key not in kept else each

    return poison(value)  # type: ignore[return-value]


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_report_with_everything_and_with_nothing(state: str) -> None:
    for made in (html(summary(30, state=state)), html(empty(state))):
        _Closed().feed(made)
        assert state.capitalize() in made


def test_ten_minutes_fit_in_a_file_that_can_be_sent(given: Summary) -> None:
    assert len(html(given).encode()) < 1_000_000


def test_links_lead_to_what_is_there_and_no_anchor_is_there_twice(given: Summary) -> None:
    for report in (html(given), html(empty())):
        anchors = re.findall(r' id="([^"]+)"', report)
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([^"]+)"', report)) <= set(anchors)


def test_the_same_summary_gives_the_same_report(given: Summary) -> None:
    assert html(given) == html(given)


def test_the_report_of_a_record_tells_what_the_record_holds() -> None:
    """From samples on, through the summary, so that the shapes fit."""
    run = (
        Run(60)
        .chaos(30.0, "kill europe-west1")
        .instead("EU", 30.0, 30.4, outcome="unavailable", detail="no healthy upstream")
    )
    facts = scenario("errors < 1%", phases=[phase("hold", 0, 60)])
    part = replace(run.instead("EU", 30.4, 60.0, location="europe-west4").part(), scenario=facts)
    made = html(conclude(part, [decided(32.0, "failover", "europe-west1", "EU")]))
    assert (
        "20 requests failed. Hardest hit was matching for users of EU: 20 between 0:30.0 and 0:30.4." in made
    )
    told = r"kill europe-west1, for EU: 20 failed, 4(19|20) ms without an answer, europe-west4 took over, normal after 40[45] ms"
    assert re.search(told, made)
    assert "0.33 %</td>" in made
    assert "5,980 answered well" in made


class _Closed(HTMLParser):
    """Fails where elements are not closed in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "link", "br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
