"""The writing of a restore: through SQLite on the one connection that holds the books, or the whole file where SQLite cannot open them.

Leaves the complete new books or the complete old ones, and the intent, which only the caller may clear: when the end is recorded.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, names, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, Damaged, EngineError, NotFound, sorted_os_errors
from gharmitra_admin.engine.base.job import Progress, Report, Stage, ignore
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts import snapshot
from gharmitra_admin.engine.parts.books.key_figures import KeyFigures, key_figures
from gharmitra_admin.engine.parts.fingerprint import beside
from gharmitra_admin.engine.parts.intent import Intent
from gharmitra_admin.engine.parts.live_books import JournalMode, exclusive
from gharmitra_admin.engine.parts.live_books.exclusive import ExclusiveBooks
from gharmitra_admin.engine.parts.problem import Problem

SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The database that the books shall be: a closed file that was read and checked just now."""

    path: Path
    sha256: str
    size_bytes: int
    schema: str
    rows: Mapping[str, int]
    figures: KeyFigures


def through_sqlite(
    paths: Paths,
    books: ExclusiveBooks,
    wanted: Wanted,
    safety: Path,
    intent: Intent,
    *,
    were_damaged: bool = False,
    report: Report = ignore,
) -> KeyFigures:
    """Write the intent, then the books, then read them again, count, and tell their figures. Commit point: SQLite's own.

    Where it fails the books are what they were before: by SQLite's rollback, or written back from the safety backup. Raises what made
    it fail; Damaged (RESTORE_HALF) where they could not be put back either, and then the next start tries again; Damaged (BOOKS_DAMAGED)
    where they ``were_damaged`` so that SQLite cannot even write over them: then the whole file must be replaced.
    """
    intents.write(paths, intent)
    try:
        exclusive.write_over(books, wanted.path, report=report)
        problem = problem_of(paths, books, wanted, report=report)
        if problem is not None:
            raise Damaged(Code.RESTORE_FAILED, path=paths.books, name=names.shown(wanted.path.name), problem=problem)
    except EngineError as error:
        if were_damaged and error.code is Code.BOOKS_DAMAGED:
            raise
        put_back(paths, books, safety)
        error.values["not_replaced"] = True
        raise
    return figures_of(books.path, books.connection)


def figures_of(path: Path, connection: apsw.Connection) -> KeyFigures:
    """The figures to know the books by; none where they cannot be read, which says nothing against the restore."""
    with suppress(EngineError), sqlite.sorted_sqlite_errors(path):
        return key_figures(connection)
    return KeyFigures()


