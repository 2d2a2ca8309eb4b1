"""From an edge's log to the operator: records over the API into PostgreSQL, usage, and the plan of a halved limit."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from meridian.cli import client
from meridian.cli.main import main
from meridian.core.ids import new_id
from meridian.envoy.fold import EdgeFacts
from meridian.envoy.lines import AccessLine
from meridian.envoy.snapshot import Json, Snapshot, canonical
from meridian.limits.state import LimitsState
from meridian.limits.traffic.recording import Recording
from meridian.limits.traffic.settings import FILE, fold_settings
from tests.api.keys import AUDIENCE, ISSUER
from tests.api.world import EU, bearer
from tests.limits.live import Live
from tests.limits.policy import LIMITS, config
from tests.limits.traffic.test_events import BLOCK
from tests.limits.traffic.traffic import START, feed, line
from tests.support.configs import small_text


def minutes_ago(minutes: float) -> float:
    """On the scale of `line`: START is long ahead."""
    return time.time() - 60 * minutes - START


def folded(home: Path, lines: Sequence[AccessLine]) -> Json:
    snapshot = Snapshot("EU", {FILE: canonical(fold_settings(config(), LimitsState()))})
    fold = Recording(EdgeFacts("EU", "EU-1", home, lambda: snapshot))
    feed(fold, lines)
    [content] = fold.harvest(datetime.now(UTC)).records
    return content


async def send(live: Live, *contents: Json, at: datetime | None = None) -> Any:
    records = [
        {"id": new_id(at or datetime.now(UTC)), "feature": "limits", "content": each} for each in contents
    ]
    answer = await live.http.post(
        "/edge/v1/EU/records", json={"instance": "EU-1", "records": records}, headers=bearer(EU)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def chats(minutes: float) -> list[AccessLine]:
    """70 at once from 3 users in DE and 2 in FR, 10 from 20 others; of one of those in FR 5 were refused."""
    lines = []
    for number in range(25):
        country, often = ("DE", 70) if number < 3 else ("FR", 70) if number < 5 else ("GB", 10)
        for n in range(often):
            limit = "chat" if number == 4 and n >= 65 else None
            at = minutes_ago(minutes) + number + n / 1000
            lines.append(line(at, f"u{number}", country=country, client=f"192.0.2.{number}", limit=limit))
    return lines


async def test_usage_tells_requests_and_refusals_of_each_limit(live: Live, tmp_path: Path) -> None:
    assert (await send(live, folded(tmp_path, chats(2))))["stored"] == 1
    answer = (await live.ops("GET", "/usage", minutes=5)).json()
    limits = {each["name"]: each for each in answer["limits"]}
    chat = limits["chat"]
    assert (chat["key"], chat["requests"], chat["refused"]) == ("user", 5 * 70 + 20 * 10, 5)
    assert chat["countries"][0] == {"name": "FR", "requests": 140, "refused": 5}
    assert (limits["pay"]["requests"], limits["address"]["requests"]) == (0, 545)
    assert limits["trial"]["shadow"]
    assert limits["trial"]["requests"] == 545
    assert limits["trial"]["refused"] == 4 * 63 + 58 + 20 * 3
    assert answer["top"] == [{"limit": "chat", "who": "u4", "refused": 5, "beyond": 0}]
    only = (await live.ops("GET", "/usage", limit="general")).json()
    assert [each["name"] for each in only["limits"]] == ["general"]
    assert (await live.ops("GET", "/usage", limit="generall")).status_code == 404


async def test_a_record_that_is_sent_twice_counts_once_and_an_old_one_not_at_all(
    live: Live, tmp_path: Path
) -> None:
    content = folded(tmp_path, chats(2))
    old = folded(tmp_path, chats(90))
    body = {
        "instance": "EU-1",
        "records": [
            {"id": new_id(datetime.now(UTC)), "feature": "limits", "content": each} for each in (content, old)
        ],
    }
    for _ in range(2):
        await live.http.post("/edge/v1/EU/records", json=body, headers=bearer(EU))
    found = (await live.ops("GET", "/usage", minutes=60)).json()
    assert next(each for each in found["limits"] if each["name"] == "chat")["requests"] == 550
    async with live.control.database.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS n FROM limit_traffic")
        row = await cursor.fetchone()
    assert row == {"n": 1}, "what is older than an hour is not kept"


async def test_what_is_no_record_of_limits_is_refused(live: Live) -> None:
    bad: list[Any] = [7, {}, {"kind": "traffic"}, {"kind": "traffic", "first": 1, "last": 2, "counts": 7}]
    assert len((await send(live, *bad))["refused"]) == len(bad)


async def test_blocks_are_listed_once(live: Live) -> None:
    now = time.time()
    block = BLOCK | {"t": now, "until": now + 600}
    content = {
        "kind": "admission",
        "first": int(now),
        "last": int(now),
        "exact": [],
        "blocks": [block, {"odd": 1}],
    }
    await send(live, content)
    await send(live, content)
    [found] = (await live.ops("GET", "/blocks")).json()["blocks"]
    assert (found["kind"], found["name"], found["region"]) == ("account", BLOCK["subject"], "EU")


def halved() -> str:
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"file": "jwks.json"}}
    chat = {**LIMITS["policies"]["chat"], "rate": 50}
    return small_text(identity=identity, limits=LIMITS | {"policies": LIMITS["policies"] | {"chat": chat}})


async def test_the_plan_of_a_halved_limit_names_whom_it_would_have_refused(
    live: Live, tmp_path: Path
) -> None:
    await send(live, *(folded(tmp_path, part) for part in (chats(50)[:200], chats(50)[200:])))
    answer = await live.ops("POST", "config/plan", {"text": halved()})
    [said] = answer.json()["replays"]
    assert said["subject"] == "limits.chat"
    assert said["sentence"] == (
        "of 25 users seen in the last hour (sample 1 in 1), chat would have refused 5 with 100 requests "
        "(DE 3, FR 2; free 5); before: nobody"
    )
    assert said["evidence"]["after"] == {
        "users": 5,
        "users_error": 0,
        "requests": 100,
        "countries": {"DE": 3, "FR": 2},
        "tiers": {"free": 5},
    }
    assert answer.json()["trouble"] == ""
    same = await live.ops("POST", "config/plan", {"text": halved(), "against": halved()})
    assert (same.json()["replays"], same.json()["changes"]) == ([], [])


async def test_traffic_of_more_than_an_hour_ago_is_not_replayed(live: Live, tmp_path: Path) -> None:
    await send(live, folded(tmp_path, chats(70)), at=datetime.now(UTC) - timedelta(hours=1))
    [said] = (await live.ops("POST", "config/plan", {"text": halved()})).json()["replays"]
    assert said["sentence"] == "no traffic was recorded in the last hour, so none could be replayed"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(small_text(limits=LIMITS))
    chat = {**LIMITS["policies"]["chat"], "rate": 50}
    after.write_text(small_text(limits=LIMITS | {"policies": LIMITS["policies"] | {"chat": chat}}))
    return str(before), str(after)


def test_without_control_the_plan_says_that_no_traffic_could_be_replayed(
    files: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MERIDIAN_CONTROL", "http://127.0.0.1:9")
    before, after = files
    assert main(["plan", after, "--against", before, "--home", str(tmp_path / "home")]) == 2
    assert (
        "no traffic could be replayed: control does not answer at http://127.0.0.1:9"
        in capsys.readouterr().out
    )


def test_the_plan_prints_what_control_says_of_the_traffic(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def post(_: client.Client, path: str, body: Any = None) -> Any:
        asked.append((path, sorted(body)))
        return {
            "replays": [{"subject": "limits.chat", "sentence": "of 3 users ...", "evidence": {}}],
            "trouble": "x",
        }

    monkeypatch.setattr(client.Client, "post", post)
    before, after = files
    assert main(["plan", after, "--against", before]) == 2
    assert capsys.readouterr().out.splitlines()[-5:-2] == ["traffic", "  of 3 users ...", "  x"]
    assert asked == [("/infrastructure/config/plan", ["against", "text"])]
