"""Keep, label, acknowledge: what a person says about one backup.

Leaves the file in ``kept/`` or ``backups/`` as said, and a note where something was said; the backup's bytes never change.
"""

from __future__ import annotations

import os

import msgspec

from gharmitra_admin.engine.base import files, names
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import BadInput, Code, Damaged, NotFound, Refused, sorted_os_errors
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing, Status
from gharmitra_admin.engine.parts.fingerprint import Fingerprint
from gharmitra_admin.engine.parts.manifest import CopyNote, Kind, Notes
from gharmitra_admin.engine.parts.problem import Problem

LABEL_LIMIT = 200


def clean_label(text: str) -> str | None:
    """Read a label as typed: one line, no control characters; None where nothing is left. Raises BadInput where it is too long."""
    label = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    if len(label) > LABEL_LIMIT:
        raise BadInput(Code.LABEL_TOO_LONG, limit=LABEL_LIMIT)
    return label or None


def keep(paths: Paths, record: BackupRecord, *, kept: bool) -> None:
    """Move a backup among those that rotation never removes, or back. Commit point: the rename. Raises Refused, NoAccess."""
    if record.set_apart or record.kind is Kind.PRE_RESTORE or record.kept == kept:
        return
    folder = paths.kept if kept else paths.backups
    files.make_private_folder(folder)
    target = folder / record.path.name
    with sorted_os_errors(target, writing=True):
        if os.path.lexists(target):
            raise Refused(Code.OTHER_COPY_THERE, path=target)
        record.path.rename(target)
    files.sync_folder(folder)
    files.sync_folder(paths.backups)


def note_label(paths: Paths, record: BackupRecord, text: str) -> None:
    """Write down what a backup is for; an empty text takes the label away. Raises BadInput, NoSpace, NoAccess."""
    _note(paths, record, label=clean_label(text) or "")


def note_acknowledged(paths: Paths, record: BackupRecord) -> None:
    """Write down that the many entries gone were taken out on purpose. Raises NoSpace, NoAccess."""
    _note(paths, record, acknowledged=True)


def note_copy(paths: Paths, record: BackupRecord, to: str, *, same_drive: bool, place: str, clock: Clock) -> None:
    """Write down that a copy was carried elsewhere and read back. Raises NoSpace, NoAccess."""
    copies = (*_notes(paths, record).copies, CopyNote(names.shown(to), clock.now().isoformat(), same_drive, place))
    _note(paths, record, copies=copies)


def note_check(paths: Paths, record: BackupRecord, problem: Problem | None, *, clock: Clock) -> None:
    """Write down what a later check found, about the file as it is now. Raises NoSpace, NoAccess."""
    status = record.path.stat()
    _note(
        paths,
        record,
        checked_at=clock.now().isoformat(),
        problem=problem,
        seen_size_bytes=status.st_size,
        seen_mtime_ns=status.st_mtime_ns,
    )


def note_fingerprint(paths: Paths, record: BackupRecord, fingerprint: Fingerprint) -> None:
    """Write down a later fingerprint under which the books still match this backup. Raises NoSpace, NoAccess."""
    _note(paths, record, fingerprint=fingerprint)


def require_deletable(listing: Listing, record: BackupRecord) -> None:
    """Raise Refused where this is the last checked or the last proven backup, or the only mark of a loss that nobody has explained.

    With that mark, rotation would remove at once what it has held back because of it.
    """
    good = [other for other in listing.records if other.is_good]
    proven = [other for other in good if other.status is Status.PROVEN]
    if good == [record] or proven == [record]:
        raise Refused(Code.LAST_GOOD_BACKUP, name=record.filename)
    if record.shrunk:
        raise Refused(Code.MARKS_A_LOSS, name=record.filename, tables=record.shrunk)


def _notes(paths: Paths, record: BackupRecord) -> Notes:
    try:
        return manifests.read_notes(manifests.notes_path(paths.manifests, record.path.name))
    except (NotFound, Damaged, Refused):
        return Notes()


def _note(paths: Paths, record: BackupRecord, **changes: object) -> None:
    files.make_private_folder(paths.manifests)
    notes = msgspec.structs.replace(_notes(paths, record), **changes)
    manifests.write_notes(manifests.notes_path(paths.manifests, record.path.name), notes)
