"""What the controller decides when history outgrows its room, and that it does nothing else worth telling."""

from meridian.core.clock import FakeClock
from meridian.telemetry.history.levels import PARTITION, below, seconds
from meridian.telemetry.history.partitions import Part
from meridian.telemetry.history.rollup import MEGABYTE, RollupJudge, Room, _shed
from tests.support.configs import small

NOW = seconds(FakeClock().now())
DAY = 86_400


def days(width: int, many: int, megabytes: int) -> list[Part]:
    return [
        Part(width, below(NOW, PARTITION[width]) - n * PARTITION[width], megabytes * MEGABYTE)
        for n in range(many)
    ]


def room(*parts: Part) -> Room:
    return Room(sorted(parts, key=lambda part: (part.begin, part.width)))


def test_nothing_is_decided_while_there_is_room() -> None:
    full = room(*days(300, 30, 100))
    assert RollupJudge().decide(small(), None, full, FakeClock().now()) == (None, [])


def test_the_oldest_of_what_takes_most_goes_and_the_journal_says_so() -> None:
    judge, now = RollupJudge(), FakeClock().now()
    full = room(*days(10, 3, 1), *days(60, 7, 40), *days(300, 30, 135), *days(3600, 30, 1))
    _, [decision] = judge.decide(small(), None, full, now)
    oldest = below(NOW, DAY) - 29 * DAY
    assert decision.action == {"drop_before": {"300": oldest + 2 * DAY}}
    assert "5 min before" in decision.sentence
    assert "4,363 MB of 4,096" in decision.sentence
    assert [each.action for each in judge.replay(small(), decision.evidence)] == [decision.action]


def test_what_is_of_now_stays_and_no_coarser_goes_before_a_finer_one() -> None:
    full = room(*days(60, 2, 10), *days(300, 2, 500))
    assert _shed(full, 1, NOW) == {60: below(NOW, DAY), 300: below(NOW, DAY)}
    assert _shed(room(*days(300, 1, 500)), 1, NOW) == {}
