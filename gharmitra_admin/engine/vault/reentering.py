"""The flow of the re-entry list: what the last restore took out of the books, compared with the books as they are now.

Leaves what a person said of an entry, and its lines in the activity record; the replaced books, in the safety backup, stay untouched.
"""

from __future__ import annotations

from pathlib import Path

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.errors import BadInput, Code, NotFound
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore
from gharmitra_admin.engine.operations import compare, curate, reentry
from gharmitra_admin.engine.operations.reentry import Reentry, ReentryState
from gharmitra_admin.engine.parts import worksheet
from gharmitra_admin.engine.parts.books.entry import Direction, Entry, as_then
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing
from gharmitra_admin.engine.parts.history import LastRestore
from gharmitra_admin.engine.parts.worksheet import NotNeeded
from gharmitra_admin.engine.vault import comparing, undoing
from gharmitra_admin.engine.vault.session import Context, audited, turn

_WAIT_SECONDS = 10.0


def make(context: Context, report: Report, cancel: CancelToken) -> Reentry | None:
    """Make the list of the last restore; None where there was none, it was undone, or nothing was there to be replaced.

    Raises NotFound where the safety backup is gone, Damaged, Busy, NoSpace, NoAccess, Cancelled.
    """
    last = _last(context)
    if last is None or last.safety is None:
        return None
    with turn(context, "reentry", wait_seconds=_WAIT_SECONDS, cancel=cancel) as current:
        return _made(context, current.listing(), last, last.safety, report, cancel)


def not_needed(context: Context, key: str, reason: str) -> None:
    """Note that an entry of the list is not to be entered again; an empty reason takes that back."""
    last = _last(context)
    if last is None or last.safety is None:
        raise NotFound(Code.NO_REENTRY_LIST)
    why = curate.clean_label(reason) or ""
    with turn(context, "reentry", wait_seconds=_WAIT_SECONDS) as current:
        made = _made(context, current.listing(), last, last.safety, ignore, NEVER)
        if all(item.key != key or item.state is ReentryState.BACK for item in made.items):
            raise NotFound(Code.NOT_ON_THE_LIST, name=key)
        with audited(current, "reentry", required=True, filename=last.safety, entry=key, reason=why):
            said = NotNeeded(key=key, reason=why, at=context.clock.now().isoformat(), who=names.shown(context.who))
            worksheet.say(context.paths, last.safety, said)


def _last(context: Context) -> LastRestore | None:
    """The last restore where it has a list: it stands, and the books that it replaced could be read."""
    last = undoing.last(context)
    return None if last is None or last.undone_at is not None or last.entries is None else last


def _made(context: Context, listing: Listing, last: LastRestore, safety: str, report: Report, cancel: CancelToken) -> Reentry:
    replaced = listing.find(safety)
    backup = _find(listing, last.filename)
    with comparing.copy_of_books(context, report, cancel) as books:
        if backup is not None:
            lost = reentry.left(_entries(context, replaced.path, backup.path, report, cancel))
            entered = _entries(context, books, backup.path, report, cancel)
            fresh = [one for one in entered if one.direction is not Direction.BACK]
        else:
            # Without the backup, what was entered since stands on the other side of what the replaced books lack.
            found = _entries(context, replaced.path, books, report, cancel)
            lost = [one for one in found if one.direction is not Direction.BACK]
            fresh = [then for one in found if (then := as_then(one)) is not None]
    items = reentry.items(lost, fresh, worksheet.read(context.paths, safety))
    return Reentry(last.at, last.filename, safety, items, is_exact=backup is not None)


def _find(listing: Listing, name: str) -> BackupRecord | None:
    try:
        return listing.find(name)
    except (NotFound, BadInput):
        return None


def _entries(context: Context, now: Path, then: Path, report: Report, cancel: CancelToken) -> list[Entry]:
    found: list[Entry] = []
    compare.closed_files(now, then, never=context.paths.books_identity(), on_entry=found.append, report=report, cancel=cancel)
    return found
