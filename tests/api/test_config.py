"""Configurations over the API: all or nothing, journalled, and followed by every replica."""

import asyncio
import logging
from contextlib import suppress

from meridian.api import life
from meridian.envoy.snapshot import Snapshot
from tests.api.conftest import started, until
from tests.api.world import EU, OPS, config_text

CONFIG = "/infrastructure/config"


def moved(text: str) -> str:
    """Canada moves to the EU."""
    return text.replace("[US, CA]", "[US]").replace('"AD"', '"AD", "CA"')


async def active(world):
    return (await world.get(CONFIG)).json()


async def test_the_file_is_version_1_at_the_first_start(world):
    now = await active(world)
    assert now["version"] == 1
    assert now["text"] == (world.home / "meridian.yaml").read_text()
    [version] = (await world.get(f"{CONFIG}/history")).json()["versions"]
    assert (version["actor"], version["reason"], version["active"]) == ("meridian", "first start", True)
    [decision] = (await world.get("/infrastructure/decisions?kind=config-apply")).json()["decisions"]
    assert decision["sentence"] == "meridian applied version 1: first start"


async def test_a_change_is_planned_applied_and_journalled_with_who_and_why(world):
    text = moved((await active(world))["text"])
    plan = (await world.post(f"{CONFIG}/plan", {"text": text}, OPS)).json()
    assert plan["different"] is True
    assert any(change["subject"] == "CA" for change in plan["changes"])
    assert (await active(world))["version"] == 1
    body = {"text": text, "reason": "Canada moves", "expected": plan["version"]}
    applied = await world.post(CONFIG, body)
    assert applied.status_code == 200, applied.text
    assert applied.json()["version"] == 2
    assert (await active(world))["text"] == text
    decision = (await world.get(f"/infrastructure/decisions/{applied.json()['decision']}")).json()
    assert (decision["actor"], decision["reason"], decision["controller"]) == (
        "anna",
        "Canada moves",
        "operator",
    )
    assert decision["sentence"].startswith("anna applied version 2 with ")
    assert Snapshot.load((await world.get("/edge/v1/EU/snapshot", EU)).content).config_version in (1, 2)


async def test_who_planned_from_an_older_version_is_told_so(world):
    text = (await active(world))["text"]
    first = {"text": moved(text), "reason": "one", "expected": 1}
    done = await world.post(CONFIG, first)
    assert done.status_code == 200, done.text
    late = await world.post(CONFIG, {"text": text + "# late\n", "reason": "two", "expected": 1})
    assert late.status_code == 409
    assert "version 2 is active by now" in late.json()["detail"]
    assert (await active(world))["version"] == 2
    again = await world.post(CONFIG, first)
    assert (again.status_code, again.json()["version"], again.json()["decision"]) == (200, 2, "")


async def test_of_many_who_apply_at_once_one_wins(world):
    text = (await active(world))["text"]
    bodies = [{"text": f"{text}# {n}\n", "reason": f"{n}", "expected": 1} for n in range(5)]
    answers = await asyncio.gather(*(world.post(CONFIG, body) for body in bodies))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 409, 409, 409, 409], [answer.text for answer in answers]
    assert (await active(world))["version"] == 2


async def test_everything_that_is_wrong_is_told_at_once_with_its_place_and_nothing_changes(world):
    before = world.control.snapshots.get("EU").digest
    text = (
        (await active(world))["text"]
        .replace("[US, CA]", "[US, XX]")
        .replace("{service: app,", "{service: ap,")
    )
    for path, more in ((CONFIG, {"reason": "r"}), (f"{CONFIG}/plan", {})):
        refused = await world.post(path, {"text": text, **more})
        assert refused.status_code == 422, refused.text
        problem = refused.json()
        assert problem["type"].endswith("invalid-configuration")
        assert len(problem["errors"]) >= 2
        assert all(error["line"] and error["column"] and error["detail"] for error in problem["errors"])
    assert (await active(world))["version"] == 1
    assert world.control.snapshots.get("EU").digest == before
    assert len((await world.get(f"{CONFIG}/history")).json()["versions"]) == 1


async def test_a_text_that_does_not_compile_is_not_stored(world):
    world.sample.state = "refuse"
    refused = await world.post(CONFIG, {"text": moved((await active(world))["text"]), "reason": "r"})
    assert refused.status_code == 500
    assert len((await world.get(f"{CONFIG}/history")).json()["versions"]) == 1
    assert world.control.version() == 1


async def test_keys_that_are_not_there_refuse_a_configuration(world):
    text = (await active(world))["text"].replace("jwks.json", "nowhere.json")
    refused = await world.post(CONFIG, {"text": text, "reason": "r"})
    assert refused.status_code == 422
    assert "nowhere.json" in refused.json()["detail"]
    assert world.control.version() == 1


