"""First figures before a comparison is ready: how many rows each table has now and in the backup. Leaves nothing on disk.

Counting takes SQLite a few hundredths of a second where comparing a large society takes some; what the counts cannot tell is what changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.parts import live_books
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.vault.session import Context, turn

_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class TableCount:
    """The rows of one table; 0 where one side has no such table."""

    table: str
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class FirstFigures:
    """The tables whose rows are not as many as in the backup, in order of their names. Equal counts do not mean equal rows."""

    record: BackupRecord
    tables: tuple[TableCount, ...]


def first_figures(context: Context, name: str, cancel: CancelToken) -> FirstFigures:
    """Count the rows of the books and of a backup. Raises NotFound, BadInput, Busy, Damaged, NoSpace, NoAccess, Cancelled."""
    record = context.listing().find(name)
    then = _counts_of(context, record)
    with turn(context, "compare", wait_seconds=_WAIT_SECONDS, cancel=cancel):
        now = _counts_now(context, cancel)
    differing = sqlite.tables_differ(now, then)
    return FirstFigures(record, tuple(TableCount(table, now.get(table, 0), then.get(table, 0)) for table in differing))


def _counts_of(context: Context, record: BackupRecord) -> Mapping[str, int]:
    """What its manifest says; a file without one is asked itself."""
    if record.manifest is not None:
        return record.manifest.rows
    os.close(files.open_regular(record.path, never=context.paths.books_identity()))
    with sqlite.sorted_sqlite_errors(record.path), closing(sqlite.open_closed(record.path)) as connection:
        return sqlite.row_counts(connection)


def _counts_now(context: Context, cancel: CancelToken) -> Mapping[str, int]:
    paths, wait_seconds = context.paths, context.books_wait_seconds
    with (
        live_books.held(paths.books, scratch=paths.scratch, clock=context.clock, wait_seconds=wait_seconds, cancel=cancel) as books,
        sqlite.sorted_sqlite_errors(paths.books),
    ):
        return sqlite.row_counts(books.connection)
