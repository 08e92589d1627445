"""Carry the documents of one backup to a store elsewhere, each read back from there.

Leaves them in that store under their hashes, and their list; those that an earlier copy carried are not carried again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import drives, files
from gharmitra_admin.engine.base.errors import Code, Damaged, EngineError
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts.documents import store
from gharmitra_admin.engine.parts.documents.listing import Document
from gharmitra_admin.engine.parts.manifest import Documents
from gharmitra_admin.engine.parts.problem import Problem


@dataclass(frozen=True, slots=True)
class Cargo:
    """What is to be carried: all documents of a backup, and those of them that are not there yet."""

    said: Documents
    listed: tuple[Document, ...]
    new: tuple[Document, ...]
    error: EngineError | None = None

    @property
    def new_bytes(self) -> int:
        return sum({one.sha256: one.size_bytes for one in self.new}.values())


def look(source: Path, said: Documents | None, target: Path) -> Cargo:
    """Tell what there is to carry from one store to another. A list that cannot be read is a value."""
    if said is None:
        return Cargo(Documents(0, 0, ""), (), ())
    try:
        listed = store.read_list(source, said)
    except EngineError as error:
        return Cargo(said, (), (), error)
    return Cargo(said, listed, tuple(one for one in listed if not store.holds(target, one.sha256, one.size_bytes)))


@contextmanager
def carried(source: Path, cargo: Cargo, target: Path, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Iterator[tuple[str, ...]]:
    """Carry what is new for the block, which gives the backup itself its name there; where it fails, what is new goes again.

    Yields the names of those that our own store has lost. Raises NoSpace, NoAccess, Refused, Damaged (it reads back differently),
    Cancelled.
    """
    made: list[Path] = []
    try:
        yield _carry(source, cargo, target, made, report, cancel)
    except BaseException:
        for path in made:
            files.discard(path)
        with suppress(EngineError):
            for folder in reversed(store.folders(target)):
                with suppress(OSError):
                    folder.rmdir()  # an empty one only
        raise


def _carry(source: Path, cargo: Cargo, target: Path, made: list[Path], report: Report, cancel: CancelToken) -> tuple[str, ...]:
    lost, done = [], set[str]()
    for number, document in enumerate(cargo.new):
        cancel.check()
        report(Progress(Stage.DOCUMENTS, number, len(cargo.new)))
        if document.sha256 in done:
            continue
        if _carry_one(source, document.sha256, target, made, cancel):
            done.add(document.sha256)
        else:
            lost.append(document.path)
    if cargo.listed:
        store.put_list(target, cargo.listed, made)
    return tuple(lost)


def _carry_one(source: Path, sha256: str, target: Path, made: list[Path], cancel: CancelToken) -> bool:
    """Carry one; False where our own store does not have its bytes any more."""
    place = store.place(source, sha256)
    try:
        hidden = store.put_hidden(target, place, sha256, never=None, cancel=cancel)
    except EngineError as error:
        if error.path == place:
            return False
        raise
    if hidden is None:
        return False
    with files.discarded_on_failure([hidden]):
        if drives.hash_from_drive(hidden, cancel=cancel) != sha256:
            raise Damaged(Code.COPY_DAMAGED, path=hidden, name=sha256, problem=Problem.HASH_DIFFERS)
    made.append(store.place(target, sha256))
    store.name(hidden, store.place(target, sha256))
    return True