async def test_going_back_is_a_new_version_with_the_old_text(world):
    text = (await active(world))["text"]
    await world.post(CONFIG, {"text": moved(text), "reason": "there"})
    back = await world.post(f"{CONFIG}/rollback", {"version": 1, "reason": "and back"})
    assert (back.status_code, back.json()["version"]) == (200, 3)
    assert (await active(world))["text"] == text
    versions = (await world.get(f"{CONFIG}/history")).json()["versions"]
    assert [(v["version"], v["active"], v["reason"]) for v in versions] == [
        (3, True, "and back"),
        (2, False, "there"),
        (1, False, "first start"),
    ]
    assert (await world.post(f"{CONFIG}/rollback", {"version": 1, "reason": "r"})).status_code == 409
    assert (await world.post(f"{CONFIG}/rollback", {"version": 9, "reason": "r"})).status_code == 404
    assert (await world.get(f"{CONFIG}/2")).json()["text"] == moved(text)


async def test_an_applied_configuration_can_be_undone_from_the_journal(world):
    text = (await active(world))["text"]
    applied = (await world.post(CONFIG, {"text": moved(text), "reason": "there"})).json()
    path = f"/infrastructure/decisions/{applied['decision']}/undo"
    undone = await world.post(path, {"reason": "wrong"})
    assert undone.status_code == 200, undone.text
    assert undone.json()["kind"] == "config-rollback"
    assert (await active(world))["text"] == text
    assert (await world.post(path, {"reason": "again"})).status_code == 409


async def test_a_replica_follows_what_another_applied(world, tmp_path, postgres_url):
    async with started(tmp_path / "second", postgres_url) as second:
        await until(lambda: not second.control.trouble())
        applied = await world.post(CONFIG, {"text": moved((await active(world))["text"]), "reason": "r"})
        assert applied.json()["version"] == 2
        await until(lambda: second.control.version() == 2, 3)
        assert "CA" in second.control.config().countries["EU"]
        second.sample.state = "third"
        await world.control.recompile()
        await until(lambda: b"sample-third" in second.control.snapshots.get("EU").body, 3)
        assert world.control.leading() != second.control.leading()


class Late:
    """The store of configurations, whose answer arrives late: after the next apply, if that gets through."""

    def __init__(self, world):
        self.world, self.configs, self.asked = world, world.control.configs, asyncio.Event()

    def __getattr__(self, name):
        return getattr(self.configs, name)

    async def active(self):
        found = await self.configs.active()
        self.asked.set()
        with suppress(TimeoutError):
            await until(lambda: self.world.control.version() != found.version, 0.5)
        return found


async def test_following_what_was_read_before_an_apply_does_not_undo_it(world):
    text = (await active(world))["text"]
    late = world.control.configs = Late(world)
    following = asyncio.create_task(life.follow(world.control, world.applying, "another", ""))
    await late.asked.wait()
    assert (await world.post(CONFIG, {"text": moved(text), "reason": "r"})).status_code == 200
    await following
    assert world.control.version() == 2


async def test_a_later_start_keeps_the_stored_version_and_says_how_to_apply_the_file(
    home, postgres_url, caplog
):
    async with started(home, postgres_url) as world:
        await until(lambda: not world.control.trouble())
    (home / "meridian.yaml").write_text(moved((home / "meridian.yaml").read_text()))
    with caplog.at_level(logging.WARNING):
        async with started(home, postgres_url) as world:
            await until(lambda: not world.control.trouble())
            assert world.control.version() == 1
            assert "CA" in world.control.config().countries["US"]
    assert any("meridian apply" in record.message for record in caplog.records)


async def test_a_version_that_a_crash_left_unjournalled_is_journalled_at_the_next_start(home, postgres_url):
    async with started(home, postgres_url) as world:
        await until(lambda: not world.control.trouble())
        text = moved(world.control.active().text)
        await world.control.configs.apply(text, actor="anna", reason="then a crash", expected=1)
    async with started(home, postgres_url) as world:
        await until(lambda: not world.control.trouble())
        found = (await world.get("/infrastructure/decisions?kind=config-apply")).json()["decisions"]
        assert [entry["reason"] for entry in found] == ["then a crash", "first start"]


async def test_a_first_file_that_is_no_configuration_leaves_control_waiting_with_a_reason(home, postgres_url):
    home.mkdir()
    (home / "meridian.yaml").write_text("version: 1\n")
    async with started(home, postgres_url) as world:
        for text in ("", "a: [", "\x00", "- 1", "\ufeff", "a: &a [*a]"):
            await until(lambda: "starting" not in world.control.trouble())
            assert (await world.client.get("/readyz")).status_code == 503
            (home / "meridian.yaml").write_text(text)
        (home / "meridian.yaml").unlink()
        await until(lambda: "cannot be read" in world.control.trouble())
        (home / "meridian.yaml").write_text(config_text())
        await until(lambda: not world.control.trouble())
        assert world.control.version() == 1
