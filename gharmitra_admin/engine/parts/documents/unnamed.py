"""Stored documents that no backup names any more: found only where everything that could name them can be read, removed with a record.

Leaves every document that a manifest, damaged books put aside, or a restore under way names, and two lines in the activity record for
what is removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, EngineError, Refused
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts.audit import Audit, Outcome
from gharmitra_admin.engine.parts.documents import store
from gharmitra_admin.engine.parts.intent import Intent
from gharmitra_admin.engine.parts.manifest import Documents

ACTION = "remove_documents"
_DAMAGED = ".damaged"
_NAMED_IN_ONE_LINE = 400  # a hash is 67 characters there; the record cuts what is longer than 32 KB


class _Naming(msgspec.Struct, frozen=True):
    """All that matters of a manifest here: read so, thousands of them take moments."""

    documents: Documents | None = None


def remove(paths: Paths, audit: Audit, *, job: str, why: str, freed: Iterable[Documents] | None = None) -> tuple[str, ...]:
    """Remove what no backup names, of any society that shares this folder, and tell what. Commit points: the activity record's lines.

    ``freed``: what the backups removed just now had; where another one still has the same list nothing can have become unnamed. Nothing
    is removed while any manifest or list cannot be read. Only ever run with the society's lock held, and after the sweep.
    Raises Refused where the activity record cannot be written, NoAccess.
    """
    if freed is not None and not _needs_a_look(paths, {one.list_sha256 for one in freed} - {""}):
        return ()
    gone = tuple(unnamed(paths))
    for begin in range(0, len(gone), _NAMED_IN_ONE_LINE):
        some = gone[begin : begin + _NAMED_IN_ONE_LINE]
        this = f"{job}d{begin or ''}"
        try:
            audit.append(ACTION, Outcome.STARTED, job=this, why=why, removed=some)
        except EngineError as error:
            raise Refused(Code.AUDIT_UNWRITABLE, path=paths.audit, reason=error.reason) from error
        for name in some:
            files.remove(paths.documents / name)
        audit.append(ACTION, Outcome.FINISHED, job=this, why=why, removed=some)
    return gone


def finish(paths: Paths, removed: Iterable[str]) -> None:
    """Remove what the record says was being removed, where still nothing names it. Raises NoAccess."""
    for name in {*removed} & {*unnamed(paths)}:
        files.remove(paths.documents / name)


def unnamed(paths: Paths) -> list[str]:
    """What lies in the store and nothing names, as paths inside it; empty on any doubt."""
    try:
        lists = {naming.list_sha256 for naming in _namings(paths)} - {""}
        named = {f"{store.LISTS}/{sha256}.json" for sha256 in lists}
        for sha256 in lists:
            said = Documents(0, 0, sha256)
            named |= {_inside(document.sha256) for document in store.read_list(paths.documents, said)}
        return sorted(set(_stored(paths)) - named)
    except (EngineError, msgspec.MsgspecError, UnicodeError, RecursionError):
        return []


def _inside(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _needs_a_look(paths: Paths, freed: set[str]) -> bool:
    """Whether some list may have lost its last name: the newest manifests first, for most of them have the list of today."""
    with suppress(EngineError, msgspec.MsgspecError, UnicodeError, RecursionError):
        for naming in _namings(paths):
            if not freed:
                break
            freed.discard(naming.list_sha256)
    return bool(freed)


def _namings(paths: Paths) -> Iterator[Documents]:
    """Everything that names documents. Raises EngineError, MsgspecError on the first thing that cannot be read."""
    for file in reversed(_written(paths)):
        data = files.read_whole(file)
        if file.name.endswith(".documents.json"):
            yield msgspec.json.decode(data, type=Documents)
        elif said := msgspec.json.decode(data, type=_Naming).documents:
            yield said
    with files.scanned(paths.backups, follow=False) as entries:
        under_way = [Path(entry.path) for entry in entries if entry.name.startswith(".restore_") and entry.name.endswith(".json")]
    for file in under_way:
        intent = msgspec.json.decode(files.read_whole(file), type=Intent)
        yield from (said for said in (intent.documents, intent.safety_documents) if said)


def _written(paths: Paths) -> list[Path]:
    """Every manifest and what says the same. Raises Refused where one was set aside as damaged, or has not got its name yet."""
    with files.scanned(paths.manifests, follow=False) as entries:
        found = [Path(entry.path) for entry in entries if not entry.name.endswith((".notes.json", f".notes.json{_DAMAGED}"))]
    for file in found:
        filename = file.name.removesuffix(f".json{_DAMAGED}")
        is_of_a_backup = filename != file.name and any((folder / filename).exists() for folder in (*paths.folders_of_backups, paths.held))
        if is_of_a_backup or file.name.endswith(f".json{files.PART}"):
            raise Refused(Code.NOT_A_REGULAR_FILE, path=file)
    return [file for file in found if file.name.endswith(".json")]


def _stored(paths: Paths) -> Iterator[str]:
    """Every regular file in the store's folders, as a path inside it."""
    for folder in store.folders(paths.documents)[1:]:
        with files.scanned(folder, follow=False) as entries:
            yield from (f"{folder.name}/{entry.name}" for entry in entries if _is_stored(folder.name, entry.name) and entry.is_file())


def _is_stored(folder: str, name: str) -> bool:
    """Whether a name is one that the store gives: what a person put there is not ours to remove."""
    stem = name.removesuffix(".json") if folder == store.LISTS else name
    return len(stem) == 64 and not stem.strip("0123456789abcdef") and (folder == store.LISTS or name.startswith(folder))
