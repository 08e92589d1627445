"""Every failure a user can meet, as a code with its values; ``wording`` makes the sentences.

::

    EngineError
    ├── BadInput       2    what was asked for cannot be read
    ├── NotFound      10    no such books, backup or file
    ├── Busy          11    another job or program has it
    ├── Damaged       12    the bytes are not what they must be
    ├── NoSpace       13    no room
    ├── Refused       14    not confirmed, not allowed, unsafe
    ├── NoAccess      15    cannot read or write
    ├── Unreachable   16    the place for a copy cannot be reached
    └── Cancelled    130    the user asked to stop; quiet

The numbers are the terminal's exit codes (``cli.exit_codes``). Leaves nothing on disk.
"""

from __future__ import annotations

import enum
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Code(enum.Enum):
    """What went wrong, one word each. Values that belong to a code are named in its comment."""

    # BadInput
    BAD_NAME = "bad_name"  # name
    BAD_SETTING = "bad_setting"  # name, value
    BAD_KIND = "bad_kind"  # name
    BAD_SIZE = "bad_size"  # size_mb, smallest, largest
    NAME_TOO_LONG = "name_too_long"  # name, limit
    LABEL_TOO_LONG = "label_too_long"  # limit
    BAD_ROLE = "bad_role"  # name
    NOTHING_NAMED = "nothing_named"
    BAD_VALIDITY = "bad_validity"  # days, smallest, largest
    ADDRESS_UNKNOWN = "address_unknown"  # name
    TLS_UNUSABLE = "tls_unusable"  # path: of the certificate
    # NotFound
    BOOKS_NOT_FOUND = "books_not_found"  # path
    BACKUP_NOT_FOUND = "backup_not_found"  # name
    FILE_NOT_FOUND = "file_not_found"  # path
    BOOKS_NOT_NAMED = "books_not_named"
    NO_SOCIETY = "no_society"
    SOCIETY_NOT_FOUND = "society_not_found"  # name
    NO_BACKUP_YET = "no_backup_yet"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NO_REENTRY_LIST = "no_reentry_list"
    NOT_ON_THE_LIST = "not_on_the_list"  # name
    TOKEN_NOT_FOUND = "token_not_found"  # noqa: S105 - a code; name: its id
    # Busy
    BOOKS_BUSY = "books_busy"  # path
    BOOKS_IN_USE = "books_in_use"  # path, programs
    BOOKS_KEEP_CHANGING = "books_keep_changing"  # path
    DOCUMENT_KEEPS_CHANGING = "document_keeps_changing"  # path
    JOB_RUNNING = "job_running"  # holder, since
    BACKEND_STAYS = "backend_stays"  # path: its folder
    LOCK_LOST = "lock_lost"  # path
    PORT_TAKEN = "port_taken"  # name: its number
    # Damaged
    BOOKS_DAMAGED = "books_damaged"  # path, problem, backup (where a copy was put aside)
    BOOKS_EMPTY = "books_empty"  # path
    BOOKS_NOT_A_DATABASE = "books_not_a_database"  # path
    BOOKS_REPLACED = "books_replaced"  # path
    COPY_DAMAGED = "copy_damaged"  # name, problem
    BACKUP_DAMAGED = "backup_damaged"  # name, problem
    BACKUP_MISSING = "backup_missing"  # name
    AUDIT_DAMAGED = "audit_damaged"  # path
    DOCUMENT_DAMAGED = "document_damaged"  # path: in the store
    DOCUMENT_LIST_DAMAGED = "document_list_damaged"  # path
    SAFETY_FAILED = "safety_failed"  # problem
    RESTORE_FAILED = "restore_failed"  # path, name, problem: the books are as before
    RESTORE_HALF = "restore_half"  # path, name (the safety backup): they could not be put back either
    INTENT_DAMAGED = "intent_damaged"  # path
    NOTHING_TO_RESCUE = "nothing_to_rescue"  # path, problem
    RESCUE_NEEDS_BACKUP = "rescue_needs_backup"  # path
    RESCUE_FAILED = "rescue_failed"  # path, problem
    TOKENS_DAMAGED = "tokens_damaged"  # path
    # NoSpace
    DISK_FULL = "disk_full"  # path, needed_bytes, free_bytes
    # Refused
    NOT_CONFIRMED = "not_confirmed"  # name
    LAST_GOOD_BACKUP = "last_good_backup"  # name
    MARKS_A_LOSS = "marks_a_loss"  # name, tables
    NOT_A_REGULAR_FILE = "not_a_regular_file"  # path
    IS_THE_BOOKS = "is_the_books"  # path
    INSIDE_THE_SOCIETY = "inside_the_society"  # path
    UNSAFE_FOLDER = "unsafe_folder"  # path
    FILE_IN_THE_WAY = "file_in_the_way"  # path: where a folder should be
    LOCKS_UNSUPPORTED = "locks_unsupported"  # path
    AUDIT_UNWRITABLE = "audit_unwritable"  # path, reason
    BACKUP_UNCHECKED = "backup_unchecked"  # name
    FOLDER_NOT_EMPTY = "folder_not_empty"  # path
    DOCUMENT_NOT_KEPT = "document_not_kept"  # path
    OTHER_DRIVE = "other_drive"  # path
    OTHER_COPY_THERE = "other_copy_there"  # path
    FILE_THERE = "file_there"  # path
    NOT_HERE = "not_here"  # path
    RESTORE_NOT_CONFIRMED = "restore_not_confirmed"  # name
    OTHER_SOCIETY = "other_society"  # name, theirs, ours
    NOT_THESE_BOOKS = "not_these_books"  # name
    NEWER_SCHEMA = "newer_schema"  # name, what
    BACKEND_RESTARTED = "backend_restarted"  # name: of what starts it again
    BOOKS_CHANGED = "books_changed"  # expected, found
    PLAN_CHANGED = "plan_changed"  # name
    NOT_OUR_SERVER = "not_our_server"  # pid
    OUTPUT_EXISTS = "output_exists"  # path
    RESCUE_AMONG_BACKUPS = "rescue_among_backups"  # path
    ADDRESS_NEEDS_TLS = "address_needs_tls"  # name
    SERVER_NOT_INSTALLED = "server_not_installed"  # name: what is missing
    # NoAccess
    CANNOT_READ = "cannot_read"  # path, reason
    CANNOT_WRITE = "cannot_write"  # path, reason
    BACKEND_NO_RIGHTS = "backend_no_rights"
    CANNOT_LISTEN = "cannot_listen"  # name: host and port; reason
    BACKEND_NOT_STARTED = "backend_not_started"  # path: its folder
    # Unreachable
    PLACE_UNREACHABLE = "place_unreachable"  # path, reason
    # Cancelled
    CANCELLED = "cancelled"


