"""Settle a restore that did not come to its end: the books are made complete, and what was done is recorded.

Leaves the books as they were or as the backup, the end of the job in the activity record, and no intent.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Busy, Code, EngineError, NotFound
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.operations import compare
from gharmitra_admin.engine.operations.restore import carry, documents, write
from gharmitra_admin.engine.operations.restore.write import Wanted
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts import live_books, snapshot, verify
from gharmitra_admin.engine.parts.audit import Audit, Event, Outcome
from gharmitra_admin.engine.parts.books.key_figures import KeyFigures
from gharmitra_admin.engine.parts.elsewhere import COPIED_HERE
from gharmitra_admin.engine.parts.intent import Intent, Way
from gharmitra_admin.engine.parts.live_books import JournalMode, exclusive


def settle(paths: Paths, audit: Audit, intent: Intent, cut_off: list[Event], *, clock: Clock, wait_seconds: float) -> tuple[Notice, ...]:
    """Find out what became of the restore that was intended, finish it, and tell. Raises Busy; then it is tried again."""
    try:
        is_done = _settle(paths, intent, clock, wait_seconds)
    except Busy:
        raise
    except EngineError as error:
        return (notice(NoticeCode.RESTORE_UNSETTLED, path=paths.books, error=error, name=intent.safety or ""),)
    return _close(paths, audit, intent, cut_off, is_done=is_done)


def _close(paths: Paths, audit: Audit, intent: Intent, cut_off: list[Event], *, is_done: bool) -> tuple[Notice, ...]:
    told: list[Notice] = []
    if is_done and (safety := _safety(paths, intent)) and (backup := _backup(paths, intent)):
        try:
            carry.discarded_rows(audit, safety, backup, never=paths.books_identity())
        except EngineError as error:
            told.append(notice(NoticeCode.AUDIT_ROWS_NOT_CARRIED, path=error.path, error=error))
    if is_done:  # else the books never became the backup, and the documents follow the books
        told += documents.put_back(paths, intent.documents, intent.safety_documents).told
    name = Path(intent.safety).name if intent.safety else ""
    is_aside = intent.safety is not None and Path(intent.safety).parent.name == paths.set_apart.name
    for event in cut_off:
        details = {**event.details, "filename": intent.backup, "safety": name, "aside": is_aside, "after_interruption": True}
        audit.append(event.action, Outcome.FINISHED if is_done else Outcome.INTERRUPTED, job=event.job, **details)
        code = NoticeCode.RESTORE_FINISHED if is_done else NoticeCode.RESTORE_CUT_OFF
        told.append(notice(code, at=event.at, name=intent.backup))
    intents.clear(paths)
    return tuple(told)


def _settle(paths: Paths, intent: Intent, clock: Clock, wait_seconds: float) -> bool:
    """Make the books complete, and tell whether they are those of the backup. Raises EngineError where that cannot be told."""
    is_done = (
        _settle_whole_file(paths, intent, clock) if intent.way is Way.WHOLE_FILE else _is_the_backup(paths, intent, clock, wait_seconds)
    )
    with suppress(Busy), exclusive.opened(paths.books, clock=clock) as books:
        exclusive.settle_journal(books, JournalMode(intent.journal_mode))
    return is_done


def _is_the_backup(paths: Paths, intent: Intent, clock: Clock, wait_seconds: float) -> bool:
    """Compare a copy of the books with both; entries made since then make them differ from both, and the nearer one tells."""
    backup, safety = _backup(paths, intent), _safety(paths, intent)
    hidden, never = files.hidden_name(paths.backups / "recover.db"), paths.books_identity()
    try:
        with (
            snapshot.new_copy(hidden) as copy,
            live_books.held(paths.books, scratch=paths.scratch, clock=clock, wait_seconds=wait_seconds) as books,
        ):
            snapshot.take(books, copy)
        if backup is not None and snapshot.same_content(hidden, backup, never=never):
            return True
        if safety is not None and snapshot.same_content(hidden, safety, never=never):
            return False
        if backup is None or safety is None:
            raise NotFound(Code.BACKUP_NOT_FOUND, name=intent.backup if backup is None else intent.safety)
        return _rows_between(hidden, backup, never) < _rows_between(hidden, safety, never)
    finally:
        files.discard(hidden)


def _rows_between(one: Path, other: Path, never: files.Identity | None) -> int:
    found = compare.closed_files(one, other, never=never)
    return sum(table.lost + table.returned + table.changed for table in found.tables)


def _settle_whole_file(paths: Paths, intent: Intent, clock: Clock) -> bool:
    """Finish it: what was there before could not be opened. Where the new file has the name already, it was finished."""
    files.discard(files.hidden_name(paths.books))
    try:
        if files.hash_file(paths.books, never=None) != intent.safety_sha256:
            return True
    except NotFound:
        pass
    backup = _backup(paths, intent)
    if backup is None:
        raise NotFound(Code.BACKUP_NOT_FOUND, name=intent.backup)
    found = verify.closed_file(backup, never=paths.books_identity(), clock=clock)
    wanted = Wanted(backup, intent.backup_sha256, found.size_bytes, found.schema, found.rows, KeyFigures())
    write.whole_file(paths, wanted, intent, clock=clock)
    return True


def _backup(paths: Paths, intent: Intent) -> Path | None:
    """Where the backup lies now, by its name and its bytes."""
    places = [*(folder / intent.backup for folder in paths.folders_of_backups), files.hidden_name(paths.backups / COPIED_HERE)]
    return next((path for path in places if _holds(path, intent.backup_sha256)), None)


def _safety(paths: Paths, intent: Intent) -> Path | None:
    if intent.safety is None or intent.safety_sha256 is None:
        return None
    path = paths.backups / intent.safety
    return path if _holds(path, intent.safety_sha256) else None


def _holds(path: Path, sha256: str) -> bool:
    with suppress(EngineError):
        return files.hash_file(path, never=None) == sha256
    return False
