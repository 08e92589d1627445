"""The flow of undoing the last restore: itself a restore, of the safety backup that the last one made.

Leaves what a restore leaves.
"""

from __future__ import annotations

from gharmitra_admin.engine.base.errors import BadInput, Code, NotFound
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.parts import history
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts.history import LastRestore
from gharmitra_admin.engine.vault import comparing, restoring
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.engine.vault.session import Context


def last(context: Context) -> LastRestore | None:
    """Find the last restore in the activity record. Raises NoAccess, Refused."""
    return history.last_restore(context.audit.read(), context.paths)


def undo(context: Context, expected: int | None, report: Report, cancel: CancelToken) -> RestoreResult:
    """Put back what the last restore replaced. Raises NotFound where there is none, or it was undone already."""
    return restoring.run(context, to_undo(context), intents.UNDO, expected, report, cancel)


def to_undo(context: Context) -> str:
    """The name of the safety backup that an undo would put back. Raises NotFound."""
    found = last(context)
    if found is None or found.undone_at is not None or found.safety is None:
        raise NotFound(Code.NOTHING_TO_UNDO)
    return found.safety


def entered_since(context: Context, report: Report, cancel: CancelToken) -> bool | None:
    """Compare the books with the backup they were put back to. Raises NotFound where there was no restore, and what comparing raises."""
    found = last(context)
    if found is None:
        raise NotFound(Code.NOTHING_TO_UNDO)
    try:
        compared = comparing.with_the_books(context, found.filename, None, report, cancel)
    except (NotFound, BadInput):
        return None
    return compared.comparison.entries_different > 0
