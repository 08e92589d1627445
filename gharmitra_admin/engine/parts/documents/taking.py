"""Take the documents into a backup: look at each, read what is new, store what is not stored yet.

Leaves the bytes and the list in the store, durable; what one attempt newly stored is gone again where its backup does not come to be.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Busy, Code, EngineError, NoAccess, NotFound, Refused, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import room
from gharmitra_admin.engine.parts.documents import checking, store, uploads
from gharmitra_admin.engine.parts.documents.listing import Document, same_documents
from gharmitra_admin.engine.parts.documents.seen import Seen
from gharmitra_admin.engine.parts.documents.uploads import Skipped, Stamp, Upload
from gharmitra_admin.engine.parts.manifest import Documents

_TRIES = 3  # for a file that somebody writes while it is read


@dataclass(frozen=True, slots=True)
class Taken:
    """The documents of one backup: what its manifest says of them, the list itself, and what could not be taken."""

    said: Documents
    documents: tuple[Document, ...]
    told: tuple[Notice, ...] = ()

    def is_as(self, paths: Paths, said: Documents | None) -> bool:
        """Whether a backup has the very same documents; False on any doubt."""
        return _are_same(paths, self.documents, said)


@dataclass(slots=True)
class _Look:
    """What is being found out about one ``uploads/`` folder."""

    never: files.Identity | None
    seen: Seen
    found: list[tuple[Upload, Document]]
    skipped: list[Skipped]

    def keep(self) -> None:
        self.seen.keep({upload.name for upload, _ in self.found})


@contextmanager
def stored(paths: Paths, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Iterator[Taken]:
    """Store every document for the block, which makes the backup that names them; where it fails, what is new here goes again.

    What cannot be read is told, and costs no backup. Raises NoSpace, NoAccess (the store cannot be written), Refused, Cancelled.
    """
    made: list[Path] = []
    with files.discarded_on_failure(made):
        yield _store(paths, made, report, cancel)


def are_as(paths: Paths, said: Documents | None, *, cancel: CancelToken = NEVER) -> bool:
    """Whether ``uploads/`` holds what a backup says of it; False on any doubt. Raises Cancelled."""
    look = _look(paths, ignore, cancel)
    look.keep()
    now = tuple(document for _, document in look.found)
    wrong = checking.known_wrong(paths.documents)
    return _are_same(paths, now, said) and all(_holds(paths, one) and one.sha256 not in wrong for one in now)


def _holds(paths: Paths, document: Document) -> bool:
    return store.holds(paths.documents, document.sha256, document.size_bytes)


def _are_same(paths: Paths, now: tuple[Document, ...], said: Documents | None) -> bool:
    if said is None:
        return not now
    with suppress(EngineError):
        return same_documents(now, store.read_list(paths.documents, said))
    return False


def now(paths: Paths, *, cancel: CancelToken = NEVER) -> tuple[Document, ...]:
    """Tell every document that can be read now, with its hash. Raises Cancelled."""
    return tuple(document for _, document in _look(paths, ignore, cancel).found)


def names_now(paths: Paths) -> tuple[str, ...]:
    """Tell the names of the documents of now, reading none."""
    found, _ = uploads.walk(paths)
    return tuple(upload.name for upload in found)


def missing_bytes(paths: Paths) -> int:
    """The most that storing the documents of now can need, in bytes, as far as can be told without reading them."""
    seen = Seen.of(paths)
    found, _ = uploads.walk(paths)
    return sum(upload.stamp.size_bytes for upload in found if not _is_stored(paths, upload, seen.sha256(upload)))


def _is_stored(paths: Paths, upload: Upload, sha256: str | None) -> bool:
    return sha256 is not None and store.holds(paths.documents, sha256, upload.stamp.size_bytes)


def _look(paths: Paths, report: Report, cancel: CancelToken) -> _Look:
    """Tell the hash of every file, reading only what the cache does not vouch for."""
    found, skipped = uploads.walk(paths)
    look = _Look(paths.books_identity(), Seen.of(paths), [], skipped)
    total, done = sum(upload.stamp.size_bytes for upload in found), 0
    for upload in found:
        cancel.check()
        known = look.seen.sha256(upload)
        _read(look, upload, cancel) if known is None else look.found.append((upload, _document(upload.name, upload.stamp, known)))
        done += upload.stamp.size_bytes
        report(Progress(Stage.DOCUMENTS, done, total))
    return look


def _document(name: str, stamp: Stamp, sha256: str) -> Document:
    return Document(name, stamp.size_bytes, stamp.mtime_ns, sha256)


def _read(look: _Look, upload: Upload, cancel: CancelToken) -> None:
    try:
        stamp, sha256 = _settled_hash(upload, look.never, cancel)
    except (NotFound, NoAccess, Refused, Busy) as error:
        look.skipped.append(Skipped(upload.name, error))
        return
    look.seen.note(upload.name, stamp, sha256)
    look.found.append((Upload(upload.name, upload.path, stamp), _document(upload.name, stamp, sha256)))


def _settled_hash(upload: Upload, never: files.Identity | None, cancel: CancelToken) -> tuple[Stamp, str]:
    """Hash a file that nobody writes meanwhile. Raises Busy where somebody does all the time, NotFound, NoAccess, Refused."""
    for _ in range(_TRIES):
        descriptor = files.open_regular(upload.path, never=never)
        try:
            with sorted_os_errors(upload.path, writing=False):
                before = Stamp.of(os.fstat(descriptor))
                sha256 = files.hash_descriptor(descriptor, cancel=cancel)
                if Stamp.of(os.fstat(descriptor)) == before:
                    return before, sha256
        finally:
            os.close(descriptor)
    raise Busy(Code.DOCUMENT_KEEPS_CHANGING, path=upload.path)


def _store(paths: Paths, made: list[Path], report: Report, cancel: CancelToken) -> Taken:
    look = _look(paths, report, cancel)
    wrong = checking.known_wrong(paths.documents)
    new = {one.sha256: one.size_bytes for _, one in look.found if one.sha256 in wrong or not _holds(paths, one)}
    if new:
        room.require(paths.backups, sum(new.values()) + room.SPARE_BYTES)
    documents = []
    with room.told(paths.backups, sum(new.values()) + room.SPARE_BYTES):
        for upload, document in look.found:
            cancel.check()
            if document.sha256 in new:
                taken = _put(paths, look, upload, document, made, cancel)
                if taken is None:
                    continue
                new.pop(taken.sha256, None)
                documents.append(taken)
            else:
                documents.append(document)
        said = _said(paths, tuple(documents), look.skipped, made)
    look.keep()
    with suppress(EngineError):
        checking.note(paths.documents, {one.sha256 for one in documents}, frozenset())
    return Taken(said, tuple(documents), _notices(look.skipped))


def _put(paths: Paths, look: _Look, upload: Upload, document: Document, made: list[Path], cancel: CancelToken) -> Document | None:
    """Store one document; one that was written anew since it was hashed is hashed again. None where it cannot be had."""
    for _ in range(_TRIES):
        is_there = os.path.lexists(store.place(paths.documents, document.sha256))
        try:
            is_put = store.put(paths.documents, upload.path, document.sha256, never=look.never, cancel=cancel)
            if is_put:
                if not is_there:
                    made.append(store.place(paths.documents, document.sha256))
                return document
            stamp, sha256 = _settled_hash(upload, look.never, cancel)
        except (NotFound, NoAccess, Refused, Busy) as error:
            if error.path != upload.path:
                raise  # the store, not the document
            look.skipped.append(Skipped(upload.name, error))
            return None
        document = _document(upload.name, stamp, sha256)
    look.skipped.append(Skipped(upload.name, Busy(Code.DOCUMENT_KEEPS_CHANGING, path=upload.path)))
    return None


def _said(paths: Paths, documents: tuple[Document, ...], skipped: list[Skipped], made: list[Path]) -> Documents:
    size = sum(document.size_bytes for document in documents)
    if not documents:
        return Documents(0, 0, "", len(skipped))
    return Documents(len(documents), size, store.put_list(paths.documents, documents, made), len(skipped))


def _notices(skipped: list[Skipped]) -> tuple[Notice, ...]:
    if not skipped:
        return ()
    names = tuple(one.name for one in skipped)
    return (notice(NoticeCode.DOCUMENTS_SKIPPED, count=len(names), names=names, error=skipped[0].error),)
