"""Reading a file back from the drive it was written to, not from the system's memory of it. Leaves nothing on disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore


def hash_from_drive(path: Path, *, report: Report = ignore, cancel: CancelToken = NEVER) -> str:
    """Hash a closed file as the drive has it: a stick may lie about its size. Raises NotFound, Refused, NoAccess, Cancelled."""
    _forget_cached(path)
    return files.hash_file(path, never=None, report=report, cancel=cancel)


def _forget_cached(path: Path) -> None:
    """Ask the system to drop its memory of the file, where it can be asked."""
    advise = getattr(os, "posix_fadvise", None)
    if advise is None:
        return
    descriptor = files.open_regular(path, never=None)
    try:
        with suppress(OSError):
            advise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
