"""A backup looked into: its tables in pages, a receipt by its number, a flat's ledger as on a day. Leaves nothing on disk.

The file is opened for each question and closed again, so that a drive may be pulled out and a backup moved meanwhile. It is opened
immutable, its triggers and views are never run, no question takes longer than its time, and what is secret in it is never read out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, names, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, Damaged, NotFound, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.parts import reading, tables
from gharmitra_admin.engine.parts.books.places import PLACES, TABLE_PREFIX, Place, by_key
from gharmitra_admin.engine.parts.fingerprint import beside, size_of
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.reading import conditions, flat_ledger, paging, vouchers
from gharmitra_admin.engine.parts.reading.columns import Column
from gharmitra_admin.engine.parts.reading.flat_ledger import Flat, FlatLedger
from gharmitra_admin.engine.parts.reading.paging import Extent, PageRow, View
from gharmitra_admin.engine.parts.reading.vouchers import Entry

LIMIT_SECONDS = 30.0
WHOLE_LETTERS = 100_000  # of a text where one row is shown
_STEPS_BETWEEN_LOOKS = 1000
_SMALLEST_VALUE_LIMIT = 1 << 16
_HOSTILE = (apsw.SQLError, apsw.SchemaChangeError, apsw.TooBigError, apsw.NoMemError, apsw.MismatchError, apsw.RangeError)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file offers. ``places`` and ``tables`` are keys; a table's is "table:" and its name."""

    places: tuple[str, ...]
    tables: tuple[str, ...]
    has_ledger: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a place that answer to a search, ready to be asked for page by page."""

    place: str
    search: str
    columns: tuple[Column, ...]
    extent: Extent

    @property
    def rows(self) -> int:
        return self.extent.rows


class Inside:
    """One file that is looked into. Every question raises NotFound, Refused, Damaged, NoAccess, Cancelled."""

    def __init__(self, path: Path, *, name: str, never: files.Identity | None, clock: Clock, limit_seconds: float = LIMIT_SECONDS) -> None:
        """``never``: the live books, which must not be opened so."""
        self._path, self._name, self._never, self._clock, self._limit = path, name, never, clock, limit_seconds
        self._shapes: dict[str, tables.Shape] | None = None
        self._seen: tuple[int, int, int, int] | None = None

    def contents(self, *, cancel: CancelToken = NEVER) -> Contents:
        """Tell what can be looked at."""
        with self._opened(cancel) as connection:
            shapes = self._built(connection)
            places = tuple(place.key for place in PLACES if _has(shapes, place))
            return Contents(places, tuple(TABLE_PREFIX + name for name in shapes), flat_ledger.can_be_told(shapes))

    def find(self, place: str, search: str = "", *, cancel: CancelToken = NEVER) -> Found:
        """Find the rows of a place that answer to every word, amount and day of a search; all of them where it is empty."""
        with self._opened(cancel) as connection:
            view = self._view(connection, place, search)
            return Found(place, search, view.columns, paging.extent(connection, view))

    def count(self, place: str, *, cancel: CancelToken = NEVER) -> int:
        """Count the rows of a place."""
        with self._opened(cancel) as connection:
            return paging.count(connection, self._view(connection, place, ""))

    def page(self, found: Found, number: int, *, cancel: CancelToken = NEVER) -> tuple[PageRow, ...]:
        """Read 200 rows of what was found, the first page being 0; an empty page behind the last."""
        with self._opened(cancel) as connection:
            return paging.page(connection, self._view(connection, found.place, found.search), found.extent, number)

    def row(self, found: Found, row: PageRow, *, cancel: CancelToken = NEVER) -> PageRow:
        """Read one row again with its long texts."""
        with self._opened(cancel) as connection:
            view = self._view(connection, found.place, "")
            return paging.one_row(connection, view, row.key, WHOLE_LETTERS) or row

    def entry(self, number: str, *, cancel: CancelToken = NEVER) -> tuple[Entry, ...]:
        """Find a receipt or voucher by its number, with its lines; more than one only where several societies share the file."""
        with self._opened(cancel) as connection:
            return vouchers.find(connection, self._built(connection), number)

    def flats(self, *, cancel: CancelToken = NEVER) -> tuple[Flat, ...]:
        """Tell the flats; none where the file has no ledger of them."""
        with self._opened(cancel) as connection:
            shapes = self._built(connection)
            return flat_ledger.flats(connection, shapes) if flat_ledger.can_be_told(shapes) else ()

    def ledger(self, flat: int, *, as_on: date, since: date | None = None, cancel: CancelToken = NEVER) -> FlatLedger:
        """Read a flat's account up to a day; what lies before ``since`` is its opening balance."""
        with self._opened(cancel) as connection:
            return flat_ledger.read(connection, self._built(connection), flat, as_on, since)

    def _view(self, connection: apsw.Connection, key: str, search: str) -> View:
        shapes, place = self._built(connection), by_key(key)
        if place is None or not _has(shapes, place):
            raise NotFound(Code.BACKUP_NOT_FOUND, name=names.shown(key))
        shape = shapes[place.table]
        columns = reading.columns_of(connection, shape, shapes)
        zone = self._clock.local(self._clock.now()).tzinfo
        wanted = reading.terms(search)
        condition = conditions.of_terms(wanted, columns, zone) if wanted else conditions.Condition("")
        if place.condition:
            both = f"{place.condition} AND {condition.sql}" if condition.sql else place.condition
            condition = conditions.Condition(both, condition.values)
        return View(shape, columns, condition, place.newest_first)

    def _built(self, connection: apsw.Connection) -> dict[str, tables.Shape]:
        if self._shapes is None:
            self._shapes = tables.shapes(connection)
        return self._shapes

    @contextmanager
    def _opened(self, cancel: CancelToken) -> Iterator[apsw.Connection]:
        cancel.check()
        size_bytes = self._looked_at()
        ends = self._clock.monotonic() + self._limit
        try:
            with (
                sqlite.sorted_sqlite_errors(self._path, damaged=Code.BACKUP_DAMAGED),
                closing(sqlite.open_closed(self._path)) as connection,
            ):
                # No stored value is longer than its file, so a longer one is only ever made by a schema that means harm.
                connection.limit(apsw.SQLITE_LIMIT_LENGTH, max(size_bytes, _SMALLEST_VALUE_LIMIT))
                connection.set_progress_handler(lambda: cancel.is_asked() or self._clock.monotonic() > ends, _STEPS_BETWEEN_LOOKS)
                try:
                    yield connection
                except apsw.InterruptError as error:
                    cancel.check()
                    raise self._damaged(Problem.TOO_SLOW) from error
                except _HOSTILE as error:
                    raise self._damaged(Problem.PAGES_DAMAGED) from error
        except Damaged as error:
            raise (error if isinstance(error.values.get("problem"), Problem) else self._damaged(Problem.PAGES_DAMAGED)) from error

    def _looked_at(self) -> int:
        """Look at the file before SQLite does, and tell its size; it must still be the one that was looked into before."""
        descriptor = files.open_regular(self._path, never=self._never)
        try:
            with sorted_os_errors(self._path, writing=False):
                status = os.fstat(descriptor)
                header = os.read(descriptor, sqlite.HEADER_BYTES)
        finally:
            os.close(descriptor)
        if sqlite.Header.parse(header) is None:
            raise self._damaged(Problem.NOT_A_DATABASE if status.st_size else Problem.EMPTY)
        if size_of(beside(self._path, "-wal")) or size_of(beside(self._path, "-journal")):
            raise self._damaged(Problem.UNSETTLED)
        seen = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._seen not in {None, seen}:
            raise self._damaged(Problem.HASH_DIFFERS)
        self._seen = seen
        return status.st_size

    def _damaged(self, problem: Problem) -> Damaged:
        return Damaged(Code.BACKUP_DAMAGED, path=self._path, name=self._name, problem=problem)


def _has(shapes: dict[str, tables.Shape], place: Place) -> bool:
    return place.table in shapes and set(place.needs) <= set(shapes[place.table].columns)
