"""Put the documents of a backup back where they lay; what the backup does not have stays.

Leaves each of them in ``uploads/`` whole, as it was or as the backup has it. A file is only replaced where the store has its bytes, so
that an undo can bring it back.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import BadInput, Code, Damaged, EngineError, NotFound, Refused, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import documents
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.documents import Document, listing, store, uploads
from gharmitra_admin.engine.parts.manifest import Documents


@dataclass(frozen=True, slots=True)
class PutBack:
    """How many documents were put back, and what is to be told."""

    count: int = 0
    told: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Which documents a backup has, and the store they lie in: our own, or that of another drive."""

    said: Documents | None
    store: Path


@dataclass(frozen=True, slots=True)
class Needed:
    """Room for documents: in the backups folder, and in ``uploads/``."""

    stored_bytes: int
    back_bytes: int


def put_back(paths: Paths, wanted: Documents | None, replaced: Documents | None, *, report: Report = ignore) -> PutBack:
    """Put back every document of ``wanted`` that is missing or different now. Never raises for what the disk does: that is told.

    ``replaced``: what the safety backup has; a file that is not in it, or was written since, is left as it is. Done twice it does no
    more than once, so that a restore that was cut off is finished so.
    """
    if wanted is None or not wanted.list_sha256:
        return PutBack()
    try:
        listed = documents.read_list(paths.documents, wanted)
        root = uploads.root(paths)
    except EngineError as error:
        return PutBack(0, (_not_put_back(wanted.count, (), error),))
    kept, never = _kept(paths, replaced), paths.books_identity()
    count, failed = 0, list[tuple[str, EngineError]]()
    for number, document in enumerate(listed):
        report(Progress(Stage.DOCUMENTS, number, len(listed)))
        try:
            count += _put_back(paths, root, document, kept, never)
        except EngineError as error:
            failed.append((document.path, error))
    _tidy(root, listed)
    told = (_not_put_back(len(failed), tuple(name for name, _ in failed), failed[0][1]),) if failed else ()
    return PutBack(count, told)


def _not_put_back(count: int, names: tuple[str, ...], error: EngineError) -> Notice:
    return notice(NoticeCode.DOCUMENTS_NOT_PUT_BACK, count=count, names=names, error=error)


def _kept(paths: Paths, replaced: Documents | None) -> Mapping[str, str]:
    """The hash under which each present document can be had again."""
    if replaced is None:
        return {}
    try:
        return {document.path: document.sha256 for document in documents.read_list(paths.documents, replaced)}
    except EngineError:
        return {}


def _put_back(paths: Paths, root: Path, document: Document, kept: Mapping[str, str], never: files.Identity | None) -> bool:
    """Put one back, and tell whether there was anything to do. Commit point: the name. Raises EngineError."""
    target = root / listing.inside(document)
    present = _present(target, never)
    if present == document.sha256:
        return False
    if present is not None:
        _require_kept(paths, target, present, kept.get(document.path), never)
    _make_folders(root, target.parent)
    staged = target.with_name(f".restoring-{document.sha256[:12]}.part")
    files.discard(staged)
    with files.discarded_on_failure([staged]):
        if files.copy_file(store.place(paths.documents, document.sha256), staged, never=never) != document.sha256:
            raise Damaged(Code.DOCUMENT_DAMAGED, path=store.place(paths.documents, document.sha256))
        _take_looks(staged, target, document.mtime_ns)
        if present is None:
            files.publish(staged, target)
            files.sync_folder(target.parent)
        else:
            files.take_place(staged, target)
    return True


def _present(target: Path, never: files.Identity | None) -> str | None:
    """The hash of what has this name now; None where nothing has. Raises Refused for links, FIFOs and the like, NoAccess."""
    try:
        return files.hash_file(target, never=never)
    except NotFound:
        return None


def _require_kept(paths: Paths, target: Path, present: str, kept: str | None, never: files.Identity | None) -> None:
    """Make sure that the bytes about to be replaced are in the store, and true. Raises Refused, NoSpace, NoAccess."""
    if present == kept:
        with suppress(EngineError):
            if files.hash_file(store.place(paths.documents, present), never=never) == present:
                return
        if store.put(paths.documents, target, present, never=never):
            return
    raise Refused(Code.DOCUMENT_NOT_KEPT, path=target)


