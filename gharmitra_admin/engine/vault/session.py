"""One turn at the society's folder: its lock, the sweep of leftovers, and the activity record of a job.

Leaves a line in the activity record for each start and each end of a job.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, EngineError, NoAccess, NoSpace, NotFound, Refused
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.base.settings import Settings
from gharmitra_admin.engine.parts import catalogue, holding, leftovers, vanished
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts.audit import Audit, Outcome
from gharmitra_admin.engine.parts.catalogue import Listing
from gharmitra_admin.engine.parts.lock import Held, Holder, SocietyLock
from gharmitra_admin.engine.vault import recovering


@dataclass(frozen=True)
class Context:
    """All that a flow needs to know of one opened society. ``drained``: the server above this process that answers nobody now."""

    paths: Paths
    settings: Settings
    clock: Clock
    who: str
    face: str
    audit: Audit
    pid: int
    books_wait_seconds: float
    drained: int | None = None

    def listing(self) -> Listing:
        return catalogue.read(self.paths, clock=self.clock)


@dataclass
class Turn:
    """A flow's turn: while it lasts, no other process writes here."""

    context: Context
    held: Held
    notices: list[Notice] = field(default_factory=list)

    def listing(self) -> Listing:
        return self.context.listing()


@contextmanager
def turn(
    context: Context,
    action: str,
    *,
    wait_seconds: float,
    cancel: CancelToken = NEVER,
    on_wait: Callable[[Holder | None], None] = lambda _holder: None,
    record_failure: bool = False,
) -> Iterator[Turn]:
    """Wait for the lock, sweep what a killed run left, and hold the lock for the block.

    ``record_failure``: a turn that the disk does not let begin stands in the activity record, so that no schedule fails unseen.
    Raises NotFound where the books' folder is away: a drive that is not connected must not get folders of its name made for it; and where
    neither books nor backups are there: a name that was mistyped gets none.
    Raises Busy, Refused, NoAccess, NoSpace.
    """
    never_was = not context.paths.backups.is_dir() and files.identity(context.paths.books) is None
    if never_was or files.identity(context.paths.home) is None:
        raise NotFound(Code.BOOKS_NOT_FOUND, path=context.paths.books)
    with ExitStack() as stack:
        try:
            current = stack.enter_context(_turn(context, action, wait_seconds=wait_seconds, cancel=cancel, on_wait=on_wait))
        except (NoAccess, NoSpace, Refused) as error:
            if record_failure:
                with suppress(EngineError):
                    context.audit.append(action, Outcome.FAILED, job=secrets.token_hex(4), **_failure(error))
            raise
        yield current


@contextmanager
def _turn(
    context: Context, action: str, *, wait_seconds: float, cancel: CancelToken, on_wait: Callable[[Holder | None], None]
) -> Iterator[Turn]:
    files.make_private_folder(context.paths.backups)
    holder = Holder(who=context.face, action=action, pid=context.pid, since=context.clock.now().isoformat())
    lock = SocietyLock(context.paths.lock, clock=context.clock, holder=holder)
    with lock.hold(wait_seconds=wait_seconds, cancel=cancel, on_wait=on_wait) as held:
        current = Turn(context, held)
        current.notices += sweep(context)
        yield current


def sweep_if_free(context: Context) -> tuple[Notice, ...]:
    """Tidy up now, where the folder is there and nobody is at work in it; a folder that cannot be written is told later."""
    try:
        if not context.paths.backups.is_dir():
            return ()
        with turn(context, "sweep", wait_seconds=0) as current:
            return tuple(current.notices)
    except (EngineError, OSError):
        return ()


def sweep_if_there(context: Context) -> tuple[Notice, ...]:
    """The same where the books are there, or a restore that was cut off has to bring them back; else leave all as it is."""
    paths = context.paths
    try:
        is_there = any(files.identity(path) is not None for path in (paths.books, intents.path_of(paths)))
    except EngineError:
        return ()
    return sweep_if_free(context) if is_there else ()


def sweep(context: Context) -> tuple[Notice, ...]:
    """Tidy up after a killed run, bring back what another program took away or say that it is gone; what fails is told."""
    told: list[Notice] = []
    try:
        told += recovering.recover(context.paths, context.audit, clock=context.clock, wait_seconds=context.books_wait_seconds)
        told += leftovers.sweep(context.paths, context.audit)
        told += holding.bring_back(context.paths, context.listing())
        told += vanished.tell(context.paths, context.audit, context.listing(), clock=context.clock)
    except EngineError as error:
        told.append(notice(NoticeCode.SWEEP_FAILED, path=error.path, error=error))
    return tuple(told)


@contextmanager
def audited(turn_: Turn, action: str, *, required: bool, **details: object) -> Iterator[Callable[..., str | None]]:
    """Write "started" before the block and "finished" or "failed" after it.

    The block calls what it is given with the details of its end and is told the head of the record, None where there is none.
    ``required``: without a written start the block is not entered (Refused); else a notice stands in the turn.
    """
    job = secrets.token_hex(4)
    head = _start(turn_, action, job, required, details)
    ended: dict[str, object] = {}

    def end(**said: object) -> str | None:
        ended.update(said)
        return head

    try:
        yield end
    except EngineError as error:
        if head is not None:
            _end(turn_, action, Outcome.FAILED, job, _failure(error))
        raise
    if head is not None:
        _end(turn_, action, Outcome.FINISHED, job, ended)


def _start(turn_: Turn, action: str, job: str, required: bool, details: dict[str, object]) -> str | None:
    audit = turn_.context.audit
    try:
        audit.append(action, Outcome.STARTED, job=job, **details)
        head = audit.head()
        return f"{head.seq}:{head.hash}"
    except EngineError as error:
        if required:
            raise Refused(Code.AUDIT_UNWRITABLE, path=turn_.context.paths.audit, reason=error.reason) from error
        turn_.notices.append(notice(NoticeCode.AUDIT_UNWRITABLE, path=turn_.context.paths.audit, reason=error.reason))
        return None


def _failure(error: EngineError) -> dict[str, object]:
    return {"code": error.code.value, "reason": str(error)}


def _end(turn_: Turn, action: str, outcome: Outcome, job: str, details: dict[str, object]) -> None:
    try:
        turn_.context.audit.append(action, outcome, job=job, **details)
    except EngineError as error:
        turn_.notices.append(notice(NoticeCode.AUDIT_END_UNWRITABLE, path=turn_.context.paths.audit, error=error))
