"""The one door between the window and the engine: blocking work on one thread, progress at most ten times a second.

Leaves nothing on disk. Jobs are stopped only by their token, and always awaited to their end.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from gharmitra_admin.engine.base.job import CancelToken, Progress
from gharmitra_admin.gui.job_state import JobState, Work

THIN_MS = 100
SHOWN_AFTER_SECONDS = 0.5
_GUESS_AFTER_SECONDS = 0.7
Result = TypeVar("Result")


class Bridge(QObject):
    """Runs operations one after the other. ``job_changed`` carries the JobState, None when no job runs."""

    job_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._lock = threading.Lock()
        self._latest: Progress | None = None
        self._job: JobState | None = None
        self._waits_for = ""
        self._token = CancelToken()
        self._began = self._stage_began = 0.0
        self._is_closing = False
        self._ended = asyncio.Event()
        self._ended.set()
        self._timer = QTimer(self)
        self._timer.setInterval(THIN_MS)
        self._timer.timeout.connect(self._pass_on)

    @property
    def job(self) -> JobState | None:
        return self._job

    async def look(self, operation: Callable[..., Result], *arguments: Any) -> Result:
        """Run something short that nobody waits for by name. Raises asyncio.CancelledError where the program is ending."""
        self._check_open()
        return await asyncio.wrap_future(self._pool.submit(operation, *arguments))

    async def run(self, work: Work, operation: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        """Run a job with progress and cancel; a check that runs only because nobody wanted anything gives way first."""
        await self._start(work)
        try:
            future: Future[Result] = self._pool.submit(operation, *arguments, report=self._take, cancel=self._token, **named)
            return await asyncio.wrap_future(future)
        finally:
            self._stop()

    async def change(self, operation: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        """Run a short job that has no progress and cannot be cancelled."""
        await self._start(Work.CHANGE)
        try:
            return await asyncio.wrap_future(self._pool.submit(operation, *arguments, **named))
        finally:
            self._stop()

    def waits_for(self, who: str) -> None:
        """Say who is at work before this job; called from the worker."""
        with self._lock:
            self._waits_for = who

    def cancel(self) -> None:
        """Ask the running job to stop; past its commit point it finishes all the same."""
        if self._job is not None:
            self._token.ask()
            self._show(replace(self._job, is_cancelling=True))

    async def finished(self) -> None:
        """Wait until no job runs."""
        await self._ended.wait()

    async def close(self) -> None:
        """Stop: the job is asked to, awaited, and the thread ends; whatever wants to begin after this is called off."""
        self._is_closing = True
        self.cancel()
        await self.finished()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check_open(self) -> None:
        if self._is_closing:
            raise asyncio.CancelledError

    async def _start(self, work: Work) -> None:
        while self._job is not None:
            if self._job.work is Work.IDLE_CHECK:
                self._token.ask()
            await self._ended.wait()
        self._check_open()
        self._token = CancelToken()
        self._latest = None
        self._waits_for = ""
        self._began = self._stage_began = time.monotonic()
        self._ended.clear()
        self._timer.start()
        self._show(JobState(work))

    def _stop(self) -> None:
        self._timer.stop()
        self._job = None
        self._ended.set()
        self.job_changed.emit(None)

    def _take(self, progress: Progress) -> None:
        """Called from the worker, as often as it likes."""
        with self._lock:
            self._latest = progress
            self._waits_for = ""

    def _pass_on(self) -> None:
        if self._job is None:
            return
        with self._lock:
            latest, waits_for = self._latest, self._waits_for
        now = time.monotonic()
        if latest is not None and (self._job.progress is None or latest.stage is not self._job.progress.stage):
            self._stage_began = now
        state = replace(
            self._job,
            progress=latest,
            left_seconds=self._left(latest, now),
            is_shown=now - self._began >= SHOWN_AFTER_SECONDS,
            waits_for=waits_for,
        )
        if state != self._job:
            self._show(state)

    def _left(self, progress: Progress | None, now: float) -> float | None:
        """Guess the rest of this stage from its own pace, once there is enough of it to go by."""
        gone = now - self._stage_began
        if progress is None or progress.total <= 0 or progress.done <= 0 or gone < _GUESS_AFTER_SECONDS:
            return None
        return gone * (progress.total - progress.done) / progress.done

    def _show(self, state: JobState) -> None:
        self._job = state
        self.job_changed.emit(state)
