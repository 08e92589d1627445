"""Where a society's books are: looked for by name, and recognised by what stands in them. Leaves nothing on disk.

GharMitra spells the file ``gharmitra.db`` in one place and ``GharMitra.db`` in another: one file on Windows, two elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, EngineError, NotFound
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts import live_books
from gharmitra_admin.engine.parts.books import figures

BOOKS_NAME = "gharmitra.db"
_DEEPEST = 6
_NEVER_IN = frozenset({"windows", "node_modules", "site-packages", "backups", "proc", "sys", "dev", "appdata"})
_USUAL_SUBFOLDERS = (".", "backend", "data", "GharMitra", "GharMitra/backend", "gharmitra", "gharmitra/backend")


@dataclass(frozen=True, slots=True)
class Found:
    """Books that were found, and whose they are as far as they say."""

    books: Path
    society: str | None = None
    societies: int | None = None
    flats: int | None = None
    last_entry: str | None = None
    error: EngineError | None = None  # why they could not be read just now


def books_in(folder: Path) -> Path:
    """Find the books in one folder, whatever the case of their name. Raises NotFound, NoAccess."""
    with files.scanned(folder) as entries:
        for entry in entries:
            if entry.name.lower() == BOOKS_NAME and entry.is_file():
                return Path(entry.path)
    raise NotFound(Code.BOOKS_NOT_FOUND, path=folder / BOOKS_NAME)


def look_at(books: Path, *, scratch: Path, clock: Clock) -> Found:
    """Read whose books these are, as they are now. Raises NotFound, Refused, Damaged, Busy, NoAccess."""
    with live_books.held(books, scratch=scratch, clock=clock, wait_seconds=2) as live:
        said = figures(live.connection)
    return Found(books, said.society, said.societies, said.flats, said.last_entry)


def find_societies(folders: Sequence[Path], *, scratch: Path, clock: Clock) -> list[Found]:
    """Look for books in these folders and where GharMitra usually lies below them; unreadable places are passed over.

    Books that are there but cannot be read are told too, after the others: they are the ones that need help most.
    """
    found: dict[Path, Found] = {}
    for folder in folders:
        for below in _USUAL_SUBFOLDERS:
            try:
                books = books_in(folder / below).resolve()
            except (EngineError, OSError):
                continue
            if books not in found:
                found[books] = _looked_at(books, scratch, clock)
    return _readable_first(found.values())


def _looked_at(books: Path, scratch: Path, clock: Clock) -> Found:
    try:
        return look_at(books, scratch=scratch, clock=clock)
    except EngineError as error:
        return Found(books, error=error)


def _readable_first(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=lambda one: one.error is not None)


def search(roots: Sequence[Path], *, scratch: Path, clock: Clock, report: Report = ignore, cancel: CancelToken = NEVER) -> list[Found]:
    """Look for books in every folder below these, to a depth where programs are installed; links are not followed. Raises Cancelled."""
    found: dict[Path, Found] = {}
    waiting = [(root, 0) for root in dict.fromkeys(roots)]
    looked = 0
    while waiting:
        cancel.check()
        folder, depth = waiting.pop()
        looked += 1
        report(Progress(Stage.CHECKING, looked, 0))
        try:
            with files.scanned(folder) as entries:
                below = list(entries)
        except (EngineError, OSError):
            continue
        for entry in below:
            try:
                if entry.name.lower() == BOOKS_NAME and entry.is_file(follow_symlinks=False):
                    books = Path(entry.path).resolve()
                    found[books] = _looked_at(books, scratch, clock)
                elif depth < _DEEPEST and entry.is_dir(follow_symlinks=False) and _may_hold_books(entry.name):
                    waiting.append((Path(entry.path), depth + 1))
            except OSError:
                continue
    return _readable_first(found.values())


def _may_hold_books(name: str) -> bool:
    return not name.startswith((".", "$")) and name.lower() not in _NEVER_IN
