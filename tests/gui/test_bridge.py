"""The door between window and engine: one job at a time, awaited to its end, and nothing begun while the program ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import qasync
from PySide6.QtWidgets import QApplication

from gharmitra_admin.engine import Cancelled
from gharmitra_admin.engine.base.job import CancelToken, Progress, Report, Stage
from gharmitra_admin.gui.bridge import Bridge
from gharmitra_admin.gui.job_state import JobState, Work, allowed

Run = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def run(qapp: QApplication) -> Iterator[Run]:
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    with loop:
        yield lambda scenario: loop.run_until_complete(scenario())
    asyncio.set_event_loop(None)


def until_cancelled(*, report: Report, cancel: CancelToken) -> None:
    report(Progress(Stage.COPYING, 1, 10))
    while not cancel.wait(1):
        pass
    cancel.check()


def quick(*, report: Report, cancel: CancelToken) -> str:
    cancel.check()
    return threading.current_thread().name


def test_jobs_run_one_after_the_other_away_from_the_window(run: Run) -> None:
    async def scenario() -> None:
        bridge = Bridge()
        names = await asyncio.gather(bridge.run(Work.BACKUP, quick), bridge.run(Work.VERIFY, quick))
        assert len(set(names)) == 1
        assert names[0] != threading.main_thread().name
        assert bridge.job is None
        await bridge.close()

    run(scenario)


def test_a_check_nobody_asked_for_gives_way(run: Run) -> None:
    async def scenario() -> None:
        bridge = Bridge()
        idle = asyncio.ensure_future(bridge.run(Work.IDLE_CHECK, until_cancelled))
        await asyncio.sleep(0)
        await bridge.run(Work.BACKUP, quick)
        with pytest.raises(Cancelled):
            await idle
        await bridge.close()

    run(scenario)


def test_a_cancelled_job_says_so_at_once_and_is_awaited(run: Run) -> None:
    async def scenario() -> None:
        bridge = Bridge()
        seen: list[JobState | None] = []
        bridge.job_changed.connect(seen.append)
        job = asyncio.ensure_future(bridge.run(Work.BACKUP, until_cancelled))
        await asyncio.sleep(0)
        bridge.cancel()
        assert bridge.job is not None
        assert bridge.job.is_cancelling
        assert not allowed(bridge.job).cancel
        with pytest.raises(Cancelled):
            await job
        assert seen[-1] is None
        await bridge.close()

    run(scenario)


def test_nothing_begins_once_the_program_ends(run: Run) -> None:
    async def scenario() -> None:
        bridge = Bridge()
        running = asyncio.ensure_future(bridge.run(Work.BACKUP, until_cancelled))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(bridge.run(Work.COPY, quick))
        await asyncio.sleep(0)
        await bridge.close()
        with pytest.raises(Cancelled):
            await running
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(asyncio.CancelledError):
            await bridge.look(str)

    run(scenario)


def test_what_may_be_pressed_follows_from_the_job_alone() -> None:
    for work in Work:
        may = allowed(JobState(work))
        if work is Work.IDLE_CHECK:
            assert may == allowed(None)
        else:
            assert (may.create, may.on_row, may.health) == (False, False, False)
            assert may.cancel is (work is not Work.CHANGE)
