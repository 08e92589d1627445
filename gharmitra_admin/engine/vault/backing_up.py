"""The flow of Create Backup: lock, record, copy, rotation, record.

Leaves one checked backup more, or the record of "no change", and removes what rotation may remove.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.resources import resource
from gharmitra_admin.engine.operations import backup, curate, rotate
from gharmitra_admin.engine.operations.backup import BackupResult, Request
from gharmitra_admin.engine.operations.copies import HOW_TO_RESTORE
from gharmitra_admin.engine.parts import history, holding, retention
from gharmitra_admin.engine.parts.audit import Event, Outcome
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing
from gharmitra_admin.engine.parts.lock import Holder
from gharmitra_admin.engine.parts.manifest import Kind
from gharmitra_admin.engine.parts.retention import Reason, Verdict
from gharmitra_admin.engine.vault.session import Context, Turn, audited, turn

ACTION = "backup"
_BOOKS_CODES = frozenset({"books_damaged", "books_empty", "books_not_a_database"})


def run(
    context: Context,
    *,
    kind: Kind,
    label: str | None,
    wait_seconds: float,
    report: Report,
    cancel: CancelToken,
    on_wait: Callable[[Holder | None], None],
) -> BackupResult:
    """Make one backup; see ``operations.backup.create`` for what it raises and its commit point."""
    label = curate.clean_label(label or "")
    with (
        turn(context, ACTION, wait_seconds=wait_seconds, cancel=cancel, on_wait=on_wait, record_failure=True) as current,
        audited(current, ACTION, required=False, kind=kind.value, label=label or "") as end,
    ):
        result = _make(current, kind, label, end(), report, cancel)
        head = end(
            filename=result.record.filename,
            unchanged=result.unchanged,
            sha256=result.record.sha256 or "",
            size_bytes=result.record.size_bytes,
        )
        if head is not None and not result.unchanged:
            result = _rotate(current, result)
        current.notices += _write_how_to_restore(context)
        current.notices += holding.refresh(context.paths, current.listing())
    return replace(result, warnings=(*current.notices, *result.warnings))


def _make(current: Turn, kind: Kind, label: str | None, head: str | None, report: Report, cancel: CancelToken) -> BackupResult:
    context = current.context
    began, listing = context.clock.monotonic(), current.listing()
    request = Request(
        kind=kind,
        label=label,
        audit_head=head,
        wait_seconds=context.books_wait_seconds,
        shrink_percent=context.settings.thresholds.shrink_percent,
        still_mine=current.held.check_still_mine,
        baseline=put_back_to(context, listing),
    )
    if request.is_quiet and (match := backup.unchanged(context.paths, listing, clock=context.clock, cancel=cancel)):
        return backup.no_change(match, took_seconds=context.clock.monotonic() - began)
    try:
        result = backup.create(context.paths, listing, request, clock=context.clock, report=report, cancel=cancel)
    except EngineError:
        current.held.check_still_mine()  # a copy swept away by whoever took over the lock fails for that reason
        raise
    if result.unchanged and result.fingerprint is not None:
        curate.note_fingerprint(context.paths, result.record, result.fingerprint)
    return result


def put_back_to(context: Context, listing: Listing) -> BackupRecord | None:
    """The backup that the books were put back to where nothing was backed up since: fewer entries than before are no loss then."""
    newest = listing.newest_good()
    if newest is None or newest.kind is not Kind.PRE_RESTORE:
        return None
    with suppress(EngineError):
        last = next((event for event in reversed(context.audit.read()) if history.is_restore(event, context.paths)), None)
        if last is not None:
            return next((record for record in listing.records if record.filename == last.details.get("filename")), None)
    return None


def _rotate(current: Turn, result: BackupResult) -> BackupResult:
    """Remove what may go now. A failure costs the backup nothing: it is told."""
    try:
        removed, frozen = rotate_now(current)
    except EngineError as error:
        return replace(result, warnings=(*result.warnings, notice(NoticeCode.RETENTION_FAILED, path=error.path, error=error)))
    if frozen is None:
        return replace(result, removed=removed)
    marked = next((record.filename for record in current.listing().records if record.shrunk), "")
    told = notice(NoticeCode.ROTATION_FROZEN, why=frozen.value, name=marked)
    return replace(result, removed=removed, warnings=(*result.warnings, told))


def rotate_now(current: Turn) -> tuple[tuple[str, ...], Reason | None]:
    """Apply the retention rule, and tell what was removed and what forbids removal. Raises Refused, NoAccess."""
    context = current.context
    verdicts = preview(context, current.listing())
    frozen = next((reason for verdict in verdicts for reason in verdict.reasons if reason in retention.FROZEN), None)
    going = [verdict.record for verdict in verdicts if not verdict.stays]
    return rotate.remove(context.paths, going, context.audit, job=secrets.token_hex(4), why="rotation"), frozen


def preview(context: Context, listing: Listing) -> list[Verdict]:
    """What rotation would do now, with every reason. Touches nothing."""
    now = context.clock.local(context.clock.now())
    return retention.choose(listing.records, context.settings.policy, now, frozen=_frozen_elsewhere(context))


def frozen(context: Context, listing: Listing) -> Reason | None:
    """Tell what forbids rotation now, None where nothing does. Touches nothing."""
    now = context.clock.local(context.clock.now())
    return _frozen_elsewhere(context) or retention.freeze(listing.records, now)


def last_ended(context: Context) -> Event | None:
    """The end of the last backup job, good or bad; None where the record has none or cannot be read."""
    return next(iter(_ended(context)), None)


def _ended(context: Context) -> list[Event]:
    """The ends of all backup jobs, the last one first; none where the record cannot be read."""
    try:
        events = context.audit.read()
    except EngineError:
        return []
    ends, books = (Outcome.FINISHED.value, Outcome.FAILED.value), context.paths.books.name
    last = max((place for place, event in enumerate(events) if history.is_restore(event, context.paths)), default=-1)
    since = events[last + 1 :]  # what failed on books that were replaced is past
    return [event for event in reversed(since) if event.action == ACTION and event.outcome in ends and event.books == books]


def _frozen_elsewhere(context: Context) -> Reason | None:
    """What freezes rotation and no list shows.

    A policy that is a guess; and damaged books, also where not even a copy of them could be set apart, until a backup of them works:
    one that was cancelled or found them busy says nothing.
    """
    if not context.settings.policy_certain:
        return Reason.FROZEN_SETTINGS
    for event in _ended(context):
        if event.outcome == Outcome.FINISHED.value:
            return None
        if event.details.get("code") in _BOOKS_CODES:
            return Reason.FROZEN_BOOKS_DAMAGED
    return None


def _write_how_to_restore(context: Context) -> tuple[Notice, ...]:
    """Put the words for a day without this program beside the backups, where they are not there already."""
    words = resource(HOW_TO_RESTORE).read_bytes()
    try:
        with_same_words = files.read_whole(context.paths.how_to_restore) == words
    except EngineError:
        with_same_words = False
    if not with_same_words:
        try:
            files.replace_whole(context.paths.how_to_restore, words)
        except EngineError as error:
            return (notice(NoticeCode.HOW_TO_FAILED, path=error.path, error=error),)
    return ()
