"""The flow of going back: plan, safety backup, write, recount.

Leaves the books as the backup, a safety backup of what they were, and both ends of the job in the activity record; or everything as
it was. Commit point: SQLite's own, when the last page is written.
"""

from __future__ import annotations

from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from gharmitra_admin.engine.base import names, sqlite
from gharmitra_admin.engine.base.errors import Code, Damaged, EngineError, NoSpace, NotFound, Refused
from gharmitra_admin.engine.base.job import CancelToken, Progress, Report, Stage
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.power import kept_awake
from gharmitra_admin.engine.operations import backup, compare
from gharmitra_admin.engine.operations.backup import Request
from gharmitra_admin.engine.operations.compare import Comparison
from gharmitra_admin.engine.operations.restore import carry, documents, write
from gharmitra_admin.engine.operations.restore.documents import Source
from gharmitra_admin.engine.operations.restore.write import Wanted
from gharmitra_admin.engine.parts import holding
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts.books.key_figures import KeyFigures
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.intent import Intent, Way
from gharmitra_admin.engine.parts.live_books import JournalMode, exclusive
from gharmitra_admin.engine.parts.live_books.exclusive import ExclusiveBooks
from gharmitra_admin.engine.parts.manifest import Documents, Kind
from gharmitra_admin.engine.vault import readiness
from gharmitra_admin.engine.vault.session import Context, Turn, audited, turn

_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """One restore. ``safety``: the name of the copy of what was replaced, None where nothing was there.

    ``is_undoable``: whether that copy is whole, and not what the books are now; nobody wants damaged books back.

    ``comparison``: what left the books, came back and changed back; None, like ``rows_before``, where the old books were damaged.
    ``before``, ``wanted`` and ``now``: figures of the safety backup, of the backup, and of the books as they were read again after.
    """

    record: BackupRecord
    safety: str | None
    rows_before: int | None
    rows_after: int
    comparison: Comparison | None
    took_seconds: float
    before: KeyFigures | None
    wanted: KeyFigures
    now: KeyFigures
    warnings: tuple[Notice, ...] = ()
    documents: int = 0  # put back: they were missing, or different

    @property
    def is_undoable(self) -> bool:
        return self.safety is not None and self.rows_before is not None and not _is_nothing(self.comparison, self.documents)


@dataclass(frozen=True, slots=True)
class _Replaced:
    """What was replaced: its copy, what it differed in, and its figures; ``now``: those of the books in its place."""

    path: Path | None
    sha256: str | None
    rows: int | None
    comparison: Comparison | None
    documents: Documents | None = None
    figures: KeyFigures | None = None
    now: KeyFigures = field(default_factory=KeyFigures)


def run(context: Context, name: str, action: str, expected: int | None, report: Report, cancel: CancelToken) -> RestoreResult:
    """Restore a backup of the list, or a file elsewhere. ``expected``: how many entries the person was told will differ.

    Raises NotFound, Damaged, Busy, Refused, NoSpace, NoAccess, Cancelled; then the books are as they were.
    """
    began = context.clock.monotonic()
    with kept_awake("GharMitra Admin"), turn(context, action, wait_seconds=_WAIT_SECONDS, cancel=cancel, record_failure=True) as current:
        try:
            with (
                readiness.named(context, current.listing(), name, report, cancel) as record,
                audited(current, action, required=True, filename=record.filename, sha256=record.sha256 or "") as end,
            ):
                source = readiness.source_of(context, record, name)
                wanted = _wanted(current, record, source, report, cancel)
                documents.fetch(context.paths, source, cancel=cancel)
                replaced = _restore(current, record, wanted, action, expected, end(), report, cancel)
                safety = replaced.path.name if replaced.path else None
                put_back = documents.put_back(context.paths, source.said, replaced.documents, report=report)
                current.notices += (*_carried(context, replaced, wanted), *put_back.told)
                end(
                    documents=put_back.count,
                    filename=record.filename,
                    sha256=wanted.sha256,
                    safety=safety or "",
                    safety_sha256=replaced.sha256 or "",
                    aside=replaced.path is not None and replaced.rows is None,
                    entries=replaced.comparison.entries_different if replaced.comparison else None,
                    nothing=_is_nothing(replaced.comparison, put_back.count),
                )
        except EngineError as error:
            if error.code is not Code.RESTORE_HALF:
                _forget_intent(context)
            if isinstance(error, NoSpace):
                error.values["not_replaced"] = True
            raise
        _forget_intent(context)
        current.notices += holding.refresh(context.paths, current.listing())
        return _result(record, safety, wanted, replaced, context.clock.monotonic() - began, current.notices, put_back.count)


