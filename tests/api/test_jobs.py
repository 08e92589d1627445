"""Jobs: they end in every case, their watchers hear of it, and old ones are forgotten."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from gharmitra_admin.api.access import Caller
from gharmitra_admin.api.engine_process import Step
from gharmitra_admin.api.jobs import KEPT, Job, Jobs
from gharmitra_admin.api.replies import Reply
from gharmitra_admin.api.society import Place, Society
from gharmitra_admin.wording.language import Words

CALLER = Caller("token 1", "key", is_host=False)


def _jobs(folder: Path, faults: list[BaseException]) -> Jobs:
    return Jobs(Society(Place.of_books(folder / "gharmitra.db")), Words(), now=lambda: datetime.now(UTC), on_fault=faults.append)


async def _done(_job: Job) -> Reply:
    return Reply(200, {"message": "done"})


def test_a_fault_ends_the_job_as_failed_and_is_kept_for_support(tmp_path: Path) -> None:
    faults: list[BaseException] = []

    async def work(_job: Job) -> Reply:
        raise ZeroDivisionError

    async def scenario() -> Job:
        job = _jobs(tmp_path, faults).start("backup", work, caller=CALLER)
        await job.ended()
        return job

    job = asyncio.run(scenario())
    assert (job.state, job.told().status, job.told().result["error"]["code"]) == ("failed", 500, "bug")
    assert [type(fault) for fault in faults] == [ZeroDivisionError]


def test_whoever_waits_hears_each_change_and_the_end(tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        go_on = asyncio.Event()

        async def work(job: Job) -> Reply:
            await go_on.wait()
            job.step(Step("copying", 1, 2))
            return Reply(200, {})

        job = _jobs(tmp_path, []).start("backup", work, caller=CALLER)
        assert not await job.changed_since(job.version, wait_seconds=0.01)
        go_on.set()
        seen, version = [], job.version
        while job.reply is None:
            assert await job.changed_since(version, wait_seconds=10)
            version = job.version
            seen.append(job.state)
        return seen

    assert asyncio.run(scenario())[-1] == "done"


def test_the_oldest_ended_ones_are_forgotten_and_a_running_one_never(tmp_path: Path) -> None:
    async def scenario() -> None:
        jobs, held = _jobs(tmp_path, []), asyncio.Event()

        async def work(_job: Job) -> Reply:
            await held.wait()
            return Reply(200, {})

        running = jobs.start("restore", work, caller=CALLER)
        for _ in range(KEPT + 20):
            await jobs.start("backup", _done, caller=CALLER).ended()
        assert len(jobs.all()) <= KEPT + 1
        assert jobs.find(running.id) is running
        assert jobs.running("restore", "undo") is running
        held.set()
        await running.ended()
        assert jobs.running("restore", "undo") is None

    asyncio.run(scenario())
