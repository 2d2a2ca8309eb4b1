"""One line of the access log, as the folds get it.

msgspec reads it straight into this type: measured on the lines of an edge, 2.0 us where orjson takes 4.0 and the standard
library 14, most of which is making a dict. What very many lines have in common is an object of its own in the log, which is
read once for all of them: 0.9 us, and grouping lines by it 0.1 us instead of 1.0 by their fields.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec


class Alike(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What lines of one kind have in common. Fields are None where Envoy had nothing to say. Compared by identity: mostly there
    is one for each kind.

    region: the user's. location: the one that answered, and version: of the app there, as its answer says. limit: the one
    that refused it."""

    feature: str | None = None
    service: str | None = None
    action: str | None = None
    region: str | None = None
    location: str | None = None
    version: str | None = None
    country: str | None = None
    tier: str | None = None
    risk: str | None = None
    limit: str | None = None
    status: int | None = None


class AccessLine(msgspec.Struct, gc=False):
    """One request. Fields are None where Envoy had nothing to say; the log may have others, which are passed over. A request
    that one region's edge hands to another's is one line, of the first.

    t: when it began, in seconds since 1970. client: address. ms: until its end. hits: how many it counted as."""

    t: float
    alike: Alike = Alike()
    user: str | None = None
    client: str | None = None
    ms: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    hits: int | None = None


Groups = Mapping[Alike, Sequence[AccessLine]]


class Lines(list[AccessLine]):
    """Lines that several folds get: whoever asks first for their groups makes them for all."""

    __slots__ = ("_groups",)

    def __init__(self, lines: Iterable[AccessLine]) -> None:
        super().__init__(lines)
        self._groups: Groups | None = None

    @property
    def groups(self) -> Groups:
        if self._groups is None:
            self._groups = _grouped(self)
        return self._groups


def grouped(lines: Sequence[AccessLine]) -> Groups:
    """Lines of one kind together, each group in their order: folds count by group what they can, as there are fewer of them."""
    return lines.groups if isinstance(lines, Lines) else _grouped(lines)


def seconds(lines: Sequence[AccessLine]) -> Iterator[tuple[int, Sequence[AccessLine]]]:
    """The lines by the second in which they ended. They are in that order, but for what several threads of Envoy write at once,
    so their ends need looking at only where a second changes."""
    start = 0
    while start < len(lines):
        second = int(_end(lines[start]))
        rest = (
            len(lines)
            if _end(lines[-1]) < second + 1
            else bisect_left(lines, second + 1.0, start + 1, key=_end)
        )
        yield second, lines if not start and rest == len(lines) else lines[start:rest]
        start = rest


def _end(line: AccessLine) -> float:
    return line.t + (line.ms or 0) / 1000


def _grouped(lines: Iterable[AccessLine]) -> Groups:
    found: defaultdict[Alike, list[AccessLine]] = defaultdict(list)
    for line in lines:
        found[line.alike].append(line)
    return found
