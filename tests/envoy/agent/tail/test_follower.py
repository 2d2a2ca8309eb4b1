"""A log through its rotations, its damages and the agent's restarts: each line once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule
from hypothesis.stateful import run_state_machine_as_test as run

from meridian.envoy.agent.rotation import Rotation
from meridian.envoy.agent.tail.followed import Place
from meridian.envoy.agent.tail.follower import QUIET, Follower

MOST = 4096


class Log:
    """A log as Envoy writes it: it keeps its file open whatever the file is called by now."""

    def __init__(self, folder: Path, keep: int = 3) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "access.log"
        self.rotation = Rotation(self.path, folder / "envoy.log")
        self.keep = keep
        self.file = self.path.open("ab", buffering=0)

    def write(self, *lines: str) -> None:
        self.raw("".join(f"{line}\n" for line in lines).encode())

    def raw(self, content: bytes) -> None:
        self.file.write(content)

    def rename(self) -> None:
        assert self.rotation.turn(-1, self.keep)

    def reopen(self) -> None:
        self.file.close()
        self.file = self.path.open("ab", buffering=0)
        self.rotation.reopened()

    def rotate(self) -> None:
        self.rename()
        self.reopen()


def lines(follower: Follower, now: float = 0.0) -> list[str]:
    """All that is there now. Twice nothing: the first may only have found further files."""
    found: list[str] = []
    idle = 0
    while idle < 2:
        chunk = follower.read(MOST, now)
        idle = idle + 1 if chunk is None else 0
        found += (chunk or b"").decode().splitlines()
    return found


def again(follower: Follower, log: Log) -> Follower:
    """As a following agent would: only what rests on disk is known."""
    places = [Place.from_json(each.to_json()) for each in follower.places()]
    follower.close()
    return Follower(log.path, places)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "log")
    yield made
    made.file.close()


def test_lines_come_as_they_are_written_and_halves_wait_for_their_rest(log: Log) -> None:
    follower = Follower(log.path, None)
    log.write("one", "two")
    log.raw(b"thr")
    assert lines(follower) == ["one", "two"]
    assert lines(follower) == []
    log.raw(b"ee\n")
    assert lines(follower) == ["three"]
    assert follower.dropped == 0


def test_a_log_that_is_not_there_yet_is_no_trouble(tmp_path: Path) -> None:
    follower = Follower(tmp_path / "log" / "access.log", None)
    assert lines(follower) == []
    log = Log(tmp_path / "log")
    log.write("one")
    assert lines(follower) == ["one"]
    log.file.close()


def test_what_is_written_between_renaming_and_reopening_is_read(log: Log) -> None:
    follower = Follower(log.path, None)
    log.write("one")
    assert lines(follower) == ["one"]
    log.rename()
    log.write("two")
    assert lines(follower) == ["two"]
    log.write("three")
    log.reopen()
    log.write("four")
    assert lines(follower) == ["three", "four"]


def test_an_envoy_that_drains_goes_on_writing_to_the_old_file(log: Log) -> None:
    follower = Follower(log.path, None)
    draining = log.path.open("ab", buffering=0)
    log.write("one")
    assert lines(follower) == ["one"]
    log.rotate()
    log.write("new 1")
    draining.write(b"old 1\n")
    assert sorted(lines(follower, QUIET)) == ["new 1", "old 1"]
    draining.write(b"old 2\n")
    assert lines(follower, QUIET * 1.5) == ["old 2"]
    assert lines(follower, QUIET * 4) == []
    draining.close()
    assert len(follower.places()) == 1, "quiet for long enough, the old file is done with"


def test_several_rotations_at_once_lose_nothing_that_is_still_there(log: Log) -> None:
    follower = Follower(log.path, None)
    log.write("one")
    assert lines(follower) == ["one"]
    for number in ("two", "three", "four"):
        log.rotate()
        log.write(number)
    assert lines(follower) == ["two", "three", "four"]


def test_a_restart_goes_on_where_the_former_agent_was_across_a_rotation(log: Log) -> None:
    follower = Follower(log.path, None)
    log.write("one")
    log.raw(b"tw")
    assert lines(follower) == ["one"]
    log.raw(b"o\n")
    log.rotate()
    log.write("three")
    follower = again(follower, log)
    assert lines(follower) == ["two", "three"]
    assert lines(again(follower, log)) == []


def test_a_restart_after_the_file_is_gone_reads_all_that_came_later(log: Log) -> None:
    follower = Follower(log.path, None)
    log.write("one")
    assert lines(follower) == ["one"]
    for number in range(6):
        log.rotate()
        log.write(f"after {number}")
    assert lines(again(follower, log)) == ["after 2", "after 3", "after 4", "after 5"]


def test_a_file_cut_short_in_place_is_read_from_its_new_beginning(log: Log) -> None:
    follower = Follower(log.path, None)
    log.write("one", "two")
    assert lines(follower) == ["one", "two"]
    os.truncate(log.path, 0)
    log.write("1")
    assert lines(follower) == ["1"]
    os.truncate(log.path, 0)
    log.write("something", "that is longer than before")
    assert lines(follower) == ["something", "that is longer than before"]


def test_a_file_cut_short_while_no_agent_ran_is_read_from_its_new_beginning(log: Log) -> None:
    follower = Follower(log.path, None)
    log.rotate()
    log.write("one", "two")
    assert lines(follower) == ["one", "two"]
    os.truncate(log.path, 0)
    log.write("three", "four", "five")
    assert lines(again(follower, log)) == ["three", "four", "five"]


def test_a_line_that_is_too_long_is_dropped_and_counted_and_its_neighbours_stay(log: Log) -> None:
    follower = Follower(log.path, None)
    log.write("before", "x" * 1_000_000, "after")
    assert lines(follower) == ["before", "after"]
    assert follower.dropped == 1


def test_a_restart_in_the_middle_of_a_line_that_is_too_long_does_not_take_its_end_for_a_line(
    log: Log,
) -> None:
    follower = Follower(log.path, None)
    log.raw(b"x" * (3 * MOST))
    assert lines(follower) == []
    log.raw(b"xxx\n")
    log.write("after")
    assert lines(again(follower, log)) == ["after"]


def test_when_nobody_knows_where_the_former_agent_was_nothing_is_counted_twice(log: Log) -> None:
    log.write("perhaps counted")
    follower = Follower(log.path, None, lost=True)
    log.write("new")
    assert lines(follower) == ["new"]


def test_a_half_line_that_nobody_will_finish_is_counted_as_dropped(log: Log) -> None:
    follower = Follower(log.path, None)
    log.raw(b"half")
    assert lines(follower) == []
    log.rotate()
    log.write("one")
    assert lines(follower) == ["one"]
    assert lines(follower, QUIET * 2) == []
    assert follower.dropped == 1


class Whatever(RuleBasedStateMachine):
    """Writing, rotating, cutting off in the middle, restarting, in any order: every line comes once."""

    folder: Path
    number = 0
    logs = Bundle("logs")

    @initialize()
    def begin(self) -> None:
        Whatever.number += 1
        self.log = Log(self.folder / str(Whatever.number), keep=100)
        self.follower = Follower(self.log.path, None)
        self.follower.read(MOST, 0)
        self.written = 0
        self.half = b""
        self.read: list[str] = []

    @rule(count=st.integers(1, 50), size=st.integers(0, 300))
    def write(self, count: int, size: int) -> None:
        self.finish()
        self.log.write(*(f"{self.written + n} {'x' * size}" for n in range(count)))
        self.written += count

    @rule(share=st.floats(0, 1))
    def write_half(self, share: float) -> None:
        self.finish()
        line = f"{self.written} half\n".encode()
        cut = int(share * (len(line) - 1))
        self.log.raw(line[:cut])
        self.half = line[cut:]

    @rule()
    def finish(self) -> None:
        if self.half:
            self.log.raw(self.half)
            self.half = b""
            self.written += 1

    @rule()
    def rename(self) -> None:
        self.finish()
        self.log.rename()
        self.log.write(f"{self.written}")
        self.written += 1
        self.log.reopen()

    @rule(steps=st.integers(0, 3))
    def step(self, steps: int) -> None:
        for _ in range(steps):
            self.read += (self.follower.read(MOST, 0) or b"").decode().splitlines()

    @rule()
    def restart(self) -> None:
        self.follower = again(self.follower, self.log)

    def teardown(self) -> None:
        if hasattr(self, "log"):
            self.finish()
            self.read += lines(self.follower)
            assert [int(line.split()[0]) for line in self.read] == list(range(self.written))
            self.follower.close()
            self.log.file.close()


def test_whatever_happens_every_line_comes_once_and_in_order(tmp_path: Path) -> None:
    machine = type("Machine", (Whatever,), {"folder": tmp_path})
    run(machine, settings=settings(max_examples=60, stateful_step_count=25, deadline=None))
