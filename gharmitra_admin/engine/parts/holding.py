"""A second name for the newest good backups, so that no other program's clean-up can take the last of them.

Leaves hard links in ``backups/.held/`` (copies where links do not exist): of the newest checked backup, also of those made here,
and of the newest proven one.
"""

from __future__ import annotations

import os
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError, sorted_os_errors
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing


def bring_back(paths: Paths, listing: Listing) -> tuple[Notice, ...]:
    """Give every held backup whose file was taken away its name again. Raises NoAccess, NoSpace."""
    brought = []
    for record in listing.records:
        if record.path.parent == paths.held:
            folder = paths.kept if record.label else paths.backups
            files.make_private_folder(folder)
            target = folder / record.path.name
            link_or_copy(record.path, target, never=paths.books_identity())
            files.sync_folder(folder)
            brought.append(notice(NoticeCode.BROUGHT_BACK, name=record.filename))
    return tuple(brought)


def refresh(paths: Paths, listing: Listing) -> tuple[Notice, ...]:
    """Hold the newest good backups of now and let go of earlier ones. A failure is told and costs no backup."""
    made = next((record for record in listing.records if record.is_good and record.is_made), None)
    newest = (listing.newest_good(), made, listing.newest_proven())
    wanted = {record.path.name: record for record in newest if record is not None}
    try:
        files.make_private_folder(paths.held)
        for name, record in wanted.items():
            _hold(record, paths.held / name, paths)
        with files.scanned(paths.held, follow=False) as entries:
            for entry in entries:
                if entry.name not in wanted and _is_ours(entry, paths, listing):
                    files.remove(Path(entry.path))
    except EngineError as error:
        return (notice(NoticeCode.HELD_FAILED, path=error.path, error=error),)
    return ()


def _hold(record: BackupRecord, target: Path, paths: Paths) -> None:
    if record.path == target:
        return
    if target.exists() and target.stat().st_size == record.size_bytes:
        return
    files.remove(target)
    link_or_copy(record.path, target, never=paths.books_identity())
    files.sync_folder(paths.held)


def _is_ours(entry: os.DirEntry[str], paths: Paths, listing: Listing) -> bool:
    """Whether a held file belongs to a backup of these books that is also in its own place; others' are left alone."""
    in_place = {record.path.name for record in listing.records if record.path.parent != paths.held}
    gone = {manifest.filename for manifest in listing.vanished}
    return entry.is_file(follow_symlinks=False) and (entry.name in in_place or entry.name in gone or entry.name.endswith(files.PART))


def link_or_copy(source: Path, target: Path, *, never: files.Identity | None) -> None:
    """Make a second name for a closed file, or a copy of it where links do not exist. Raises NoSpace, NoAccess."""
    with sorted_os_errors(target, writing=True):
        try:
            os.link(source, target)
            return
        except OSError as error:
            if error.errno not in files.NO_LINKS:
                raise
    hidden = files.hidden_name(target)
    files.discard(hidden)
    files.copy_file(source, hidden, never=never)
    files.publish(hidden, target)
