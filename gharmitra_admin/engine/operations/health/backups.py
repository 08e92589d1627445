"""The health of the backups: how old, how whole, and whether a copy lies elsewhere. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from gharmitra_admin.engine.base.settings import Thresholds
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, act, look
from gharmitra_admin.engine.parts.audit import Event, Outcome
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing, Status
from gharmitra_admin.engine.parts.manifest import CopyNote
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.retention import FROZEN, Verdict

BACKUP = "backup"


def last_copy(records: Sequence[BackupRecord]) -> CopyNote | None:
    """The newest copy that was carried to another drive, whichever backup it was of."""
    notes = [note for record in records for note in record.copies if not note.same_drive]
    return max(notes, key=lambda note: datetime.fromisoformat(note.at), default=None)


def last_protected(listing: Listing, events: Sequence[Event], books: str) -> datetime | None:
    """When the books were last known to equal a good backup: when it was made, or found still to match."""
    newest = listing.newest_good()
    moments = [newest.created_at] if newest is not None else []
    if newest is not None:
        matched = (_moment(event) for event in events if is_backup(event, books) and event.details.get("unchanged") is True)
        moments += [moment for moment in matched if moment > newest.created_at]
    return max(moments, default=None)


def is_backup(event: Event, books: str) -> bool:
    return event.action == BACKUP and event.outcome == Outcome.FINISHED.value and event.books == books


def _moment(event: Event) -> datetime:
    return datetime.fromisoformat(event.at)


def alerts(
    listing: Listing,
    verdicts: Sequence[Verdict],
    events: Sequence[Event],
    *,
    books: str,
    changed_since: bool | None,
    thresholds: Thresholds,
    now: datetime,
) -> Iterator[Alert]:
    """Judge the list, the last backup job and the copies elsewhere."""
    yield from _age(listing, events, books, changed_since, thresholds, now)
    yield from _last_job(events, books)
    yield from _files(listing)
    for record in listing.records:
        if record.shrunk:
            yield act(AlertCode.BOOKS_SHRUNK, name=record.filename, at=record.created_at, tables=record.shrunk)
            break
    frozen = next((reason for verdict in verdicts for reason in verdict.reasons if reason in FROZEN), None)
    if frozen is not None:
        yield act(AlertCode.ROTATION_FROZEN, why=frozen)
    yield from _elsewhere(listing, thresholds, now)


def _age(
    listing: Listing, events: Sequence[Event], books: str, changed_since: bool | None, thresholds: Thresholds, now: datetime
) -> Iterator[Alert]:
    since = last_protected(listing, events, books)
    if since is None:
        yield act(AlertCode.NO_BACKUP_YET)
        return
    days = (now - since) // timedelta(days=1)
    if changed_since is not False and days >= thresholds.days_without_backup:
        yield act(AlertCode.NO_BACKUP_WITH_CHANGES, days=days, since=since)


def _last_job(events: Sequence[Event], books: str) -> Iterator[Alert]:
    """Judge the last job that ran to its end: one that was cancelled neither failed nor mends a failure before it."""
    ends = (Outcome.FINISHED.value, Outcome.FAILED.value)
    ended = (event for event in reversed(events) if event.action == BACKUP and event.outcome in ends and event.books == books)
    last = next((event for event in ended if event.details.get("code") != "cancelled"), None)
    if last is not None and last.outcome == Outcome.FAILED.value:
        yield act(AlertCode.LAST_BACKUP_FAILED, at=_moment(last), failure=last.details.get("code"))


def _files(listing: Listing) -> Iterator[Alert]:
    damaged = [record.filename for record in listing.records if _is_damaged(record)]
    if damaged:
        yield look(AlertCode.BACKUP_DAMAGED, names=tuple(damaged))
    if listing.vanished:
        yield look(AlertCode.BACKUP_VANISHED, names=tuple(manifest.filename for manifest in listing.vanished))


def _is_damaged(record: BackupRecord) -> bool:
    """Whether its bytes or what is written about them are not what they must be; true copies of damaged books are told otherwise."""
    return not record.set_apart and (record.status is Status.DAMAGED or record.problem is Problem.MANIFEST_DAMAGED)


def _elsewhere(listing: Listing, thresholds: Thresholds, now: datetime) -> Iterator[Alert]:
    copy = last_copy(listing.records)
    if copy is None:
        if listing.newest_good() is not None:
            yield look(AlertCode.NO_COPY_ELSEWHERE)
        return
    days = (now - datetime.fromisoformat(copy.at)) // timedelta(days=1)
    if days > thresholds.copy_reminder_days:
        yield look(AlertCode.COPY_OLD, days=days, to=copy.to)