def problem_of(paths: Paths, books: ExclusiveBooks, wanted: Wanted, *, report: Report = ignore) -> Problem | None:
    """Compare the books with what they shall be: every page, then schema and rows as the books themselves tell them."""
    report(Progress(Stage.CHECKING_BOOKS, 0, 0))
    if not exclusive.is_whole(books, report=report, total=max(1, wanted.size_bytes // 250_000)):
        return Problem.PAGES_DAMAGED
    report(Progress(Stage.COUNTING, 0, 0))
    if not snapshot.matches(books.moment(), wanted.path, never=paths.books_identity()):
        return Problem.HASH_DIFFERS
    with sqlite.sorted_sqlite_errors(paths.books):
        if sqlite.schema_fingerprint(books.connection) != wanted.schema:
            return Problem.SCHEMA_DIFFERS
        return Problem.ROWS_DIFFER if sqlite.tables_differ(sqlite.row_counts(books.connection), wanted.rows) else None


def put_back(paths: Paths, books: ExclusiveBooks, safety: Path) -> None:
    """Make sure that the books are what the safety backup holds. Raises Damaged (RESTORE_HALF)."""
    try:
        if not _is_as(paths, books, safety):
            exclusive.write_over(books, safety)
            if not _is_as(paths, books, safety):
                raise Damaged(Code.RESTORE_HALF, path=paths.books, name=names.shown(safety.name))
        exclusive.settle_journal(books)
    except EngineError as error:
        raise Damaged(Code.RESTORE_HALF, path=paths.books, name=names.shown(safety.name)) from error


def _is_as(paths: Paths, books: ExclusiveBooks, file: Path) -> bool:
    """Whether the books hold the very pages of a file. What still stands in the -wal is brought into the main file first."""
    with suppress(EngineError):
        exclusive.settle_journal(books)
        return snapshot.matches(books.moment(), file, never=paths.books_identity())
    return False


def whole_file(paths: Paths, wanted: Wanted, intent: Intent, *, clock: Clock, report: Report = ignore) -> KeyFigures:
    """Give the place of books that SQLite cannot open to a copy of the backup: side files first, the name last.

    Commit point: the name. A -wal left beside the new file would silently undo the restore, so none is left before it has the name.
    Raises NoSpace, NoAccess, Damaged.
    """
    staged = files.hidden_name(paths.books)
    files.discard(staged)
    report(Progress(Stage.REPLACING, 0, 0))
    if files.copy_file(wanted.path, staged, never=None) != wanted.sha256:
        files.discard(staged)
        raise Damaged(Code.BACKUP_DAMAGED, name=names.shown(wanted.path.name), problem=Problem.HASH_DIFFERS)
    with files.discarded_on_failure([staged]):
        _take_owner_and_mode(paths.books, staged)
        files.sync_folder(paths.home)
        intents.write(paths, intent)
    try:
        return _take_place(paths, staged, wanted, intent, clock, report)
    except EngineError as error:
        raise Damaged(Code.RESTORE_HALF, path=paths.books, name=Path(intent.safety or "").name, reason=error.reason) from error


def _take_place(paths: Paths, staged: Path, wanted: Wanted, intent: Intent, clock: Clock, report: Report) -> KeyFigures:
    """From the first side file that goes to the last look: what fails here, the next start does again."""
    for suffix in SIDE_FILES:
        files.remove(beside(paths.books, suffix))
    files.sync_folder(paths.home)
    files.take_place(staged, paths.books)
    with exclusive.opened(paths.books, clock=clock) as books:
        exclusive.settle_journal(books, JournalMode(intent.journal_mode))
        problem = problem_of(paths, books, wanted, report=report)
        now = figures_of(books.path, books.connection)
    if problem is not None:
        raise Damaged(Code.RESTORE_FAILED, path=paths.books, name=names.shown(wanted.path.name), problem=problem)
    return now


def _take_owner_and_mode(old: Path, new: Path) -> None:
    """The file that takes the books' place belongs to whom they belonged, as far as this user may give it away."""
    with sorted_os_errors(new, writing=True):
        try:
            found = old.stat()
        except FileNotFoundError:
            return
        if hasattr(os, "chown"):
            with suppress(PermissionError):
                os.chown(new, found.st_uid, found.st_gid)
        new.chmod(stat.S_IMODE(found.st_mode))


def journal_mode_of(file: Path) -> JournalMode | None:
    """How books that cannot be opened any more were kept, where their first bytes still tell. Raises NoAccess, Refused."""
    descriptor = files.open_regular(file, never=None)
    try:
        with sorted_os_errors(file, writing=False):
            header = sqlite.Header.parse(os.read(descriptor, sqlite.HEADER_BYTES))
    finally:
        os.close(descriptor)
    return None if header is None else JournalMode.WAL if header.is_wal else JournalMode.ROLLBACK


def put_aside(paths: Paths, filename: str) -> tuple[Path, str] | None:
    """Copy books that SQLite cannot open, byte for byte, with what lies beside them; tell where, and the hash of the main file.

    None where there are none. Raises NoSpace, NoAccess, Refused.
    """
    target = paths.set_apart / filename
    files.make_private_folder(paths.set_apart)
    try:
        digest = files.copy_file(paths.books, files.hidden_name(target), never=None)
    except NotFound:
        return None
    for suffix in SIDE_FILES[::2]:
        with suppress(NotFound):
            files.copy_file(beside(paths.books, suffix), beside(target, suffix), never=None)
    files.publish(files.hidden_name(target), target)  # last, so that what is listed is all of it
    files.sync_folder(paths.set_apart)
    return target, digest
