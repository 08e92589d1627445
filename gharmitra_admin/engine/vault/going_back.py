"""The half of the front door that leads back: comparing, looking inside, the plan, the restore, its undo, and what belongs to them.

Leaves what each flow says of itself; ``Vault`` says what holds for every method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.vault import flows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gharmitra_admin.engine.base.paths import Paths
    from gharmitra_admin.engine.operations.compare import OnEntry
    from gharmitra_admin.engine.operations.look_inside import Inside
    from gharmitra_admin.engine.operations.reentry import Reentry
    from gharmitra_admin.engine.parts.backend import Look, Server
    from gharmitra_admin.engine.parts.history import LastRestore
    from gharmitra_admin.engine.vault.comparing import Compared, Difference
    from gharmitra_admin.engine.vault.exporting import SaveComparison, SaveReentry
    from gharmitra_admin.engine.vault.glancing import FirstFigures
    from gharmitra_admin.engine.vault.readiness import Plan
    from gharmitra_admin.engine.vault.restoring import RestoreResult
    from gharmitra_admin.engine.vault.salvaging import Salvaged
    from gharmitra_admin.engine.vault.session import Context


def _not_told(_difference: Difference) -> None:
    return None


class GoingBack:
    """One opened society, as far as earlier books are concerned."""

    _context: Context

    def compare(
        self,
        name: str,
        other: str | None = None,
        *,
        on_entry: OnEntry | None = None,
        save: SaveComparison | None = None,
        report: Report = ignore,
        cancel: CancelToken = NEVER,
    ) -> Compared:
        """Tell what going back to a backup would change, against the books as they are or, in their place, another backup.

        ``on_entry`` is handed every entry that differs, however many. ``save``: the files to make of it; each is whole or not there, and
        lies over no books, backup or file of another kind (Refused). Raises NotFound, Damaged, Busy, NoSpace, NoAccess, Cancelled.
        """
        if save is not None:
            return flows.exporting.compared(self._context, name, other, on_entry, save, report, cancel)
        return flows.comparing.compared(self._context, name, other, on_entry, report, cancel)

    def look_inside(self, name: str) -> Inside:
        """Look into a backup, whole or damaged, without changing a byte; ``name`` may also be the absolute path of any file.

        Nothing is held open between two questions. Raises NotFound, BadInput, NoAccess; each question what it says.
        """
        return flows.looking_inside.at(self._context, name)

    def differences(
        self, told: Callable[[Difference], None] = _not_told, *, report: Report = ignore, cancel: CancelToken = NEVER
    ) -> tuple[Difference, ...]:
        """Tell of every whole backup, the newest first, how many entries it differs in from the books; ``told`` hears each as it is found.

        Raises NotFound, Damaged, Busy, NoSpace, NoAccess where the books cannot be read, Cancelled.
        """
        return flows.comparing.each_with_the_books(self._context, told, report, cancel)

    def first_figures(self, name: str, *, cancel: CancelToken = NEVER) -> FirstFigures:
        """Tell at once which tables have more or fewer rows than in a backup. Raises what ``compare`` raises, BadInput."""
        return flows.glancing.first_figures(self._context, name, cancel)

    def plan(self, name: str, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Plan:
        """Tell what speaks for and against going back to a backup now, and what it would change. Touches nothing.

        ``name`` may also be the absolute path of a file elsewhere. Raises NotFound, BadInput, Refused, Cancelled.
        """
        return flows.readiness.make(self._context, name, report, cancel)

    def restore(self, name: str, *, expected: int | None = None, report: Report = ignore, cancel: CancelToken = NEVER) -> RestoreResult:
        """Replace the books with a backup, after a checked safety backup of what they are.

        ``expected``: how many entries the person was told will differ; any other number is refused. Commit point: the last page is
        written; a cancel after the safety backup is ignored. Raises NotFound, Damaged, Busy, Refused, NoSpace, NoAccess, Cancelled; then
        the books are what they were, except after RESTORE_HALF, which the next opening settles.
        """
        return flows.restoring.run(self._context, name, intents.RESTORE, expected, report, cancel)

    def undo(self, *, expected: int | None = None, report: Report = ignore, cancel: CancelToken = NEVER) -> RestoreResult:
        """Put back what the last restore replaced; itself a restore, with all that belongs to one. Raises NotFound where there is none."""
        return flows.undoing.undo(self._context, expected, report, cancel)

    def plan_undo(self, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Plan:
        """Tell what an undo of the last restore would do. Raises NotFound where there is none."""
        return flows.readiness.make(self._context, flows.undoing.to_undo(self._context), report, cancel)

    def last_restore(self) -> LastRestore | None:
        """Tell the last restore, and whether it was undone; None where there was none. Raises NoAccess, Refused."""
        return flows.undoing.last(self._context)

    def practise(self, folder: Path, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Paths:
        """Make a scratch society in an empty private folder, to practise a restore on; it is the caller's to remove.

        Raises NotFound where there is no whole backup, Busy, NoSpace, NoAccess, Damaged, Cancelled.
        """
        return flows.practising.scratch_society(self._context, folder, report, cancel)

    def entered_since_restore(self, *, report: Report = ignore, cancel: CancelToken = NEVER) -> bool | None:
        """Tell whether anything was entered since the last restore; None where that backup is gone, so that nobody can tell.

        Raises NotFound where there was no restore, Busy, NoSpace, NoAccess, Damaged, Cancelled.
        """
        return flows.undoing.entered_since(self._context, report, cancel)

    def reentry(self, *, save: SaveReentry | None = None, report: Report = ignore, cancel: CancelToken = NEVER) -> Reentry | None:
        """Tell what the last restore took out of the books, in the order in which to enter it again, and what is back.

        None where there is no such list. The replaced books stay untouched. ``save``: the files to make of it.
        Raises Refused, NotFound, Damaged, Busy, NoSpace, NoAccess, Cancelled.
        """
        if save is not None:
            return flows.exporting.reentry(self._context, save, report, cancel)
        return flows.reentering.make(self._context, report, cancel)

    def reentry_not_needed(self, key: str, reason: str) -> None:
        """Say that an entry of the list is not needed, and why; without a reason it is needed again. Raises NotFound, BadInput, Refused."""
        flows.reentering.not_needed(self._context, key, reason)

    def salvage(
        self, source: Path, output: Path, *, like: Path | None = None, report: Report = ignore, cancel: CancelToken = NEVER
    ) -> Salvaged:
        """Make new books at ``output`` of what can be read in a damaged file, which may be the live books; that file is only read.

        ``like``: a whole backup of the same books, the newest good one of the list where none is named: it tells how the books were built
        where the file does not, and what should be there. Commit point: the new file gets its name. Raises NotFound, Refused (something
        has that name), Damaged (nothing to rescue), Busy, NoSpace, NoAccess, Cancelled; then nothing new stands there.
        """
        return flows.salvaging.run(self._context, source, output, like, report, cancel)

    def backends(self) -> Look:
        """Find GharMitra's own servers on these books. Touches nothing."""
        return flows.backends.look(self._context)

    def stop_backend(self, server: Server, *, cancel: CancelToken = NEVER) -> bool:
        """Stop one with all its processes, and tell whether it went gracefully. Raises Busy, Refused, NoAccess, NoSpace, Cancelled."""
        return flows.backends.stop(self._context, server, cancel)

    def start_backend(self, server: Server) -> int:
        """Start one the way it was found, and tell its process number. Raises NoAccess, NoSpace."""
        return flows.backends.start(self._context, server)
