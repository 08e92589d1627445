"""What another program took away: recorded once, and told until somebody knows of it.

Leaves one line "vanished" in the activity record for each such backup and, once it is known or was told for 30 days, a note
of that. The manifest stays: its sequence is never given again, and a file that comes back is a backup again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Damaged, NotFound
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.audit import Audit, Outcome
from gharmitra_admin.engine.parts.catalogue import Listing
from gharmitra_admin.engine.parts.manifest import Manifest, Notes

ACTION = "vanished"
TOLD_FOR = timedelta(days=30)


def tell(paths: Paths, audit: Audit, listing: Listing, *, clock: Clock) -> tuple[Notice, ...]:
    """Record what is newly gone and return a notice of each; what was told for 30 days is told no more.

    Only ever run with the society's lock held. Raises NoAccess, NoSpace, Refused.
    """
    if not listing.vanished:
        return ()
    told_at = {
        (event.details.get("filename"), event.details.get("sha256")): datetime.fromisoformat(event.at)
        for event in audit.read()
        if event.action == ACTION and event.books == paths.books.name
    }
    fresh = [manifest for manifest in listing.vanished if _key(manifest) not in told_at]
    for manifest in fresh:
        audit.append(
            ACTION,
            Outcome.FINISHED,
            job=secrets.token_hex(4),
            filename=manifest.filename,
            sha256=manifest.sha256,
            created_at=manifest.created_at,
        )
    long_ago = clock.now() - TOLD_FOR
    note_known(paths, [manifest for manifest in listing.vanished if _key(manifest) in told_at and told_at[_key(manifest)] <= long_ago])
    return tuple(notice(NoticeCode.BACKUP_VANISHED, name=manifest.filename) for manifest in fresh)


def _key(manifest: Manifest) -> tuple[str, str]:
    """Which backup this is: its name alone could be given again, and two backups of unchanged books have one hash."""
    return names.shown(manifest.filename), manifest.sha256


def note_known(paths: Paths, gone: Iterable[Manifest]) -> None:
    """Write down that these are known to be gone: nothing tells of them any more. Raises NoSpace, NoAccess."""
    for manifest in gone:
        path = manifests.notes_path(paths.manifests, names.from_shown(manifest.filename))
        try:
            notes = manifests.read_notes(path)
        except (NotFound, Damaged):
            notes = Notes()
        manifests.write_notes(path, msgspec.structs.replace(notes, known_gone=True))
