"""The flows that only look: the cheap state for a headline, and health.

Leaves nothing but, where the books turn out to match a backup under a new fingerprint, a note of that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Damaged, EngineError
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.operations import curate, health
from gharmitra_admin.engine.operations.health import HealthReport, Seen, accounts, calendar, documents, folder
from gharmitra_admin.engine.operations.health import books as books_health
from gharmitra_admin.engine.operations.health.books import BooksHealth
from gharmitra_admin.engine.parts import live_books, snapshot, verify
from gharmitra_admin.engine.parts.audit import AuditReport, Event, Head
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing
from gharmitra_admin.engine.vault import backing_up
from gharmitra_admin.engine.vault.session import Context, turn

_LOOK_SECONDS = 3.0
_COMPARED_EACH_TIME_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class SocietyState:
    """What a headline needs. ``changed_since``: whether the books differ from ``compared_with``; None: cannot be told.

    ``compared_with``: the backup that the books were put back to, where nothing was backed up since; else the newest good one.
    """

    records: tuple[BackupRecord, ...]
    newest_good: BackupRecord | None
    compared_with: BackupRecord | None
    changed_since: bool | None
    books_error: EngineError | None
    last_ended: Event | None
    vanished: tuple[str, ...]
    is_frozen: bool


def state(context: Context) -> SocietyState:
    """Look at backups and books without a lock. Raises NoAccess where the list itself cannot be read."""
    listing = context.listing()
    compared_with = _compared_with(context, listing)
    changed, error = _changed_since(context, compared_with)
    last = backing_up.last_ended(context)
    return SocietyState(
        records=listing.records,
        newest_good=listing.newest_good(),
        compared_with=compared_with,
        changed_since=changed,
        books_error=error,
        last_ended=last,
        vanished=tuple(manifest.filename for manifest in listing.vanished),
        is_frozen=backing_up.frozen(context, listing) is not None,
    )


def _compared_with(context: Context, listing: Listing) -> BackupRecord | None:
    return backing_up.put_back_to(context, listing) or listing.newest_good()


def _changed_since(context: Context, newest: BackupRecord | None) -> tuple[bool | None, EngineError | None]:
    """Compare fingerprints, and where they differ and the main file is all there is, the pages themselves."""
    paths = context.paths
    try:
        now = live_books.peek(paths.books, clock=context.clock)
        if newest is None or newest.fingerprint is None:
            return None, None
        if now.same_moment(newest.fingerprint):
            return False, None
        has_frames = now.wal is not None and now.wal.frames > 0
        if has_frames or now.size_bytes != newest.size_bytes or now.size_bytes > _COMPARED_EACH_TIME_BYTES:
            return True, None
        with live_books.held(paths.books, scratch=paths.scratch, clock=context.clock, wait_seconds=_LOOK_SECONDS) as books:
            same = not books.is_staged and snapshot.matches(books, newest.path, never=paths.books_identity())
            settled = books.fingerprint
        if same:
            curate.note_fingerprint(paths, newest, settled)
        return not same, None
    except EngineError as error:
        return None, error


def health_report(context: Context, full: bool, report: Report, cancel: CancelToken) -> HealthReport:
    """Look at everything; ``full`` also checks every page of a copy of the books, whatever their size, where there is a place for it."""
    listing, unreadable = _listing(context)
    compared_with = _compared_with(context, listing)
    changed, _ = _changed_since(context, compared_with)
    books = books_health.look_at(context.paths, clock=context.clock, wait_seconds=_LOOK_SECONDS, cancel=cancel)
    if full and books.error is None and not any(folder.alerts(context.paths, unreadable)):
        books = _checked_whole(context, books, report, cancel)
    audit, audit_error = _audit(context, listing)
    events = _events(context)
    seen = Seen(
        listing=listing,
        verdicts=backing_up.preview(context, listing),
        events=events,
        audit=audit,
        audit_error=audit_error,
        books=books,
        changed_since=changed,
        at_closing=accounts.at_closing(context.paths, listing),
        documents=documents.look_at(context.paths, books.named, _compared_with(context, listing), cancel=cancel)
        if books.error is None
        else None,
        unreadable=unreadable,
        days=calendar.days(listing.records, events, _changed_days(context), books=context.paths.books.name, clock=context.clock),
    )
    return health.report(context.paths, context.settings, seen, clock=context.clock)


def _listing(context: Context) -> tuple[Listing, EngineError | None]:
    """The list, or an empty one with the reason why it cannot be read."""
    try:
        return context.listing(), None
    except EngineError as error:
        return Listing((), (), 1), error


def _checked_whole(context: Context, books: BooksHealth, report: Report, cancel: CancelToken) -> BooksHealth:
    """Check every page on a copy, so that no writer waits for it; the copy is removed."""
    paths = context.paths
    with turn(context, "health", wait_seconds=_LOOK_SECONDS, cancel=cancel):
        hidden = files.hidden_name(paths.backups / "health_check.db")
        try:
            with snapshot.new_copy(hidden) as copy:
                with live_books.held(
                    paths.books, scratch=paths.scratch, clock=context.clock, wait_seconds=_LOOK_SECONDS, cancel=cancel
                ) as live:
                    source = snapshot.take(live, copy, report=report, cancel=cancel)
                today = context.clock.local(context.clock.now()).date()
                found = verify.new_copy(copy, source, today=today, report=report, cancel=cancel)
        except Damaged as error:
            return BooksHealth(size_bytes=books.size_bytes, journal_mode=books.journal_mode, integrity=error.code.value, error=error)
        finally:
            files.discard(hidden)
    integrity = "ok" if found.problem is None else found.detail or found.problem.value
    return replace(books, integrity=integrity, accounts=found.books)


def _changed_days(context: Context) -> frozenset[date]:
    paths = context.paths
    try:
        with live_books.held(paths.books, scratch=paths.scratch, clock=context.clock, wait_seconds=_LOOK_SECONDS) as books:
            return calendar.changed_days(books.connection, context.clock)
    except EngineError:
        return frozenset()


def _events(context: Context) -> list[Event]:
    try:
        return context.audit.read()
    except EngineError:
        return []


def _audit(context: Context, listing: Listing) -> tuple[AuditReport | None, EngineError | None]:
    try:
        return audit_report(context, listing), None
    except EngineError as error:
        return None, error


def audit_report(context: Context, listing: Listing | None = None) -> AuditReport:
    """Check the chain, and that every head which a manifest carries still stands in it. Raises NoAccess, Refused."""
    listing = listing or context.listing()
    heads = [head for record in listing.records if record.manifest and (head := _head(record.manifest.audit_head))]
    return context.audit.verify(heads)


def _head(text: str | None) -> Head | None:
    number, _, digest = (text or "").partition(":")
    return Head(int(number), digest) if number.isdecimal() and digest else None
