"""The live books, opened so that they keep every byte; this and ``exclusive`` beside it are all that open the live file.

Leaves nothing: neither the main file nor its -wal changes, and no side file stays that was not there. Excepted, as SQLite
offers no way round: the bytes of an existing -shm, and what another process commits meanwhile. A staged copy lies in the
scratch folder while it is open and is removed after.
"""

from __future__ import annotations

import enum
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Busy, Code, Damaged, NoAccess, NotFound, Refused, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.parts import fingerprint as fingerprints
from gharmitra_admin.engine.parts.fingerprint import Fingerprint, beside, size_of

_HOT_JOURNAL = 776  # SQLITE_READONLY_ROLLBACK: a journal must be rolled back first, and we may not write
_STAGING_TRIES = 3
_STEPS_BETWEEN_LOOKS = 20_000  # of SQLite's virtual machine: a few milliseconds


class JournalMode(enum.Enum):
    """How SQLite keeps these books whole."""

    WAL = "wal"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class LiveBooks:
    """The books with a read transaction held: one frozen moment of them, until the block that opened them ends."""

    path: Path
    connection: apsw.Connection
    journal_mode: JournalMode
    fingerprint: Fingerprint
    opened_file: Path
    is_staged: bool
    staged_because: OSError | None = None  # what kept SQLite from writing its index beside them; None where they were left open

    def main_file_is_all(self) -> bool:
        """Whether the main file alone holds this moment and nobody may write it while we hold it.

        True where no -wal has anything in it after our snapshot was taken. In rollback mode our shared lock keeps every writer
        out; in WAL mode we then hold read lock 0, which keeps every checkpoint from the main file (SQLite, "WAL-mode File
        Format", section 2.3.4).
        """
        return size_of(beside(self.opened_file, "-wal")) == 0


def peek(path: Path, *, clock: Clock) -> Fingerprint:
    """Take the fingerprint of the books, with no lock and no statement. Raises NotFound, Refused, Damaged, NoAccess."""
    require_file(path)
    connection = connect(path, "rw")
    try:
        return take(path, connection, clock)
    finally:
        let_go(path, connection)


@contextmanager
def held(path: Path, *, scratch: Path, clock: Clock, wait_seconds: float, cancel: CancelToken = NEVER) -> Iterator[LiveBooks]:
    """Open the books and hold one moment of them for reading.

    Waits at most ``wait_seconds`` for a lock. Where SQLite could only read them by writing beside them or into them (a hot
    journal, a folder without write right, a -wal that lost its -shm), a copy is staged in ``scratch`` and opened there.
    Raises NotFound, Refused, Damaged (empty, not a database, replaced meanwhile), Busy, NoAccess, NoSpace, Cancelled.
    """
    require_file(path)
    opened = files.identity(path)
    connection = connect(path, "rw")
    because = None
    try:
        header = read_header(path, connection)
        if header.is_wal:
            in_place, because = _hold_wal(path, connection, clock, wait_seconds, cancel)
        else:
            connection.close()
            connection = connect(path, "ro")
            in_place = _hold_rollback(path, connection, clock, wait_seconds, cancel)
        if in_place:
            yield LiveBooks(path, connection, mode_of(header), take(path, connection, clock), path, False)
            require_same(path, opened)
            return
        with _staged(path, connection, scratch, clock) as (copy, fingerprint):
            require_same(path, opened)
            yield LiveBooks(path, copy, mode_of(header), fingerprint, scratch / path.name, True, because)
            require_same(path, opened)
    finally:
        let_go(path, connection)


def is_whole(books: LiveBooks, *, cancel: CancelToken = NEVER) -> bool:
    """Whether every page of the held moment is in order: tells a bad copy from bad books. Raises NoAccess, Cancelled."""
    books.connection.set_progress_handler(cancel.is_asked, _STEPS_BETWEEN_LOOKS)
    try:
        with sqlite.sorted_sqlite_errors(books.path):
            return books.connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    except Damaged:
        return False
    finally:
        books.connection.set_progress_handler(None)


def mode_of(header: sqlite.Header) -> JournalMode:
    return JournalMode.WAL if header.is_wal else JournalMode.ROLLBACK


def require_file(path: Path) -> None:
    """Refuse what is no file or has nothing in it, before SQLite could make new books of it."""
    try:
        with sorted_os_errors(path, writing=False):
            found = path.stat()
    except NotFound:
        raise NotFound(Code.BOOKS_NOT_FOUND, path=path) from None
    if not stat.S_ISREG(found.st_mode):
        raise Refused(Code.NOT_A_REGULAR_FILE, path=path)
    if found.st_size == 0:
        raise Damaged(Code.BOOKS_EMPTY, path=path)


