"""Which processes have a file open, by the file itself and not by its name. Leaves nothing on disk.

In rollback mode nothing but this sees a program that has the books open and does nothing with them (measured; locks do not show it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.files import Identity

_MAY_BE_GHARMITRA = ("python", "uvicorn", "gharmitra", "gunicorn", "hypercorn", "electron", "node")


@dataclass(frozen=True, slots=True)
class Opener:
    """One process that has the file open."""

    pid: int
    name: str


@dataclass(frozen=True, slots=True)
class Openers:
    """``denied``: how many processes that could be GharMitra's may not be looked into, so that nothing is known of them."""

    found: tuple[Opener, ...]
    denied: int


def openers(paths: Iterable[Path], *, but_not: int) -> Openers:
    """Find who has any of these files open, hard links included; ``but_not``: this process itself. Raises NoAccess."""
    wanted = {identity for path in paths if (identity := files.identity(path)) is not None}
    found, denied = [], 0
    for process in psutil.process_iter(["pid", "name"]):
        if process.pid == but_not:
            continue
        name = str(process.info.get("name") or "")
        try:
            if any(identity in wanted for identity in _open_files(process)):
                found.append(Opener(process.pid, name))
        except (psutil.AccessDenied, PermissionError):
            denied += any(part in name.lower() for part in _MAY_BE_GHARMITRA)
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            continue
    return Openers(tuple(found), denied)


def _open_files(process: psutil.Process) -> Iterator[Identity]:
    folder = Path(f"/proc/{process.pid}/fd")  # Linux: told by the kernel, a removed file too
    if folder.is_dir():
        for descriptor in list(folder.iterdir()):
            with suppress(FileNotFoundError, ProcessLookupError):
                found = descriptor.stat()
                yield Identity(found.st_dev, found.st_ino)
        return
    for one in process.open_files():
        with suppress(OSError):
            found = Path(one.path).stat()
            yield Identity(found.st_dev, found.st_ino)
