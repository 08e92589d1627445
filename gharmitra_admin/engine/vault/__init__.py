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
from gharmitra_admin.engine.operations.copies import CopyResult
from gharmitra_admin.engine.operations.health import HealthReport
from gharmitra_admin.engine.parts import backend
from gharmitra_admin.engine.parts.audit import Audit, AuditReport, Event, Head
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.lock import Holder, SocietyLock
from gharmitra_admin.engine.parts.manifest import Kind
from gharmitra_admin.engine.parts.retention import Verdict
from gharmitra_admin.engine.parts.tokens import DEFAULT_DAYS, Role, Token
from gharmitra_admin.engine.vault import backing_up, curating, looking, token_keeping, verifying
from gharmitra_admin.engine.vault.going_back import GoingBack
from gharmitra_admin.engine.vault.looking import SocietyState
from gharmitra_admin.engine.vault.session import Context, sweep_if_free, sweep_if_there

WAIT_SECONDS = 10.0
BOOKS_WAIT_SECONDS = 20.0


def _no_word(_holder: Holder | None) -> None:
    return None


class Vault(GoingBack):
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
        drained: int | None = None,
        only_looks: bool = False,
    ) -> Vault:
        """Open a society and tidy up after a killed run, unless another process is at work there. Raises NoAccess, Refused.

        ``face`` is what others are told while this one holds the lock: window, tray, terminal, backend. ``drained``: the GharMitra
        server that started this process and answers nobody until it ends; it is no reason against a restore. Any other is refused.
        ``only_looks``: where the books are gone, what is left of the society is not touched.
        """
        if drained is not None:
            backend.require_above(drained)
        audit = Audit(paths.audit, clock=clock, who=f"{who} ({face})", books=paths.books.name)
        context = Context(paths, settings, clock, who, face, audit, os.getpid(), books_wait_seconds, drained)
        return cls(context, sweep_if_there(context) if only_looks else sweep_if_free(context))

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
        on_wait: Callable[[Holder | None], None] = _no_word,
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

    def acknowledge(self, name: str) -> tuple[str, ...]:
        """Say that the many entries gone were taken out on purpose: rotation goes on. Returns the tables they are gone from.

        Raises NotFound, Refused where it cannot be recorded, NoSpace, NoAccess, Busy.
        """
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

    def health(self, *, full: bool = False, report: Report = ignore, cancel: CancelToken = NEVER) -> HealthReport:
        """Look at books, backups, disk and activity record; ``full`` also checks every page of the books, on a copy."""
        return looking.health_report(self._context, full, report, cancel)

    def create_token(self, role: Role, valid_days: int = DEFAULT_DAYS, note: str = "") -> tuple[str, Token]:
        """Make a token for HTTP and return its text, which is kept nowhere, with what is kept of it.

        Commit point: the list of tokens is replaced. Raises BadInput (days, note), Damaged where the list cannot be understood: it is
        not written over; Refused where the activity record cannot be written, NotFound, Busy, NoSpace, NoAccess.
        """
        return token_keeping.create(self._context, role, valid_days, note)

    def tokens(self) -> tuple[Token, ...]:
        """List the tokens, oldest first, expired and revoked ones too. Touches nothing. Raises Damaged, NoAccess."""
        return token_keeping.listed(self._context)

    def revoke_token(self, token_id: str) -> Token:
        """Revoke a token, for good and at once; one that is revoked stays as it is. ``token_id`` may also be its whole text.

        Commit point: the list of tokens is replaced. Raises NotFound, Damaged, Refused, Busy, NoSpace, NoAccess.
        """
        return token_keeping.revoke(self._context, token_id)

    def audit_events(self) -> list[Event]:
        """Read the activity record, oldest first. Raises NoAccess, Refused."""
        return self._context.audit.read()

    def audit_verify(self) -> AuditReport:
        """Check the chain of the activity record against itself and against the heads in the manifests."""
        return looking.audit_report(self._context)


__all__ = ["BOOKS_WAIT_SECONDS", "WAIT_SECONDS", "Head", "SocietyState", "Vault"]
