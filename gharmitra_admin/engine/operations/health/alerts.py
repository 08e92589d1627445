"""What health may have to say: codes with a severity and values. Leaves nothing on disk."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Severity(enum.IntEnum):
    """How much it presses; the window's shapes follow it."""

    GOOD = 0
    LOOK = 1
    ACT = 2


class AlertCode(enum.Enum):
    """One word each; the values that belong to a code stand behind it."""

    NO_BACKUP_YET = "no_backup_yet"
    NO_BACKUP_WITH_CHANGES = "no_backup_with_changes"  # days, since
    LAST_BACKUP_FAILED = "last_backup_failed"  # at, failure: an errors.Code's value
    BACKUPS_NOT_A_FOLDER = "backups_not_a_folder"  # path
    BACKUPS_UNREADABLE = "backups_unreadable"  # error
    BACKUPS_UNWRITABLE = "backups_unwritable"  # path
    BACKUP_VANISHED = "backup_vanished"  # names
    BACKUP_DAMAGED = "backup_damaged"  # names
    ROTATION_FROZEN = "rotation_frozen"  # why: a retention.Reason
    BOOKS_SHRUNK = "books_shrunk"  # name, at: of the backup that marks it; tables
    BOOKS_GONE = "books_gone"  # path
    BOOKS_DAMAGED = "books_damaged"  # detail
    BOOKS_UNREADABLE = "books_unreadable"  # error
    BOOKS_LARGE = "books_large"  # size_bytes
    FRAGMENTED = "fragmented"  # percent
    LARGE_WAL = "large_wal"  # size_bytes
    NOT_BALANCED = "not_balanced"  # count, numbers, society where there are several
    CLOSING_CHANGED = "closing_changed"  # year, account, was_paise, is_paise, count of accounts, society
    NUMBERS_MISSING = "numbers_missing"  # prefix, count, names, society
    DISK_LOW = "disk_low"  # free_bytes
    NO_ROOM_FOR_NEXT = "no_room_for_next"  # free_bytes, needed_bytes
    SQLITE_AT_RISK = "sqlite_at_risk"  # version
    DOCUMENTS_MISSING = "documents_missing"  # names, kept: how many of them the newest backup has
    DOCUMENTS_CHANGED = "documents_changed"  # names
    DOCUMENTS_LOST = "documents_lost"  # count: stored ones
    NO_COPY_ELSEWHERE = "no_copy_elsewhere"
    COPY_OLD = "copy_old"  # days, to
    AUDIT_BROKEN = "audit_broken"  # problems
    AUDIT_UNREADABLE = "audit_unreadable"  # error


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at or to act on."""

    code: AlertCode
    severity: Severity
    values: Mapping[str, object] = field(default_factory=dict)


def look(code: AlertCode, **values: object) -> Alert:
    return Alert(code, Severity.LOOK, values)


def act(code: AlertCode, **values: object) -> Alert:
    return Alert(code, Severity.ACT, values)
