"""The new database that saved rows are written into.

Leaves a closed file in rollback mode under the name it was given, not yet durable. The schema comes from a file that may mean harm: an
authorizer lets its sentences make tables, indexes, views and triggers here, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.base.errors import NO_ROOM, Code, NoSpace
from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.parts.salvage import shape
from gharmitra_admin.engine.parts.salvage.raw import Layout
from gharmitra_admin.engine.parts.salvage.schema import SEQUENCES, Item, Schema
from gharmitra_admin.engine.parts.salvage.shape import Shape

_STEPS_BETWEEN_LOOKS = 20_000
_SMALLEST_LIMIT = 1 << 16
_CREATED = frozenset(
    {
        apsw.SQLITE_CREATE_TABLE,
        apsw.SQLITE_CREATE_INDEX,
        apsw.SQLITE_CREATE_VIEW,
        apsw.SQLITE_CREATE_TRIGGER,
    }
)
_ALLOWED = frozenset({apsw.SQLITE_REINDEX, apsw.SQLITE_FUNCTION, apsw.SQLITE_READ})
_WRITTEN = frozenset({apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE})
_SCHEMA_TABLES = frozenset({"sqlite_master", "sqlite_schema", SEQUENCES})
_PAGE_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16le", "utf-16-be": "UTF-16be"}
_FAILED = (apsw.SQLError, apsw.AuthError, apsw.ConstraintError, apsw.TooBigError, apsw.MismatchError, apsw.RangeError)


@dataclass(slots=True)
class Target:
    """The database that is being made, and what of the schema could not be made in it."""

    path: Path
    connection: apsw.Connection
    shapes: dict[str, Shape]
    left_out: list[str]
    _made: set[str] = field(default_factory=set)

    def make_tables(self, schema: Schema, spare: dict[str, Item]) -> None:
        """Make every table with the indexes that forbid doubles. ``spare``: the backup's word for a table whose own cannot be read."""
        for item in schema.of_type("table"):
            if item.name.lower().startswith("sqlite_") or _is_virtual(item):
                continue
            if not self._make(item) and not (item.name in spare and self._make(spare[item.name])):
                self.left_out.append(item.name)
                continue
            self.shapes[item.name] = shape.of_table(self.connection, item.name)
        for item in schema.of_type("index"):
            if item.sql and item.sql.upper().split()[1:2] == ["UNIQUE"] and not self._make(item):
                self.left_out.append(item.name)

    def make_rest(self, schema: Schema) -> None:
        """Make what only slows writing down or would act on it: other indexes, views, triggers."""
        for kind in ("index", "view", "trigger"):
            for item in schema.of_type(kind):
                if item.sql and item.name not in self._made and item.name not in self.left_out and not self._make(item):
                    self.left_out.append(item.name)
        # What makes a virtual table work would run over rows that may be damaged; the tables in which it keeps them are saved like others.
        self.left_out += [item.name for item in schema.of_type("table") if _is_virtual(item)]

    def has_sequences(self) -> bool:
        """Whether a table of it gives out each number only once (AUTOINCREMENT)."""
        return bool(self.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (SEQUENCES,)).fetchall())

    def _make(self, item: Item) -> bool:
        """Run one sentence of the schema; tells whether it made what its line says."""
        created: set[str] = set()
        self.connection.authorizer = partial(_may, created)
        try:
            self.connection.execute(item.sql)
        except _FAILED:
            return False
        finally:
            self.connection.authorizer = None
        self._made |= created
        return item.name in created


def _is_virtual(item: Item) -> bool:
    return item.sql.upper().split()[1:2] == ["VIRTUAL"]


@contextmanager
def opened(path: Path, layout: Layout, source_bytes: int, *, cancel: CancelToken) -> Iterator[Target]:
    """Make the database in an empty file that is there already. Raises NoSpace, NoAccess, Cancelled."""
    connection = apsw.Connection(sqlite.uri(path, mode="rw"), flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE)
    try:
        with sqlite.sorted_sqlite_errors(path, writing=True), _room_asked(path, connection):
            sqlite.harden(connection)
            connection.limit(apsw.SQLITE_LIMIT_LENGTH, max(source_bytes, _SMALLEST_LIMIT))
            connection.set_progress_handler(cancel.is_asked, _STEPS_BETWEEN_LOOKS)
            # The file has no name yet and is synced by its maker: syncs of SQLite's own would protect nothing.
            for pragma in (
                f"page_size={layout.page_size}",
                f"encoding='{_PAGE_NAMES[layout.encoding]}'",
                "locking_mode=EXCLUSIVE",
                "journal_mode=MEMORY",
                "synchronous=OFF",
                "foreign_keys=OFF",
                f"user_version={_signed(layout.user_version)}",
                f"application_id={_signed(layout.application_id)}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            yield Target(path, connection, {}, [])
    finally:
        connection.close()


@contextmanager
def _room_asked(path: Path, connection: apsw.Connection) -> Iterator[None]:
    """A write that fails because the file may not grow is one for which there is no room, whatever SQLite calls it."""
    try:
        yield
    except apsw.IOError as error:
        if connection.system_errno in NO_ROOM:
            raise NoSpace(Code.DISK_FULL, path=path) from error
        raise


def _signed(number: int) -> int:
    return number - (1 << 32) if number >> 31 else number


def _may(created: set[str], action: int, first: str | None, _second: str | None, schema: str | None, _trigger: str | None) -> int:
    """Let a sentence of a strange schema make what it says, and touch nothing that is there."""
    if action in _CREATED:
        created.add(first or "")
        return apsw.SQLITE_OK if schema in (None, "main") else apsw.SQLITE_DENY
    return apsw.SQLITE_OK if action in _ALLOWED or (action in _WRITTEN and first in _SCHEMA_TABLES) else apsw.SQLITE_DENY
