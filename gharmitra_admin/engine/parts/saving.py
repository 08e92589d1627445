"""A file that a user names: a spreadsheet or a page to print. Whole or not there at all, and never over the books or a backup.

Leaves the file, durable, under its name; while it is being written a hidden one beside it, which is removed where that fails.
"""

from __future__ import annotations

import csv
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.errors import Code, Refused, sorted_os_errors
from gharmitra_admin.engine.base.paths import Paths

Cell = str | int | Decimal | None
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), the full-width forms of East Asian keyboards too.
_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
_REPLACED = frozenset({".csv", ".html", ".htm"})  # an older file of these kinds may be replaced; any other may not
_MISLEADING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def require_allowed(path: Path, paths: Paths) -> None:
    """Refuse a name under which something lies that must stay, or that would be taken for the society's own.

    Raises Refused, NoAccess.
    """
    with sorted_os_errors(path, writing=True):
        place = path.parent.resolve() / path.name
    if place.name.casefold().startswith(paths.books.name.casefold()) and files.identity(place.parent) == files.identity(paths.home):
        raise Refused(Code.NOT_HERE, path=path)  # the books, their -wal or journal
    if any(place.is_relative_to(folder) for folder in (paths.backups, paths.logs, paths.uploads)):
        raise Refused(Code.NOT_HERE, path=path)
    with sorted_os_errors(path, writing=True):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return
    if not stat.S_ISREG(found.st_mode):
        raise Refused(Code.NOT_A_REGULAR_FILE, path=path)
    if path.suffix.lower() not in _REPLACED:
        raise Refused(Code.FILE_THERE, path=path)
    if files.read_whole(path, never=paths.books_identity(), limit_bytes=len(sqlite.MAGIC)) == sqlite.MAGIC:
        raise Refused(Code.FILE_THERE, path=path)  # a backup under a misleading name


@contextmanager
def text_file(path: Path, paths: Paths, *, encoding: str = "utf-8") -> Iterator[IO[str]]:
    """Write a text file in the block. Commit point: the name, when the block has ended well. Raises Refused, NoSpace, NoAccess."""
    require_allowed(path, paths)
    hidden = files.hidden_name(path)
    files.remove(hidden)
    descriptor = files.create(hidden)
    with files.discarded_on_failure([hidden]):
        with sorted_os_errors(path, writing=True), os.fdopen(descriptor, "w", encoding=encoding, errors="replace", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        files.take_place(hidden, path)


class Spreadsheet:
    """Rows of a spreadsheet, as CSV. Numbers stay numbers; a text that a spreadsheet would take for a formula gets an apostrophe."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\r\n")

    def row(self, cells: Iterable[Cell]) -> None:
        """Write one row. Raises OSError."""
        self._writer.writerow([_escaped(cell) if isinstance(cell, str) else cell for cell in cells])


@contextmanager
def spreadsheet(path: Path, paths: Paths) -> Iterator[Spreadsheet]:
    """Write a spreadsheet in the block; it begins with a byte order mark, so that Excel reads it as UTF-8. Raises as ``text_file``."""
    with text_file(path, paths, encoding="utf-8-sig") as file:
        yield Spreadsheet(file)


def _escaped(text: str) -> str:
    is_formula = text.lstrip(" \u00a0").startswith(_FORMULA)
    return ("'" if is_formula else "") + "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    """One character; what would break a line or turn its direction is a blank."""
    return " " if character in _MISLEADING or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} else character
