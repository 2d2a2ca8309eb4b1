"""The load generator beside its peers, against an Envoy that answers by itself: what a request costs, whether the truth is told
of a target that stood still, whether it holds a launch's rate, and its memory."""

import json
import math
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.bench import loading_peers as peers
from tests.bench.loading_target import Effort, Target, effort, target, until_then
from tests.bench.row import Row

ROUNDS = 2
AT_ONCE = 64
WARM, COUNTED = 2.0, 5.0
"""Seconds of each turn."""

TRUTH_RATE, TRUTH_SECONDS, FREEZE_AT, FROZEN = 100, 60, 20.0, 6.0
LAUNCH_RATE, LAUNCH_SECONDS = 1_666, 60
HOUR_RATE, HOUR = 500, 3_600

Start = Callable[[Target, float], "subprocess.Popen[bytes]"]


def measure(folder: Path) -> Iterator[Row]:
    with ExitStack() as stack:
        edge = target(stack, folder)
        locust = peers.locust(folder)
        yield from costs(edge, locust)
        yield from truth(edge, locust)
        yield launch(edge)
    yield memory()


def ours(target: Target, *about: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.bench.loading_ours", str(target.port), *map(str, about)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def begun(generator: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
    """One of ours, once it sends. What it says at its end is still to be read."""
    assert generator.stdout is not None
    assert generator.stdout.readline() == b"began\n"
    return generator


def costs(edge: Target, locust: Path | None) -> Iterator[Row]:
    """Requests for each second of the generator's CPU, turn by turn: its own processes all counted."""
    wrk = peers.wrk()
    starts: dict[str, Start] = {
        "ours": lambda at, seconds: ours(at, "closed", AT_ONCE, seconds),
        "HTTP/2": lambda at, seconds: ours(at, "closed", AT_ONCE, seconds, 2),
    }
    if locust is not None:
        starts["Locust"] = lambda at, seconds: peers.start_locust(locust, at.port, AT_ONCE, 0, seconds)
    if wrk is not None:
        starts["wrk"] = lambda at, seconds: peers.start_wrk(wrk, at.port, AT_ONCE, seconds)
    turns: dict[str, list[Effort]] = {name: [] for name in starts}
    for _ in range(ROUNDS):
        for name, start in starts.items():
            turns[name].append(one(edge, start))
    found = {name: statistics.median(each.per_core for each in efforts) for name, efforts in turns.items()}
    rates = {name: statistics.median(each.rate for each in efforts) for name, efforts in turns.items()}
    with_checks = (
        f"{rates['ours']:.0f} rps from one process, each answer checked; HTTP/2: {found['HTTP/2']:.0f}"
    )
    yield Row("load: requests per core-second", found["ours"], 15_000, "", with_checks, at_most=False)
    if locust is None:
        yield Row("load: ours / Locust", 0, 0, "", "skipped: Locust cannot be installed here")
    else:
        note = f"{found['ours']:.0f} against {found['Locust']:.0f} per core-second, {AT_ONCE} at once"
        yield Row("load: ours / Locust", found["ours"] / found["Locust"], 3.0, "", note, at_most=False)
    if wrk is None:
        yield Row("load: ours / wrk", 0, 0, "", "skipped: wrk is not installed; it is in Debian's packages")
    else:
        note = (
            f"{rates['ours']:.0f} against {rates['wrk']:.0f} rps of one process, which for wrk is what Envoy can answer; "
            f"per core-second {found['ours'] / found['wrk']:.2f}"
        )
        yield Row("load: ours / wrk", rates["ours"] / rates["wrk"], 0.4, "", note, at_most=False)


def one(edge: Target, start: Start) -> Effort:
    with start(edge, WARM + COUNTED + 4) as generator:
        try:
            return effort(edge, generator.pid, WARM, COUNTED)
        finally:
            generator.terminate()
            generator.communicate(timeout=30)


def truth(edge: Target, locust: Path | None) -> Iterator[Row]:
    """Both ask 100 times a second while the target is frozen; arithmetic says what users then saw."""
    generator = begun(ours(edge, "open", TRUTH_RATE, TRUTH_SECONDS))
    beside = None
    if locust is not None:
        beside = peers.start_locust(locust, edge.port, TRUTH_RATE, 1.0, TRUTH_SECONDS)
    until_then(time.monotonic() + FREEZE_AT)
    edge.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    until_then(began + FROZEN)
    edge.process.send_signal(signal.SIGCONT)
    seconds = time.monotonic() - began
    told = json.loads(generator.communicate(timeout=TRUTH_SECONDS * 2)[0])
    said = beside.communicate(timeout=TRUTH_SECONDS * 2)[0] if beside is not None else b""
    waits = sorted((seconds - n / TRUTH_RATE for n in range(int(seconds * TRUTH_RATE) + 1)), reverse=True)
    p99 = waits[TRUTH_RATE * TRUTH_SECONDS // 100] * 1000
    for name, true, found, theirs in (
        ("p99", p99, told["p99"], peers.percentile(said, 0.99) if said else None),
        ("max", waits[0] * 1000, told["max"], peers.largest(said) if said else None),
    ):
        note = f"{found:.0f} ms, by arithmetic {true:.0f}; Locust says {theirs or math.nan:.0f}"
        yield Row(f"load: target frozen, error of {name}", abs(found / true - 1) * 100, 1.0, "%", note)


def launch(edge: Target) -> Row:
    generator = begun(ours(edge, "open", LAUNCH_RATE, LAUNCH_SECONDS))
    told = json.loads(generator.communicate(timeout=LAUNCH_SECONDS * 3)[0])
    note = (
        f"{told['rate']:.0f} rps for {told['seconds']:.0f} s, {told['failed']:.0f} failed, "
        f"p50 {told['p50']:.2f} p99 {told['p99']:.2f} ms"
    )
    return Row(f"load: sent too late at {LAUNCH_RATE} rps", told["spoilt"] * 100, 1.0, "%", note)


def memory() -> Row:
    """An hour's samples as fast as they can be made, through a sending process's record and the coordinator's."""
    command = [sys.executable, "-m", "tests.bench.loading_hour", str(HOUR_RATE), str(HOUR)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=1_800).stdout)
    note = (
        f"{told['samples']:.0f} samples, sent and merged in one process; {told['half']:.0f} MB after half of them, "
        f"saved as {told['saved']:.1f} MB"
    )
    return Row(f"load: memory after an hour at {HOUR_RATE} rps", told["rss"], 150, "MB", note)
