"""The check API at an edge, native, beside slowapi on uvicorn: the same decision, the same load, the same run."""

import json
import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import uvloop

from tests.bench.admission import ROUNDS, USERS, Measured, Subject, slowapi
from tests.bench.row import Row
from tests.limits.edge import checking, open_shop
from tests.support.redis import redis

LIMITS = {
    "actions": {"chat": {"feature": "chat", "methods": ["POST"]}},
    "policies": {"chat": {"key": "user", "actions": ["chat"], "rate": 1_000_000, "window": "1h"}},
}
"""One limit, as slowapi has one."""


TOKEN = checking()["meridian-check"]


def measure(folder: Path) -> Iterator[Row]:
    with ExitStack() as stack:
        shop = stack.enter_context(open_shop(LIMITS, folder))
        edge = shop.running.edges["EU"]
        assert edge.process is not None
        port = int(edge.url.rpartition(":")[2])
        store = stack.enter_context(redis())
        subjects = {
            "native": Subject(
                psutil.Process(edge.process.pid), port, [asked(number) for number in range(USERS)]
            ),
            "slowapi, memory": slowapi(stack, "memory://"),
            "slowapi, Redis": slowapi(stack, f"redis+{store.url}"),
        }
        found: dict[str, list[Measured]] = {name: [] for name in subjects}
        for turn in range(ROUNDS + 1):
            for name, subject in subjects.items():
                one = uvloop.run(subject.load())
                if turn:
                    found[name].append(one)
    per_core = {name: statistics.median(each.per_core for each in rounds) for name, rounds in found.items()}
    for store_name, least in (("memory", 4.0), ("Redis", 8.0)):
        peer = per_core[f"slowapi, {store_name}"]
        note = f"{per_core['native']:.0f}/s and core against {peer:.0f}; median of {ROUNDS}"
        yield Row(
            f"native checks / slowapi's, {store_name}",
            per_core["native"] / peer,
            least,
            "",
            note,
            at_most=False,
        )


def asked(number: int) -> bytes:
    body = json.dumps({"action": "chat", "user": f"user-{number}", "tier": "free"}).encode()
    head = (
        "POST /infrastructure/rate-limit/check HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\n"
        f"meridian-check: {TOKEN}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
