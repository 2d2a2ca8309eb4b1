"""A real browser that looks at control's page, and remembers everything that the page complained about.

Chromium is the system's own; Playwright only drives it. axe-core comes with the page's other packages.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.support.world import ROOT

HOME = "/infrastructure/monitoring"
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
WIDE = (1440, 900)
WIDE_ALL, NARROW_ALL = (1440, 2600), (390, 6000)
"""All of a page at once: what is not on the screen asks for nothing. Narrow is a phone."""
PATIENCE = 30_000
"""Milliseconds that the page may take for anything, on a machine that does much else."""


_FILLED = """() => {
  const end = document.querySelector("main")?.getBoundingClientRect().bottom ?? innerHeight;
  return [innerWidth, Math.min(innerHeight, Math.max(end, Math.min(innerHeight, 900)))];
}"""


@dataclass(slots=True)
class Tab:
    """complaints: errors and warnings of the console (broken content policies are among them), and exceptions."""

    page: Page
    base: str
    pictures: Path
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> "Tab":
        """path: under the page's own, or only a query."""
        self.page.goto(self.base + ("/" if path and path[0] != "?" else "") + path)
        return self

    def login(self, token: str) -> "Tab":
        self.open()
        self.page.get_by_label("Token").fill(token)
        self.page.get_by_role("button", name="Log in").click()
        self.page.get_by_role("navigation", name="Views").wait_for()
        return self

    def size(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def panel(self, title: str) -> Locator:
        return self.page.locator(f'section.panel[aria-label="{title}"]')

    def figure(self, name: str) -> float | None:
        """The number of a key figure, in the API's unit."""
        return number(self.page.locator(f'[data-figure="{name}"] .figure-value').inner_text())

    def drawn(self, title: str) -> str:
        """What the panel's canvas looks like; empty without one."""
        canvas = self.panel(title).locator("canvas")
        return str(canvas.first.evaluate("canvas => canvas.toDataURL()")) if canvas.count() else ""

    def picture(self, name: str) -> Path:
        """Of the window, as far down as there is something."""
        path = self.pictures / f"{name}.png"
        width, height = self.page.evaluate(_FILLED)
        self.page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": height})
        return path

    def violations(self) -> list[str]:
        """What axe finds wrong with what is shown, each as rule, help and element."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def spills(self) -> int:
        """Pixels that the page is wider than the window."""
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )


@dataclass(slots=True)
class Eyes:
    """One browser, in which everyone who looks has a session of their own."""

    browser: Browser
    base: str
    pictures: Path
    tabs: list[Tab] = field(default_factory=list)

    def tab(self, theme: str = "dark", size: tuple[int, int] = WIDE) -> Tab:
        context: BrowserContext = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="light" if theme == "light" else "dark",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        tab = Tab(context.new_page(), self.base, self.pictures)
        tab.page.on("console", lambda said: _heard(tab, said.type, said.text))
        tab.page.on("pageerror", lambda error: tab.complaints.append(f"exception: {error}"))
        self.tabs.append(tab)
        return tab

    def close(self, tab: Tab) -> None:
        self.tabs.remove(tab)
        tab.page.context.close()


def _heard(tab: Tab, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        tab.complaints.append(f"{kind}: {text}")


@contextmanager
def browsing(control: str, folder: Path) -> Iterator[Eyes]:
    """control: its address. Pictures go to `folder`, and are copied to $MERIDIAN_TEST_PICTURES where that is set."""
    found = shutil.which("chromium")
    assert found, "the system's Chromium is needed; on Debian: apt-get install chromium"
    assert AXE.is_file(), (
        "the pages' packages for tests are not installed; run `make test`, or `npm ci` in web/"
    )
    expect.set_options(timeout=PATIENCE)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        try:
            yield Eyes(browser, control + HOME, folder)
        finally:
            browser.close()
            if kept := os.environ.get("MERIDIAN_TEST_PICTURES"):
                shutil.copytree(folder, kept, dirs_exist_ok=True)


_SCALES = {"k": 1e3, "M": 1e6, "B": 1e9, "%": 0.01, "s": 1e3, "min": 6e4}


def number(text: str) -> float | None:
    """What a person reads as a number, as the API has it: shares from 0 to 1, durations in ms. None for a dash."""
    found = re.search(r"(-?[\d,]+(?:\.\d+)?)\s*(ms|min\b|s\b|k\b|M\b|B\b|%)?", text)
    if found is None:
        return None
    return float(found[1].replace(",", "")) * _SCALES.get(found[2] or "", 1.0)


def close(one: float | None, other: float | None, share: float, least: float = 0.0) -> bool:
    """Whether both are unknown, or differ by at most so large a share of the greater one (or by `least`)."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= max(share * max(abs(one), abs(other)), least)
