"""A private copy of a damaged file to work on: all that the drive still gives, and what stands in the files beside it.

Leaves a closed copy in the folder it was given. The file itself is only ever read, live books through SQLite's own descriptor.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.errors import Busy, Code, Damaged, EngineError, NoAccess, NotFound, Refused, from_os, sorted_os_errors
from gharmitra_admin.engine.base.job import CancelToken, Progress, Report, Stage
from gharmitra_admin.engine.parts import live_books, room, verify
from gharmitra_admin.engine.parts.fingerprint import beside, size_of
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.salvage import wal

_TRIES = 3
_PIECE_BYTES = 4096
_CHUNK_BYTES = 256 << 10
_SIDES = ("-wal", "-journal")
_BAD_SPOT = frozenset({errno.EIO, getattr(errno, "ENODATA", errno.EIO), getattr(errno, "EILSEQ", errno.EIO)})
_ReadAt = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Copied:
    """The copy, and how many bytes of the file the drive would not give."""

    path: Path
    size_bytes: int
    unreadable_bytes: int


def take(source: Path, folder: Path, *, books: files.Identity | None, report: Report, cancel: CancelToken) -> Copied:
    """Copy a damaged file as it is, zeros for what cannot be read, and settle what a killed program left beside it.

    ``books``: the identity of the live books, which are opened by nothing but SQLite. Raises NotFound, Refused, Damaged (nothing in
    it), Busy (it keeps changing), NoSpace, NoAccess, Cancelled.
    """
    for _ in range(_TRIES):
        before = _marks(source)
        size = before[0][0]
        _require_something(source)
        with sorted_os_errors(folder, writing=True):
            room.require(folder, size + size_of(beside(source, "-wal")))
        copy = folder / "source.db"
        with _reading(source, books) as read_at:
            unreadable = _pump(source, copy, size, read_at, report, cancel)
        for suffix in _SIDES:
            files.discard(beside(copy, suffix))
            with suppress(NotFound):
                files.copy_file(beside(source, suffix), beside(copy, suffix), never=None, cancel=cancel)
        if _marks(source) == before:
            _settle(copy, cancel)
            return Copied(copy, size, unreadable)
        files.discard(copy)
    raise Busy(Code.BOOKS_KEEP_CHANGING, path=source)


def _marks(source: Path) -> tuple[tuple[int, int], ...]:
    """Size and time of the file and of those beside it: what changes when somebody writes."""
    told = []
    for path in (source, *(beside(source, suffix) for suffix in _SIDES)):
        try:
            with sorted_os_errors(path, writing=False):
                status = path.stat()
            told.append((status.st_size, status.st_mtime_ns))
        except NotFound:
            if path == source:
                raise
            told.append((0, 0))
    return tuple(told)


def _require_something(source: Path) -> None:
    with sorted_os_errors(source, writing=False):
        status = source.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise Refused(Code.NOT_A_REGULAR_FILE, path=source)
    problem = Problem.EMPTY if not status.st_size else Problem.TOO_BIG if verify.is_sparse(status) else None
    if problem is not None:
        raise Damaged(Code.NOTHING_TO_RESCUE, path=source, problem=problem)


@contextmanager
def _reading(source: Path, books: files.Identity | None) -> Iterator[_ReadAt]:
    """Give what reads a stretch of the file and raises OSError where the drive does not."""
    if books is not None and files.identity(source) == books:
        # Without a statement and without a lock: SQLite neither recovers anything nor makes a file beside them.
        connection = live_books.connect(source, "ro")
        try:
            yield partial(_read_books, connection)
        finally:
            live_books.let_go(source, connection)
        return
    descriptor = files.open_regular(source, never=books)
    try:
        yield partial(_read_file, descriptor)
    finally:
        os.close(descriptor)


def _read_books(connection: apsw.Connection, offset: int, length: int) -> bytes:
    try:
        return connection.read("main", 0, offset, length)[1]
    except apsw.IOError as error:
        raise sqlite.system_reason(error) from error


def _read_file(descriptor: int, offset: int, length: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, length)


def _pump(source: Path, copy: Path, size: int, read_at: _ReadAt, report: Report, cancel: CancelToken) -> int:
    files.discard(copy)
    descriptor = files.create(copy)
    unreadable = 0
    try:
        for offset in range(0, size, _CHUNK_BYTES):
            cancel.check()
            data, lost = _read(source, read_at, offset, min(_CHUNK_BYTES, size - offset))
            unreadable += lost
            with sorted_os_errors(copy, writing=True):
                files.write_all(descriptor, data)
            report(Progress(Stage.COPYING, offset + len(data), size))
    finally:
        os.close(descriptor)
    if unreadable >= size:
        raise NoAccess(Code.CANNOT_READ, path=source, reason=OSError(errno.EIO, os.strerror(errno.EIO)))
    return unreadable


def _read(source: Path, read_at: _ReadAt, offset: int, length: int) -> tuple[bytes, int]:
    """Read a stretch; where the drive refuses, in small pieces, with zeros for those it has lost."""
    try:
        data = read_at(offset, length)
        return data.ljust(length, b"\0"), 0
    except OSError as error:
        if error.errno not in _BAD_SPOT:
            raise from_os(error, source, writing=False) from error
    parts, lost = [], 0
    for at in range(offset, offset + length, _PIECE_BYTES):
        piece = min(_PIECE_BYTES, offset + length - at)
        try:
            parts.append(read_at(at, piece).ljust(piece, b"\0"))
        except OSError:
            parts.append(bytes(piece))
            lost += piece
    return b"".join(parts), lost


def _settle(copy: Path, cancel: CancelToken) -> None:
    """Bring into the copy what stands beside it: a -wal by us, since SQLite needs a whole first page; a hot journal by SQLite."""
    side = beside(copy, "-wal")
    if size_of(side) and wal.apply(copy, side, cancel):
        files.discard(beside(copy, "-journal"))
    files.discard(side)
    if size_of(beside(copy, "-journal")):
        with suppress(apsw.Error, EngineError, UnicodeDecodeError):
            connection = live_books.connect(copy, "rw")
            try:
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            finally:
                connection.close()
    for suffix in ("-wal", "-shm", "-journal"):
        files.discard(beside(copy, suffix))
