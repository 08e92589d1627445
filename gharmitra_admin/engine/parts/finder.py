"""Where a society's books are: looked for by name, and recognised by what stands in them. Leaves nothing on disk.

GharMitra spells the file ``gharmitra.db`` in one place and ``GharMitra.db`` in another: one file on Windows, two elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, EngineError, NotFound
from gharmitra_admin.engine.parts import live_books
from gharmitra_admin.engine.parts.books import figures

BOOKS_NAME = "gharmitra.db"
_USUAL_SUBFOLDERS = (".", "backend", "data", "GharMitra", "GharMitra/backend", "gharmitra", "gharmitra/backend")


@dataclass(frozen=True, slots=True)
class Found:
    """Books that were found, and whose they are as far as they say."""

    books: Path
    society: str | None = None
    societies: int | None = None
    flats: int | None = None
    last_entry: str | None = None


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
    """Look for books in these folders and where GharMitra usually lies below them; unreadable places are passed over."""
    found: dict[Path, Found] = {}
    for folder in folders:
        for below in _USUAL_SUBFOLDERS:
            try:
                books = books_in(folder / below).resolve()
                if books not in found:
                    found[books] = look_at(books, scratch=scratch, clock=clock)
            except (EngineError, OSError):
                continue
    return list(found.values())
