"""The flows of checking: verify what is asked for, adopt what nobody has checked.

Leaves notes of what was found and manifests of what was adopted.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gharmitra_admin.engine.base.errors import BadInput, Busy, EngineError, NoAccess, NoSpace
from gharmitra_admin.engine.base.job import CancelToken, Progress, Report, Stage
from gharmitra_admin.engine.base.names import require_path
from gharmitra_admin.engine.operations import check, curate
from gharmitra_admin.engine.operations.check import VerifyResult
from gharmitra_admin.engine.parts import holding
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.parts.documents import checking
from gharmitra_admin.engine.parts.documents.checking import Checker
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.verify import Findings
from gharmitra_admin.engine.vault.session import Context, Turn, audited, turn

_NOTE_WAIT_SECONDS = 2.0


def verify(context: Context, names: Sequence[str], report: Report, cancel: CancelToken) -> list[VerifyResult]:
    """Check the named backups, or all. Reading needs no lock; only the notes are written under it, where it can be had soon."""
    listing = context.listing()
    records = [listing.find(name) for name in names if not _is_path(name)] if names else list(listing.records)
    elsewhere = [Path(require_path(name)) for name in names if _is_path(name)]
    results, found = [], []
    checker = Checker(context.paths.documents, never=context.paths.books_identity(), cancel=cancel)
    for record, told in _each(records, report):
        before = _stamp(record)
        result, findings = check.check(context.paths, record, clock=context.clock, report=told, cancel=cancel)
        result = replace(result, documents=checker.check(record.manifest.documents if record.manifest else None))
        if record.origin is None and result.status is Status.DAMAGED:
            with suppress(Busy, NoAccess, NoSpace):
                result = _take_in(context, record, result, findings, before, cancel)
        else:
            found.append((record, result))
        results.append(result)
    results += [check.check_elsewhere(context.paths, path, clock=context.clock, report=report, cancel=cancel) for path in elsewhere]
    _note(context, found, checker)
    if not names:
        results += [VerifyResult(manifest.filename, Status.DAMAGED, Problem.MISSING) for manifest in listing.vanished]
    return results


def adopt_unchecked(context: Context, report: Report, cancel: CancelToken) -> list[VerifyResult]:
    """Check files without a manifest, outside the lock, and adopt the whole ones under it."""
    waiting = [record for record in context.listing().records if _waits(record)]
    results = []
    for record, told in _each(waiting, report):
        before = _stamp(record)
        result, found = check.check(context.paths, record, clock=context.clock, report=told, cancel=cancel)
        cancel.check()
        results.append(_take_in(context, record, result, found, before, cancel))
    return results


def _waits(record: BackupRecord) -> bool:
    return record.origin is None and record.status is Status.UNCHECKED and record.problem is not Problem.NOT_THESE_BOOKS


def _stamp(record: BackupRecord) -> tuple[int, int] | None:
    try:
        status = os.lstat(record.path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _take_in(
    context: Context, record: BackupRecord, result: VerifyResult, found: Findings, before: tuple[int, int] | None, cancel: CancelToken
) -> VerifyResult:
    """Write down what was found in a file nobody knew; one that changed meanwhile is looked at next time."""
    with turn(context, "check", wait_seconds=_NOTE_WAIT_SECONDS, cancel=cancel) as current:
        if before is None or before != _stamp(record):
            return result
        return _write_down(current, record, result, found)


def _write_down(current: Turn, record: BackupRecord, result: VerifyResult, found: Findings) -> VerifyResult:
    """Adopt what is whole, note what is not; one name too long to write anything about it does not stop the others."""
    paths, clock = current.context.paths, current.context.clock
    try:
        if result.status is Status.CHECKED and not _is_of_these_books(current, found):
            result = replace(result, status=Status.UNCHECKED, problem=Problem.NOT_THESE_BOOKS)
        if result.status is Status.CHECKED:
            with audited(current, "adopt", required=False, filename=record.filename, sha256=found.sha256):
                check.adopt(paths, record, found, clock=clock)
        else:
            curate.note_check(paths, record, result.problem, clock=clock)
    except BadInput:
        return replace(result, status=Status.UNCHECKED, problem=Problem.NAME_TOO_LONG) if found.problem is None else result
    return result


def _is_of_these_books(current: Turn, found: Findings) -> bool:
    """Whether a whole file shares tables, and the society's name where both tell it, with the newest backup made here."""
    newest = current.listing().newest_made()
    if newest is None or newest.manifest is None:
        return True
    if not set(newest.manifest.rows) & set(found.rows):
        return False
    mine, theirs = newest.manifest.source.society, found.figures.society if found.figures else None
    return mine is None or theirs is None or mine == theirs


def _is_path(name: str) -> bool:
    return os.sep in name or bool(os.altsep and os.altsep in name)


def _each(records: Sequence[BackupRecord], report: Report) -> list[tuple[BackupRecord, Report]]:
    """Every record with a report that turns its own progress into one over all, in bytes."""
    total = sum(record.size_bytes for record in records)
    before, told = 0, []
    for record in records:
        told.append((record, _shifted(report, before, record.size_bytes, total)))
        before += record.size_bytes
    return told


def _shifted(report: Report, before: int, size_bytes: int, total: int) -> Report:
    """A file is read twice, for its hash and for its pages: the bar follows the hash to half and the pages to the end."""
    furthest = 0

    def told(progress: Progress) -> None:
        nonlocal furthest
        share = min(progress.done, size_bytes) // 2
        furthest = max(furthest, share if furthest < size_bytes // 2 else size_bytes // 2 + share)
        report(Progress(Stage.CHECKING, before + min(furthest, size_bytes), total))

    return told


def note_damage(current: Turn, record: BackupRecord, problem: Problem) -> None:
    """Write down that one of the list was found damaged in the middle of other work; where the disk forbids it, that work still says so."""
    paths = current.context.paths
    if record.manifest is None or record.set_apart or problem in {Problem.MISSING, Problem.UNREADABLE}:
        return
    with (
        suppress(EngineError, OSError),
        audited(current, "verify", required=False, checked=1, damaged=[record.filename], documents_wrong=0),
    ):
        curate.note_check(paths, record, problem, clock=current.context.clock)
        holding.refresh(paths, current.listing())


def _note(context: Context, found: Sequence[tuple[BackupRecord, VerifyResult]], checker: Checker) -> None:
    """Write down what was found; where the lock or the disk forbids it, the result itself still tells it."""
    worth = [(record, result) for record, result in found if result.problem is not Problem.MISSING and record.manifest is not None]
    if not worth:
        return
    damaged = [result.filename for _, result in worth if result.status is Status.DAMAGED]
    try:
        with (
            turn(context, "verify", wait_seconds=_NOTE_WAIT_SECONDS) as current,
            audited(current, "verify", required=False, checked=len(worth), damaged=damaged, documents_wrong=len(checker.wrong)),
        ):
            for record, result in worth:
                curate.note_check(context.paths, record, None if record.set_apart else result.problem, clock=context.clock)
            holding.refresh(context.paths, current.listing())
            checking.note(context.paths.documents, checker.checked, checker.wrong)
    except (Busy, EngineError):
        return
