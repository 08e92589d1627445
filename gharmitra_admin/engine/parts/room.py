"""Room on a disk: how much a copy of the books needs, and a refusal before the first byte where there is not that much.

Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, EngineError, NoSpace
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts.fingerprint import beside, size_of

SPARE_BYTES = 1 << 20


def for_copy(paths: Paths) -> int:
    """The most that a copy of the books can need, in bytes. Raises NoAccess."""
    return size_of(paths.books) + size_of(beside(paths.books, "-wal")) + SPARE_BYTES


def for_write(paths: Paths, new_bytes: int) -> int:
    """The most that writing other books over these needs beside them, in bytes: SQLite keeps the old or the new pages meanwhile."""
    return max(size_of(paths.books), new_bytes) + max(0, new_bytes - size_of(paths.books)) + SPARE_BYTES


def require(folder: Path, needed_bytes: int) -> None:
    """Raise NoSpace where the disk of a folder has not so much room. Raises NotFound, NoAccess."""
    free = files.free_bytes(folder)
    if free < needed_bytes:
        raise NoSpace(Code.DISK_FULL, path=folder, needed_bytes=needed_bytes, free_bytes=free)


@contextmanager
def told(folder: Path, needed_bytes: int) -> Iterator[None]:
    """Add to a full disk how much was needed and how much is free."""
    try:
        yield
    except NoSpace as error:
        with suppress(EngineError):
            error.values.update(needed_bytes=needed_bytes, free_bytes=files.free_bytes(folder))
        raise