def connect(path: Path, mode: str) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_URI | (apsw.SQLITE_OPEN_READWRITE if mode == "rw" else apsw.SQLITE_OPEN_READONLY)
    try:
        connection = apsw.Connection(sqlite.uri(path, mode=mode), flags=flags)
    except apsw.CantOpenError as error:
        if not path.exists():
            raise NotFound(Code.BOOKS_NOT_FOUND, path=path) from error
        raise NoAccess(Code.CANNOT_READ, path=path, reason=sqlite.system_reason(error)) from error
    try:
        sqlite.harden(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _read(path: Path, connection: apsw.Connection, offset: int, length: int) -> bytes:
    with sqlite.sorted_sqlite_errors(path):
        _, data = connection.read("main", 0, offset, length)
        return data


def take(path: Path, connection: apsw.Connection, clock: Clock) -> Fingerprint:
    return fingerprints.take(path, _read(path, connection, 0, sqlite.HEADER_BYTES), clock=clock)


def read_header(path: Path, connection: apsw.Connection) -> sqlite.Header:
    data = _read(path, connection, 0, sqlite.HEADER_BYTES)
    header = sqlite.Header.parse(data)
    if header is None:
        raise Damaged(Code.BOOKS_NOT_A_DATABASE, path=path)
    return header


def _hold_wal(
    path: Path, connection: apsw.Connection, clock: Clock, wait_seconds: float, cancel: CancelToken
) -> tuple[bool, OSError | None]:
    """Hold a moment of WAL books in place; False where that would leave a -shm behind or is not allowed here, and why not."""
    if size_of(beside(path, "-wal")) and not beside(path, "-shm").exists():
        return False, None
    try:
        _begin(path, connection, clock, wait_seconds, cancel)
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.IOError, apsw.FullError) as error:
        # Also where there is no room for a -shm; a disk that fails altogether is told by the staging itself.
        return False, sqlite.system_reason(error, connection.system_errno)
    return True, None


def _hold_rollback(path: Path, connection: apsw.Connection, clock: Clock, wait_seconds: float, cancel: CancelToken) -> bool:
    """Hold a moment of rollback-mode books in place; False where a journal must be rolled back first.

    A -wal beside rollback-mode books is stale, but SQLite replays it for whoever opens them: a staged copy shows what they see.
    """
    if size_of(beside(path, "-wal")):
        return False
    try:
        _begin(path, connection, clock, wait_seconds, cancel)
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.IOError) as error:
        hot = getattr(error, "extendedresult", 0) == _HOT_JOURNAL or isinstance(error, apsw.CantOpenError)
        if hot and beside(path, "-journal").exists():
            return False
        raise NoAccess(Code.CANNOT_READ, path=path, reason=sqlite.system_reason(error)) from error
    return True


def _begin(path: Path, connection: apsw.Connection, clock: Clock, wait_seconds: float, cancel: CancelToken) -> None:
    """Take a read transaction. The errors that the callers turn into staging fly through unsorted."""
    give_up = clock.monotonic() + wait_seconds
    connection.set_busy_handler(lambda _tries: clock.monotonic() < give_up and not cancel.wait(0.02))
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except apsw.BusyError as error:
        cancel.check()
        raise Busy(Code.BOOKS_BUSY, path=path) from error
    except sqlite.DAMAGE as error:
        raise Damaged(Code.BOOKS_DAMAGED, path=path, problem=type(error).__name__) from error


def let_go(path: Path, connection: apsw.Connection) -> None:
    """Close without a checkpoint: the -wal of others stays as it is, an empty one of ours goes away."""
    if size_of(beside(path, "-wal")):
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.close()


def require_same(path: Path, opened: files.Identity | None) -> None:
    """Raise where another file has taken the books' name, or none has it, while we read the old one."""
    now = files.identity(path)
    if now is None:
        raise NotFound(Code.BOOKS_NOT_FOUND, path=path)
    if now != opened:
        raise Damaged(Code.BOOKS_REPLACED, path=path)


@contextmanager
def _staged(path: Path, connection: apsw.Connection, scratch: Path, clock: Clock) -> Iterator[tuple[apsw.Connection, Fingerprint]]:
    """Copy the main file and its side file under matching names into the scratch folder, and hold a moment of that copy."""
    clear(scratch)
    files.make_private_folder(scratch)
    try:
        fingerprint = _stage(path, connection, scratch, clock)
        copy = connect(scratch / path.name, "rw")
        try:
            with sqlite.sorted_sqlite_errors(path):
                copy.execute("BEGIN")
                copy.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            yield copy, fingerprint
        finally:
            copy.close()
    finally:
        clear(scratch)


def _stage(path: Path, connection: apsw.Connection, scratch: Path, clock: Clock) -> Fingerprint:
    for _ in range(_STAGING_TRIES):
        before = take(path, connection, clock)
        _copy_main(path, connection, scratch / path.name, before.size_bytes)
        for suffix in ("-wal", "-journal"):
            side = beside(path, suffix)
            files.discard(beside(scratch / path.name, suffix))
            if side.exists():
                files.copy_file(side, beside(scratch / path.name, suffix), never=None)
        after = take(path, connection, clock)
        if before.same_moment(after):
            return after
        files.discard(scratch / path.name)
    raise Busy(Code.BOOKS_KEEP_CHANGING, path=path)


def _copy_main(path: Path, connection: apsw.Connection, target: Path, size_bytes: int) -> None:
    descriptor = files.create(target)
    try:
        for offset in range(0, size_bytes, files.CHUNK_BYTES):
            with sqlite.sorted_sqlite_errors(path):
                _, data = connection.read("main", 0, offset, min(files.CHUNK_BYTES, size_bytes - offset))
            with sorted_os_errors(target, writing=True):
                files.write_all(descriptor, data)
    finally:
        os.close(descriptor)


def clear(scratch: Path) -> None:
    """Remove a scratch folder and what an earlier run left in it; a symbolic link in its place is left alone."""
    if scratch.is_dir() and not scratch.is_symlink():
        with sorted_os_errors(scratch, writing=True):
            shutil.rmtree(scratch)
