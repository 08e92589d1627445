"""Which backups there are: the files with their manifests are the truth, read anew each time.

Leaves nothing on disk. Symbolic links, FIFOs, devices and folders are passed over and never opened.
"""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gharmitra_admin.engine.base import files, names
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, Damaged, NotFound, Refused, sorted_os_errors
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.books import Figures
from gharmitra_admin.engine.parts.fingerprint import Fingerprint
from gharmitra_admin.engine.parts.manifest import CopyNote, Kind, Manifest, Notes, Origin
from gharmitra_admin.engine.parts.problem import UNPROVEN, Problem

SUFFIX = ".db"
_MANIFEST_SUFFIX, _NOTES_SUFFIX = ".json", ".notes.json"


class Status(enum.Enum):
    """How far a backup has been proven; a word is never used for less."""

    COPIED = "copied"
    CHECKED = "checked"
    PROVEN = "proven"
    UNCHECKED = "unchecked"
    DAMAGED = "damaged"


GOOD = frozenset({Status.CHECKED, Status.PROVEN})


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """One backup as the list shows it. ``filename`` is printable; ``path`` is where its bytes are now."""

    filename: str
    path: Path
    kind: Kind | None
    label: str | None
    kept: bool
    status: Status
    problem: Problem | None
    created_at: datetime
    size_bytes: int
    sha256: str | None
    sequence: int
    origin: Origin | None
    figures: Figures | None = None
    checked_at: datetime | None = None
    set_apart: bool = False
    shrunk: tuple[str, ...] = ()
    copies: tuple[CopyNote, ...] = ()
    fingerprint: Fingerprint | None = None
    manifest: Manifest | None = None

    @property
    def is_good(self) -> bool:
        """Whether it was checked and nothing is known against it."""
        return self.status in GOOD and not self.set_apart

    @property
    def is_made(self) -> bool:
        return self.origin is Origin.MADE


