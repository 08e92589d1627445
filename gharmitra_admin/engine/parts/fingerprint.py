"""What changes whenever anything is committed to the books, read without a lock. Leaves nothing on disk.

The rule is measured, not documented: in rollback modes the change counter in the header rises with each commit, in WAL mode
it stands still and the -wal grows instead, so both are in the fingerprint.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import BadInput, Code, Damaged, NoAccess, NotFound, sorted_os_errors

_FRAME_HEADER_BYTES, _WAL_HEADER_BYTES = 24, 32
_SETTLED_NANOSECONDS = 2_000_000_000  # a second change within one tick of the file's time would go unseen


class WalMark(msgspec.Struct, frozen=True):
    """Where a -wal stands: its header, how many frames belong to it, and the last frame's header with the running checksum."""

    header: str
    frames: int
    last_frame: str


class Fingerprint(msgspec.Struct, frozen=True):
    """What changes whenever anything is committed, read without a lock. Equal and ``settled``: nothing was committed between.

    In WAL mode the header's change counter stands still, so the -wal is part of it; a checkpoint alone changes it too,
    which costs a comparison of content and never a missed backup.
    """

    dev: int
    ino: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    header: str
    wal: WalMark | None
    has_journal: bool
    settled: bool

    def same_books(self, other: Fingerprint) -> bool:
        """Whether nothing was committed between the two; never true on a doubt."""
        return self.settled and other.settled and self == other

    def same_moment(self, other: Fingerprint) -> bool:
        """Whether the two were read with nothing between them that shows, settled or not."""
        return msgspec.structs.replace(self, settled=True) == msgspec.structs.replace(other, settled=True)

    def lost_wal(self, earlier: Fingerprint) -> bool:
        """Whether committed changes that stood in a -wal are gone without having reached the main file."""
        had_frames = earlier.wal is not None and earlier.wal.frames > 0
        same_main = (self.ino, self.size_bytes, self.mtime_ns, self.header) == (
            earlier.ino,
            earlier.size_bytes,
            earlier.mtime_ns,
            earlier.header,
        )
        return had_frames and same_main and (self.wal is None or self.wal.frames == 0)


def beside(path: Path, suffix: str) -> Path:
    """The side file of a database: its name with ``-wal``, ``-shm`` or ``-journal`` behind it."""
    return path.with_name(path.name + suffix)


def size_of(path: Path) -> int:
    """Bytes of a side file; 0 where there is none, or where no disk could hold its name. Raises NoAccess."""
    try:
        with sorted_os_errors(path, writing=False):
            return path.stat().st_size
    except (NotFound, BadInput):
        return 0


def take(path: Path, header: bytes, *, clock: Clock) -> Fingerprint:
    """Take the fingerprint of the books from their first 100 bytes, which the caller read through SQLite. Raises Damaged, NoAccess."""
    parsed = sqlite.Header.parse(header)
    if parsed is None:
        raise Damaged(Code.BOOKS_NOT_A_DATABASE, path=path)
    wal = beside(path, "-wal")
    with sorted_os_errors(path, writing=False):
        found = path.stat()
    newest = max(found.st_mtime_ns, wal.stat().st_mtime_ns if size_of(wal) else 0)
    return Fingerprint(
        dev=found.st_dev,
        ino=found.st_ino,
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        ctime_ns=0 if os.name == "nt" else found.st_ctime_ns,
        header=header.hex(),
        wal=_wal_mark(wal, parsed.page_size),
        has_journal=size_of(beside(path, "-journal")) > 0,
        settled=abs(int(clock.now().timestamp() * 1e9) - newest) > _SETTLED_NANOSECONDS,
    )


def _wal_mark(path: Path, page_size: int) -> WalMark | None:
    """Find where a -wal ends: frames of this generation carry its salts and come first, so a search by halves finds the last."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NoAccess(Code.CANNOT_READ, path=path, reason=error) from error
    try:
        header = _at(descriptor, 0, _WAL_HEADER_BYTES)
        if len(header) < _WAL_HEADER_BYTES:
            return None
        frame_bytes = _FRAME_HEADER_BYTES + page_size
        low, high = 0, (os.fstat(descriptor).st_size - _WAL_HEADER_BYTES) // frame_bytes
        while low < high:
            middle = (low + high + 1) // 2
            frame = _at(descriptor, _WAL_HEADER_BYTES + (middle - 1) * frame_bytes, _FRAME_HEADER_BYTES)
            low, high = (middle, high) if frame[8:16] == header[16:24] else (low, middle - 1)
        last = _at(descriptor, _WAL_HEADER_BYTES + (low - 1) * frame_bytes, _FRAME_HEADER_BYTES) if low else b""
        return WalMark(header.hex(), low, last.hex())
    finally:
        os.close(descriptor)


def _at(descriptor: int, offset: int, length: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, length)
