"""One frozen moment of the books, copied page for page into a new file.

Leaves a closed database in rollback mode under the name it was given, not yet durable; nothing where it fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.errors import NoAccess, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts.fingerprint import Fingerprint
from gharmitra_admin.engine.parts.live_books import JournalMode, LiveBooks

_READ_BYTES = 256 << 10  # Connection.read keeps the interpreter's lock: short reads keep the window painting
_STEP_BYTES = 1 << 20
_SYNC_BYTES = 4 << 20  # in WAL mode the copy is made durable as it grows, so that no writer's own sync waits behind all of it
_VOLATILE_HEADER = ((18, 20), (24, 28), (40, 44), (92, 100))


@dataclass(frozen=True, slots=True)
class Source:
    """What the books said of themselves in the held transaction; the copy must say the same."""

    page_size: int
    page_count: int
    schema: str
    rows: Mapping[str, int]
    fingerprint: Fingerprint
    journal_mode: JournalMode
    is_staged: bool
    staged_because: OSError | None

    @property
    def size_bytes(self) -> int:
        return self.page_size * self.page_count


class NewCopy:
    """A copy that is being made: the file and the one descriptor it is written and made durable through.

    A failed fsync is never tried again on the same file: its pages may be gone (PostgreSQL, "fsyncgate", 2018).
    """

    def __init__(self, path: Path, descriptor: int, *, is_passing: bool = False) -> None:
        self.path = path
        self._descriptor, self._is_passing = descriptor, is_passing

    def sync_data(self) -> None:
        """Make durable what is there; of a passing copy nothing needs to be."""
        if self._is_passing:
            return
        with sorted_os_errors(self.path, writing=True):
            files.sync_data(self._descriptor)

    def sync(self) -> None:
        with sorted_os_errors(self.path, writing=True):
            os.fsync(self._descriptor)

    def write(self, offset: int, data: bytes) -> None:
        with sorted_os_errors(self.path, writing=True):
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            files.write_all(self._descriptor, data)

    def hash(self, *, cancel: CancelToken = NEVER) -> str:
        with sorted_os_errors(self.path, writing=False):
            return files.hash_descriptor(self._descriptor, cancel=cancel)


@contextmanager
def new_copy(path: Path, *, is_passing: bool = False) -> Iterator[NewCopy]:
    """Make an empty private file to copy into; it is removed where the block fails. Raises NoAccess, NoSpace.

    ``is_passing``: only looked at and then removed, so that it never needs to reach the disk.
    """
    descriptor = files.create(path)
    try:
        yield NewCopy(path, descriptor, is_passing=is_passing)
    except BaseException:
        os.close(descriptor)
        files.discard(path)
        raise
    os.close(descriptor)


def take(books: LiveBooks, copy: NewCopy, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Source:
    """Copy the held moment of the books into ``copy`` and tell what the books said of themselves.

    No writer makes it start again, and WAL writers are not kept waiting. Cancel is seen at every chunk.
    Raises Damaged, NoSpace, NoAccess, Busy, Cancelled.
    """
    with sqlite.sorted_sqlite_errors(books.path):
        source = _describe(books)
    if books.main_file_is_all():
        _copy_main(books, source, copy, report, cancel)
    else:
        _copy_in_steps(books, source, copy, report, cancel)
    copy.write(sqlite.VERSIONS_OFFSET, sqlite.VERSIONS_ROLLBACK)
    return source


def _describe(books: LiveBooks) -> Source:
    connection = books.connection
    return Source(
        page_size=int(connection.pragma("page_size")),
        page_count=int(connection.pragma("page_count")),
        schema=sqlite.schema_fingerprint(connection),
        rows=sqlite.row_counts(connection),
        fingerprint=books.fingerprint,
        journal_mode=books.journal_mode,
        is_staged=books.is_staged,
        staged_because=books.staged_because,
    )


def _copy_main(books: LiveBooks, source: Source, copy: NewCopy, report: Report, cancel: CancelToken) -> None:
    """Copy the main file through SQLite's own descriptor: the fastest way, for where the main file is all and stands still."""
    total, unsynced = source.size_bytes, 0
    for offset in range(0, total, _READ_BYTES):
        cancel.check()
        length = min(_READ_BYTES, total - offset)
        copy.write(offset, read_main(books, source.page_size, offset, length))
        unsynced += length
        if books.journal_mode is JournalMode.WAL and unsynced >= _SYNC_BYTES:
            copy.sync_data()
            unsynced = 0
        report(Progress(Stage.COPYING, offset + length, total))


