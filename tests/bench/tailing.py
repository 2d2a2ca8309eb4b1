"""What an edge's agent spends on its access log: CPU a line, from the file to records on disk, and memory over many lines.

A process of its own follows a log that is rotated after each part, with the folds of every feature, once without and once with a
shadow limit. This process writes the log, so that neither its time nor its memory counts.
"""

import argparse
import asyncio
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import psutil

from meridian.core.clock import FakeClock
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.garbage import collect_rarely
from meridian.envoy.agent.rotation import Rotation
from meridian.envoy.agent.tail.tail import Tail, tail
from meridian.envoy.fold import EdgeFacts
from meridian.envoy.snapshot import Snapshot, canonical
from meridian.features import features
from meridian.limits.state import LimitsState
from meridian.limits.traffic.settings import FILE, fold_settings
from tests.bench.row import Row
from tests.support.configs import small

LINES = 10_000_000
LINES_WITH_SHADOW = 1_000_000
PART = 50_000
USERS = 1_000_000
PER_SECOND = 5_000
CPU = 5.0
CPU_WITH_SHADOW = 10.0
"""Each shadow that a request meets is a bucket more, in Python."""
MEMORY = 100.0
MOST_PULSED = 25_000
FEATURES = (
    ("feed", '"feed"', "GET", 60),
    ("chat", '"chat"', "POST", 25),
    ("swipe", '"swipe"', "POST", 12),
    ("profile", "null", "GET", 30),
    ("ai", '"ai_session"', "POST", 900),
    ("wallet", '"purchase"', "POST", 120),
)
"""Name, action, method, usual milliseconds; the first are asked most."""
COUNTRIES = [
    *(
        "DE",
        "DE",
        "DE",
        "DE",
        "FR",
        "FR",
        "FR",
        "GB",
        "GB",
        "IT",
        "IT",
        "ES",
        "ES",
        "PL",
        "NL",
        "BE",
        "SE",
        "AT",
    ),
    *("CH", "CZ", "PT", "IE", "DK", "FI", "NO", "GR", "HU", "RO", "BG", "HR"),
]
TIERS = ("free", "free", "free", "premium", "free", "free", "vip")
RISKS = ("low", "medium")
VERSION = '"412"'
ANSWERS = (
    (0.96, 200, "null", '"europe-west1"'),
    (0.98, 429, '"chat"', "null"),
    (0.99, 404, "null", '"europe-west1"'),
    (1.0, 502, "null", '"europe-west1"'),
)
"""Cumulated share, status, limit, location."""
LIMITS: dict[str, dict[str, Any]] = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 100, "window": "1m"},
        "trial": {"key": "user", "actions": ["chat"], "rate": 50, "window": "1m", "shadow": True},
    },
}


def measure(folder: Path, lines: int = LINES) -> Iterator[Row]:
    few = min(lines, LINES_WITH_SHADOW)
    for what, shadow, limit, many in (
        ("", False, CPU, lines),
        (" with a shadow limit", True, CPU_WITH_SHADOW, few),
    ):
        found = _apart(folder / f"edge-{shadow}", shadow, many)
        way = "from the file to records on disk and a pulse a second"
        note = f"{many:,} lines of {USERS:,} users, {way}; {found.dropped} dropped"
        yield Row(f"agent: CPU a line of the access log{what}", found.cpu, limit, "us", note)
        note = f"grown by {found.grown:.0f} MB after the first tenth, to {found.size:.0f} MB"
        yield Row(f"agent: memory over {many:,} lines{what}", found.size, MEMORY, "MB", note)


@dataclass(frozen=True, slots=True)
class Found:
    """cpu: microseconds a line. size, grown: MB of resident memory, the most and since the first tenth of the lines."""

    cpu: float
    size: float
    grown: float
    dropped: int


def _apart(folder: Path, shadow: bool, lines: int) -> Found:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(folder, shadow, lines, theirs))
    child.start()
    traffic = Traffic()
    while not isinstance(asked := ours.recv(), Found):
        log, start = asked
        with log.open("ab") as file:
            file.write(traffic.part(start, PER_SECOND))
        ours.send(True)
    child.join()
    return asked


