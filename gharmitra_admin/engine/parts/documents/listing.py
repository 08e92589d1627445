"""The list of one backup's documents: where each lay inside ``uploads/``, and its hash. Leaves nothing on disk.

One document a line, so that a person can find a name in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.errors import BadInput, Code, Damaged

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_IN_WINDOWS_NAMES = frozenset('\\:*?"<>|')


class Document(msgspec.Struct, frozen=True):
    """One uploaded file. ``path``: inside ``uploads/``, its names printable and parted by "/"."""

    path: str
    size_bytes: int
    mtime_ns: int
    sha256: str

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256) or self.size_bytes < 0 or not self.path:
            raise ValueError(self.path)


def encode(documents: Iterable[Document]) -> bytes:
    """The list as it lies on the disk: the same documents always make the same bytes."""
    lines = [msgspec.json.encode(document) for document in sorted(documents, key=lambda document: document.path)]
    return b"[\n" + b",\n".join(lines) + b"\n]\n"


def decode(data: bytes, path: Path) -> tuple[Document, ...]:
    """Read a list. Raises Damaged, naming the file that it came from."""
    try:
        return msgspec.json.decode(data, type=tuple[Document, ...])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Damaged(Code.DOCUMENT_LIST_DAMAGED, path=path) from error


def same_documents(one: Sequence[Document], other: Sequence[Document]) -> bool:
    """Whether the same bytes lie under the same names; when they were written does not matter."""
    return _contents(one) == _contents(other)


def _contents(documents: Sequence[Document]) -> set[tuple[str, str]]:
    return {(document.path, document.sha256) for document in documents}


def name_of(inside: PurePosixPath | Path) -> str:
    """The printable name of a file by its path inside ``uploads/``."""
    return "/".join(names.shown(part) for part in inside.parts)


def inside(document: Document) -> Path:
    """Where the document belongs, as a path inside ``uploads/`` that leads nowhere else. Raises BadInput."""
    parts = [names.require_plain(names.from_shown(part)) for part in document.path.split("/")]
    if os.name == "nt" and any(_NOT_IN_WINDOWS_NAMES & set(part) for part in parts):
        raise BadInput(Code.BAD_NAME, name=document.path)
    return Path(*parts)
