"""Brings the database's tables to the version of this program, one numbered SQL file at a time.

Each owner (the store, each feature) has a folder of `NNNN_name.sql`. A file that was applied is history: it
is never edited, and what it should have said is said by the next number.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from psycopg import Error
from psycopg.errors import UndefinedTable

from meridian.core.errors import Conflict, MeridianError
from meridian.store.database import Connection, Database

_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_LOCK = 0x6D657269
"""Key of the advisory lock that lets one process migrate at a time."""

_HISTORY = """
CREATE TABLE IF NOT EXISTS migrations (
    owner text NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, number)
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    owner: str
    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, line ends aside: a checkout on another system may change those."""
        return hashlib.sha256(self.text.replace("\r\n", "\n").encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


OWN: Mapping[str, Traversable] = {"store": files("meridian.store") / "migrations"}
"""The store's own tables; migrate them before any feature's."""


async def migrate(database: Database, owners: Mapping[str, Traversable]) -> list[str]:
    """Applies what is missing, owner after owner in the given order, each file in a transaction of its own.

    Any number of processes may call it at once. Returns what was applied, as "owner/NNNN_name.sql".
    Raises Unavailable; Conflict when the database is newer than this program or its history was edited;
    MeridianError when a file's SQL fails (everything before it stays applied).
    """
    wanted = [migration for owner, folder in owners.items() for migration in read(owner, folder)]
    applied: list[str] = []
    while True:
        async with database.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            missing = await _missing(connection, wanted)
            if not missing:
                return applied
            await _apply(connection, missing[0])
            applied.append(str(missing[0]))


def read(owner: str, folder: Traversable) -> list[Migration]:
    """The folder's migrations by number. Raises MeridianError when their names are not 0001_..., 0002_...
    without a gap."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    for position, name in enumerate(names, start=1):
        match = _NAME.match(name)
        if not match or int(match[1]) != position:
            raise MeridianError(
                f"the migration {owner}/{name} should begin with {position:04}_ and have a lower-case name",
                "number migrations 0001, 0002, ... without gaps",
            )
    return [
        Migration(owner, position, name, (folder / name).read_text("utf-8"))
        for position, name in enumerate(names, start=1)
    ]


async def pending(database: Database, owners: Mapping[str, Traversable]) -> list[str]:
    """What `migrate` would apply, without applying it. Raises as `migrate` does."""
    wanted = [migration for owner, folder in owners.items() for migration in read(owner, folder)]
    try:
        async with database.connection() as connection:
            applied = await _applied(connection)
    except UndefinedTable:
        applied = {}
    return [str(migration) for migration in _checked(wanted, applied)]


async def _missing(connection: Connection, wanted: Sequence[Migration]) -> list[Migration]:
    await connection.execute(_HISTORY)
    return _checked(wanted, await _applied(connection))


async def _applied(connection: Connection) -> dict[tuple[str, int], tuple[str, str]]:
    cursor = await connection.execute("SELECT owner, number, name, checksum FROM migrations")
    return {(row["owner"], row["number"]): (row["name"], row["checksum"]) for row in await cursor.fetchall()}


def _checked(
    wanted: Sequence[Migration], applied: Mapping[tuple[str, int], tuple[str, str]]
) -> list[Migration]:
    """What is missing. Owners that this program does not know are left alone: their feature was taken out,
    its data stays."""
    known = {(migration.owner, migration.number) for migration in wanted}
    owners = {migration.owner for migration in wanted}
    newer = sorted(key for key in applied if key[0] in owners and key not in known)
    if newer:
        owner, number = newer[-1]
        raise Conflict(
            f"the database is newer than this Meridian: it has {owner}/{applied[owner, number][0]}, "
            "which this program does not know",
            "run the version that made it, or restore a backup from before",
        )
    for migration in wanted:
        stored = applied.get((migration.owner, migration.number))
        if stored and stored[1] != migration.checksum:
            raise Conflict(
                f"the migration {migration} differs from {stored[0]} as it was applied to this database",
                "put the file back as it was, and say what should change in a new number",
            )
    return [migration for migration in wanted if (migration.owner, migration.number) not in applied]


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        # One message with all statements: nothing in it is a parameter, and the text is the program's own.
        await connection.execute(migration.text.encode())
    except Error as error:
        if connection.broken:
            raise
        raise MeridianError(
            f"the migration {migration} failed: {str(error).splitlines()[0]}",
            "its transaction was rolled back",
        ) from error
    await connection.execute(
        "INSERT INTO migrations (owner, number, name, checksum) VALUES (%s, %s, %s, %s)",
        (migration.owner, migration.number, migration.name, migration.checksum),
    )
