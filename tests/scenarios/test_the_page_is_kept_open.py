"""Operators keep the page open on launch night: it moves, it says what the API says, an outage is plain on it within seconds, and
what they may do is done from it. In a real browser, over a real world with traffic from every country."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser import NARROW_ALL, WIDE, WIDE_ALL, Eyes, Tab, browsing, close, number
from tests.support.world import MERIDIAN, World, until, world

SEVEN = {
    "latency": "Latency",
    "throughput": "Requests",
    "ai": "AI",
    "cdn": "CDN",
    "feed": "Feed",
    "errors": "Errors",
    "fraud": "Fraud alerts",
}
"""Panels of the first page: their names in the API, and their titles."""
PAGES = (
    "",
    "panels",
    "regions",
    "regions/EU",
    "incidents",
    "alerts",
    "decisions",
    "limits",
    "degradation",
    "load",
    "costs",
    "runbooks",
)
PLACE, NEIGHBOUR = "europe-west1", "europe-west4"
RPS = 30
PROMISED = 60
"""Seconds after which every panel moves."""
LATE = 60
"""Seconds in which a step may still be counted: edges tell late under load."""
ROUNDED = 0.006
"""The page shows three digits: the last one is off by half of itself at most."""
MOVING = 0.1
"""Live numbers are of the last ten seconds and move on each second; the page and the API may be a second apart."""


@dataclass
class Night:
    world: World
    eyes: Eyes
    tab: Tab
    """An admin who has the first page open, all of it on the screen."""
    ops: str
    """A token that may look and not act."""

    def ask(self, path: str, **parameters: str) -> Any:
        return self.world.operator("GET", f"/infrastructure/{path}", params=parameters).json()


@contextmanager
def traffic(world: World) -> Iterator[None]:
    command = [str(MERIDIAN), "world", "traffic", "--rps", str(RPS), "--duration", "1800s"]
    sender = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.environment()
    )
    try:
        yield
    finally:
        sender.terminate()
        sender.wait(30)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    with world(folder) as made, traffic(made), browsing(made.control, folder / "pictures") as eyes:
        ops = made.run("token", "create", "nightwatch", "--role", "ops").stdout.strip()
        admin = (made.home / "admin-token").read_text().strip()
        yield Night(made, eyes, eyes.tab(size=WIDE_ALL).login(admin), ops)


@pytest.fixture(autouse=True)
def nobody_complained(night: Night) -> Iterator[None]:
    """A console that is not silent is a fault of the page, whatever a test was about."""
    yield
    said = [each for tab in night.eyes.tabs for each in tab.complaints]
    for tab in night.eyes.tabs:
        tab.complaints.clear()
    assert said == []


def test_within_a_minute_every_panel_moves(night: Night) -> None:
    began = time.monotonic()
    waited: dict[str, float] = {}
    seen: dict[str, str] = {}

    def all_move() -> bool:
        for title in SEVEN.values():
            drawn = night.tab.drawn(title)
            if drawn and drawn != seen.setdefault(title, drawn):
                waited.setdefault(title, time.monotonic() - began)
        return len(waited) == len(SEVEN)

    with suppress(AssertionError):
        until(all_move, PROMISED, "every panel to move")
    assert waited.keys() == set(SEVEN.values()), waited
    for title in SEVEN.values():
        values = night.tab.panel(title).locator(".legend-line:not(.legend-objective) b").all_inner_texts()
        assert any(number(each) is not None for each in values), (title, values)
    night.tab.picture("first-page-dark")


def test_key_figures_are_those_of_the_api(night: Night) -> None:
    tab = night.tab
    until(lambda: (tab.figure("active_users") or 0) > 100, 60, "users")

    def same(figure: str, *path: str) -> bool:
        live: Any = night.ask("metrics/live")
        for part in path:
            live = live[part]
        return close(tab.figure(figure), live, MOVING)

    for figure, path in {
        "rps": ("rps",),
        "p95": ("p95",),
        "active_users": ("active_users",),
        "Paying users": ("paying_users",),
        "Tokens / min": ("tokens", "net"),
        "Fraud alerts": ("fraud_alerts", "active"),
        "Support tickets": ("support", "open"),
    }.items():
        until(lambda figure=figure, path=path: same(figure, *path), 30, f"{figure} to be the API's")
    assert close(tab.figure("rps"), RPS, 0.6), "the traffic comes in waves around what is sent"
    for each in night.ask("metrics/live")["regions"]:
        card = tab.page.locator(f'article[data-region="{each["region"]}"]')
        assert each["status"] in card.inner_text()


@pytest.mark.parametrize("panel", SEVEN)
def test_a_panel_s_table_is_what_the_api_answers(night: Night, panel: str) -> None:
    title = SEVEN[panel]
    until(lambda: _settled(night.ask("metrics/history", panel=panel, range="15m")), 100, "steps to compare")
    tab = night.tab.open(f"?tables={panel}")
    shown = tab.page.get_by_role("region", name=f"{title} as a table")
    shown.wait_for()
    names = shown.locator("thead th").all_inner_texts()[1:]
    rows = [(row[0], row[1:]) for row in _cells(shown)]
    said = night.ask("metrics/history", panel=panel, range="15m")

    lines = {each["name"]: dict(zip(said["times"], each["values"], strict=True)) for each in said["lines"]}
    assert names == [each["name"] for each in said["lines"]]
    compared = 0
    for clock, texts in rows:
        at = next(
            (each for each in said["times"] if f"{datetime.fromtimestamp(each, UTC):%H:%M:%S}" == clock), 0
        )
        # The oldest may have left the range.
        if not said["times"][0] < at <= said["times"][-1] - LATE:
            continue
        for name, text in zip(names, texts, strict=True):
            assert close(number(text), lines[name][at], ROUNDED, 0.0001), (name, clock, text, lines[name][at])
            compared += lines[name][at] is not None
    assert compared, rows
    assert tab.page.url.endswith(f"?tables={panel}")
    tab.page.get_by_role("button", name=f"{title}: show the chart").click()
    expect(shown).to_have_count(0)
    assert "tables" not in tab.page.url


def _settled(said: Any) -> bool:
    """Whether two steps have a value and are so old that nothing is added to them."""
    old = [index for index, at in enumerate(said["times"]) if at <= said["times"][-1] - LATE]
    return sum(any(line["values"][index] is not None for line in said["lines"]) for index in old) >= 2


def _cells(table: Locator) -> list[list[str]]:
    rows = "table => [...table.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.innerText))"
    return [list(row) for row in table.evaluate(rows)]


def test_the_pointer_asks_a_chart_for_its_values(night: Night) -> None:
    tab = night.tab.open()
    panel = tab.panel("Requests")
    canvas = panel.locator(".u-over")
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box
    # The newest steps are at the right end, and may not be complete: a little to the left of them.
    tab.page.mouse.move(box["x"] + box["width"] * 0.93, box["y"] + box["height"] / 2)
    clock = panel.locator(".legend-time").inner_text()
    values = dict(
        zip(
            [text.strip() for text in panel.locator(".legend-line").evaluate_all(_NAMES)],
            panel.locator(".legend-line b").all_inner_texts(),
            strict=True,
        )
    )

    said = night.ask("metrics/history", panel="throughput", range="15m")
    index = [f"{datetime.fromtimestamp(each, UTC):%H:%M:%S}" for each in said["times"]].index(clock)
    for each in said["lines"]:
        assert close(number(values[each["name"]]), each["values"][index], ROUNDED, 0.01)
    tab.page.mouse.move(box["x"] - 40, box["y"] - 60)
    expect(panel.locator(".legend-time")).to_have_count(0)


_NAMES = "lines => lines.map(line => line.childNodes[1].textContent)"


def test_the_range_is_in_the_address_and_survives_a_reload(night: Night) -> None:
    tab = night.tab.open()
    ranges = tab.page.get_by_role("group", name="Time range")
    for name in ("1h", "24h", "7d", "30d"):
        ranges.get_by_role("button", name=name, exact=True).click()
        tab.page.wait_for_url(f"**/monitoring?range={name}")
        chart = tab.panel("Requests").get_by_role("figure")
        expect(chart).to_have_attribute("aria-label", re.compile(rf"^Requests, last {name}\."))
        assert (
            night.ask("metrics/history", panel="throughput", range=name)["sentence"].split(":")[0]
            == "Requests"
        )
    tab.page.reload()
    expect(ranges.get_by_role("button", name="30d")).to_have_attribute("aria-pressed", "true")
    tab.page.get_by_role("link", name="Requests: open alone").click()
    tab.page.wait_for_url("**/panels/throughput?range=30d")
    tab.page.get_by_role("button", name="US", exact=True).click()
    tab.page.wait_for_url("**/panels/throughput?range=30d&region=US")
    expect(tab.panel("Requests").locator(".legend-line")).to_have_count(1)
    tab.page.go_back()
    tab.page.go_back()
    tab.page.wait_for_url(re.compile(r"monitoring(\?range=30d)?$|panels/throughput"))


def test_the_map_is_a_table_too(night: Night) -> None:
    tab = night.tab.open()
    tab.page.locator(".map .arc").first.wait_for(state="attached")
    assert tab.page.locator(".map .arc").count() > 20
    tab.page.get_by_role("button", name="Table", exact=True).click()
    tab.page.wait_for_url("**/monitoring?map=table")
    table = tab.page.get_by_role("region", name="Traffic by country")
    rows = _cells(table)
    said = {(each["country"], each["location"]) for each in night.ask("dashboard")["flows"]}
    assert len(rows) > 50
    assert close(len(rows), len(said), 0.1, 5)
    assert {row[2] for row in rows} <= {location or "nowhere" for _, location in said}


def test_nothing_but_a_token_lets_anyone_in(night: Night) -> None:
    """With the keyboard alone."""
    tab = night.eyes.tab()
    tab.open("regions")
    keyboard = tab.page.keyboard
    expect(tab.page.get_by_label("Token")).to_be_focused()
    keyboard.type("mrd_wrong")
    keyboard.press("Enter")
    expect(tab.page.get_by_role("alert")).not_to_be_empty()
    assert tab.page.get_by_role("navigation").count() == 0
    # The browser itself notes that control refused.
    assert [each for each in tab.complaints if "401" not in each] == []
    tab.complaints.clear()
    tab.picture("login-refused")

    keyboard.press("ControlOrMeta+a")
    keyboard.type(night.ops)
    keyboard.press("Enter")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Regions")
    tab.page.reload()
    tab.page.locator("h1").wait_for()
    keyboard.press("Tab")
    expect(tab.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(12):
        keyboard.press("Tab")
        if tab.page.evaluate("document.activeElement.textContent").startswith("Decisions"):
            break
    outline = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "who uses the keyboard sees where they are"
    keyboard.press("Enter")
    tab.page.wait_for_url("**/monitoring/decisions")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Decisions")
    tab.page.get_by_role("button", name="Log out").focus()
    keyboard.press("Enter")
    expect(tab.page.get_by_label("Token")).to_be_visible()
    assert tab.page.evaluate("sessionStorage.length") == 0
    night.eyes.close(tab)


def test_a_decision_is_taken_back_with_a_reason_by_those_who_may(night: Night) -> None:
    night.world.run("user", "override", "vera", "US", "--reason", "she moved")
    sentence = re.compile("vera")
    watch = night.eyes.tab().login(night.ops).open("decisions")
    entry = watch.page.locator("article.entry", has_text=sentence).first
    undo = entry.get_by_role("button", name=re.compile("^Undo"))
    expect(undo).to_have_attribute("aria-disabled", "true")
    undo.click(force=True)
    assert watch.page.get_by_role("dialog").count() == 0
    watch.picture("decisions-ops")
    night.eyes.close(watch)

    tab = night.tab.open("decisions")
    entry = tab.page.locator("article.entry", has_text=sentence).first
    id = entry.get_attribute("data-decision")
    entry = tab.page.locator(
        f'[data-decision="{id}"]'
    )  # that it is taken back is a decision too, and comes first
    entry.get_by_role("button", name=re.compile("^Undo")).click()
    dialog = tab.page.get_by_role("dialog")
    act = dialog.locator("button[type=submit]")
    expect(act).to_be_disabled()
    dialog.get_by_label("Reason").fill("it was her sister")
    tab.picture("undo")
    act.click()
    expect(dialog).to_have_count(0)
    expect(entry).to_contain_text("taken back")
    said = night.ask(f"decisions/{id}")
    assert said["undone_at"]
    undoing = night.ask("decisions", limit="5")["decisions"]
    assert any(each["reason"] == "it was her sister" for each in undoing), undoing


@pytest.mark.parametrize("size", [WIDE_ALL, NARROW_ALL], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_page_is_for_everyone(night: Night, theme: str, size: tuple[int, int]) -> None:
    """axe finds nothing in either theme, also on a phone, and no page is wider than the window."""
    tab = night.eyes.tab(theme, size).login(night.ops)
    found: list[str] = []
    for path in PAGES:
        tab.open(path)
        tab.page.locator("h1").wait_for(state="attached")
        expect(tab.page.locator(".skeleton")).to_have_count(0)
        found += [f"/{path}: {each}" for each in tab.violations()]
        found += [f"/{path} is {spills} px too wide" for spills in [tab.spills()] if spills > 0]
        tab.picture(f"{path.replace('/', '-') or 'overview'}-{theme}-{size[0]}")
    assert found == []
    night.eyes.close(tab)


def test_a_theme_is_chosen_once(night: Night) -> None:
    tab = night.eyes.tab("light").login(night.ops)
    shown = tab.page.locator("html")
    expect(shown).to_have_attribute("data-theme", "light")
    tab.page.get_by_role("button", name="Switch to dark").click()
    expect(shown).to_have_attribute("data-theme", "dark")
    tab.page.reload()
    expect(shown).to_have_attribute("data-theme", "dark")
    night.eyes.close(tab)


def test_an_outage_is_plain_within_seconds(night: Night) -> None:
    tab = night.tab.open()
    tab.size(WIDE)
    expect(tab.page.locator(".map .arc").first).to_be_attached()
    until(lambda: _arcs_to(tab, PLACE), 60, "traffic to the location")
    assert "tone-ok" in _marker(tab, PLACE)
    incidents, arcs = _incidents(tab), _arcs_to(tab, NEIGHBOUR)
    tab.picture("outage-before")
    began = time.monotonic()

    night.world.run("world", "kill", PLACE)

    took: dict[str, float] = {}

    def until_seen(what: str, condition: Any, seconds: float) -> None:
        until(condition, seconds, what)
        took[what] = time.monotonic() - began

    page = tab.page
    until_seen("the location's mark", lambda: "tone-bad" in _marker(tab, PLACE), 20)
    until_seen(
        "the story", lambda: "story-calm" not in (page.locator(".story").get_attribute("class") or ""), 20
    )
    until_seen("a decision", lambda: _decided(tab), 20)
    until_seen("an incident", lambda: _incidents(tab) > incidents, 30)
    until_seen("arcs elsewhere", lambda: _arcs_to(tab, NEIGHBOUR) > arcs + 5, 30)
    tab.picture("outage")
    print({what: round(seconds, 1) for what, seconds in took.items()})
    assert PLACE in page.locator(".story").inner_text()

    page.get_by_role("link", name=re.compile("^Incidents")).click()
    page.wait_for_url("**/incidents")
    incident = until(lambda: _explained(night), 20, "the incident's cause")
    card = page.locator(".incident", has_text=incident["title"])
    expect(card).to_contain_text(incident["cause"])
    card.get_by_role("link", name=incident["title"]).click()
    page.wait_for_url(f"**/incidents/{incident['id']}")
    expect(page.get_by_text(incident["title"]).first).to_be_visible()
    tab.picture("incident")
    assert tab.violations() == []
    tab.open()
    page.get_by_role("link", name="EU", exact=True).click()
    page.wait_for_url("**/regions/EU")
    expect(page.locator("h1")).to_contain_text("EU")
    until(lambda: PLACE in page.locator("main").inner_text(), 20, "the region's locations")
    tab.picture("outage-region")
    assert tab.violations() == []


def test_its_end_is_plain_too(night: Night) -> None:
    tab = night.tab.open()
    night.world.run("world", "restore", PLACE)
    until(lambda: "tone-ok" in _marker(tab, PLACE), 60, "the location's mark")
    until(lambda: tab.page.locator(".story-calm").count(), 90, "the story")
    until(lambda: not _open(night), 150, "the incident to be resolved")
    until(
        lambda: _incidents(tab) == len(night.ask("incidents", state="open")["incidents"]),
        10,
        "the page to know that",
    )
    tab.picture("outage-over")


def _explained(night: Night) -> Any:
    """The one incident of the location, once it says why."""
    (found,) = _open(night)
    return found if PLACE in found["cause"] else None


def _open(night: Night) -> list[Any]:
    return [each for each in night.ask("incidents", state="open")["incidents"] if PLACE in each["title"]]


def _incidents(tab: Tab) -> int:
    """Open ones, as the header counts them."""
    counted = tab.page.locator(".nav-count").all_inner_texts()
    return int(counted[0]) if counted else 0


def _marker(tab: Tab, name: str) -> str:
    """The classes of a location's mark on the map."""
    mark = tab.page.locator(".map .location", has=tab.page.locator(f'[data-name="{name}"]'))
    return mark.first.get_attribute("class") or ""


def _decided(tab: Tab) -> bool:
    first = tab.page.locator(".feed li p:first-child").all_inner_texts()[:12]
    return any(PLACE in each and NEIGHBOUR in each for each in first)


def _arcs_to(tab: Tab, name: str) -> int:
    """Curves on the map that end at a location's mark."""
    return int(tab.page.evaluate(_ENDING, name))


_ENDING = """name => {
  const mark = document.querySelector(`.map .location [data-name="${name}"]`).parentElement;
  const [x, y] = mark.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
  const near = end => Math.hypot(end[0] - x, end[1] - y) < 0.2;
  return [...document.querySelectorAll(".map .arc")]
    .filter(arc => near(arc.getAttribute("d").match(/-?[\\d.]+/g).map(Number).slice(-2))).length;
}"""
