from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.settings import Shield
from meridian.limits.shield import track as tracks
from meridian.limits.shield.track import NEW, Attempt, Track

HOUR = 3600.0
SHIELD = Shield(action="login", failures=5, within="1h", block="1h", growth=2, longest="7d")  # type: ignore[arg-type]
NOW = 1_900_000_000.0


def guessed(track: Track, count: int, now: float, prefix: str = "g") -> Track:
    for number in range(count):
        track = tracks.tried(track, f"{prefix}{number}", now)
    for number in range(count):
        track = tracks.failed(track, f"{prefix}{number}", SHIELD, now)
    return track


def test_attempts_count_before_their_outcome_is_known() -> None:
    track = NEW
    for number in range(5):
        assert tracks.wait(track, f"g{number}", SHIELD, NOW) == 0
        track = tracks.tried(track, f"g{number}", NOW)
    assert tracks.wait(track, "g5", SHIELD, NOW) == tracks.PENDING_WAIT
    assert tracks.wait(track, "g4", SHIELD, NOW) == 0, "an attempt that counts already may be judged again"


def test_the_fifth_failure_blocks_and_each_further_block_is_twice_as_long_up_to_the_longest() -> None:
    track, now, lasted = NEW, NOW, []
    for turn in range(10):
        track = guessed(tracks.settled(track, SHIELD, now), 5, now, f"{turn}-")
        lasted.append(track.blocked(now))
        now = track.until
        assert tracks.wait(tracks.settled(track, SHIELD, now), "next", SHIELD, now) == 0
    assert lasted == [min(HOUR * 2**turn, 7 * 24 * HOUR) for turn in range(10)]


def test_four_failures_block_nothing_and_are_forgotten_within_the_hour() -> None:
    track = guessed(NEW, 4, NOW)
    assert track.until == 0
    assert len(tracks.settled(track, SHIELD, NOW + HOUR - 1).attempts) == 4
    assert tracks.settled(track, SHIELD, NOW + HOUR).attempts == ()


def test_blocks_are_forgotten_when_the_longest_has_passed_since() -> None:
    track = guessed(NEW, 5, NOW)
    assert tracks.settled(track, SHIELD, track.until + 7 * 24 * HOUR - 1).blocks == 1
    assert tracks.settled(track, SHIELD, track.until + 7 * 24 * HOUR).blocks == 0
    assert tracks.forgotten_at(track, SHIELD) == track.until + 7 * 24 * HOUR


def test_what_fails_while_a_block_lasts_is_part_of_what_led_to_it() -> None:
    track = guessed(NEW, 5, NOW)
    assert tracks.failed(track, "late", SHIELD, NOW + 1) == track


def test_an_outcome_counts_once() -> None:
    track = guessed(NEW, 4, NOW)
    assert tracks.failed(track, "g0", SHIELD, NOW) == track
    assert tracks.tried(track, "g0", NOW) == track


def test_an_operator_ends_a_block_that_began_before() -> None:
    track = guessed(NEW, 5, NOW)
    assert tracks.settled(track, SHIELD, NOW + 2, lifted=NOW + 1).blocked(NOW + 2) == 0
    assert tracks.settled(track, SHIELD, NOW + 2, lifted=NOW + 1).blocks == 0
    assert tracks.settled(track, SHIELD, NOW + 2, lifted=NOW - 1).blocked(NOW + 2) > 0


def test_of_two_memories_the_newer_counts_and_no_block_is_lost() -> None:
    clean = tracks.wiped(guessed(NEW, 3, NOW - 20), NOW - 10)
    blocked = guessed(NEW, 5, NOW)
    assert tracks.joined(clean, blocked).until == blocked.until
    assert tracks.joined(blocked, clean).until == blocked.until
    wiped = tracks.wiped(blocked, NOW + 1)
    assert tracks.joined(wiped, blocked) == wiped


tracks_ = st.builds(
    Track,
    st.lists(
        st.builds(
            Attempt,
            st.text("0123456789abcdef", min_size=1),
            st.floats(0, 2e9).map(lambda x: round(x, 3)),
            st.booleans(),
        ),
        max_size=6,
    ).map(tuple),
    st.floats(0, 2e9).map(lambda x: round(x, 3)),
    st.floats(0, 2e9).map(lambda x: round(x, 3)),
    st.integers(0, 50),
    st.floats(0, 2e9).map(lambda x: round(x, 3)),
    st.integers(0, 10**9),
)


@given(tracks_)
def test_a_track_is_read_as_it_was_written(track: Track) -> None:
    assert tracks.load(tracks.dump(track)) == track


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers(), st.lists).map(str)))
def test_what_is_no_track_is_refused(text: str) -> None:
    try:
        found = tracks.load(text)
    except ValueError:
        return
    assert isinstance(found, Track)


@given(st.floats(1, 100), st.integers(0, 10_000))
def test_no_growth_leads_beyond_the_longest(growth: float, before: int) -> None:
    shield = SHIELD.model_copy(update={"growth": growth})
    assert HOUR <= tracks.length(shield, before) <= shield.longest
