"""A job's progress as server-sent events. Leaves nothing on disk.

A stream ends with its job, and in any case after ``STREAM_SECONDS``, so that a server that cannot say that it stops is not held up by
whoever watches; a browser comes again by itself. To a server that stops nobody can come again: there it goes on until the job has ended,
or until the server waits for it no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
from starlette.responses import StreamingResponse

from gharmitra_admin.api.jobs import Job, Jobs

STREAM_SECONDS = 25.0
BEAT_SECONDS = 5.0
STEP_SECONDS = 0.1
_RETRY_MS = 500


def stream(job: Job, jobs: Jobs) -> StreamingResponse:
    """Tell a job's changes, at most ten a second, and its end; nothing more once all ``jobs`` are let go."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(job, jobs), 200, headers, "text/event-stream")


async def _events(job: Job, jobs: Jobs) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    until, seen = loop.time() + STREAM_SECONDS, -1
    yield f"retry: {_RETRY_MS}\n\n".encode()
    while (left := until - loop.time()) > 0 or jobs.is_closing:
        if jobs.is_closed and job.version <= seen:
            return
        if not await job.changed_since(seen, wait_seconds=min(BEAT_SECONDS, left) if left > 0 else BEAT_SECONDS):
            yield b": still here\n\n"
            continue
        seen, is_ended = job.version, job.reply is not None
        yield b"event: %s\ndata: %s\n\n" % (b"end" if is_ended else b"progress", msgspec.json.encode(job.told()))
        if is_ended:
            return
        await asyncio.sleep(STEP_SECONDS)
