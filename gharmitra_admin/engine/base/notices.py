"""What a job has to say beside its success: half successes are values, not failures. Leaves nothing on disk."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class NoticeCode(enum.Enum):
    """One word each; the values that belong to a code stand behind it."""

    AUDIT_UNWRITABLE = "audit_unwritable"  # path, reason: nothing was removed, because no line could say so first
    AUDIT_END_UNWRITABLE = "audit_end_unwritable"  # path, error: done, but its last line is missing
    ROTATION_FROZEN = "rotation_frozen"  # why: retention.Reason's value; name: the backup that marks a loss, or empty
    RETENTION_FAILED = "retention_failed"  # path, error
    BOOKS_SHRUNK = "books_shrunk"  # name; tables; table, before, after: the worst one
    SECOND_TRY = "second_try"  # problem
    FOREIGN_KEYS = "foreign_keys"  # count
    WAL_VANISHED = "wal_vanished"  # path
    STAGED = "staged"  # path, reason: why nothing could be written beside the books, None where a killed program left them open
    BACKUP_VANISHED = "backup_vanished"  # name
    BROUGHT_BACK = "brought_back"  # name
    INTERRUPTED_EARLIER = "interrupted_earlier"  # action
    RESTORE_CUT_OFF = "restore_cut_off"  # at, name: the books are as before it
    RESTORE_FINISHED = "restore_finished"  # at, name: cut off behind its commit point
    RESTORE_UNSETTLED = "restore_unsettled"  # path, error, name (the safety backup)
    AUDIT_ROWS_NOT_CARRIED = "audit_rows_not_carried"  # error
    OLDER_SCHEMA = "older_schema"  # what
    CANNOT_TELL = "cannot_tell"  # count: processes that may not be looked into
    BOOKS_WERE_DAMAGED = "books_were_damaged"  # name: of the copy put aside
    DOCUMENTS_SKIPPED = "documents_skipped"  # count, names, error: of the first
    DOCUMENTS_NOT_PUT_BACK = "documents_not_put_back"  # count, names (none: all of them), error: of the first
    DOCUMENTS_NOT_COPIED = "documents_not_copied"  # count, names (none: all of them), error: None where they are lost here
    HELD_FAILED = "held_failed"  # path, error
    HOW_TO_FAILED = "how_to_failed"  # path, error
    COPY_NOT_NOTED = "copy_not_noted"  # path, error
    SAME_DRIVE = "same_drive"  # path
    NOT_PRIVATE = "not_private"  # path
    SETTING_IGNORED = "setting_ignored"  # name, value, default
    SWEEP_FAILED = "sweep_failed"  # path, error


@dataclass(frozen=True, slots=True)
class Notice:
    """One such word with its values."""

    code: NoticeCode
    values: Mapping[str, object] = field(default_factory=dict)


def notice(code: NoticeCode, **values: object) -> Notice:
    """Make a notice of a code and its values."""
    return Notice(code, values)
