"""What becomes of a restore that a kill or a power cut ended: found out from the books themselves, finished, and said.

Leaves the books complete, as they were or as the backup, the end of the job in the activity record, and no intent.
"""

from __future__ import annotations

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts.audit import Audit, Event, Outcome


def recover(paths: Paths, audit: Audit, *, clock: Clock, wait_seconds: float) -> tuple[Notice, ...]:
    """Settle what a restore left that did not come to its end, and tell it. Raises NoAccess, NoSpace, Busy; then it is tried again."""
    cut_off = [event for event in audit.open_jobs() if event.action in intents.ACTIONS and event.books == paths.books.name]
    intent = intents.read(paths)
    if intent is not None and not cut_off:
        cut_off = _failed_half(paths, audit)
    if intent is None:
        if cut_off:
            files.discard(files.hidden_name(paths.books))
        for event in cut_off:
            audit.append(event.action, Outcome.INTERRUPTED, job=event.job, **event.details)
        return tuple(notice(NoticeCode.RESTORE_CUT_OFF, at=event.at, name=str(event.details.get("filename"))) for event in cut_off)
    if not cut_off:
        intents.clear(paths)
        return ()
    from gharmitra_admin.engine.vault import settling  # noqa: PLC0415 - hardly ever needed, and every job would wait for its parts

    return settling.settle(paths, audit, intent, cut_off, clock=clock, wait_seconds=wait_seconds)


def _failed_half(paths: Paths, audit: Audit) -> list[Event]:
    """The last restore where it failed: an intent that it left says that the books could not be put back then."""
    restores = [event for event in audit.read() if event.action in intents.ACTIONS and event.books == paths.books.name]
    return [event for event in restores[-1:] if event.outcome == Outcome.FAILED.value]