def _is_nothing(comparison: Comparison | None, documents: int) -> bool:
    """Whether the books were what they became: an undo goes back further than that."""
    return comparison is not None and comparison.is_of_no_consequence and not documents


def _result(
    record: BackupRecord,
    safety: str | None,
    wanted: Wanted,
    replaced: _Replaced,
    took_seconds: float,
    notices: list[Notice],
    documents: int,
) -> RestoreResult:
    return RestoreResult(
        record,
        safety,
        replaced.rows,
        sum(wanted.rows.values()),
        replaced.comparison,
        took_seconds,
        before=replaced.figures,
        wanted=wanted.figures,
        now=replaced.now,
        warnings=tuple(notices),
        documents=documents,
    )


def _forget_intent(context: Context) -> None:
    """Remove the intent where the end of the job is recorded; where it could not be, the next opening finds out and records it.

    A disk that fails here changes nothing of how the job ended: the next opening removes what is left.
    """
    with suppress(EngineError):
        if not any(event.action in intents.ACTIONS and event.books == context.paths.books.name for event in context.audit.open_jobs()):
            intents.clear(context.paths)


def _wanted(current: Turn, record: BackupRecord, source: Source, report: Report, cancel: CancelToken) -> Wanted:
    """Read the backup again, and refuse whatever speaks against going back to it now."""
    finding, found = readiness.read_again(current, record, report, cancel)
    findings = [finding] if found.problem is not None else readiness.findings(current.context, record, source, found.size_bytes, cancel)
    if (refusal := readiness.refusal(findings)) is not None:
        raise refusal
    return Wanted(record.path, found.sha256, found.size_bytes, found.schema, found.rows, _figures_in(record.path))


def _figures_in(file: Path) -> KeyFigures:
    with closing(sqlite.open_closed(file)) as connection:
        return write.figures_of(file, connection)


def _restore(
    current: Turn,
    record: BackupRecord,
    wanted: Wanted,
    action: str,
    expected: int | None,
    head: str | None,
    report: Report,
    cancel: CancelToken,
) -> _Replaced:
    context = current.context
    try:
        with exclusive.opened(context.paths.books, clock=context.clock, cancel=cancel) as held:
            replaced = _saved(current, held, wanted, head, report, cancel)
            assert replaced.path is not None
            _require_expected(replaced, expected)
            cancel.check()
            current.held.check_still_mine()
            intent = _intent(context, record, wanted, action, replaced, held.journal_mode, Way.THROUGH_SQLITE)
            were_damaged = replaced.rows is None
            now = write.through_sqlite(context.paths, held, wanted, replaced.path, intent, were_damaged=were_damaged, report=report)
            return replace(replaced, now=now)
    except (Damaged, NotFound) as error:
        if error.code not in readiness.CANNOT_BE_OPENED or error.values.get("not_replaced"):
            raise
        why = error.code
    replaced = _put_aside(current, why, cancel)
    cancel.check()
    current.held.check_still_mine()
    mode = _journal_mode_before(replaced, record)
    intent = _intent(context, record, wanted, action, replaced, mode, Way.WHOLE_FILE)
    now = write.whole_file(context.paths, wanted, intent, clock=context.clock, report=report)
    return replace(replaced, now=now)


def _require_expected(replaced: _Replaced, expected: int | None) -> None:
    """What was typed must still be what happens: somebody may have entered something since."""
    found = replaced.comparison.entries_different if replaced.comparison else None
    if expected is not None and found is not None and found != expected:
        raise Refused(Code.BOOKS_CHANGED, expected=expected, found=found)


