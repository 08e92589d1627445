"""The live books held so that nobody else reads or writes them: from a restore's safety backup to its recount, on one connection.

Leaves the books as they were, or holding every page of another database: SQLite's own transaction decides, whatever kills us between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Busy, Code, Damaged, NoAccess
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts import live_books
from gharmitra_admin.engine.parts.fingerprint import beside, size_of
from gharmitra_admin.engine.parts.live_books import JournalMode, LiveBooks

_HOT_JOURNAL = 776  # SQLITE_READONLY_ROLLBACK
_STEP_BYTES = 4 << 20
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ExclusiveBooks:
    """The books on the one connection that may touch them. ``journal_mode``: as they were found, and as they are left."""

    path: Path
    connection: apsw.Connection
    journal_mode: JournalMode
    clock: Clock

    def moment(self) -> LiveBooks:
        """What stands in them now, as the source of a copy."""
        fingerprint = live_books.take(self.path, self.connection, self.clock)
        return LiveBooks(self.path, self.connection, self.journal_mode, fingerprint, self.path, is_staged=False)


@contextmanager
def opened(path: Path, *, clock: Clock, wait_seconds: float = 0.0, cancel: CancelToken = NEVER) -> Iterator[ExclusiveBooks]:
    """Hold the books against everybody for the block. Raises NotFound, Refused, Damaged, Busy (in use), NoAccess, Cancelled.

    A journal that a killed program left is rolled back by SQLite, as it would be for the next program that opens the books; entries that
    stand in the -wal only stay there unless the block brings them into the main file.
    """
    live_books.require_file(path)
    identity = files.identity(path)
    connection = live_books.connect(path, "rw")
    try:
        header = live_books.read_header(path, connection)
        with sqlite.sorted_sqlite_errors(path, busy=Code.BOOKS_IN_USE, writing=True):
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
            connection.execute("PRAGMA synchronous=FULL")
            _seize(path, connection, clock, wait_seconds, cancel)
        yield ExclusiveBooks(path, connection, live_books.mode_of(header), clock)
        live_books.require_same(path, identity)
        if not size_of(beside(path, "-wal")) and _journal(connection) != "wal":
            files.discard(beside(path, "-shm"))  # while nobody can be using it: in rollback mode SQLite leaves it lying for ever
    finally:
        live_books.let_go(path, connection)
    _remove_index(path)


def _remove_index(path: Path) -> None:
    """Remove a -shm that an earlier program left, as SQLite itself does when the last one closes; it means nothing without its -wal."""
    if beside(path, "-shm").exists() and not size_of(beside(path, "-wal")):
        with closing(live_books.connect(path, "rw")) as connection, suppress(apsw.Error):
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()


def _seize(path: Path, connection: apsw.Connection, clock: Clock, wait_seconds: float, cancel: CancelToken) -> None:
    give_up = clock.monotonic() + wait_seconds
    connection.set_busy_handler(lambda _tries: clock.monotonic() < give_up and not cancel.wait(_LOOK_SECONDS))
    try:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        connection.execute("COMMIT")
    except apsw.BusyError as error:
        cancel.check()
        raise Busy(Code.BOOKS_IN_USE, path=path) from error


def is_free(path: Path) -> bool:
    """Whether nobody holds a lock on the books now; a program may have them open all the same. Changes nothing.

    Raises NotFound, Refused, Damaged, NoAccess.
    """
    live_books.require_file(path)
    if size_of(beside(path, "-journal")) and (answer := _is_free_with_journal(path)) is not None:
        return answer
    connection = live_books.connect(path, "rw")
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except apsw.BusyError:
        return False
    except sqlite.DAMAGE as error:
        raise Damaged(Code.BOOKS_DAMAGED, path=path, problem=type(error).__name__) from error
    except sqlite.UNREACHED as error:
        raise NoAccess(Code.CANNOT_WRITE, path=path, reason=sqlite.system_reason(error, connection.system_errno)) from error
    finally:
        live_books.let_go(path, connection)
    return True


def _is_free_with_journal(path: Path) -> bool | None:
    """A journal is only hot where its writer is gone; asked for reading, so that it is not rolled back. None: it is not hot."""
    with closing(live_books.connect(path, "ro")) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        except apsw.BusyError:
            return False
        except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.IOError) as error:
            return True if getattr(error, "extendedresult", 0) == _HOT_JOURNAL else None
        except sqlite.DAMAGE as error:
            raise Damaged(Code.BOOKS_DAMAGED, path=path, problem=type(error).__name__) from error
    return None


def write_over(books: ExclusiveBooks, source: Path, *, report: Report = ignore) -> None:
    """Make the books hold every page of a closed database. Commit point: SQLite's own, when the last page is there.

    Cannot be cancelled; where it fails or is killed, the books are what they were. The journal mode stays what it was. Another page
    size cannot be written in WAL mode, so the books leave it meanwhile (SQLite, "PRAGMA page_size"). Raises NoSpace, NoAccess, Busy,
    Damaged.
    """
    connection = books.connection
    with sqlite.sorted_sqlite_errors(books.path, writing=True), closing(sqlite.open_closed(source)) as new:
        page_size = int(new.pragma("page_size"))
        is_wal = _journal(connection) == "wal"
        if is_wal and int(connection.pragma("page_size")) != page_size:
            is_wal = _journal(connection, "delete") == "wal"
        with connection.backup("main", new, "main") as steps:
            while not steps.done:
                steps.step(max(1, _STEP_BYTES // page_size))
                report(Progress(Stage.REPLACING, steps.page_count - steps.remaining, steps.page_count))
        if not is_wal or books.journal_mode is JournalMode.ROLLBACK:
            _journal(connection, "delete")
        settle_journal(books)


def settle_journal(books: ExclusiveBooks, mode: JournalMode | None = None) -> None:
    """Bring the books to their journal mode, with everything in the main file. Raises NoSpace, NoAccess, Busy, Damaged."""
    wanted = "wal" if (mode or books.journal_mode) is JournalMode.WAL else "delete"
    with sqlite.sorted_sqlite_errors(books.path, writing=True):
        if _journal(books.connection) == wanted:
            if wanted == "wal":
                books.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        elif _journal(books.connection, wanted) != wanted:
            raise NoAccess(Code.CANNOT_WRITE, path=books.path)


def _journal(connection: apsw.Connection, mode: str | None = None) -> str:
    words = "PRAGMA journal_mode" + (f"={mode}" if mode else "")
    return str(connection.execute(words).fetchall()[0][0]).lower()  # to its end: a statement left open would lock the table


def is_whole(books: ExclusiveBooks, *, report: Report = ignore, total: int = 1) -> bool:
    """Whether every page is in order; reports at each few milliseconds of SQLite's work."""
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        report(Progress(Stage.CHECKING_BOOKS, min(looks, total), total))
        return False

    books.connection.set_progress_handler(look, 20_000)
    try:
        with sqlite.sorted_sqlite_errors(books.path):
            return books.connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    except Damaged:
        return False
    finally:
        books.connection.set_progress_handler(None)
