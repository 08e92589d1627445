"""The flow of comparing: a backup with the books as they are now, or with another backup. Leaves nothing on disk but,
of a backup that has changed since it was made, a note that it is damaged.

Books at rest in WAL mode are compared where they are, in a read transaction that no writer waits for; all others through a copy of one
frozen moment, so that no writer waits and no page of two moments is mixed; it is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Damaged, EngineError, NoAccess, NotFound, Refused
from gharmitra_admin.engine.base.job import CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.operations import compare
from gharmitra_admin.engine.operations.compare import Comparison, OnEntry
from gharmitra_admin.engine.parts import live_books, snapshot
from gharmitra_admin.engine.parts.books import attached
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.parts.live_books import JournalMode, LiveBooks
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.vault import verifying
from gharmitra_admin.engine.vault.session import Context, turn

_WAIT_SECONDS = 10.0
_NOTE_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Compared:
    """What going back to ``then`` would change. ``now`` None: from the books as they are."""

    then: BackupRecord
    now: BackupRecord | None
    comparison: Comparison


def compared(context: Context, name: str, other: str | None, on_entry: OnEntry | None, report: Report, cancel: CancelToken) -> Compared:
    """Compare a backup with the books, or with another backup in their place."""
    if other is None:
        return with_the_books(context, name, on_entry, report, cancel)
    return with_another(context, name, other, on_entry, report, cancel)


def with_the_books(context: Context, name: str, on_entry: OnEntry | None, report: Report, cancel: CancelToken) -> Compared:
    """Compare a backup with the books."""
    record = _as_it_is(context, context.listing().find(name), cancel)
    with turn(context, "compare", wait_seconds=_WAIT_SECONDS, cancel=cancel):
        return Compared(record, None, books_with(context, record.path, report, cancel, on_entry=on_entry))


def _as_it_is(context: Context, record: BackupRecord, cancel: CancelToken) -> BackupRecord:
    """The backup as its bytes are now: what has changed in it since it was made must not be told as what going back would change.

    Its damage is noted, unless another job is at work: then this answer alone tells it. Raises NotFound, Refused, NoAccess, Cancelled.
    """
    if record.problem is not None or record.sha256 is None:
        return record
    if files.hash_file(record.path, never=context.paths.books_identity(), cancel=cancel) == record.sha256:
        return record
    with suppress(EngineError), turn(context, "verify", wait_seconds=_NOTE_WAIT_SECONDS) as current:
        verifying.note_damage(current, record, Problem.HASH_DIFFERS)
    return replace(record, status=Status.DAMAGED, problem=Problem.HASH_DIFFERS)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far one backup is from the books. ``entries`` and ``rows``: how many differ; None where it could not be compared."""

    filename: str
    entries: int | None
    rows: int | None


def each_with_the_books(
    context: Context, told: Callable[[Difference], None], report: Report, cancel: CancelToken
) -> tuple[Difference, ...]:
    """Compare every whole backup with one moment of the books, the newest first; ``told`` hears of each as it is found.

    Raises NotFound, Damaged, Busy, NoSpace, NoAccess where the books cannot be read, Cancelled.
    """
    found = []
    with turn(context, "compare", wait_seconds=_WAIT_SECONDS, cancel=cancel), copy_of_books(context, ignore, cancel) as books:
        records = [record for record in context.listing().records if record.problem is None]
        for place, record in enumerate(records):
            report(Progress(Stage.COMPARING, place, len(records)))
            one = _difference(context, books, record, cancel)
            told(one)
            found.append(one)
    return tuple(found)


def _difference(context: Context, books: Path, record: BackupRecord, cancel: CancelToken) -> Difference:
    try:
        comparison = compare.closed_files(books, record.path, never=context.paths.books_identity(), cancel=cancel)
    except (Damaged, NotFound, Refused, NoAccess):
        return Difference(record.filename, None, None)
    rows = sum(table.lost + table.returned + table.changed for table in comparison.tables)
    return Difference(record.filename, comparison.entries_different, rows)


def books_with(context: Context, backup: Path, report: Report, cancel: CancelToken, *, on_entry: OnEntry | None = None) -> Comparison:
    """Compare a closed file with the books, in a turn of the caller's. Raises what comparing raises."""
    paths = context.paths
    with _held(context, cancel) as live:
        if live.main_file_is_all() and live.journal_mode is JournalMode.WAL:
            never, is_there = paths.books_identity(), attached.below(paths.home)
            return compare.held_books(live, backup, never=never, is_there=is_there, on_entry=on_entry, report=report, cancel=cancel)
    with copy_of_books(context, report, cancel) as books:
        return _files(context, books, backup, on_entry, report, cancel)


@contextmanager
def copy_of_books(context: Context, report: Report, cancel: CancelToken) -> Iterator[Path]:
    """Copy the books of one moment for the block, in a turn of the caller's. Raises Busy, Damaged, NoSpace, NoAccess, Cancelled."""
    hidden = files.hidden_name(context.paths.backups / "compare.db")
    try:
        with snapshot.new_copy(hidden, is_passing=True) as copy, _held(context, cancel) as live:
            snapshot.take(live, copy, report=report, cancel=cancel)
        yield hidden
    finally:
        files.discard(hidden)


def _held(context: Context, cancel: CancelToken) -> AbstractContextManager[LiveBooks]:
    paths, wait_seconds = context.paths, context.books_wait_seconds
    return live_books.held(paths.books, scratch=paths.scratch, clock=context.clock, wait_seconds=wait_seconds, cancel=cancel)


def with_another(context: Context, name: str, other: str, on_entry: OnEntry | None, report: Report, cancel: CancelToken) -> Compared:
    """Compare two backups; the other one stands where the books would."""
    listing = context.listing()
    then, now = (_as_it_is(context, listing.find(one), cancel) for one in (name, other))
    return Compared(then, now, _files(context, now.path, then.path, on_entry, report, cancel))


def _files(context: Context, now: Path, then: Path, on_entry: OnEntry | None, report: Report, cancel: CancelToken) -> Comparison:
    paths = context.paths
    is_there = attached.below(paths.home)
    return compare.closed_files(now, then, never=paths.books_identity(), is_there=is_there, on_entry=on_entry, report=report, cancel=cancel)
