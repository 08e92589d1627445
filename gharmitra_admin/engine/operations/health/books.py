"""The health of the books themselves: whole, how large, how much of them is empty. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import apsw

from gharmitra_admin.engine.base import names, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, Damaged, EngineError
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.base.settings import Thresholds
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, act, look
from gharmitra_admin.engine.parts import live_books
from gharmitra_admin.engine.parts.books import Figures, figures
from gharmitra_admin.engine.parts.books.accounts import BooksFigures
from gharmitra_admin.engine.parts.books.reckoning import reckon
from gharmitra_admin.engine.parts.documents import rows
from gharmitra_admin.engine.parts.fingerprint import beside, size_of
from gharmitra_admin.engine.parts.live_books import JournalMode, LiveBooks

CHECKED_EACH_TIME_BYTES = 50_000_000  # a fifth of a second; larger books are checked when asked for
NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class BooksHealth:
    """What the books look like now. ``integrity``: "ok", "not checked", or SQLite's first complaint; ``accounts`` only where it is "ok"."""

    journal_mode: JournalMode | None = None
    size_bytes: int = 0
    wal_bytes: int = 0
    fragmentation_percent: float = 0.0
    integrity: str = NOT_CHECKED
    figures: Figures | None = None
    accounts: BooksFigures | None = None
    error: EngineError | None = None
    named: tuple[str, ...] = ()  # files, as rows name them


def look_at(paths: Paths, *, clock: Clock, wait_seconds: float, cancel: CancelToken = NEVER) -> BooksHealth:
    """Look at the books. What keeps them from being read is a value, except Cancelled."""
    try:
        with live_books.held(paths.books, scratch=paths.scratch, clock=clock, wait_seconds=wait_seconds, cancel=cancel) as books:
            return _inside(books, clock.local(clock.now()).date())
    except EngineError as error:
        cancel.check()
        size = _size(paths)
        integrity = error.code.value if isinstance(error, Damaged) else NOT_CHECKED
        return BooksHealth(size_bytes=size, integrity=integrity, error=error)


def _size(paths: Paths) -> int:
    """How large books are that cannot be opened; 0 where not even that can be told."""
    try:
        return size_of(paths.books)
    except EngineError:
        return 0


def _inside(books: LiveBooks, today: date) -> BooksHealth:
    connection = books.connection
    with sqlite.sorted_sqlite_errors(books.path):
        pages = int(connection.pragma("page_count"))
        free = int(connection.pragma("freelist_count"))
        size = pages * int(connection.pragma("page_size"))
        integrity = _integrity(connection) if size <= CHECKED_EACH_TIME_BYTES else NOT_CHECKED
        return BooksHealth(
            journal_mode=books.journal_mode,
            size_bytes=size,
            wal_bytes=size_of(beside(books.path, "-wal")),
            fragmentation_percent=round(100 * free / pages, 1) if pages else 0.0,
            integrity=integrity,
            figures=figures(connection),
            accounts=reckon(connection, today=today) if integrity == "ok" else None,
            named=rows.named(connection),
        )


def _integrity(connection: apsw.Connection) -> str:
    try:
        said = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(5)")]
    except sqlite.DAMAGE as error:
        return type(error).__name__
    return "ok" if said == ["ok"] else names.shown(said[0] if said else "")


def alerts(found: BooksHealth, thresholds: Thresholds) -> Iterator[Alert]:
    """Judge what was found."""
    if found.error is not None and found.error.code is Code.BOOKS_NOT_FOUND:
        yield act(AlertCode.BOOKS_GONE, path=found.error.path)
    elif found.error is not None and not isinstance(found.error, Damaged):
        yield act(AlertCode.BOOKS_UNREADABLE, error=found.error)
    elif found.integrity not in {"ok", NOT_CHECKED}:
        yield act(AlertCode.BOOKS_DAMAGED, detail=found.integrity, error=found.error)
    if found.size_bytes > thresholds.books_large_bytes:
        yield look(AlertCode.BOOKS_LARGE, size_bytes=found.size_bytes)
    if found.fragmentation_percent > thresholds.fragmentation_percent:
        yield look(AlertCode.FRAGMENTED, percent=found.fragmentation_percent)
    if found.wal_bytes > thresholds.wal_large_bytes:
        yield look(AlertCode.LARGE_WAL, size_bytes=found.wal_bytes)
