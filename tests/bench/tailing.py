"""What an edge's agent spends on its access log: CPU a line, from the file to records on disk, and memory over many lines.

A process of its own follows a log that is rotated after each part, with the folds of every feature and one shadow limit. The
time it takes to write the log does not count.
"""

import asyncio
import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from meridian.core.clock import FakeClock
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.rotation import Rotation
from meridian.envoy.agent.tail.tail import Tail, tail
from meridian.envoy.fold import EdgeFacts
from meridian.envoy.snapshot import Snapshot, canonical
from meridian.features import features
from meridian.limits.state import LimitsState
from meridian.limits.traffic.settings import FILE, fold_settings
from tests.bench.row import Row
from tests.support.configs import small

LINES = 2_000_000
PART = 50_000
USERS = 200_000
PER_SECOND = 5_000
CPU = 5.0
CPU_WITH_SHADOW = 10.0
"""Each shadow that a request meets is a bucket more, in Python."""
MEMORY = 100.0
LIMITS = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}},
    "policies": {
        "chat": {"key": "user", "actions": ["chat"], "rate": 100, "window": "1m"},
        "trial": {"key": "user", "actions": ["chat"], "rate": 50, "window": "1m", "shadow": True},
    },
}


def measure(folder: Path) -> Iterator[Row]:
    for what, shadow, limit in (("", False, CPU), (" with a shadow limit", True, CPU_WITH_SHADOW)):
        cpu, grown, dropped = _apart(folder / f"edge-{shadow}", shadow)
        note = f"{LINES:,} lines of {USERS:,} users, from the file to records on disk; {dropped} dropped"
        yield Row(f"agent: CPU a line of the access log{what}", cpu, limit, "us", note)
        note = f"grown by {grown[1]:.0f} MB after the first tenth, to {grown[0]:.0f} MB"
        yield Row(f"agent: memory over {LINES:,} lines{what}", grown[0], MEMORY, "MB", note)


def _apart(folder: Path, shadow: bool) -> tuple[float, tuple[float, float], int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(folder, shadow, theirs))
    child.start()
    found: tuple[float, tuple[float, float], int] = ours.recv()
    child.join()
    return found


def _child(folder: Path, shadow: bool, result: Connection) -> None:
    result.send(asyncio.run(_follow(folder, shadow)))


async def _follow(folder: Path, shadow: bool) -> tuple[float, tuple[float, float], int]:
    clock = FakeClock()
    running, edge = _tail(folder, clock, shadow)
    folding = running.folding
    assert folding is not None
    rotation = Rotation(edge.access_log, edge.envoy_log)
    users = [f"user-{number:06}" for number in range(USERS)]
    chance = random.Random(7)
    spent, sizes = 0.0, []
    for _ in range(LINES // PART):
        edge.access_log.write_bytes(_part(clock.now().timestamp(), users, chance))
        clock.advance(PART / PER_SECOND)
        began = time.process_time()
        while folding.step():
            pass
        await folding.checkpoint()
        spent += time.process_time() - began
        rotation.turn(0, 1)
        rotation.reopened()
        sizes.append(psutil.Process().memory_info().rss / 2**20)
    lines = folding.logs["access"].lines
    assert lines == LINES, f"{lines} lines were read"
    grown = max(sizes) - sizes[len(sizes) // 10]
    return spent / LINES * 1e6, (max(sizes), grown), sum(folding.dropped().values())


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


def _part(start: float, users: list[str], chance: random.Random) -> bytes:
    """Lines as Envoy writes them."""
    usual = {
        "t": "%s",
        "method": "POST",
        "feature": "chat",
        "service": "chat",
        "action": "chat",
        "region": "EU",
        "target": "EU",
        "location": "europe-west1",
        "country": "%s",
        "tier": "%s",
        "risk": "low",
        "user": "%s",
        "client": "203.0.%s.%s",
        "status": 200,
        "limit": None,
        "flags": None,
        "ms": 23,
        "tries": 1,
        "bytes_in": 210,
        "bytes_out": 1890,
    }
    template = json.dumps(usual, separators=(",", ":")) + "\n"
    kinds = [(country, tier) for country in ("DE", "FR", "GB", "PL") for tier in ("free", "free", "premium")]
    lines = []
    for number in range(PART):
        user = int(chance.random() * len(users))
        kind = kinds[user % len(kinds)]
        at = f"{start + number / PER_SECOND:.3f}"
        lines.append(template % (at, *kind, users[user], user % 256, user // 256 % 256))
    return "".join(lines).encode()
