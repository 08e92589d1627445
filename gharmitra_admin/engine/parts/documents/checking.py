"""Stored documents read again against their hashes, each once, however many backups name it.

Leaves ``documents/.wrong.json``: which were found missing or damaged, so that the next backup stores them anew where it can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.parts.documents import store
from gharmitra_admin.engine.parts.manifest import Documents

_WRONG = ".wrong.json"


@dataclass(frozen=True, slots=True)
class DocumentsChecked:
    """What a check found of one backup's documents. ``names``: of those missing or damaged; none known where the list itself is."""

    count: int
    wrong: int = 0
    names: tuple[str, ...] = ()


class Checker:
    """One check over a store."""

    def __init__(self, folder: Path, *, never: files.Identity | None, cancel: CancelToken = NEVER) -> None:
        self._folder, self._never, self._cancel = folder, never, cancel
        self._found: dict[str, bool] = {}

    def check(self, said: Documents | None) -> DocumentsChecked | None:
        """Read what a backup has; None where it was made before documents belonged to a backup. Raises Cancelled."""
        if said is None:
            return None
        try:
            listed = store.read_list(self._folder, said)
        except EngineError:
            return DocumentsChecked(said.count, said.count)
        wrong = tuple(document.path for document in listed if not self._is_true(document.sha256))
        return DocumentsChecked(len(listed), len(wrong), wrong)

    def _is_true(self, sha256: str) -> bool:
        self._cancel.check()
        if sha256 not in self._found:
            try:
                self._found[sha256] = files.hash_file(store.place(self._folder, sha256), never=self._never, cancel=self._cancel) == sha256
            except EngineError:
                self._cancel.check()
                self._found[sha256] = False
        return self._found[sha256]

    @property
    def checked(self) -> frozenset[str]:
        return frozenset(self._found)

    @property
    def wrong(self) -> frozenset[str]:
        return frozenset(sha256 for sha256, is_true in self._found.items() if not is_true)


def known_wrong(folder: Path) -> frozenset[str]:
    """What the last checks found missing or damaged, as hashes."""
    try:
        return msgspec.json.decode(files.read_whole(folder / _WRONG), type=frozenset[str])
    except (EngineError, msgspec.MsgspecError, UnicodeError, RecursionError):
        return frozenset()


def note(folder: Path, checked: Iterable[str], wrong: frozenset[str]) -> None:
    """Write down what was found, keeping what was not looked at. Only with the society's lock held. Raises NoSpace, NoAccess."""
    before = known_wrong(folder)
    now = (before - frozenset(checked)) | wrong
    if now == before:
        return
    if now:
        files.replace_whole(folder / _WRONG, msgspec.json.encode(sorted(now)) + b"\n")
    else:
        files.remove(folder / _WRONG)
