"""The flow of rescuing: what can be read of a damaged file becomes new books, led by the newest good backup.

Leaves what the operation leaves, and its lines in the activity record where that can be written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Damaged, NoAccess, NoSpace, NotFound, Refused
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore
from gharmitra_admin.engine.base.names import shown_path
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.operations import salvage
from gharmitra_admin.engine.operations.salvage import SalvageResult
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.vault.session import Context, audited, turn

_WAIT_SECONDS = 10.0
_ACTION = "salvage"


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was rescued. ``guide``: the backup of the list it was compared with; None where there was none or a file was named for it."""

    result: SalvageResult
    guide: BackupRecord | None
    warnings: tuple[Notice, ...]


def run(context: Context, source: Path, output: Path, like: Path | None, report: Report, cancel: CancelToken) -> Salvaged:
    """Rescue what can be read; see ``Vault.salvage``."""
    paths = context.paths
    place = salvage.require_output(output, (paths.books, paths.backups, paths.logs, paths.uploads))
    told: list[Notice] = []
    with ExitStack() as stack:
        end = _begun(context, stack, told, cancel, source=shown_path(source), output=shown_path(place))
        led = None if like is not None else _guide(context, source)
        result = salvage.salvage(
            source,
            place,
            like=led.path if led is not None else like,
            books=paths.books_identity(),
            clock=context.clock,
            report=report,
            cancel=cancel,
        )
        end(sha256=result.sha256, saved=result.saved, lost=result.lost)
    return Salvaged(result, led, tuple(told))


def alone(source: Path, output: Path, like: Path | None, *, clock: Clock, report: Report = ignore, cancel: CancelToken = NEVER) -> Salvaged:
    """Rescue a file where no society is set up: on another PC than the one that broke, say. Raises as ``Vault.salvage``."""
    place = salvage.require_output(output, ())
    return Salvaged(salvage.salvage(source, place, like=like, books=None, clock=clock, report=report, cancel=cancel), None, ())


def _begun(context: Context, stack: ExitStack, told: list[Notice], cancel: CancelToken, **details: object) -> Callable[..., str | None]:
    """Take the turn and write the first line; on a drive that lets nothing be written any more a rescue goes ahead without either."""
    try:
        current = stack.enter_context(turn(context, _ACTION, wait_seconds=_WAIT_SECONDS, cancel=cancel))
    except (NoAccess, NoSpace) as error:
        told.append(notice(NoticeCode.AUDIT_UNWRITABLE, path=context.paths.audit, reason=error.reason))
        return lambda **_said: None
    end = stack.enter_context(audited(current, _ACTION, required=False, **details))
    stack.callback(lambda: told.extend(current.notices))
    return end


def _guide(context: Context, source: Path) -> BackupRecord | None:
    """The newest good backup that can be read and is not the damaged file itself."""
    damaged = files.identity(source)
    for record in context.listing().records:
        if record.is_good and files.identity(record.path) not in {None, damaged} and _can_be_read(context, record):
            return record
    return None


def _can_be_read(context: Context, record: BackupRecord) -> bool:
    """Whether the backup leads anywhere: one that was damaged since its last check must not stop a rescue."""
    try:
        salvage.require_guide(record.path, never=context.paths.books_identity())
    except (Damaged, NotFound, NoAccess, Refused):
        return False
    return True