def _child(folder: Path, shadow: bool, lines: int, result: Connection) -> None:
    result.send(asyncio.run(_follow(folder, shadow, lines, result)))


async def _follow(folder: Path, shadow: bool, lines: int, writer: Connection) -> Found:
    """writer: writes a second's lines to the log that it is told."""
    clock = FakeClock()
    running, edge = _tail(folder, clock, shadow)
    folding = running.folding
    assert folding is not None
    rotation = Rotation(edge.access_log, edge.envoy_log)
    encoder = msgspec.json.Encoder()
    spent, sizes, pulsed = 0.0, [], 0
    collect_rarely()
    for _ in range(lines // PART):
        start = clock.now().timestamp()
        edge.access_log.touch()
        for second in range(PART // PER_SECOND):
            writer.send((edge.access_log, start + second))
            writer.recv()
            clock.advance(1)
            began = time.process_time()
            while folding.step():
                pass
            pulsed = max(pulsed, len(encoder.encode(running.pulses(clock.now()))))
            spent += time.process_time() - began
        began = time.process_time()
        await folding.checkpoint()
        spent += time.process_time() - began
        rotation.turn(0, 1)
        rotation.reopened()
        sizes.append(psutil.Process().memory_info().rss / 2**20)
    read = folding.logs["access"].lines
    assert read == lines // PART * PART, f"{read} lines were read"
    assert pulsed < MOST_PULSED, f"a pulse had {pulsed} bytes"
    return Found(
        spent / read * 1e6, max(sizes), max(sizes) - sizes[len(sizes) // 10], sum(folding.dropped().values())
    )


def _tail(folder: Path, clock: FakeClock, shadow: bool) -> tuple[Tail, EdgeFolder]:
    policies = {name: each for name, each in LIMITS["policies"].items() if shadow or name != "trial"}
    config = small(limits=LIMITS | {"policies": policies})
    snapshot = Snapshot("EU", {FILE: canonical(fold_settings(config, LimitsState()))})
    edge = EdgeFolder.at(folder)
    facts = EdgeFacts("EU", "EU-1", folder, lambda: snapshot)

    async def nowhere(_: bytes) -> None:
        raise OSError("control is away")

    folds = {feature.name: feature.folds for feature in features()}
    return tail(edge, facts, folds, clock, lambda decisions: None, nowhere), edge


@dataclass(slots=True)
class Traffic:
    """Lines as Envoy writes them, of an app with several features and users in many countries."""

    users: int = USERS
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def part(self, start: float, lines: int) -> bytes:
        random = self.chance.random
        made = []
        for number in range(lines):
            feature, action, method, typical = FEATURES[int(random() ** 2 * len(FEATURES))]
            user = int(random() * self.users)
            country, tier = COUNTRIES[user % len(COUNTRIES)], TIERS[user // 7 % len(TIERS)]
            luck = random()
            status, limit, where = next(each for share, *each in ANSWERS if luck < share)
            ms = int(typical * (0.4 + random()) * (1 + 20 * (random() < 0.01))) if where else 1
            alike = (
                f'"feature":"{feature}","service":"{feature}","action":{action},"region":"EU","location":{where},'
                f'"version":{VERSION if where != "null" else "null"},"country":"{country}","tier":"{tier}",'
                f'"risk":"{RISKS[user % 41 == 0]}","limit":{limit},"status":{status}'
            )
            made.append(
                f'{{"t":"{start + number / PER_SECOND:.3f}","alike":{{{alike}}},"method":"{method}","target":"EU",'
                f'"user":"user-{user:07}","client":"203.{user // 65536}.{user // 256 % 256}.{user % 256}",'
                f'"flags":null,"ms":{ms},"tries":1,"bytes_in":{int(100 + random() * 900)},'
                f'"bytes_out":{int(300 + random() * 9000)}}}'
            )
        return "\n".join([*made, ""]).encode()


def main() -> int:
    """`python -m tests.bench.tailing --lines 500000`: a short run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    lines = max(PART, parser.parse_args().lines)
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
        rows = list(measure(Path(folder), lines))
    sys.stdout.write("".join(f"{' | '.join(row.cells())}\n" for row in rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
