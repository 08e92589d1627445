"""Look at everything once: books, documents, backups, disk, copies, activity record, the backend's SQLite. Leaves nothing on disk.

To add a check: write a module here with ``alerts(...)``, call it in ``report``, and give its codes words in ``wording``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.base.settings import Settings
from gharmitra_admin.engine.operations.health import accounts, backend_sqlite, backups, books, disk, documents, folder
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, Severity, act
from gharmitra_admin.engine.operations.health.books import BooksHealth
from gharmitra_admin.engine.operations.health.calendar import Day, DayState
from gharmitra_admin.engine.operations.health.documents import DocumentsHealth
from gharmitra_admin.engine.parts.audit import AuditReport, Event
from gharmitra_admin.engine.parts.books.accounts import BooksFigures
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing
from gharmitra_admin.engine.parts.manifest import CopyNote
from gharmitra_admin.engine.parts.retention import Verdict


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All that was looked at, and what there is to say about it, the worst first."""

    checked_at: datetime
    books: BooksHealth
    free_bytes: int | None
    newest: BackupRecord | None
    newest_good: BackupRecord | None
    last_protected: datetime | None
    changed_since: bool | None
    backup_count: int
    last_copy: CopyNote | None
    audit: AuditReport | None
    backend_sqlite: str | None
    alerts: tuple[Alert, ...]
    days: tuple[Day, ...] = ()
    documents: DocumentsHealth | None = None  # None: the books could not be asked which they name

    @property
    def severity(self) -> Severity:
        """The worst of all."""
        return max((alert.severity for alert in self.alerts), default=Severity.GOOD)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the caller has read already: health reads nothing twice."""

    listing: Listing
    verdicts: Sequence[Verdict]
    events: Sequence[Event]
    audit: AuditReport | None
    audit_error: EngineError | None
    books: BooksHealth
    changed_since: bool | None
    days: tuple[Day, ...]
    at_closing: tuple[BooksFigures, ...] = ()
    documents: DocumentsHealth | None = None
    unreadable: EngineError | None = None  # why the list could not be read; then it is empty


def report(paths: Paths, settings: Settings, seen: Seen, *, clock: Clock) -> HealthReport:
    """Judge what was seen, ask the disk and the backend's Python, and put the worst first."""
    now = clock.local(clock.now())
    limits = settings.thresholds
    free = disk.free_bytes(paths)
    backend = backend_sqlite.version(paths.home)
    found = [
        *books.alerts(seen.books, limits),
        *folder.alerts(paths, seen.unreadable),
        *(_backups(paths, settings, seen, now) if seen.unreadable is None else ()),
        *accounts.alerts(seen.books.accounts, seen.at_closing, seen.events, books=paths.books.name),
        *disk.alerts(free, seen.books.size_bytes, limits),
        *backend_sqlite.alerts(backend, seen.books.journal_mode),
        *(documents.alerts(seen.documents) if seen.documents else ()),
        *_audit(seen),
    ]
    return HealthReport(
        checked_at=now,
        books=seen.books,
        free_bytes=free,
        newest=next(iter(seen.listing.records), None),
        newest_good=seen.listing.newest_good(),
        last_protected=backups.last_protected(seen.listing, seen.events, paths.books.name),
        changed_since=seen.changed_since,
        backup_count=sum(1 for record in seen.listing.records if record.is_good),
        last_copy=backups.last_copy(seen.listing.records),
        audit=seen.audit,
        backend_sqlite=backend,
        alerts=tuple(sorted(found, key=lambda alert: -alert.severity)),
        days=seen.days,
        documents=seen.documents,
    )


def _backups(paths: Paths, settings: Settings, seen: Seen, now: datetime) -> Iterator[Alert]:
    return backups.alerts(
        seen.listing,
        seen.verdicts,
        seen.events,
        books=paths.books.name,
        changed_since=seen.changed_since,
        thresholds=settings.thresholds,
        now=now,
    )


def _audit(seen: Seen) -> list[Alert]:
    if seen.audit_error is not None:
        return [act(AlertCode.AUDIT_UNREADABLE, error=seen.audit_error)]
    if seen.audit is not None and seen.audit.is_broken:
        return [act(AlertCode.AUDIT_BROKEN, problems=seen.audit.problems)]
    return []


__all__ = ["Alert", "AlertCode", "BooksHealth", "Day", "DayState", "HealthReport", "Seen", "Severity", "report"]