class EngineError(Exception):
    """A failure of the world: a code and its values, no sentence. ``path`` is the file it is about."""

    def __init__(self, code: Code, *, path: Path | None = None, reason: OSError | None = None, **values: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.path = path
        self.reason = reason
        self.values = values

    def __str__(self) -> str:
        parts = [self.code.value, *([str(self.path)] if self.path else []), *([str(self.reason)] if self.reason else [])]
        return ": ".join(parts + [f"{key}={value!r}" for key, value in self.values.items()])


class BadInput(EngineError): ...


class NotFound(EngineError): ...


class Busy(EngineError): ...


class Damaged(EngineError): ...


class NoSpace(EngineError): ...


class Refused(EngineError): ...


class NoAccess(EngineError): ...


class Unreachable(EngineError): ...


class Cancelled(EngineError):
    def __init__(self) -> None:
        super().__init__(Code.CANCELLED)


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG})


def from_os(error: OSError, path: Path, *, writing: bool) -> EngineError:
    """Sort one failure of the system into the tree; the path is named and the reason kept."""
    if error.errno in NO_ROOM:
        return NoSpace(Code.DISK_FULL, path=path, reason=error)
    if error.errno == errno.ENAMETOOLONG:
        return BadInput(Code.NAME_TOO_LONG, path=path, reason=error, name=path.name)
    if isinstance(error, FileNotFoundError) and not writing:
        return NotFound(Code.FILE_NOT_FOUND, path=path, reason=error)
    return NoAccess(Code.CANNOT_WRITE if writing else Code.CANNOT_READ, path=path, reason=error)


@contextmanager
def sorted_os_errors(path: Path, *, writing: bool) -> Iterator[None]:
    """Raise an OSError of the block as the EngineError it means."""
    try:
        yield
    except OSError as error:
        raise from_os(error, path, writing=writing) from error
