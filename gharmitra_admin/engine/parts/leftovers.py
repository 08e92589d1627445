"""What a killed run left behind: finished where its result was already there, removed where it was not.

Leaves no hidden ``.part`` file, no scratch folder and no removal half done. Only ever run with the society's lock held.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from gharmitra_admin.engine.base import files, names
from gharmitra_admin.engine.base.errors import BadInput, Damaged, NotFound, Refused
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts import live_books
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.audit import Audit, Event, Outcome
from gharmitra_admin.engine.parts.documents import store, unnamed

REMOVE = "remove"


def sweep(paths: Paths, audit: Audit) -> tuple[Notice, ...]:
    """Finish or remove what an interrupted run left, and say so in the activity record. Raises NoAccess, NoSpace."""
    live_books.clear(paths.scratch)
    _finish_manifests(paths)
    for folder in (*paths.folders_of_backups, paths.held, paths.manifests, *store.folders(paths.documents)):
        _discard_parts(folder)
    told = _close_jobs(paths, audit)
    if told:  # what a backup stored that never came to be
        unnamed.remove(paths, audit, job=secrets.token_hex(4), why="sweep")
    return told


def _finish_manifests(paths: Paths) -> None:
    """A backup that got its name but whose manifest did not: the hash says whether the two belong together."""
    for hidden in _parts(paths.manifests, lambda name: name.endswith(f".db.json{files.PART}")):
        final = files.final_name(hidden)
        filename = final.name.removesuffix(".json")
        for folder in paths.folders_of_backups:
            if (folder / filename).is_file() and not final.exists() and _belongs(hidden, folder / filename, paths):
                files.publish(hidden, final)
                files.sync_folder(paths.manifests)
                break


def _belongs(hidden: Path, backup: Path, paths: Paths) -> bool:
    try:
        written = manifests.read(hidden)
    except (NotFound, Damaged, Refused):
        return False
    if backup.stat().st_size != written.size_bytes:
        return False
    return files.hash_file(backup, never=paths.books_identity()) == written.sha256


def _discard_parts(folder: Path) -> None:
    for hidden in _parts(folder, lambda _name: True):
        files.remove(hidden)


def _parts(folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    with files.scanned(folder, follow=False) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if entry.name.startswith(".")
            and entry.name.endswith(files.PART)
            and entry.is_file(follow_symlinks=False)
            and wanted(entry.name)
        ]


def _close_jobs(paths: Paths, audit: Audit) -> tuple[Notice, ...]:
    told = []
    for event in audit.open_jobs():
        if event.books != paths.books.name or event.action in intents.ACTIONS:  # how far a restore came, its own recovery tells
            continue
        if event.action == unnamed.ACTION:
            unnamed.finish(paths, _removed(event))
            audit.append(event.action, Outcome.FINISHED, job=event.job, **event.details, after_interruption=True)
            continue
        if event.action == REMOVE:
            _finish_removal(paths, event)
            removed = [names.from_shown(line) for line in _removed(event)]  # the record escapes it again
            audit.append(event.action, Outcome.FINISHED, job=event.job, **{**event.details, "removed": removed}, after_interruption=True)
            continue
        audit.append(event.action, Outcome.INTERRUPTED, job=event.job)
        told.append(notice(NoticeCode.INTERRUPTED_EARLIER, action=event.action))
    return tuple(told)


def _removed(event: Event) -> list[str]:
    removed = event.details.get("removed")
    return removed if isinstance(removed, list) else []


def _finish_removal(paths: Paths, event: Event) -> None:
    """Remove what the record says was being removed, if the file under that name is still the one meant."""
    own = [folder for folder in paths.folders_of_backups if not folder.is_symlink()]
    for line in _removed(event):
        shown, _, sha256 = line.rpartition(" ")
        try:
            filename = names.require_plain(names.from_shown(shown))
        except BadInput:
            continue
        for path in (folder / filename for folder in own):
            if path.is_file() and _is_meant(path, sha256, paths):
                files.remove(path)
        if not any(os.path.lexists(folder / filename) for folder in own):
            forget(paths, filename)


def _is_meant(path: Path, sha256: str, paths: Paths) -> bool:
    try:
        return files.hash_file(path, never=paths.books_identity()) == sha256
    except (NotFound, Refused):
        return False


def forget(paths: Paths, filename: str) -> None:
    """Remove what is written about a backup that is gone, and its held name. Raises NoAccess."""
    written = (
        paths.held / filename,
        manifests.notes_path(paths.manifests, filename),
        manifests.documents_path(paths.manifests, filename),
        manifests.manifest_path(paths.manifests, filename),
    )
    for path in written:
        if not path.parent.is_symlink():
            files.remove(path)