def read_main(books: LiveBooks, page_size: int, offset: int, length: int) -> bytes:
    """Read a stretch of the main file, with zeros for the page of the locks: Windows may refuse it, and nothing is stored there."""
    with sqlite.sorted_sqlite_errors(books.path):
        lock_page = range(sqlite.LOCK_PAGE_OFFSET, sqlite.LOCK_PAGE_OFFSET + page_size)
        if offset + length <= lock_page.start or offset >= lock_page.stop:
            return books.connection.read("main", 0, offset, length)[1]
        before = max(0, lock_page.start - offset)
        after = max(0, offset + length - lock_page.stop)
        head = books.connection.read("main", 0, offset, before)[1] if before else b""
        rest = books.connection.read("main", 0, lock_page.stop, after)[1] if after else b""
        return head + bytes(length - before - after) + rest


@contextmanager
def _cause_asked(copy: NewCopy) -> Iterator[None]:
    """SQLite does not tell why a write failed; the next one through our own descriptor does, a full disk or a limit above all."""
    try:
        yield
    except NoAccess as error:
        if isinstance(error.__cause__, apsw.IOError):
            copy.write(copy.path.stat().st_size, b"\0")
        raise


def _copy_in_steps(books: LiveBooks, source: Source, copy: NewCopy, report: Report, cancel: CancelToken) -> None:
    """Copy with SQLite's backup API on the connection that holds the moment: no restarts, whatever others commit."""
    total = source.size_bytes
    pages = max(1, _STEP_BYTES // source.page_size)
    with _cause_asked(copy), sqlite.sorted_sqlite_errors(copy.path, writing=True):
        target = apsw.Connection(sqlite.uri(copy.path, mode="rw"), flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE)
        try:
            # The file has no name yet and is synced by us: a journal or syncs of its own would protect nothing.
            for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=OFF", "synchronous=OFF"):
                target.execute(f"PRAGMA {pragma}")
            with target.backup("main", books.connection, "main") as steps:
                unsynced = 0
                while not steps.done:
                    steps.step(pages)
                    cancel.check()
                    unsynced += _STEP_BYTES
                    if unsynced >= _SYNC_BYTES:
                        copy.sync_data()
                        unsynced = 0
                    report(Progress(Stage.COPYING, total - steps.remaining * source.page_size, total))
        finally:
            target.close()


def same_content(one: Path, other: Path, *, never: files.Identity | None, cancel: CancelToken = NEVER) -> bool:
    """Whether two closed copies hold the same pages; counters that a copy or a checkpoint moves in the header do not count."""
    first, second = files.open_regular(one, never=never), -1
    try:
        second = files.open_regular(other, never=never)
        with sorted_os_errors(one, writing=False):
            if os.fstat(first).st_size != os.fstat(second).st_size:
                return False
            is_first_chunk = True
            while True:
                cancel.check()
                mine, theirs = os.read(first, files.CHUNK_BYTES), os.read(second, files.CHUNK_BYTES)
                if is_first_chunk:
                    mine, theirs, is_first_chunk = _without_counters(mine), _without_counters(theirs), False
                if mine != theirs:
                    return False
                if not mine:
                    return True
    finally:
        os.close(first)
        if second >= 0:
            os.close(second)


def matches(books: LiveBooks, copy: Path, *, never: files.Identity | None, cancel: CancelToken = NEVER) -> bool:
    """Whether a closed copy holds the very pages of the held moment; False also where the main file is not all of it."""
    if not books.main_file_is_all():
        return False
    descriptor = files.open_regular(copy, never=never)
    try:
        with sorted_os_errors(copy, writing=False), sqlite.sorted_sqlite_errors(books.path):
            size = os.fstat(descriptor).st_size
            for offset in range(0, size, _READ_BYTES):
                cancel.check()
                theirs = os.read(descriptor, _READ_BYTES)
                _, mine = books.connection.read("main", 0, offset, len(theirs))
                if offset == 0:
                    mine, theirs = _without_counters(mine), _without_counters(theirs)
                if mine != theirs:
                    return False
        return True
    finally:
        os.close(descriptor)


def _without_counters(chunk: bytes) -> bytes:
    changed = bytearray(chunk)
    for start, stop in _VOLATILE_HEADER:
        changed[start:stop] = bytes(stop - start)
    return bytes(changed)
