"""How history answers: from the coarsest windows that fit the steps; and from finer ones where those have not been added up yet.

So the answer is the same before, during and after adding up, to the last request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from meridian.telemetry.history.levels import WIDTHS, below, finer, width_for
from meridian.telemetry.history.merging import merged_all
from meridian.telemetry.history.partitions import shared
from meridian.telemetry.history.rows import select
from meridian.telemetry.history.table import cubes, decode
from meridian.telemetry.history.views import FULL, chosen, views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meridian.store.database import Connection, Database
    from meridian.telemetry.cube import Cube, Where
    from meridian.telemetry.history.rows import Block
    from meridian.telemetry.history.table import Table
    from meridian.telemetry.history.words import Words
    from meridian.telemetry.kinds import Kind

_AT_ONCE = 64
"""Blocks that are held unpacked together."""
Numbers = Mapping[int, Sequence[int]]
"""Place of a label -> the numbers of the values wanted."""
Stale = dict[int, list[int]]
"""Width -> when its windows begin that have to be added up (again)."""


@dataclass(frozen=True, slots=True)
class Question:
    """since, until: multiples of step, in seconds since 1970."""

    kind: Kind
    since: int
    until: int
    step: int
    by: Sequence[str]
    where: Where
    sketches: bool


@dataclass(frozen=True, slots=True)
class Part:
    """fixed: places of labels by which these blocks were filtered when they were made."""

    blocks: Sequence[Block]
    fixed: frozenset[int] = frozenset()


async def answer(database: Database, words: Words, question: Question) -> list[tuple[int, Cube]]:
    """Raises InvalidInput, KeyError, Unavailable."""
    table = await rows(database, words, question)
    return sorted((await asyncio.to_thread(cubes, table, words.word)).items())


async def rows(database: Database, words: Words, question: Question) -> Table:
    """The same as columns: a row for each step and group, ordered by time; `words` knows their labels.
    Raises InvalidInput, KeyError, Unavailable."""
    kind = question.kind
    places = [kind.place(label) for label in question.by]
    wanted = {kind.place(label): list(values) for label, values in question.where.items()}
    numbers = {place: await words.find(values) for place, values in wanted.items()}
    async with database.connection() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        parts = await _parts(connection, question, numbers)
    table = await asyncio.to_thread(_merged, question, parts, places, numbers)
    await words.learn(np.unique(table.labels).tolist())
    return table


async def _parts(connection: Connection, question: Question, numbers: Numbers) -> list[Part]:
    kind = question.kind
    floors = await shared(connection)
    width = width_for(floors, question.since, question.step)
    stale = await _stale(connection, width, question.since, question.until)
    spans = [(question.since, question.until)]
    parts: list[Part] = []
    while spans:
        view = chosen(kind, width, question.by, question.where, question.sketches)
        seen = views(kind)[view - 1] if view else None
        fixed = frozenset(kind.place(label) for label in seen.only) if seen else frozenset[int]()
        wanted = numbers.get(kind.place(seen.part)) if seen and seen.part else None
        viewed_from = next(floor.viewed_from for floor in floors if floor.width == width)
        for span in spans:
            for begin, end, number, some in _viewed(span, viewed_from, view, wanted):
                found = await select(
                    connection, width, (begin, end), kind.name, number, some, stale[width], question.sketches
                )
                parts.append(Part(found, fixed if number else frozenset()))
        spans = list(_spans(stale[width], width))
        if spans:
            width = finer(width)
    return parts


def _viewed(
    span: tuple[int, int], viewed_from: int, view: int, parts: Sequence[int] | None
) -> Iterator[tuple[int, int, int, Sequence[int] | None]]:
    """From when until when which view is read, and which of its parts: all labels where there was no such view yet."""
    begin, end = span
    between = min(max(viewed_from, begin), end) if view else begin
    if begin < between:
        yield begin, between, FULL, None
    if between < end:
        yield between, end, view, parts


async def _stale(connection: Connection, width: int, since: int, until: int) -> Stale:
    """A window is out of date when one in it is, at any finer width."""
    cursor = await connection.execute(
        "SELECT DISTINCT width, start FROM telemetry_mark WHERE width <= %s AND start >= %s AND start < %s",
        (width, since, until),
    )
    found: dict[int, set[int]] = {each: set() for each in WIDTHS}
    for row in await cursor.fetchall():
        for each in WIDTHS:
            if each >= row["width"]:
                found[each].add(below(row["start"], each))
    return {each: sorted(starts) for each, starts in found.items()}


def _spans(starts: Sequence[int], width: int) -> Iterator[tuple[int, int]]:
    """Windows that touch each other as one span of time."""
    begin = end = None
    for start in starts:
        if end is not None and begin is not None and start != end:
            yield begin, end
            begin = None
        begin, end = start if begin is None else begin, start + width
    if begin is not None and end is not None:
        yield begin, end


def _merged(question: Question, parts: Sequence[Part], places: Sequence[int], numbers: Numbers) -> Table:
    tables = (table for part in parts for table in _filtered(question.kind, part, numbers))
    return merged_all(question.kind, tables, question.step, places)


def _filtered(kind: Kind, part: Part, numbers: Numbers) -> Iterator[Table]:
    for first in range(0, len(part.blocks), _AT_ONCE):
        table = decode(kind, part.blocks[first : first + _AT_ONCE])
        wanted = np.ones(len(table), np.bool_)
        for place, each in numbers.items():
            if place not in part.fixed:
                wanted &= np.isin(table.labels[place], each)
        yield table.only(wanted)
