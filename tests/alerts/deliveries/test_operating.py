"""What operators see and do: routes and commands, against a real control and real receivers."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from meridian.alerts.deliveries import enqueue
from meridian.cli.main import program
from meridian.core.errors import MeridianError
from meridian.store.database import Database
from tests.alerts.deliveries.live import serving
from tests.api.world import ADMIN, EU, OPS, bearer
from tests.integrations.notices import FIRING
from tests.integrations.receivers import Receivers
from tests.support.waiting import until

PATH = "/infrastructure/alerts"


@pytest.fixture
def control(
    tmp_path: Path, postgres_url: str, there: Receivers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[httpx.Client]:
    channels = there.channels(tmp_path / "secrets")
    with serving(tmp_path / "home", postgres_url, channels) as address:
        monkeypatch.setenv("MERIDIAN_CONTROL", address)
        monkeypatch.setenv("MERIDIAN_TOKEN", ADMIN)
        with httpx.Client(base_url=f"http://{address}", timeout=20) as client:
            yield client


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["alerts", *arguments], standalone_mode=False)


def told(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exception is None, (result.output, result.exception)
    return json.loads(result.output)


def test_every_channel_can_be_tested_and_the_log_says_how_that_went(
    control: httpx.Client, there: Receivers
) -> None:
    for name in ("chat", "pager", "mail", "text", "hook"):
        found = told("test", name)
        assert (found["channel"], found["sent"]) == (name, True)
    assert there.problems == []
    assert "Nothing is wrong" in there.slack.taken[0]["text"]
    assert [each["event_action"] for each in there.pagerduty.taken] == [
        "trigger",
        "resolve",
    ]  # nobody has to close it
    assert there.pagerduty.taken[0]["payload"]["severity"] == "info"
    lines = told("deliveries")
    assert [(each["channel"], each["event"], each["status"]) for each in lines] == [
        (name, "test", "sent") for name in ("hook", "text", "mail", "pager", "chat")
    ]
    states = {each["name"]: (each["state"], each["kind"]) for each in told("channels")}
    assert states["pager"] == ("working", "pagerduty")
    journal = control.get("/infrastructure/decisions", headers=bearer(OPS)).json()
    assert "anna sends a test on the channel hook (webhook)" in json.dumps(journal)


def test_a_test_that_fails_says_why_and_counts_as_no_failure_of_the_channel(
    control: httpx.Client, there: Receivers
) -> None:
    there.slack.script.append("refuse")
    result = run("test", "chat")
    assert isinstance(result.exception, MeridianError)
    assert "the test on chat did not get through: 400 invalid_payload" in str(result.exception)
    [chat] = [each for each in told("channels") if each["name"] == "chat"]
    assert (chat["state"], chat["failures"]) == ("unused", 0)
    assert told("deliveries", "--channel", "chat")[0]["status"] == "given_up"


def test_a_name_that_was_probably_meant_is_said(control: httpx.Client) -> None:
    result = run("test", "pagr")
    assert "no channel is called 'pagr'; did you mean pager?" in str(result.exception)


def test_deliveries_of_a_channel_that_never_was_are_not_found(control: httpx.Client) -> None:
    answer = control.get(f"{PATH}/deliveries", params={"channel": "pagr"}, headers=bearer(OPS))
    assert (answer.status_code, answer.json()["todo"]) == (404, "did you mean pager?")
    assert told("deliveries", "--channel", "pager") == []


def test_deliveries_of_a_channel_that_was_removed_are_still_told(
    control: httpx.Client, postgres_url: str
) -> None:
    told("test", "chat")

    async def rename() -> None:
        database = Database(postgres_url)
        async with database.connection() as connection:
            await connection.execute("UPDATE alert_delivery SET channel = 'former'")
        await database.close()

    asyncio.run(rename())
    assert [each["channel"] for each in told("deliveries", "--channel", "former")] == ["former"]
    waiting = {"channel": "former", "status": "waiting"}
    answer = control.get(f"{PATH}/deliveries", params=waiting, headers=bearer(OPS))
    assert answer.json() == {"deliveries": [], "next": None}


def test_only_admins_send_and_only_operators_read(control: httpx.Client, there: Receivers) -> None:
    assert control.post(f"{PATH}/channels/chat/test", headers=bearer(OPS)).status_code == 403
    assert control.post(f"{PATH}/channels/chat/test").status_code == 401
    assert control.get(f"{PATH}/channels", headers=bearer(EU)).status_code == 403
    assert control.get(f"{PATH}/deliveries").status_code == 401
    assert there.slack.seen == []


def test_no_route_shows_a_secret(control: httpx.Client, there: Receivers) -> None:
    for name in ("chat", "pager", "text", "hook"):
        told("test", name)
    shown = "".join(
        control.get(path, headers=bearer(ADMIN)).text
        for path in (
            f"{PATH}/channels",
            f"{PATH}/deliveries",
            "/infrastructure/decisions",
            "/infrastructure/config",
        )
    )
    secrets = (there.slack.path, there.pagerduty.key, there.twilio.token, there.webhook.secret)
    assert [each for each in secrets if each in shown] == []
    assert "pager" in shown


def test_a_log_is_read_on_from_where_it_was_cut(control: httpx.Client) -> None:
    for _ in range(3):
        told("test", "chat")
    first = control.get(f"{PATH}/deliveries?limit=2", headers=bearer(OPS)).json()
    rest = control.get(f"{PATH}/deliveries?limit=2&before={first['next']}", headers=bearer(OPS)).json()
    assert (len(first["deliveries"]), len(rest["deliveries"]), rest["next"]) == (2, 1, None)
    assert control.get(f"{PATH}/deliveries?limit=0", headers=bearer(OPS)).status_code == 422


def test_the_running_loop_delivers_and_tables_show_it(
    control: httpx.Client, there: Receivers, postgres_url: str
) -> None:
    async def tell() -> None:
        database = Database(postgres_url)
        async with database.connection() as connection:
            await enqueue(connection, FIRING, ["chat", "pager"], datetime.now(UTC))
        await database.close()

    asyncio.run(tell())
    until(lambda: bool(there.slack.taken and there.pagerduty.taken))
    until(lambda: all(each["status"] == "sent" for each in told("deliveries")))
    assert "working" in run("channels").output
    assert FIRING.key in run("deliveries", "--incident", FIRING.key).output
