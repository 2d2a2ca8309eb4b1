"""Limits in a whole world: nothing that operators do resets them, guessing is stopped and forgiven, and a plan knows whom a
tighter limit would have met."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.world import AVALO, World, until

REASON = ("--reason", "a scenario", "--yes")
CHAT = "/v1/chat/messages"
GERMAN, SPANISH = "85.214.132.117", "88.26.241.1"


class Chatting(threading.Thread):
    """One user who chats without a pause. admitted: when each chat got through, in seconds since the first was sent."""

    def __init__(self, world: World, user: str) -> None:
        super().__init__()
        self.began = 0.0
        self.admitted: list[float] = []
        self.refused = 0
        self.others: list[int] = []
        self._world = world
        self._bearer = f"Bearer {world.token(user)}"
        self._over = threading.Event()

    def run(self) -> None:
        self.began = time.monotonic()
        while not self._over.wait(0.02):
            status = self._world.ask("POST", CHAT, GERMAN, authorization=self._bearer).status_code
            if status == 200:
                self.admitted.append(time.monotonic() - self.began)
            elif status == 429:
                self.refused += 1
            else:
                self.others.append(status)

    def finish(self) -> float:
        """Seconds that it went on."""
        self._over.set()
        self.join()
        return time.monotonic() - self.began


@contextmanager
def chatting(world: World, user: str) -> Iterator[Chatting]:
    one = Chatting(world, user)
    one.start()
    try:
        yield one
    finally:
        one.finish()


def edited(folder: Path, old: str, new: str) -> Path:
    text = AVALO.read_text()
    assert text.count(old) == 1
    file = folder / "edited.yaml"
    file.write_text(text.replace(old, new))
    return file


def test_no_change_under_load_gives_anyone_a_chat_too_many(calm: World, tmp_path: Path) -> None:
    """Routes, weights, lists and countries change while a free user chats as fast as they can: 100 at once, then 100 a minute."""
    first = calm.json("history")[0]["version"]
    with chatting(calm, "hasty") as user:
        until(lambda: user.refused > 3, 30, "the first refusal")
        moved = tmp_path / "moved.yaml"
        moved.write_text(AVALO.read_text().replace(" LK,", "", 1).replace("[CA, GL,", "[LK, CA, GL,", 1))
        calm.run("apply", moved, *REASON)
        calm.run(
            "apply",
            edited(tmp_path, "timeout: 60s        # answers", "timeout: 50s        # answers"),
            *REASON,
        )
        calm.run("user", "override", "somebody", "US", "--reason", "a scenario")
        calm.run(
            "limits",
            "override",
            "set",
            "chat",
            "7",
            "--user",
            "somebody",
            "--for",
            "1h",
            "--reason",
            "a scenario",
        )
        calm.run("region", "drain", "europe-west1", "--reason", "a scenario", "--over", "4s")
        until(lambda: calm.get("/v1/feed").json()["location"] == "europe-west4", 30, "the drain")
        calm.run("region", "undrain", "europe-west1", "--reason", "a scenario")
        calm.run("rollback", str(first), "--reason", "a scenario")
        seconds = user.finish()
    assert user.others == []
    assert user.refused > 50
    due = 100 + seconds * 100 / 60
    assert due - 2 <= len(user.admitted) <= due + 1


def login(world: World, account: str, password: str, ip: str, device: str = "") -> int:
    headers = {"x-forwarded-for": ip, **({"x-device-id": device} if device else {})}
    answer = world.client.post(
        f"{world.edge('EU')}/v1/auth/login", headers=headers, json={"email": account, "password": password}
    )
    return answer.status_code


def test_guessing_is_stopped_from_many_addresses_and_from_one(calm: World) -> None:
    spray = [
        login(calm, "victim@example.com", "wrong", f"92.184.{30 + n // 100}.{1 + n % 100}")
        for n in range(200)
    ]
    assert spray == [401] * 5 + [429] * 195, "200 addresses against one account"
    stuffing = [login(calm, f"someone-{n}@example.com", "wrong", "92.184.40.1") for n in range(200)]
    assert stuffing == [401] * 5 + [429] * 195, "one address against 200 accounts"


def test_a_known_device_gets_in_and_a_block_is_seen_and_lifted(calm: World) -> None:
    owner, phone = "owner@example.com", "the-owner-s-phone"
    assert login(calm, owner, "right", SPANISH, phone) == 200
    attacked = [login(calm, owner, "wrong", f"92.184.50.{n}") for n in range(1, 11)]
    assert attacked == [401] * 4 + [429] * 6, "of five logins in five minutes, the owner has had one"
    assert login(calm, owner, "right", SPANISH, phone) == 200, "the device is known"
    assert login(calm, owner, "right", SPANISH, "another phone") == 429

    def accounts() -> list[dict[str, Any]]:
        return [each for each in calm.json("limits", "blocks") if each["kind"] == "account"]

    blocked = until(accounts, 30, "the block of the victim's account to be reported")
    assert any("block" in each["kind"] for each in calm.json("journal"))
    assert login(calm, "victim@example.com", "right", "92.184.60.1") == 429
    calm.run("limits", "unblock", "--account", "victim@example.com", "--reason", "a scenario")
    until(lambda: len(accounts()) < len(blocked), 30, "the block to be gone")


def test_a_plan_names_whom_a_tighter_limit_would_have_met(calm: World, tmp_path: Path) -> None:
    sent = {"mia": (GERMAN, 80), "leo": (GERMAN, 20), "ana": (SPANISH, 70)}
    for user, (ip, chats) in sent.items():
        bearer = f"Bearer {calm.token(user)}"
        answers = [calm.ask("POST", CHAT, ip, authorization=bearer).status_code for _ in range(chats)]
        assert answers == [200] * chats
    text = AVALO.read_text()
    promises = text.index("  # What these limits promise.")
    halved = text[:promises] + text[text.index("# ------", promises) :]
    file = tmp_path / "halved.yaml"
    file.write_text(halved.replace("actions: [chat], rate: 100", "actions: [chat], rate: 50"))

    def replayed() -> dict[str, Any] | None:
        planned = json.loads(calm.run("plan", file, "--json", check=False).stdout)["replays"]
        chat = next((each for each in planned if each["subject"] == "limits.chat"), None)
        return chat if chat and chat["evidence"]["after"]["countries"].get("ES") else None

    chat = until(replayed, 40, "the traffic to be recorded")
    after, before = chat["evidence"]["after"], chat["evidence"]["before"]
    assert after["countries"]["ES"] == 1
    assert after["countries"]["DE"] >= 1
    assert "ES" not in before["countries"]
    assert after["requests"] - before["requests"] >= 40
    assert "ES 1" in calm.run("plan", file, check=False).stdout
