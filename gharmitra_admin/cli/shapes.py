"""Fills what ``--json`` prints of backups, health and the activity record. Leaves nothing on disk."""

from __future__ import annotations

import msgspec

from gharmitra_admin.answers.backups import Copied, Listed, Made, Verified
from gharmitra_admin.answers.failure import Told
from gharmitra_admin.answers.health import AlertTold, HealthTold
from gharmitra_admin.engine import AuditReport, BackupRecord, BackupResult, CopyResult, Event, HealthReport, Kind, VerifyResult
from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.wording import alerts, backups, errors
from gharmitra_admin.wording.language import Words

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
        shrunk=list(record.shrunk),
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
