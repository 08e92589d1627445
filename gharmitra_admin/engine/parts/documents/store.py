"""Where the bytes of documents lie: once under their SHA-256, however many backups name them.

Leaves ``ab/abcd...`` and ``lists/SHA256.json`` in the folder it is given, each durable, never over a good file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, Damaged, EngineError
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.parts.documents import listing
from gharmitra_admin.engine.parts.documents.listing import Document
from gharmitra_admin.engine.parts.manifest import Documents

LISTS = "lists"
FOLDER = "documents"
_LIST_LIMIT_BYTES = 1 << 30


def place(folder: Path, sha256: str) -> Path:
    """Where the bytes with this hash lie, or would."""
    return folder / sha256[:2] / sha256


def list_place(folder: Path, sha256: str) -> Path:
    return folder / LISTS / f"{sha256}.json"


def folders(folder: Path) -> list[Path]:
    """The store itself and every folder in it; none where there is no store. Raises NoAccess."""
    with files.scanned(folder, follow=False) as entries:
        inside = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    return [folder, *inside] if inside else []


def holds(folder: Path, sha256: str, size_bytes: int) -> bool:
    """Whether a file of this name and size is there. Whether its bytes are still true, a check tells."""
    return _is_file_of(place(folder, sha256), size_bytes)


def _is_file_of(path: Path, size_bytes: int) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == size_bytes


def put(folder: Path, source: Path, sha256: str, *, never: files.Identity | None, cancel: CancelToken = NEVER) -> bool:
    """Store the bytes of a file, and tell whether they were those of this hash: if not, nothing is stored.

    Bytes there already that are not true any more are replaced. Commit point: the name. Raises NotFound, Refused, NoSpace, NoAccess,
    Cancelled.
    """
    hidden = put_hidden(folder, source, sha256, never=never, cancel=cancel)
    if hidden is None:
        return False
    name(hidden, place(folder, sha256))
    return True


def put_hidden(folder: Path, source: Path, sha256: str, *, never: files.Identity | None, cancel: CancelToken = NEVER) -> Path | None:
    """Copy the bytes under a hidden name, which is returned; None where they were not those of this hash. Raises as ``put``."""
    target = place(folder, sha256)
    files.make_private_folder(folder)
    files.make_private_folder(target.parent)
    hidden = files.hidden_name(target)
    files.discard(hidden)
    if files.copy_file(source, hidden, never=never, cancel=cancel) == sha256:
        return hidden
    files.discard(hidden)
    return None


def put_list(folder: Path, documents: tuple[Document, ...], made: list[Path]) -> str:
    """Store the list of these documents, and return its SHA-256; ``made`` is told where it is new. Raises NoSpace, NoAccess."""
    data = listing.encode(documents)
    sha256 = hashlib.sha256(data).hexdigest()
    target = list_place(folder, sha256)
    if not _is_as(target, data):
        files.make_private_folder(folder)
        files.make_private_folder(target.parent)
        hidden = files.hidden_name(target)
        files.discard(hidden)
        files.write_new(hidden, data)
        made.append(target)
        name(hidden, target)
    return sha256


def _is_as(target: Path, data: bytes) -> bool:
    with suppress(EngineError):
        return files.read_whole(target, limit_bytes=_LIST_LIMIT_BYTES) == data
    return False


def name(hidden: Path, target: Path) -> None:
    """Give stored bytes their name, also where untrue ones have it. Commit point: the name. Raises NoSpace, NoAccess."""
    with files.discarded_on_failure([hidden]):
        if os.path.lexists(target):
            files.take_place(hidden, target)
        else:
            files.publish(hidden, target)
            files.sync_folder(target.parent)


def read_list(folder: Path, documents: Documents) -> tuple[Document, ...]:
    """Read which documents a backup has. Raises NotFound, Damaged, Refused, NoAccess."""
    if not documents.list_sha256:
        return ()
    path = list_place(folder, documents.list_sha256)
    data = files.read_whole(path, limit_bytes=_LIST_LIMIT_BYTES)
    if hashlib.sha256(data).hexdigest() != documents.list_sha256:
        raise Damaged(Code.DOCUMENT_LIST_DAMAGED, path=path)
    return listing.decode(data, path)