@dataclass(frozen=True, slots=True)
class Listing:
    """All backups of one society, newest first, and the manifests whose file somebody else took away without anybody knowing yet."""

    records: tuple[BackupRecord, ...]
    vanished: tuple[Manifest, ...]
    next_sequence: int

    def find(self, name: str) -> BackupRecord:
        """Find a backup by the name on screen or by its real one. Raises BadInput, NotFound."""
        names.require_plain(name)
        wanted = {name, names.shown(name), names.shown(names.from_shown(name))}
        for record in self.records:
            if record.filename in wanted:
                return record
        raise NotFound(Code.BACKUP_NOT_FOUND, name=names.shown(name))

    def newest_good(self) -> BackupRecord | None:
        return next((record for record in self.records if record.is_good), None)

    def newest_proven(self) -> BackupRecord | None:
        return next((record for record in self.records if record.status is Status.PROVEN), None)

    def newest_made(self) -> BackupRecord | None:
        return next((record for record in self.records if record.is_made), None)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One file that may be a backup."""

    path: Path
    name: str
    size_bytes: int
    mtime_ns: int


def read(paths: Paths, *, clock: Clock) -> Listing:
    """Read the folder and its manifests. An error of the disk is an error, never "no backups". Raises NoAccess, Refused (a file)."""
    with sorted_os_errors(paths.backups, writing=False):
        if paths.backups.is_file():
            raise Refused(Code.FILE_IN_THE_WAY, path=paths.backups)
    known = _manifest_names(paths.manifests)
    held = {seen.name: seen for seen in _candidates(paths.held, paths.books_identity())}
    found: dict[str, BackupRecord] = {}
    strangers: list[BackupRecord] = []
    highest = 0
    for folder in (paths.kept, paths.set_apart, paths.backups):
        for seen in _candidates(folder, paths.books_identity()):
            if seen.name in found:
                continue
            manifest = _manifest(paths, seen.name) if f"{seen.name}{_MANIFEST_SUFFIX}" in known else None
            highest = max(highest, manifest.sequence if isinstance(manifest, Manifest) else 0)
            if isinstance(manifest, Manifest) and not _is_own(manifest, paths):
                found[seen.name] = _FOREIGN
                continue
            notes = _notes(paths, seen.name) if f"{seen.name}{_NOTES_SUFFIX}" in known else Notes()
            record = _record(seen, folder, paths, manifest, notes, clock)
            found[seen.name] = record
            if record.origin is None:
                strangers.append(record)
    gone, brought = _missing(paths, known, set(found), held, clock)
    highest = max([highest, *(manifest.sequence for manifest in gone), *(record.sequence for record in brought)])
    vanished = [manifest for manifest in gone if not _notes(paths, names.from_shown(manifest.filename)).known_gone]
    own = [record for record in found.values() if record is not _FOREIGN and record.origin is not None] + brought
    records = own + [_placed(record, own) for record in strangers]
    return Listing(tuple(sorted(records, key=_order, reverse=True)), tuple(vanished), highest + 1)


def _order(record: BackupRecord) -> tuple[int, bool, float, str]:
    return (record.sequence, not record.is_made, record.created_at.timestamp(), record.filename)


def _placed(stranger: BackupRecord, own: list[BackupRecord]) -> BackupRecord:
    """Give a found file the place of the newest of ours that is not younger: a sequence says more than a clock."""
    earlier = [record.sequence for record in own if record.is_made and record.created_at <= stranger.created_at]
    return replace(stranger, sequence=max(earlier, default=0))


def _manifest_names(folder: Path) -> frozenset[str]:
    with files.scanned(folder, follow=False) as entries:
        return frozenset(entry.name for entry in entries if entry.name.endswith(_MANIFEST_SUFFIX) and not entry.name.startswith("."))


def _candidates(folder: Path, books: files.Identity | None) -> Iterator[_Seen]:
    """Every regular file here that may be a backup; never the live books under another name."""
    with files.scanned(folder, follow=False) as entries:
        for entry in entries:
            if not entry.name.lower().endswith(SUFFIX) or entry.name.startswith("."):
                continue
            with sorted_os_errors(Path(entry.path), writing=False):
                try:
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
            # On Windows a folder's listing carries no file number, so the few zeros there are asked for again.
            number = status.st_ino or os.lstat(entry.path).st_ino
            if books is None or (status.st_dev or books.dev, number) != (books.dev, books.ino):
                yield _Seen(Path(entry.path), entry.name, status.st_size, status.st_mtime_ns)


def _manifest(paths: Paths, name: str) -> Manifest | Problem | None:
    """Read a manifest; a damaged one, or one that speaks of another file, is a problem of this backup only."""
    try:
        manifest = manifests.read(manifests.manifest_path(paths.manifests, name))
    except NotFound:
        return None
    except (Damaged, Refused):
        return Problem.MANIFEST_DAMAGED
    return manifest if manifest.filename == names.shown(name) else Problem.MANIFEST_DAMAGED


def _notes(paths: Paths, name: str) -> Notes:
    try:
        return manifests.read_notes(manifests.notes_path(paths.manifests, name))
    except (NotFound, Damaged, Refused):
        return Notes()


def _is_own(manifest: Manifest, paths: Paths) -> bool:
    return manifest.source.name.lower() == paths.books.name.lower()


def _record(seen: _Seen, folder: Path, paths: Paths, manifest: Manifest | Problem | None, notes: Notes, clock: Clock) -> BackupRecord:
    if isinstance(manifest, Manifest):
        return _own_record(seen, folder, paths, manifest, notes)
    status, problem = (Status.DAMAGED, Problem.BOOKS_DAMAGED) if folder == paths.set_apart else (Status.UNCHECKED, manifest)
    if seen.size_bytes == 0:
        status, problem = Status.DAMAGED, Problem.EMPTY
    elif notes.is_about(seen.size_bytes, seen.mtime_ns) and notes.problem is not None:
        status = Status.UNCHECKED if notes.problem in UNPROVEN else Status.DAMAGED
        problem = notes.problem
    zone = clock.local(clock.now()).tzinfo
    return BackupRecord(
        filename=names.shown(seen.name),
        path=seen.path,
        kind=_named_kind(seen.name),
        label=notes.label,
        kept=folder == paths.kept,
        status=status,
        problem=problem,
        created_at=names.stamped_time(seen.name, zone) or _written(seen, clock),
        size_bytes=seen.size_bytes,
        sha256=None,
        sequence=0,
        origin=None,
        checked_at=manifests.moment(notes.checked_at),
        set_apart=folder == paths.set_apart,
    )


def _own_record(seen: _Seen, folder: Path, paths: Paths, manifest: Manifest, notes: Notes) -> BackupRecord:
    status, problem = _status(seen, manifest, notes)
    return BackupRecord(
        filename=manifest.filename,
        path=seen.path,
        kind=manifest.kind if manifest.origin is Origin.MADE else _named_kind(seen.name),
        label=manifest.label if notes.label is None else notes.label or None,
        kept=folder == paths.kept,
        status=status,
        problem=problem,
        created_at=datetime.fromisoformat(manifest.created_at),
        size_bytes=seen.size_bytes,
        sha256=manifest.sha256,
        sequence=manifest.sequence,
        origin=manifest.origin,
        figures=manifest.figures,
        checked_at=manifests.moment(notes.checked_at or manifest.checks.checked_at),
        set_apart=manifest.problem is not None,
        shrunk=() if notes.acknowledged else manifest.shrunk,
        copies=notes.copies,
        fingerprint=notes.fingerprint or manifest.fingerprint,
        manifest=manifest,
    )


def _status(seen: _Seen, manifest: Manifest, notes: Notes) -> tuple[Status, Problem | None]:
    if seen.size_bytes != manifest.size_bytes:
        short = Problem.EMPTY if seen.size_bytes == 0 else Problem.CUT_SHORT
        return Status.DAMAGED, short if seen.size_bytes < manifest.size_bytes else Problem.TOO_LONG
    if manifest.problem is not None:
        return Status.DAMAGED, manifest.problem
    if notes.problem is not None and notes.is_about(seen.size_bytes, seen.mtime_ns):
        return (Status.UNCHECKED if notes.problem in UNPROVEN else Status.DAMAGED), notes.problem
    if notes.proven_at:
        return Status.PROVEN, None
    return (Status.CHECKED if manifest.checks.integrity == "ok" else Status.COPIED), None


def _written(seen: _Seen, clock: Clock) -> datetime:
    """When the file was written, as far as its time is one that a calendar has."""
    try:
        return clock.local(datetime.fromtimestamp(seen.mtime_ns / 1e9, tz=UTC))
    except (ValueError, OverflowError, OSError):
        return clock.local(clock.now())


def _named_kind(name: str) -> Kind | None:
    """A safety backup is one by its name too: it is not rotated away because its manifest was lost."""
    return Kind.PRE_RESTORE if names.is_safety(name) else None


def _missing(
    paths: Paths, known: frozenset[str], present: set[str], held: dict[str, _Seen], clock: Clock
) -> tuple[list[Manifest], list[BackupRecord]]:
    """Manifests without their file: held ones are still backups, under the name that is held; the rest are gone."""
    gone, brought = [], []
    for name in sorted(known):
        filename = name.removesuffix(_MANIFEST_SUFFIX)
        if name.endswith(_NOTES_SUFFIX) or filename in present:
            continue
        manifest = _manifest(paths, filename)
        if not isinstance(manifest, Manifest) or not _is_own(manifest, paths):
            continue
        seen = held.get(filename)
        if seen is not None and seen.size_bytes == manifest.size_bytes:
            brought.append(_record(seen, paths.held, paths, manifest, _notes(paths, filename), clock))
        else:
            gone.append(manifest)
    return gone, brought


_FOREIGN = BackupRecord("", Path(), None, None, False, Status.UNCHECKED, None, datetime.min, 0, None, 0, None)  # noqa: DTZ901 - never shown
