"""What is written down of a backup: the manifest, once, and the notes, when something about it changes.

Leaves ``manifests/FILE.json``, written once and durably, and ``manifests/FILE.notes.json`` only where there is something to note.
"""

from __future__ import annotations

import enum
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, Damaged, NotFound, Refused
from gharmitra_admin.engine.parts.books import Figures
from gharmitra_admin.engine.parts.books.accounts import BooksFigures
from gharmitra_admin.engine.parts.fingerprint import Fingerprint
from gharmitra_admin.engine.parts.problem import Problem

VERSION = 1
Record = TypeVar("Record")


class Kind(enum.Enum):
    """Why a backup was made."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    LOGOUT = "logout"
    SCHEDULED = "scheduled"
    PRE_RESTORE = "pre-restore"


class Origin(enum.Enum):
    """Whether this program made the file or found and checked it."""

    MADE = "made"
    ADOPTED = "adopted"


class SourceOf(msgspec.Struct, frozen=True):
    """Whose books a backup holds."""

    name: str
    society: str | None = None


class Checks(msgspec.Struct, frozen=True):
    """What was looked at when the file was made or adopted."""

    integrity: str
    foreign_key_violations: int
    checked_at: str

    def __post_init__(self) -> None:
        _require_moments(self.checked_at)


class Documents(msgspec.Struct, frozen=True):
    """The uploaded documents of a backup: how many, how large together, and the SHA-256 of their list, which lies in the store.

    ``list_sha256`` is empty where there were none. ``skipped``: how many could not be copied.
    """

    count: int
    size_bytes: int
    list_sha256: str
    skipped: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The birth record of one backup. ``created_at`` is local time with its offset."""

    version: int = VERSION
    filename: str
    sequence: int
    origin: Origin
    source: SourceOf
    kind: Kind
    created_at: str
    size_bytes: int
    page_size: int
    page_count: int
    sha256: str
    schema_fingerprint: str
    rows: dict[str, int]
    checks: Checks
    label: str | None = None
    figures: Figures | None = None
    fingerprint: Fingerprint | None = None
    problem: Problem | None = None
    shrunk: tuple[str, ...] = ()
    audit_head: str | None = None
    documents: Documents | None = None  # None: made before documents belonged to a backup
    took_seconds: float = 0.0

    def __post_init__(self) -> None:
        _require_moments(self.created_at)


class FullManifest(Manifest, frozen=True, kw_only=True):
    """A manifest with the figures of every account, which a list of backups leaves unread."""

    books: BooksFigures | None = None


class Notes(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed about a backup since it was made. Times are ISO 8601 with an offset."""

    label: str | None = None
    checked_at: str | None = None
    problem: Problem | None = None
    seen_size_bytes: int = 0
    seen_mtime_ns: int = 0
    proven_at: str | None = None
    acknowledged: bool = False
    known_gone: bool = False
    fingerprint: Fingerprint | None = None
    copies: tuple[CopyNote, ...] = ()

    def __post_init__(self) -> None:
        _require_moments(self.checked_at, self.proven_at, *(copy.at for copy in self.copies))

    def is_about(self, size_bytes: int, mtime_ns: int) -> bool:
        """Whether the file is still the one that was looked at: damage that was mended by another copy is past."""
        return (self.seen_size_bytes, self.seen_mtime_ns) == (size_bytes, mtime_ns)


class CopyNote(msgspec.Struct, frozen=True):
    """One copy of this backup that was carried elsewhere, read back and found equal."""

    to: str
    at: str
    same_drive: bool = False  # beside the books after all: lost with them
    place: str = ""  # the number that lies on that drive


def _require_moments(*moments: str | None) -> None:
    """Raise ValueError where a time cannot be compared with others: a file edited by hand is damaged, not a crash later."""
    for moment in moments:
        if moment and datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError(moment)


def manifest_path(folder: Path, filename: str) -> Path:
    """Where the manifest of a backup lies. The name is the file's own, unescaped."""
    return folder / f"{filename}.json"


def notes_path(folder: Path, filename: str) -> Path:
    return folder / f"{filename}.notes.json"


def documents_path(folder: Path, filename: str) -> Path:
    """Where it is written which documents lay beside books that no backup could be made of."""
    return folder / f"{filename}.documents.json"


def encode(manifest: Manifest) -> bytes:
    """The manifest as a person can read it; the figures of the accounts are one line, its last."""
    books = manifest.books if isinstance(manifest, FullManifest) else None
    plain = msgspec.structs.replace(manifest, books=None) if books is not None else manifest
    text = msgspec.json.format(msgspec.json.encode(plain), indent=1)
    if books is not None:
        text = text.removesuffix(b"null\n}") + msgspec.json.encode(books) + b"\n}"
    return text + b"\n"


def read(path: Path) -> Manifest:
    """Read a manifest, but not the figures of its accounts.

    Raises NotFound only where there is none, Damaged or Refused where it is not one, NoAccess.
    """
    return _decode(path, Manifest)


def read_full(path: Path) -> FullManifest:
    """Read a manifest with the figures of its accounts; an older program wrote none. Raises as ``read``."""
    return _decode(path, FullManifest)


def read_raw(path: Path, manifest: Manifest) -> bytes:
    """The bytes of this very manifest, with whatever else was written in it; written anew where they do not lie there."""
    try:
        if read(path) == manifest:
            return files.read_whole(path)
    except (NotFound, Damaged, Refused):
        pass
    return encode(manifest)


def read_notes(path: Path) -> Notes:
    """Read the notes of a backup. Raises NotFound, Damaged, Refused, NoAccess."""
    return _decode(path, Notes)


def write_notes(path: Path, notes: Notes) -> None:
    """Write the notes, keeping fields that a newer program put there; damaged ones are set aside first. Raises NoSpace, NoAccess."""
    known = set(Notes.__struct_fields__)
    stranger = {key: value for key, value in _raw(path).items() if key not in known}
    fresh = msgspec.to_builtins(notes)
    files.replace_whole(path, msgspec.json.format(msgspec.json.encode({**stranger, **fresh}), indent=1) + b"\n")


def _raw(path: Path) -> dict[str, Any]:
    try:
        read_notes(path)
        return msgspec.json.decode(files.read_whole(path), type=dict[str, Any])
    except NotFound:
        return {}
    except (Damaged, Refused):
        set_aside(path)
        return {}


def set_aside(path: Path) -> None:
    """Keep a damaged manifest or notes under another name, for whoever asks what became of it. Raises NoAccess."""
    aside = path.with_name(f"{path.name}.damaged")
    files.remove(aside)
    files.publish(path, aside)


def _decode(path: Path, record: type[Record]) -> Record:
    try:
        return msgspec.json.decode(files.read_whole(path), type=record)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Damaged(Code.BACKUP_DAMAGED, path=path, name=path.name, problem=Problem.MANIFEST_DAMAGED.value) from error


def moment(text: str | None) -> datetime | None:
    """The moment that a record tells, None where it tells none."""
    return datetime.fromisoformat(text) if text else None
