"""What ``--json`` prints: the shapes that others rely on. Fields are only ever added. Leaves nothing on disk."""

from __future__ import annotations

import msgspec

from gharmitra_admin.engine import AuditReport, BackupRecord, BackupResult, CopyResult, Event, HealthReport, Kind, VerifyResult
from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.wording import alerts, backups, errors
from gharmitra_admin.wording.language import Words


class Told(msgspec.Struct, frozen=True):
    """A warning: its code and its sentence."""

    code: str
    message: str


class Listed(msgspec.Struct, frozen=True):
    """One backup of the list."""

    filename: str
    size_kb: float
    size_bytes: int
    created_at: str
    kind: str | None
    label: str | None
    kept: bool
    status: str
    sha256: str | None
    problem: str | None


class Made(msgspec.Struct, frozen=True):
    """One backup that was made, or that the books still match."""

    filename: str
    path: str
    kind: str | None
    label: str | None
    created_at: str
    size_bytes: int
    size_kb: float
    sha256: str | None
    status: str
    tables: int
    rows: int
    took_seconds: float
    removed: list[str]
    warnings: list[Told]
    unchanged: bool | msgspec.UnsetType = msgspec.UNSET


class Verified(msgspec.Struct, frozen=True):
    """What a check found in one file."""

    filename: str
    status: str
    problems: list[str]


class Copied(msgspec.Struct, frozen=True):
    """One copy that lies elsewhere."""

    filename: str
    path: str
    sha256: str
    size_bytes: int
    warnings: list[Told]


class AlertTold(msgspec.Struct, frozen=True):
    """One thing that health has to say."""

    code: str
    severity: str
    message: str
    hint: str


class HealthTold(msgspec.Struct, frozen=True):
    """The fields of the user guide first, ours after them."""

    status: str
    journal_mode: str | None
    size_mb: float
    fragmentation_percent: float
    last_backup: str | None
    backup_count: int
    integrity: str
    alerts: list[AlertTold]
    checked_at: str
    free_bytes: int | None
    changed_since_last_backup: bool | None
    last_backup_file: str | None
    wal_bytes: int
    backend_sqlite: str | None
    audit_events: int | None
    audit_head: str | None
    society: str | None


class Failure(msgspec.Struct, frozen=True):
    """Why a command did not do what it was asked."""

    code: str
    message: str
    hint: str


SEVERITIES = ("good", "warning", "critical")
STATUSES = ("healthy", "attention", "critical")


def size_kb(size_bytes: int) -> float:
    """Kilobytes of 1024 bytes with two decimals, as GharMitra's own list gives them."""
    return round(size_bytes / 1024, 2)


def listed(record: BackupRecord) -> Listed:
    return Listed(
        filename=record.filename,
        size_kb=size_kb(record.size_bytes),
        size_bytes=record.size_bytes,
        created_at=record.created_at.isoformat(timespec="seconds"),
        kind=_kind(record.kind),
        label=record.label,
        kept=record.kept,
        status=record.status.value,
        sha256=record.sha256,
        problem=record.problem.value if record.problem else None,
    )


def made(words: Words, result: BackupResult) -> Made:
    record = result.record
    return Made(
        filename=record.filename,
        path=shown_path(record.path),
        kind=_kind(record.kind),
        label=record.label,
        created_at=record.created_at.isoformat(timespec="seconds"),
        size_bytes=record.size_bytes,
        size_kb=size_kb(record.size_bytes),
        sha256=record.sha256,
        status=record.status.value,
        tables=result.tables,
        rows=result.rows,
        took_seconds=round(result.took_seconds, 3),
        removed=list(result.removed),
        warnings=[Told(one.code.value, backups.notice(words, one)) for one in result.warnings],
        unchanged=True if result.unchanged else msgspec.UNSET,
    )


def verified(words: Words, result: VerifyResult) -> Verified:
    problems = [errors.problem(words, result.problem)] if result.problem else []
    problems += [shown(result.detail)] if result.detail else []
    documents = backups.documents_checked(words, result.documents)
    return Verified(result.filename, result.status.value, problems + ([documents] if documents else []))


def copied(words: Words, result: CopyResult) -> Copied:
    told = [Told(one.code.value, backups.notice(words, one)) for one in result.warnings]
    return Copied(result.filename, shown_path(result.path), result.sha256, result.size_bytes, told)


def health(words: Words, report: HealthReport) -> HealthTold:
    said = [(alert, alerts.message(words, alert, report.checked_at)) for alert in report.alerts]
    newest = report.newest_good
    return HealthTold(
        status=STATUSES[report.severity],
        journal_mode=report.books.journal_mode.value if report.books.journal_mode else None,
        size_mb=round(report.books.size_bytes / 1_000_000, 2),
        fragmentation_percent=report.books.fragmentation_percent,
        last_backup=report.last_protected.isoformat(timespec="seconds") if report.last_protected else None,
        backup_count=report.backup_count,
        integrity=report.books.integrity,
        alerts=[AlertTold(alert.code.value, SEVERITIES[alert.severity], one.message, one.hint) for alert, one in said],
        checked_at=report.checked_at.isoformat(timespec="seconds"),
        free_bytes=report.free_bytes,
        changed_since_last_backup=report.changed_since,
        last_backup_file=newest.filename if newest else None,
        wal_bytes=report.books.wal_bytes,
        backend_sqlite=report.backend_sqlite,
        audit_events=report.audit.events if report.audit else None,
        audit_head=report.audit.head.short if report.audit else None,
        society=report.books.figures.society if report.books.figures else None,
    )


def event(one: Event) -> dict[str, object]:
    """A line of the activity record, its details among its fields as the interface has them."""
    fixed: dict[str, object] = {
        "seq": one.seq,
        "at": one.at,
        "action": one.action,
        "outcome": one.outcome,
        "who": one.who,
        "books": one.books,
        "job": one.job,
    }
    return {**one.details, **fixed, "prev": one.prev}


def audit_checked(report: AuditReport) -> dict[str, object]:
    problems = [{"code": one.code.value, "line": one.line} for one in report.problems]
    return {"events": report.events, "head": f"{report.head.seq}:{report.head.hash}", "short": report.head.short, "problems": problems}


def _kind(kind: Kind | None) -> str | None:
    return kind.value if kind else None
