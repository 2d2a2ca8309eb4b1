"""What the operators' page costs and how soon it says what happens: its first paint, the time from a request at an edge to the
number on the screen, and the browser's memory and CPU while it stays open. In a real Chromium, which draws without a GPU."""

import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.row import Row
from tests.support.browser import Eyes, Tab, browsing
from tests.support.ports import reserve
from tests.support.world import MERIDIAN, World, until

LOOKS = 5
EVENTS = 8
OPEN = float(os.environ.get("MERIDIAN_BENCH_OPEN", "300"))
"""Seconds that the page stays open."""
RPS = 50
MB = 1e6


def measure(folder: Path) -> Iterator[Row]:
    world = World(folder / "home", reserve(10)[0])
    try:
        world.start()
        until(lambda: world.get("/v1/feed").status_code == 200, 60, "the edge to serve")
        with browsing(world.control, folder / "pictures") as eyes:
            token = (world.home / "admin-token").read_text().strip()
            yield painted(eyes, token)
            yield told(world, eyes, token)
            yield from kept_open(world, eyes, token)
    finally:
        world.stop()
        world.client.close()


def painted(eyes: Eyes, token: str) -> Row:
    """Nothing is cached: each look is a browser profile of its own."""
    paints, numbers = [], []
    for _ in range(LOOKS):
        tab = eyes.tab()
        tab.page.add_init_script(f"sessionStorage.setItem('meridian.token', '{token}')")
        tab.open()
        until(lambda tab=tab: tab.figure("Support tickets") is not None, 30, "numbers")
        numbers.append(float(tab.page.evaluate("performance.now()")))
        paints.append(float(tab.page.evaluate(_PAINTED)))
        eyes.close(tab)
    note = (
        f"median of {LOOKS}, slowest {max(paints):.0f} ms; numbers after {statistics.median(numbers):.0f} ms"
    )
    return Row("first contentful paint", statistics.median(paints), 1000, "ms", note)


_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def told(world: World, eyes: Eyes, token: str) -> Row:
    """Without other traffic, the number of requests leaves zero with the next request. The page itself says when; both clocks
    are this machine's."""
    tab = eyes.tab().login(token)
    took = []
    for turn in range(EVENTS):
        until(lambda: not tab.figure("rps"), 60, "the last request to be forgotten")
        tab.page.wait_for_timeout(137 * turn)  # so that requests come at different parts of a second
        tab.page.evaluate(_WATCH)
        began = time.time()
        assert world.get("/v1/feed").status_code == 200
        seen = until(lambda: tab.page.evaluate("window.seen"), 30, "the request on the screen")
        took.append(float(seen) / 1000 - began)
    eyes.close(tab)
    note = f"slowest of {EVENTS} requests; median {statistics.median(took):.2f} s"
    return Row("request at an edge to pixel", max(took), 2, "s", note)


_WATCH = """() => {
  window.seen = 0;
  const figure = document.querySelector("[data-figure=rps] .figure-value");
  const look = () => {
    if (!(parseFloat(figure.textContent) > 0)) return requestAnimationFrame(look);
    requestAnimationFrame(() => { window.seen = Date.now(); });
  };
  look();
}"""


def kept_open(world: World, eyes: Eyes, token: str) -> Iterator[Row]:
    command = [str(MERIDIAN), "world", "traffic", "--rps", str(RPS), "--duration", f"{OPEN + 120:.0f}s"]
    sender = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.environment()
    )
    try:
        tab = eyes.tab().login(token)
        until(lambda: (tab.figure("rps") or 0) > RPS / 4, 60, "traffic")
        at_first, heap = _cpu(), _heap(tab)
        began = time.monotonic()
        while time.monotonic() - began < OPEN:
            tab.page.wait_for_timeout(1000)
        seconds, at_last = time.monotonic() - began, _cpu()
        grown = _heap(tab)
    finally:
        sender.terminate()
        sender.wait(30)
    used = {kind: (at_last[kind] - at_first.get(kind, 0.0)) / seconds for kind in at_last}
    others = ", ".join(f"{kind} {share:.1%}" for kind, share in sorted(used.items()) if kind != "renderer")
    note = f"{seconds:.0f} s at {RPS} rps; besides it {others}"
    yield Row("page's CPU, of one core", used["renderer"] * 100, 10, "%", note)
    yield Row(
        "page's memory (JavaScript)", grown / MB, 100, "MB", f"{heap / MB:.1f} MB {seconds:.0f} s before"
    )


def _heap(tab: Tab) -> float:
    """Bytes in use once garbage is gone."""
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return next(float(each["value"]) for each in metrics if each["name"] == "JSHeapUsedSize")


def _cpu() -> dict[str, float]:
    """CPU seconds of the browser's processes by what they do; the renderer is the page."""
    found: dict[str, float] = {}
    for process in psutil.Process().children(recursive=True):
        try:
            command, times = process.cmdline(), process.cpu_times()
        except psutil.Error:
            continue
        kinds = [part.removeprefix("--type=") for part in command if part.startswith("--type=")]
        if kinds:
            found[kinds[0]] = found.get(kinds[0], 0.0) + times.user + times.system
    return found