def _saved(current: Turn, held: ExclusiveBooks, wanted: Wanted, head: str | None, report: Report, cancel: CancelToken) -> _Replaced:
    """Make the safety backup on the connection that holds the books. Damaged books are copied as they are, and set apart."""
    context = current.context
    request = Request(
        kind=Kind.PRE_RESTORE,
        label=None,
        audit_head=head,
        wait_seconds=0,
        shrink_percent=100,
        still_mine=current.held.check_still_mine,
        opened=lambda: nullcontext(held.moment()),
    )
    report(Progress(Stage.SAVING, 0, 0))
    saving = _as(Stage.SAVING, report)
    try:
        result = backup.create(context.paths, current.listing(), request, clock=context.clock, report=saving, cancel=cancel)
    except Damaged as error:
        copy = error.values.get("backup")
        if error.code is Code.COPY_DAMAGED:
            raise Damaged(Code.SAFETY_FAILED, path=context.paths.books, problem=error.values.get("problem")) from error
        if error.code is not Code.BOOKS_DAMAGED or not isinstance(copy, str):
            raise
        record = current.listing().find(copy)
        current.notices.append(notice(NoticeCode.BOOKS_WERE_DAMAGED, name=record.filename))
        return _Replaced(record.path, record.sha256, None, None, _documents_of(record))
    # What points nowhere in the replaced books says nothing of the books now.
    current.notices += [one for one in result.warnings if one.code is not NoticeCode.FOREIGN_KEYS]
    found = compare.closed_files(result.record.path, wanted.path, never=context.paths.books_identity(), report=saving, cancel=cancel)
    return _Replaced(
        result.record.path, result.record.sha256, result.rows, found, _documents_of(result.record), _figures_in(result.record.path)
    )


def _documents_of(record: BackupRecord) -> Documents | None:
    return record.manifest.documents if record.manifest else None


def _as(stage: Stage, report: Report) -> Report:
    """Tell a part of the work under the name of the whole."""
    return lambda progress: report(replace(progress, stage=stage))


def _put_aside(current: Turn, why: Code, cancel: CancelToken) -> _Replaced:
    """Keep books that SQLite cannot open, byte for byte, and the documents of now, before others take their place."""
    context = current.context
    filename = f"damaged_books_{names.stamp(context.clock.local(context.clock.now()))}.db"
    kept = None if why is Code.BOOKS_NOT_FOUND else write.put_aside(context.paths, filename)
    present = documents.keep_present(context.paths, filename, cancel=cancel)
    if kept is None:
        return _Replaced(None, None, None, None, present)
    current.notices.append(notice(NoticeCode.BOOKS_WERE_DAMAGED, name=filename))
    return _Replaced(kept[0], kept[1], None, None, present)


def _journal_mode_before(replaced: _Replaced, record: BackupRecord) -> JournalMode:
    """How the books were kept, by their own first bytes; where these are lost, how they were kept when the backup was made."""
    if replaced.path is not None and (mode := write.journal_mode_of(replaced.path)) is not None:
        return mode
    header = bytes.fromhex(record.fingerprint.header) if record.fingerprint is not None else b""
    return JournalMode.ROLLBACK if header[18:19] == b"\x01" else JournalMode.WAL


def _intent(
    context: Context, record: BackupRecord, wanted: Wanted, action: str, replaced: _Replaced, mode: JournalMode, way: Way
) -> Intent:
    return Intent(
        action=action,
        at=context.clock.now().isoformat(),
        way=way,
        journal_mode=mode.value,
        backup=record.path.name,
        backup_sha256=wanted.sha256,
        safety=None if replaced.path is None else str(replaced.path.relative_to(context.paths.backups)),
        safety_sha256=replaced.sha256,
        documents=_documents_of(record),
        safety_documents=replaced.documents,
    )


def _carried(context: Context, replaced: _Replaced, wanted: Wanted) -> list[Notice]:
    """Carry GharMitra's own activity list over. The books are restored by now: a failure is told."""
    if replaced.path is None or replaced.comparison is None:
        return []
    try:
        carry.discarded_rows(context.audit, replaced.path, wanted.path, never=context.paths.books_identity())
    except EngineError as error:
        return [notice(NoticeCode.AUDIT_ROWS_NOT_CARRIED, path=error.path, error=error)]
    return []
