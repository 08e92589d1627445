"""The front door: opens one society and composes what a user asks for out of operations.

Leaves what each flow says of itself. Every method blocks until it is done, may be called from any thread, and raises
``EngineError`` for what the world does; two calls, two processes or two windows never write at the same time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore
from gharmitra_admin.engine.base.notices import Notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.base.settings import Settings
from gharmitra_admin.engine.operations.backup import BackupResult
from gharmitra_admin.engine.operations.check import VerifyResult
from gharmitra_admin.engine.operations.compare import OnEntry
from gharmitra_admin.engine.operations.copies import CopyResult
from gharmitra_admin.engine.operations.health import HealthReport
from gharmitra_admin.engine.operations.look_inside import Inside
from gharmitra_admin.engine.operations.reentry import Reentry
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts.audit import Audit, AuditReport, Event, Head
from gharmitra_admin.engine.parts.backend import Look, Server
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.history import LastRestore
from gharmitra_admin.engine.parts.lock import Holder, SocietyLock
from gharmitra_admin.engine.parts.manifest import Kind
from gharmitra_admin.engine.parts.retention import Verdict
from gharmitra_admin.engine.vault import (
    backends,
    backing_up,
    comparing,
    curating,
    exporting,
    glancing,
    looking,
    looking_inside,
    practising,
    readiness,
    reentering,
    restoring,
    verifying,
)
from gharmitra_admin.engine.vault.comparing import Compared, Difference
from gharmitra_admin.engine.vault.exporting import SaveComparison, SaveReentry
from gharmitra_admin.engine.vault.looking import SocietyState
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.engine.vault.session import Context, sweep_if_free

WAIT_SECONDS = 10.0
BOOKS_WAIT_SECONDS = 20.0


def _not_told(_said: object) -> None:
    return None


class Vault:
    """One society, opened."""

    def __init__(self, context: Context, notices: tuple[Notice, ...] = ()) -> None:
        self._context = context
        self.notices = notices

    @classmethod
    def open(
        cls,
        paths: Paths,
        *,
        settings: Settings,
        clock: Clock,
        who: str,
        face: str,
        books_wait_seconds: float = BOOKS_WAIT_SECONDS,
    ) -> Vault:
        """Open a society and tidy up after a killed run, unless another process is at work there. Raises NoAccess.

        ``face`` is what others are told while this one holds the lock: window, tray, terminal, backend.
        """
        audit = Audit(paths.audit, clock=clock, who=f"{who} ({face})", books=paths.books.name)
        context = Context(paths, settings, clock, who, face, audit, os.getpid(), books_wait_seconds)
        return cls(context, sweep_if_free(context))

    @property
    def paths(self) -> Paths:
        return self._context.paths

    def records(self) -> list[BackupRecord]:
        """List the backups, newest first. Touches nothing. Raises NoAccess."""
        return list(self._context.listing().records)

    def state(self) -> SocietyState:
        """Look cheaply at backups and books: for a headline and the tray. Never raises for what the books do."""
        return looking.state(self._context)

    def holder(self) -> Holder | None:
        """Tell who is at work on this society now; None where nobody is."""
        return SocietyLock.holder(self._context.paths.lock)

    def backup(
        self,
        *,
        kind: Kind = Kind.MANUAL,
        label: str | None = None,
        report: Report = ignore,
        cancel: CancelToken = NEVER,
        wait_seconds: float = WAIT_SECONDS,
        on_wait: Callable[[Holder | None], None] = _not_told,
    ) -> BackupResult:
        """Make one checked backup of the live books. A label keeps it.

        Commit point: the backup gets its name; a cancel after that is ignored. Raises Busy, Damaged, NoSpace, NoAccess,
        NotFound, Refused, BadInput, Cancelled; then nothing new stands in the list and earlier backups are untouched.
        """
        return backing_up.run(
            self._context, kind=kind, label=label, wait_seconds=wait_seconds, report=report, cancel=cancel, on_wait=on_wait
        )

    def verify(self, names: Sequence[str] = (), *, report: Report = ignore, cancel: CancelToken = NEVER) -> list[VerifyResult]:
        """Read backups again, all of them where none is named; a name may also be the path of a file elsewhere.

        Moves and deletes nothing; what was found is noted. Raises NotFound, BadInput, Cancelled.
        """
        return verifying.verify(self._context, names, report, cancel)

    def adopt_unchecked(self, *, report: Report = ignore, cancel: CancelToken = NEVER) -> list[VerifyResult]:
        """Check the files nobody has checked yet and adopt the whole ones. Raises Busy, NoAccess, Cancelled."""
        return verifying.adopt_unchecked(self._context, report, cancel)

    def keep(self, name: str, *, kept: bool = True) -> BackupRecord:
        """Keep a backup from rotation, or give it back. Raises NotFound, Refused, NoAccess, Busy."""
        return curating.keep(self._context, name, kept)

    def label(self, name: str, text: str) -> BackupRecord:
        """Say what a backup is for; this keeps it. An empty text takes the label away and leaves it kept."""
        return curating.label(self._context, name, text)

    def acknowledge(self, name: str) -> BackupRecord:
        """Say that the many entries gone were taken out on purpose: rotation goes on."""
        return curating.acknowledge(self._context, name)

    def acknowledge_vanished(self) -> tuple[str, ...]:
        """Say that it is known which backups another program took away: health tells of these no more. Returns their names."""
        return curating.acknowledge_vanished(self._context)

    def acknowledge_accounts(self) -> tuple[str, ...]:
        """Say that missing numbers and changed closings are known: health tells of these no more. Returns what was noted of each.

        It is written in the activity record; another change of the same closing is told again. Raises NoAccess, Busy.
        """
        return curating.acknowledge_accounts(self._context)

    def delete(self, name: str) -> str:
        """Delete one backup, which the caller has had confirmed. Raises Refused for the last checked or proven one."""
        return curating.delete(self._context, name)

    def preview(self) -> list[Verdict]:
        """Tell what rotation would do now, with reasons. Touches nothing."""
        return backing_up.preview(self._context, self._context.listing())

    def prune(self) -> list[str]:
        """Remove what rotation may remove now. Raises Refused where the activity record cannot be written."""
        return curating.prune(self._context)

    def copy(self, name: str | None, to: Path, *, report: Report = ignore, cancel: CancelToken = NEVER) -> CopyResult:
        """Carry a copy of a backup, the newest good one where none is named, to a folder or drive.

        Commit point: the copy gets its name there. Raises Unreachable, NoSpace, Refused, Damaged, NotFound, Cancelled.
        """
        return curating.copy(self._context, name, to, report, cancel)

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
            return exporting.compared(self._context, name, other, on_entry, save, report, cancel)
        return comparing.compared(self._context, name, other, on_entry, report, cancel)

    def look_inside(self, name: str) -> Inside:
        """Look into a backup, whole or damaged, without changing a byte; ``name`` may also be the absolute path of any file.

        Nothing is held open between two questions. Raises NotFound, BadInput, NoAccess; each question what it says.
        """
        return looking_inside.at(self._context, name)

    def differences(
        self, told: Callable[[Difference], None] = _not_told, *, report: Report = ignore, cancel: CancelToken = NEVER
    ) -> tuple[Difference, ...]:
        """Tell of every whole backup, the newest first, how many entries it differs in from the books; ``told`` hears each as it is found.

        Raises NotFound, Damaged, Busy, NoSpace, NoAccess where the books cannot be read, Cancelled.
        """
        return comparing.each_with_the_books(self._context, told, report, cancel)

    def first_figures(self, name: str, *, cancel: CancelToken = NEVER) -> glancing.FirstFigures:
        """Tell at once which tables have more or fewer rows than in a backup. Raises what ``compare`` raises, BadInput."""
        return glancing.first_figures(self._context, name, cancel)

    def plan(self, name: str, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Plan:
        """Tell what speaks for and against going back to a backup now, and what it would change. Touches nothing.

        ``name`` may also be the absolute path of a file elsewhere. Raises NotFound, BadInput, Refused, Cancelled.
        """
        return readiness.make(self._context, name, report, cancel)

    def restore(self, name: str, *, expected: int | None = None, report: Report = ignore, cancel: CancelToken = NEVER) -> RestoreResult:
        """Replace the books with a backup, after a checked safety backup of what they are.

        ``expected``: how many entries the person was told will differ; any other number is refused. Commit point: the last page is
        written; a cancel after the safety backup is ignored. Raises NotFound, Damaged, Busy, Refused, NoSpace, NoAccess, Cancelled; then
        the books are what they were, except after RESTORE_HALF, which the next opening settles.
        """
        return restoring.run(self._context, name, intents.RESTORE, expected, report, cancel)

    def undo(self, *, expected: int | None = None, report: Report = ignore, cancel: CancelToken = NEVER) -> RestoreResult:
        """Put back what the last restore replaced; itself a restore, with all that belongs to one. Raises NotFound where there is none."""
        return restoring.undo(self._context, expected, report, cancel)

    def plan_undo(self, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Plan:
        """Tell what an undo of the last restore would do. Raises NotFound where there is none."""
        return readiness.make(self._context, restoring.to_undo(self._context), report, cancel)

    def last_restore(self) -> LastRestore | None:
        """Tell the last restore, and whether it was undone; None where there was none. Raises NoAccess, Refused."""
        return restoring.last(self._context)

    def practise(self, folder: Path, *, report: Report = ignore, cancel: CancelToken = NEVER) -> Paths:
        """Make a scratch society in an empty private folder, to practise a restore on; it is the caller's to remove.

        Raises NotFound where there is no whole backup, Busy, NoSpace, NoAccess, Damaged, Cancelled.
        """
        return practising.scratch_society(self._context, folder, report, cancel)

    def entered_since_restore(self, *, report: Report = ignore, cancel: CancelToken = NEVER) -> bool | None:
        """Tell whether anything was entered since the last restore; None where that backup is gone, so that nobody can tell.

        Raises NotFound where there was no restore, Busy, NoSpace, NoAccess, Damaged, Cancelled.
        """
        return restoring.entered_since(self._context, report, cancel)

    def reentry(self, *, save: SaveReentry | None = None, report: Report = ignore, cancel: CancelToken = NEVER) -> Reentry | None:
        """Tell what the last restore took out of the books, in the order in which to enter it again, and what is back.

        None where there is no such list. The replaced books stay untouched. ``save``: the files to make of it.
        Raises Refused, NotFound, Damaged, Busy, NoSpace, NoAccess, Cancelled.
        """
        if save is not None:
            return exporting.reentry(self._context, save, report, cancel)
        return reentering.make(self._context, report, cancel)

    def reentry_not_needed(self, key: str, reason: str) -> None:
        """Say that an entry of the list is not needed, and why; without a reason it is needed again. Raises NotFound, BadInput, Refused."""
        reentering.not_needed(self._context, key, reason)

    def backends(self) -> Look:
        """Find GharMitra's own servers on these books. Touches nothing."""
        return backends.look(self._context)

    def stop_backend(self, server: Server, *, cancel: CancelToken = NEVER) -> bool:
        """Stop one with all its processes, and tell whether it went gracefully. Raises Busy, Refused, NoAccess, NoSpace, Cancelled."""
        return backends.stop(self._context, server, cancel)

    def start_backend(self, server: Server) -> int:
        """Start one the way it was found, and tell its process number. Raises NoAccess, NoSpace."""
        return backends.start(self._context, server)

    def health(self, *, full: bool = False, report: Report = ignore, cancel: CancelToken = NEVER) -> HealthReport:
        """Look at books, backups, disk and activity record; ``full`` also checks every page of the books, on a copy."""
        return looking.health_report(self._context, full, report, cancel)

    def audit_events(self) -> list[Event]:
        """Read the activity record, oldest first. Raises NoAccess, Refused."""
        return self._context.audit.read()

    def audit_verify(self) -> AuditReport:
        """Check the chain of the activity record against itself and against the heads in the manifests."""
        return looking.audit_report(self._context)


__all__ = ["BOOKS_WAIT_SECONDS", "WAIT_SECONDS", "Head", "SocietyState", "Vault"]
