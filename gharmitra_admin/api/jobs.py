"""The jobs of one society: what was asked to be done, how far it is, how it ended. Kept in memory; the activity record keeps the rest.

A job goes on when whoever asked for it goes away. All but ``Job.step`` happens on the event loop.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from gharmitra_admin.answers.http import JobTold, StepTold
from gharmitra_admin.api.access import Caller
from gharmitra_admin.api.engine_process import EngineProcess, Step
from gharmitra_admin.api.replies import Reply
from gharmitra_admin.api.society import Society
from gharmitra_admin.engine.base.errors import Cancelled, Code
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.language import Words

KEPT = 100
RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"


@dataclass(eq=False)
class Job:
    """One job. ``asker``: what the asker's credentials hash to, by which a user of the host may follow a restore of theirs."""

    id: str
    action: str
    started_at: str
    asker: str
    is_of_host: bool
    state: str = RUNNING
    reply: Reply | None = None
    latest: Step | None = None
    version: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _process: EngineProcess | None = None
    _is_cancelled: bool = False

    def told(self) -> JobTold:
        """How far it is now."""
        step = None if self.latest is None else StepTold(self.latest.stage, self.latest.done, self.latest.total)
        return JobTold(
            job=self.id,
            action=self.action,
            state=self.state,
            started_at=self.started_at,
            progress=step,
            status=self.reply.status if self.reply else None,
            result=self.reply.document if self.reply else None,
        )

    def runs(self, process: EngineProcess) -> None:
        """Name the command that works for it now: it is what a cancel reaches."""
        self._process = process
        if self._is_cancelled:
            process.cancel()

    def cancel(self) -> None:
        """Ask it to stop; past the commit point it finishes all the same."""
        self._is_cancelled = True
        if self._process is not None:
            self._process.cancel()

    def step(self, step: Step) -> None:
        """Take what its command tells; what says nothing new, or of the same stage less than before, is passed over."""
        further = _further(self.latest, step)
        if further is not None and self.reply is None:
            self.latest = further
            self._tell()

    def end(self, reply: Reply) -> None:
        self.reply = reply
        self.state = DONE if reply.status < 300 else CANCELLED if reply.code == "cancelled" else FAILED
        self._tell()

    def wake(self) -> None:
        """Let everybody who waits for a change look again, though there is none."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _tell(self) -> None:
        self.version += 1
        self.wake()

    async def ended(self) -> Reply:
        """Wait for its end."""
        while self.reply is None:
            await self._changed.wait()
        return self.reply

    async def changed_since(self, version: int, *, wait_seconds: float) -> bool:
        """Wait, at most so long, until there is more to tell than at that version, and say whether there is."""
        changed = self._changed
        if self.version > version:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), wait_seconds)
        return self.version > version


Work: TypeAlias = Callable[[Job], Awaitable[Reply]]


class Jobs:
    """All jobs of one society, the newest last; the oldest ended ones are forgotten."""

    def __init__(self, society: Society, words: Words, *, now: Callable[[], datetime], on_fault: Callable[[BaseException], None]) -> None:
        self.society, self._words, self._now, self._on_fault = society, words, now, on_fault
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = self._is_closed = False

    def start(self, action: str, work: Work, *, caller: Caller) -> Job:
        """Start a job. ``work`` raises nothing that it foresees; what it does not is told as a fault of this program."""
        job = Job(secrets.token_hex(16), action, self._now().isoformat(timespec="seconds"), caller.key, caller.is_host)
        self._jobs[job.id] = job
        self._forget()
        task = asyncio.ensure_future(self._run(job, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    async def _run(self, job: Job, work: Work) -> None:
        try:
            reply = await work(job)
        except Exception as fault:  # noqa: BLE001 - the last place of a job: a fault is told, never lost in a task
            self._on_fault(fault)
            reply = Reply.fault(self._words)
        except asyncio.CancelledError:
            job.end(Reply.fault(self._words))
            raise
        finally:
            self.society.has_changed()
        job.end(reply)

    async def run(self, job: Job, process: EngineProcess) -> Reply:
        """Run one command for a job, its progress told as the job's. The reply is the command's, failures included."""
        job.runs(process)
        loop = asyncio.get_running_loop()
        try:
            ended = await self.society.finish(process, lambda step: _call(loop, job, step))
        except OSError as error:
            if self._is_closing:
                return Reply.worded(409, Code.CANCELLED.value, errors.message(self._words, Cancelled()))
            return Reply.not_started(self._words, error)
        return Reply.of(self._words, ended)

    def find(self, job: str) -> Job | None:
        return self._jobs.get(job)

    def all(self) -> list[Job]:
        """The newest first."""
        return list(reversed(self._jobs.values()))

    def running(self, *actions: str) -> Job | None:
        """A job of one of these kinds that has not ended."""
        return next((job for job in self._jobs.values() if job.action in actions and job.reply is None), None)

    @property
    def is_closing(self) -> bool:
        """Whether the server stops: nobody can come again, so that whoever watches has to be told the end now."""
        return self._is_closing

    @property
    def is_closed(self) -> bool:
        """Whether the server waits for no job any more: whoever watches has to hang up."""
        return self._is_closed

    async def close(self, patience_seconds: float) -> None:
        """Cancel what may be cancelled and wait for the end of the rest; who watches is told it. What takes longer has no watchers then."""
        self._is_closing = True
        for job in self._jobs.values():
            if job.reply is None:
                job.cancel()
        await self.society.close(patience_seconds)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_seconds)
        self._is_closed = True
        for job in self._jobs.values():
            job.wake()

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.reply is not None]
        for one in ended[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[one]


def _further(before: Step | None, step: Step) -> Step | None:
    """The step as it is told after the one before; None where it is not further. One stage keeps the total that it was first told with."""
    if before is None or step.stage != before.stage:
        return step
    if before.total <= 0:
        return step if step.total > 0 or step.done > before.done else None
    if step.total <= 0:
        return None
    done = min(step.done, step.total) * before.total // step.total
    return Step(step.stage, done, before.total) if done > before.done else None


def _call(loop: asyncio.AbstractEventLoop, job: Job, step: Step) -> None:
    """Hand a step over to the loop; one that has ended has nobody left to tell."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(job.step, step)
