"""Carry a copy of one backup, its documents too, to a folder or drive.

Leaves FILE, FILE.json, documents/ and HOW-TO-RESTORE.txt there, FILE only after it was read back and its hash agreed. Commit point: the
copy gets its name.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import drives, files
from gharmitra_admin.engine.base.errors import (
    Code,
    Damaged,
    EngineError,
    NoAccess,
    NoSpace,
    NotFound,
    Refused,
    Unreachable,
    sorted_os_errors,
)
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts import place as places
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.documents import carrying, store
from gharmitra_admin.engine.parts.documents.carrying import Cargo
from gharmitra_admin.engine.parts.problem import Problem

HOW_TO_RESTORE = "HOW-TO-RESTORE.txt"
_GONE = frozenset({errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, getattr(errno, "ESTALE", errno.EIO), errno.ENOENT})


@dataclass(frozen=True, slots=True)
class CopyResult:
    """One copy that lies elsewhere, read back and found equal."""

    filename: str
    path: Path
    sha256: str
    size_bytes: int
    same_drive: bool = False
    warnings: tuple[Notice, ...] = ()
    documents: int = 0
    place: str = ""


def carry(
    paths: Paths,
    record: BackupRecord,
    to: Path,
    how_to_restore: bytes,
    *,
    expected_place: str = "",
    report: Report = ignore,
    cancel: CancelToken = NEVER,
) -> CopyResult:
    """Copy one backup into a folder, read it back from there, and give it its name, never over another file.

    The same copy already there is found equal and left. ``expected_place``: the number of the drive that earlier copies lie on; another
    drive under its name is refused before anything is written. Raises Unreachable (no such place, drive gone), NoSpace, Refused (inside
    the society's own folders, another file of that name, no whole backup), Damaged (the backup or the copy differs from its
    manifest), Cancelled; whatever it raises, no new name stands in the folder.
    """
    if not record.is_good or record.sha256 is None or record.manifest is None:
        raise Refused(Code.BACKUP_UNCHECKED, name=record.filename)
    folder = _place(paths, to, expected_place)
    target = folder / record.path.name
    is_there = os.path.lexists(target)
    with _sorted(to):
        if is_there:
            _require_equal(paths, record, target, cancel)
        cargo = carrying.look(paths.documents, record.manifest.documents, folder / store.FOLDER)
        _require_room(folder, cargo.new_bytes + (0 if is_there else record.size_bytes))
        with carrying.carried(paths.documents, cargo, folder / store.FOLDER, report=report, cancel=cancel) as lost:
            if not is_there:
                _carry(paths, record, target, report, cancel)
            with files.discarded_on_failure([] if is_there else [target]):
                _accompany(paths, folder, record, how_to_restore)
        place = places.give_number(folder)
        with sorted_os_errors(target, writing=False):
            same_drive = target.stat().st_dev == paths.home.stat().st_dev
        told = (*_of_the_place(target, same_drive=same_drive), *_documents_lost(cargo, lost))
    count = len(cargo.listed) - len(lost)
    return CopyResult(record.filename, target, record.sha256, record.size_bytes, same_drive, told, count, place)


def _of_the_place(target: Path, *, same_drive: bool) -> list[Notice]:
    """What is to be said of where the copy lies."""
    told = [] if _is_private(target) else [notice(NoticeCode.NOT_PRIVATE, path=target.parent)]
    return told + ([notice(NoticeCode.SAME_DRIVE, path=target.parent)] if same_drive else [])


def _documents_lost(cargo: Cargo, lost: tuple[str, ...]) -> list[Notice]:
    count = cargo.said.count if cargo.error else len(lost)
    return [notice(NoticeCode.DOCUMENTS_NOT_COPIED, count=count, names=lost, error=cargo.error)] if count else []


def _place(paths: Paths, to: Path, expected: str) -> Path:
    """The folder as it really is; never one of the society's own, where a fire or a thief would take both, nor another drive's."""
    try:
        folder = to.expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise Unreachable(Code.PLACE_UNREACHABLE, path=to, reason=error if isinstance(error, OSError) else None) from error
    if folder == paths.books or not folder.is_dir():
        raise Refused(Code.IS_THE_BOOKS if folder == paths.books else Code.UNSAFE_FOLDER, path=to)
    own = (paths.backups, paths.logs, paths.uploads, paths.home)
    if any(folder == place or place in folder.parents for place in own):
        raise Refused(Code.INSIDE_THE_SOCIETY, path=to)
    if expected and places.number_of(folder) != expected:
        raise Refused(Code.OTHER_DRIVE, path=folder)
    return folder


def _require_equal(paths: Paths, record: BackupRecord, target: Path, cancel: CancelToken) -> None:
    try:
        with sorted_os_errors(target, writing=False):
            same = target.lstat().st_size == record.size_bytes
        same = same and files.hash_file(target, never=paths.books_identity(), cancel=cancel) == record.sha256
    except (NoAccess, Refused, NotFound):
        same = False
    if not same:
        raise Refused(Code.OTHER_COPY_THERE, path=target)


def _require_room(folder: Path, needed_bytes: int) -> None:
    free = files.free_bytes(folder)
    if free < needed_bytes:
        raise NoSpace(Code.DISK_FULL, path=folder, needed_bytes=needed_bytes, free_bytes=free)


def _carry(paths: Paths, record: BackupRecord, target: Path, report: Report, cancel: CancelToken) -> None:
    hidden = files.hidden_name(target)
    files.discard(hidden)
    with files.discarded_on_failure([hidden]):
        digest = files.copy_file(record.path, hidden, never=paths.books_identity(), report=report, cancel=cancel)
        if digest != record.sha256:
            raise Damaged(Code.BACKUP_DAMAGED, path=record.path, name=record.filename, problem=Problem.HASH_DIFFERS)
        read_back = drives.hash_from_drive(hidden, report=_reading_back(report), cancel=cancel)
        if read_back != record.sha256:
            raise Damaged(Code.COPY_DAMAGED, path=hidden, name=record.filename, problem=Problem.HASH_DIFFERS)
        cancel.check()
        files.publish(hidden, target)


def _reading_back(report: Report) -> Report:
    return lambda progress: report(Progress(Stage.READING_BACK, progress.done, progress.total))


def _accompany(paths: Paths, folder: Path, record: BackupRecord, how_to_restore: bytes) -> None:
    """Put the manifest and the words for a day without this program beside the copy; what fails leaves neither."""
    assert record.manifest is not None
    listed, words = manifests.manifest_path(folder, record.path.name), folder / HOW_TO_RESTORE
    made: list[Path] = []
    with files.discarded_on_failure(made):
        if not _speaks_of(listed, record):
            own = manifests.manifest_path(paths.manifests, record.path.name)
            files.replace_whole(listed, manifests.read_raw(own, record.manifest))
            made.append(listed)
        if not os.path.lexists(words):
            files.replace_whole(words, how_to_restore)
            made.append(words)
        files.sync_folder(folder)


def _speaks_of(listed: Path, record: BackupRecord) -> bool:
    """Whether the manifest there is of this very backup: one that was left of another would call the copy damaged."""
    try:
        return manifests.read(listed).sha256 == record.sha256
    except (NotFound, Damaged, Refused):
        return False


def _is_private(path: Path) -> bool:
    """Whether only the owner may read the file, as far as the drive knows rights (exFAT does not)."""
    if os.name == "nt":
        return True
    with sorted_os_errors(path, writing=False):
        return path.stat().st_mode & 0o077 == 0


@contextmanager
def _sorted(to: Path) -> Iterator[None]:
    """A drive that goes away in the middle is "unreachable", whatever the call that noticed it."""
    try:
        yield
    except EngineError as error:
        if error.reason is not None and error.reason.errno in _GONE and _is_at(error.path, to):
            raise Unreachable(Code.PLACE_UNREACHABLE, path=to, reason=error.reason) from error
        raise


def _is_at(path: Path | None, place: Path) -> bool:
    return path is not None and (place.resolve() in path.parents or path == place)
