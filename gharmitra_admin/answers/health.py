"""How books and backups stand. Fields are only ever added."""

from __future__ import annotations

import msgspec


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
