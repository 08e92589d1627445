"""Streams of a job's progress: nothing twice, nothing backwards, and the end also where the server stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gharmitra_admin.api import events
from gharmitra_admin.api.access import Caller
from gharmitra_admin.api.engine_process import Step
from gharmitra_admin.api.jobs import Job, Jobs
from gharmitra_admin.api.replies import Reply
from gharmitra_admin.api.society import Place, Society
from gharmitra_admin.wording.language import Words
from tests.builders import society as societies
from tests.builders.process import OtherProcess
from tests.builders.serving import Serving, token

_LARGE = (
    "CREATE TABLE scans AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80000) "
    "SELECT i, randomblob(900) AS b FROM n"
)
CALLER = Caller("token 1", "key", is_host=False)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(Society(Place.of_books(tmp_path / "gharmitra.db")), Words(), now=lambda: datetime.now(UTC), on_fault=lambda _: None)


async def followed(jobs: Jobs, job: Job) -> list[bytes]:
    told = [piece async for piece in events.stream(job, jobs).body_iterator]
    return [bytes(piece) for piece in told if isinstance(piece, bytes) and piece.startswith(b"event: ")]


def after(steps: list[Step]) -> list[Step | None]:
    """What a watcher sees who looks after each of these steps."""
    job = Job("1", "backup", "", "", is_of_host=False)
    seen, version = [], job.version
    for step in steps:
        job.step(step)
        if job.version > version:
            seen.append(job.latest)
        version = job.version
    return seen


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([("checking", 5, 10), ("checking", 5, 10)], [("checking", 5, 10)]),
        ([("checking", 5, 10), ("checking", 3, 10), ("checking", 6, 10)], [("checking", 5, 10), ("checking", 6, 10)]),
        ([("checking", 1000, 1000), ("checking", 1, 4)], [("checking", 1000, 1000)]),
        ([("checking", 100, 1000), ("checking", 2, 4)], [("checking", 100, 1000), ("checking", 500, 1000)]),
        ([("checking", 0, 0), ("checking", 1, 4), ("checking", 0, 0)], [("checking", 0, 0), ("checking", 1, 4)]),
        ([("checking", 9, 10), ("finishing", 0, 0)], [("checking", 9, 10), ("finishing", 0, 0)]),
        ([("copying", 9, 10), ("checking", 2, 10), ("copying", 1, 10)], [("copying", 9, 10), ("checking", 2, 10), ("copying", 1, 10)]),
    ],
    ids=["twice", "back", "other units", "other units, further", "unknown again", "next stage", "a stage begun anew"],
)
def test_a_stage_never_runs_backwards_and_nothing_is_told_twice(
    steps: list[tuple[str, int, int]], told: list[tuple[str, int, int]]
) -> None:
    assert after([Step(*one) for one in steps]) == [Step(*one) for one in told]


def test_what_comes_after_the_end_is_told_to_nobody() -> None:
    job = Job("1", "backup", "", "", is_of_host=False)
    job.end(Reply(200, {}))
    ended = job.version
    job.step(Step("checking", 1, 2))
    assert (job.version, job.latest) == (ended, None)


class Watched:
    """A job that goes on until it is let, and somebody who watches it."""

    def __init__(self, jobs: Jobs) -> None:
        self._go_on = asyncio.Event()
        self.job = jobs.start("restore", self._work, caller=CALLER)
        self.told = asyncio.ensure_future(followed(jobs, self.job))

    async def _work(self, _job: Job) -> Reply:
        await self._go_on.wait()
        return Reply(200, {})

    async def let(self) -> None:
        self._go_on.set()
        await self.job.ended()


def test_a_stream_goes_on_while_the_server_stops_and_tells_the_end(jobs: Jobs) -> None:
    async def scenario() -> list[bytes]:
        watched = Watched(jobs)
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(jobs.close(30))
        await asyncio.sleep(0)
        await watched.let()
        await closing
        return await watched.told

    told = asyncio.run(scenario())
    assert told[-1].startswith(b"event: end\n")
    assert b'"state":"done"' in told[-1]


def test_who_watches_a_job_that_outlives_the_server_is_let_go(jobs: Jobs) -> None:
    async def scenario() -> list[bytes]:
        watched = Watched(jobs)
        await asyncio.sleep(0)
        await jobs.close(0.01)
        told = await watched.told
        await watched.let()
        return told

    assert [one for one in asyncio.run(scenario()) if one.startswith(b"event: end")] == []


def test_a_job_that_the_stop_kept_from_beginning_is_cancelled(jobs: Jobs) -> None:
    async def scenario() -> Job:
        process = jobs.society.begin("backup", acting_for="token 1")
        job = jobs.start("backup", lambda job: jobs.run(job, process), caller=CALLER)
        await jobs.close(30)
        return job

    job = asyncio.run(scenario())
    assert (job.state, job.told().status) == ("cancelled", 409)


@pytest.mark.parametrize("action", ["backup", "verify"])
def test_a_real_job_tells_each_step_once_and_forwards(tmp_path: Path, action: str) -> None:
    made = societies.make(tmp_path / "society")
    with OtherProcess(made.paths.books) as other:
        other.run(_LARGE)
    if action == "verify":
        made.back_up()
    key = token(made.paths.books)
    with Serving(tmp_path, books=made.paths.books) as server:
        job = server.post(f"/api/database/{action}", token=key, params={"background": "true"}).json["job"]
        body = server.get(f"/api/database/jobs/{job}/events", token=key).body.decode()
    data = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: ")]
    assert len(set(data)) == len(data)
    steps = [step for one in data if (step := json.loads(one)["progress"])]
    by_stage: Callable[[str], list[int]] = lambda stage: [step["done"] for step in steps if step["stage"] == stage]  # noqa: E731 - typed
    assert all(by_stage(stage) == sorted(by_stage(stage)) for stage in {step["stage"] for step in steps})
    assert json.loads(data[-1])["state"] == "done"
