"""Bytes of a log to lines: garbage is counted, and takes nothing else with it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from meridian.envoy.agent.tail.parsing import Parser
from meridian.envoy.lines import grouped

NOW = 1_900_000_003.5


def line(t: object = f"{NOW:.3f}", **fields: object) -> bytes:
    return json.dumps({"t": t, **fields}).encode() + b"\n"


def test_a_line_of_envoys_is_read_with_what_it_does_not_say_as_none() -> None:
    parsed = Parser("access").parse(
        line(user="u1", alike={"status": 200, "tier": None}, something={"new": 1})
    )
    [(window, [read])] = parsed.windows
    assert window == 1_900_000_000
    assert (read.t, read.user, read.ms) == (NOW, "u1", None)
    assert (read.alike.status, read.alike.tier, read.alike.country) == (200, None, None)
    assert parsed.dropped == 0


def test_lines_are_given_window_by_window() -> None:
    chunk = line(1_900_000_009.9) + line(1_900_000_010.0) + line(1_900_000_001.0)
    windows = Parser("access").parse(chunk).windows
    assert [(window, len(lines)) for window, lines in windows] == [(1_900_000_000, 2), (1_900_000_010, 1)]


def test_lines_come_with_their_groups() -> None:
    alike = [{"feature": "chat", "tier": "vip"}, {"feature": "feed"}]
    chunk = b"".join(line(user=f"u{n}", alike=alike[n % 3 % 2]) for n in range(6))
    [(_, lines)] = Parser("access").parse(chunk).windows
    groups = grouped(lines)
    found = {kind.feature: [each.user for each in group] for kind, group in groups.items()}
    assert found == {"chat": ["u0", "u2", "u3", "u5"], "feed": ["u1", "u4"]}
    assert all(each.alike is kind for kind, group in groups.items() for each in group)


def test_what_is_no_line_is_counted_and_dropped() -> None:
    bad = [
        b"\n",
        b"{}\n",
        b"[1]\n",
        b"null\n",
        b'{"t": "yesterday"}\n',
        b'{"t": 1e300}\n',
        b'{"t": "nan"}\n',
        b'{"t": -1}\n',
        b'{"t": 1900000000, "alike": {"status": "OK"}}\n',
        b'{"t": 1900000000, "alike": 7}\n',
        b'{"t": 1900000000, "alike": {"tier": "\xff\xfe"}}\n',
        b'{"t": 1900000000, "user": "\xff\xfe"}\n',
        b'{"t": 1900000000\n',
        b"\x00\x01\x02\xff\n",
        b"[" * 5000 + b"\n",
    ]
    for each in bad:
        parsed = Parser("access").parse(line(user="before") + each + line(user="after"))
        assert [read.user for _, lines in parsed.windows for read in lines] == ["before", "after"], each
        assert parsed.dropped == (0 if each == b"\n" else 1), each


def test_events_of_the_admission_are_objects_with_a_time() -> None:
    chunk = line(event="block") + b'{"event": "block"}\n' + b'{"t": []}\n' + b"7\n" + line(event="counts")
    parsed = Parser("admission").parse(chunk)
    assert [event["event"] for _, lines in parsed.windows for event in lines] == ["block", "counts"]
    assert parsed.dropped == 3


@given(st.lists(st.one_of(st.binary(max_size=60), st.just(line(user="u").rstrip()))))
def test_whatever_is_between_them_lines_come_through(parts: list[bytes]) -> None:
    good = line(user="u").rstrip()
    chunk = b"".join(part + b"\n" for part in parts)
    parsed = Parser("access").parse(chunk)
    wanted = sum(1 for part in chunk.split(b"\n") if part == good)
    assert sum(len(lines) for _, lines in parsed.windows) == wanted
