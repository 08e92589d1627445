"""What a restore is about to do, written before its first write: so that the next start can tell how far a killed one came.

Leaves ``backups/.restore_NAME.json`` while a restore of the books NAME is under way, durable; nothing when it has ended.
"""

from __future__ import annotations

import enum
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, Damaged, NotFound
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts.manifest import Documents

VERSION = 1
RESTORE, UNDO = "restore", "undo"
ACTIONS = frozenset({RESTORE, UNDO})


class Way(enum.Enum):
    """How the books are replaced: page by page through SQLite, or the file as a whole where SQLite cannot open what is there."""

    THROUGH_SQLITE = "through_sqlite"
    WHOLE_FILE = "whole_file"


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """One restore. ``safety``: the path, inside the backups folder, of the copy made of what is replaced; None: nothing was there.

    ``at`` is ISO 8601 with an offset.
    """

    version: int = VERSION
    action: str
    at: str
    way: Way
    journal_mode: str
    backup: str
    backup_sha256: str
    safety: str | None
    safety_sha256: str | None
    documents: Documents | None = None  # those of the backup, which follow the books
    safety_documents: Documents | None = None


def path_of(paths: Paths) -> Path:
    return paths.backups / f".restore_{paths.books.name}.json"


def write(paths: Paths, intent: Intent) -> None:
    """Write it durably. Raises NoSpace, NoAccess; then nothing may be written to the books."""
    files.replace_whole(path_of(paths), msgspec.json.format(msgspec.json.encode(intent), indent=1) + b"\n")


def read(paths: Paths) -> Intent | None:
    """Read it; None where no restore is under way. Raises Damaged where it cannot be understood, NoAccess, Refused."""
    path = path_of(paths)
    try:
        return msgspec.json.decode(files.read_whole(path), type=Intent)
    except NotFound:
        return None
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Damaged(Code.INTENT_DAMAGED, path=path) from error


def clear(paths: Paths) -> None:
    """Remove it: the restore has ended, and its end is recorded. Raises NoAccess."""
    files.remove(path_of(paths))
