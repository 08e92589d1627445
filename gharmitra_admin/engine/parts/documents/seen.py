"""A cache of hashes: a file that the disk tells nothing new of need not be read again. Only ever a cache: the hash is the truth.

Leaves ``documents/.seen_NAME.json`` for the books NAME; it may be thrown away at any time.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts.documents.uploads import Stamp, Upload

_COARSEST_TICK_NS = 2_000_000_000  # FAT keeps times in steps of two seconds: a file written twice within one looks the same


class _Known(msgspec.Struct, frozen=True, array_like=True):
    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    ino: int
    sha256: str


class Seen:
    """What was hashed before."""

    def __init__(self, file: Path, known: dict[str, _Known], settled_before_ns: int) -> None:
        self._file, self._known, self._settled_before_ns = file, known, settled_before_ns
        self._fresh: dict[str, _Known] = {}

    @classmethod
    def of(cls, paths: Paths) -> Seen:
        """Read the cache of this society; empty where there is none or it cannot be read."""
        file = paths.documents / f".seen_{paths.books.name}.json"
        with suppress(EngineError, OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
            known = msgspec.json.decode(files.read_whole(file, limit_bytes=1 << 30), type=dict[str, _Known])
            return cls(file, known, file.stat().st_mtime_ns - _COARSEST_TICK_NS)
        return cls(file, {}, 0)

    def sha256(self, upload: Upload) -> str | None:
        """The hash that this very file had, None where it may be another one by now."""
        known = self._known.get(upload.name)
        if known is None or upload.stamp != Stamp(known.size_bytes, known.mtime_ns, known.ctime_ns, known.ino):
            return None
        # A file written in the tick in which the cache was written may have been written once more in it (as git's index has it).
        return known.sha256 if max(known.mtime_ns, known.ctime_ns) < self._settled_before_ns else None

    def note(self, name: str, stamp: Stamp, sha256: str) -> None:
        self._fresh[name] = _Known(stamp.size_bytes, stamp.mtime_ns, stamp.ctime_ns, stamp.ino, sha256)

    def keep(self, names: set[str]) -> None:
        """Write the cache where anything in it is new; a failure only costs time at the next backup."""
        left = {name: known for name, known in self._known.items() if name in names}
        if not self._fresh and left == self._known:
            return
        with suppress(EngineError):
            if self._file.parent.is_dir():
                files.replace_whole(self._file, msgspec.json.encode({**left, **self._fresh}))
