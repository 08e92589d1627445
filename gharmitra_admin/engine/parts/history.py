"""What the activity record tells of restores: the last one, and whether it was undone. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts.audit import Event, Outcome


@dataclass(frozen=True, slots=True)
class LastRestore:
    """The last restore that was carried out. ``safety``: the backup of what it replaced, None where nothing whole was there.

    ``entries``: how many differed, None where that could not be told. ``undone_at``: when it was undone, None where it stands.
    """

    at: datetime
    filename: str
    safety: str | None
    entries: int | None
    undone_at: datetime | None = None


def is_restore(event: Event, paths: Paths) -> bool:
    """Whether this is the good end of a restore or undo of these books."""
    return event.action in intents.ACTIONS and event.outcome == Outcome.FINISHED.value and event.books == paths.books.name


def last_replacing(events: Sequence[Event], paths: Paths) -> LastRestore | None:
    """Find the last restore or undo, whichever replaced the books last; a restore that changed nothing replaced nothing."""
    replacing = (event for event in reversed(events) if is_restore(event, paths) and not _changed_nothing(event))
    return next((_told(event, None) for event in replacing), None)


def last_restore(events: Sequence[Event], paths: Paths) -> LastRestore | None:
    """Find the last restore; an undo belongs to the restore before it.

    One that changed nothing, as a second press of the button makes it, is passed over: the one before it replaced what there was.
    """
    undone_at = None
    for event in reversed(events):
        if not is_restore(event, paths):
            continue
        if event.action == intents.UNDO:
            undone_at = undone_at or datetime.fromisoformat(event.at)
            continue
        if _changed_nothing(event):
            continue
        return _told(event, undone_at)
    return None


def _changed_nothing(event: Event) -> bool:
    return event.action != intents.UNDO and event.details.get("nothing") is True


def _told(event: Event, undone_at: datetime | None) -> LastRestore:
    safety, entries = event.details.get("safety"), event.details.get("entries")
    safety = None if event.details.get("aside") else safety  # damaged books, which no undo brings back
    return LastRestore(
        datetime.fromisoformat(event.at),
        str(event.details.get("filename")),
        safety if isinstance(safety, str) and safety else None,
        entries if isinstance(entries, int) else None,
        undone_at,
    )
