"""Which files lie in ``uploads/`` now: regular files only; links, FIFOs and devices are named and never opened.

Leaves nothing on disk.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base.errors import Code, EngineError, Refused, from_os, sorted_os_errors
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import verify
from gharmitra_admin.engine.parts.documents import listing

STAGED = re.compile(r"\.restoring-[0-9a-f]{12}\.part")  # a document on its way back; the next opening removes what stays
_MOUNT_POINT = 0xA0000003  # a folder of Windows that leads elsewhere (IO_REPARSE_TAG_MOUNT_POINT)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the disk tells of a file without reading it: where one of these differs, it may be another one."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    ino: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Upload:
    """One regular file. ``name`` is its printable path inside ``uploads/``."""

    name: str
    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Skipped:
    """One thing in ``uploads/`` that cannot be copied, and why."""

    name: str
    error: EngineError


def root(paths: Paths) -> Path:
    """The folder itself; where it is a link, as some keep it on a larger drive, what it leads to.

    Raises Refused where it leads to the books, the backups, or around them.
    """
    if not paths.uploads.is_symlink():
        return paths.uploads
    try:
        place = paths.uploads.resolve()
    except (OSError, RuntimeError) as error:
        raise Refused(Code.UNSAFE_FOLDER, path=paths.uploads) from error
    own = (paths.home, paths.backups, paths.logs)
    if any(place == one or place in one.parents for one in own) or paths.backups in place.parents or paths.logs in place.parents:
        raise Refused(Code.UNSAFE_FOLDER, path=paths.uploads)
    return place


def walk(paths: Paths) -> tuple[list[Upload], list[Skipped]]:
    """Find every file, in the order of names, and what stands there that is none. Never raises for what lies there."""
    found: list[Upload] = []
    skipped: list[Skipped] = []
    try:
        waiting = [(root(paths), "")]
    except Refused as error:
        return [], [Skipped(paths.uploads.name, error)]
    while waiting:
        folder, above = waiting.pop()
        try:
            entries = _entries(folder, is_root=not above)
        except EngineError as error:
            skipped.append(Skipped(above.rstrip("/") or paths.uploads.name, error))
            continue
        for entry in entries:
            name = above + listing.name_of(Path(entry.name))
            try:
                with sorted_os_errors(Path(entry.path), writing=False):
                    # On Windows a folder's listing carries no file number, by which another file of the same name is known.
                    status = os.lstat(entry.path) if os.name == "nt" else entry.stat(follow_symlinks=False)
            except EngineError as error:
                skipped.append(Skipped(name, error))
                continue
            if stat.S_ISDIR(status.st_mode) and getattr(status, "st_reparse_tag", 0) != _MOUNT_POINT:
                waiting.append((Path(entry.path), f"{name}/"))
            elif not stat.S_ISREG(status.st_mode) or verify.is_sparse(status):
                skipped.append(Skipped(name, Refused(Code.NOT_A_REGULAR_FILE, path=Path(entry.path))))
            elif not STAGED.fullmatch(entry.name):
                found.append(Upload(name, Path(entry.path), Stamp.of(status)))
    return sorted(found, key=lambda upload: upload.name), skipped


def _entries(folder: Path, *, is_root: bool) -> list[os.DirEntry[str]]:
    """List a folder; ``uploads/`` itself need not be there. Raises NotFound, NoAccess."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError as error:
        if is_root:
            return []
        raise from_os(error, folder, writing=False) from error
    except OSError as error:
        raise from_os(error, folder, writing=False) from error


def staged_in(folder: Path) -> Iterator[Path]:
    """What a document on its way back left in this folder."""
    try:
        entries = _entries(folder, is_root=True)
    except EngineError:
        return
    yield from (Path(entry.path) for entry in entries if STAGED.fullmatch(entry.name) and entry.is_file(follow_symlinks=False))