def _make_folders(root: Path, folder: Path) -> None:
    """Make the folders down to this one, with the owner and mode of the one above. Raises Refused where a link stands in the way."""
    missing = []
    while not os.path.lexists(folder) and folder != root.parent:
        missing.append(folder)
        folder = folder.parent
    for place in (folder, *folder.parents):
        if place == root.parent:
            break
        if not stat.S_ISDIR(place.lstat().st_mode):
            raise Refused(Code.UNSAFE_FOLDER, path=place)
    for place in reversed(missing):
        with sorted_os_errors(place, writing=True):
            place.mkdir(mode=0o700)
            _belong(place, place.parent.stat(), stat.S_IMODE(place.parent.stat().st_mode))
        files.sync_folder(place.parent)


def _take_looks(staged: Path, target: Path, mtime_ns: int) -> None:
    """Owner and mode of the file it replaces, else of the folder it comes into: GharMitra must be able to read it."""
    with sorted_os_errors(staged, writing=True):
        try:
            like, mode = target.stat(), stat.S_IMODE(target.stat().st_mode)
        except FileNotFoundError:
            like = target.parent.stat()
            mode = stat.S_IMODE(like.st_mode) & 0o666
        _belong(staged, like, mode)
        os.utime(staged, ns=(mtime_ns, mtime_ns))


def _belong(path: Path, like: os.stat_result, mode: int) -> None:
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(path, like.st_uid, like.st_gid)
    path.chmod(mode)


def _tidy(root: Path, listed: tuple[Document, ...]) -> None:
    """Remove what a killed run left of documents on their way back."""
    folders = set()
    for document in listed:
        with suppress(BadInput):
            folders.add(root / listing.inside(document).parent)
    for folder in folders:
        for staged in uploads.staged_in(folder):
            files.discard(staged)


def fetch(paths: Paths, source: Source, *, cancel: CancelToken = NEVER) -> None:
    """Bring the documents of a backup of another drive into the store here, before that drive may be pulled out.

    What cannot be had is told when the documents are put back: the books can be restored without. Raises Cancelled.
    """
    if source.said is None or source.store == paths.documents:
        return
    try:
        listed = documents.read_list(source.store, source.said)
        store.put_list(paths.documents, listed, [])
    except EngineError:
        return
    for document in listed:
        cancel.check()
        with suppress(EngineError):
            if not store.holds(paths.documents, document.sha256, document.size_bytes):
                place = store.place(source.store, document.sha256)
                store.put(paths.documents, place, document.sha256, never=paths.books_identity(), cancel=cancel)


def keep_present(paths: Paths, filename: str, *, cancel: CancelToken = NEVER) -> Documents:
    """Store the documents of now where no safety backup of the books can name them: they stand beside what was put aside.

    Leaves ``manifests/FILENAME.documents.json``. Raises NoSpace, NoAccess, Refused, Cancelled.
    """
    with documents.stored(paths, cancel=cancel) as taken:
        if taken.said.count:
            files.make_private_folder(paths.manifests)
            files.replace_whole(manifests.documents_path(paths.manifests, filename), msgspec.json.encode(taken.said) + b"\n")
        return taken.said


def needed(paths: Paths, source: Source) -> Needed:
    """Tell the room that safety backup and putting back can need at most for documents, without reading them."""
    stored, back = documents.missing_bytes(paths), 0
    with suppress(EngineError):
        listed = documents.read_list(source.store, source.said) if source.said else ()
        root = uploads.root(paths)
        back = sum(one.size_bytes for one in listed if not _has_size(root, one))
        back += max((one.size_bytes for one in listed), default=0)  # each is written beside the one that it replaces
        stored += sum(one.size_bytes for one in listed if not store.holds(paths.documents, one.sha256, one.size_bytes))
    return Needed(stored, back)


def _has_size(root: Path, document: Document) -> bool:
    try:
        return (root / listing.inside(document)).lstat().st_size == document.size_bytes
    except (OSError, BadInput):
        return False
