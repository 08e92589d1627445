"""A job's progress as server-sent events. Leaves nothing on disk.

A stream ends with its job, when the server stops, and in any case after ``STREAM_SECONDS``, so that a server that cannot say that it
stops is not held up by whoever watches; a browser comes again by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
from starlette.responses import StreamingResponse

from gharmitra_admin.api.jobs import Job

STREAM_SECONDS = 25.0
BEAT_SECONDS = 5.0
STEP_SECONDS = 0.1
_RETRY_MS = 500


def stream(job: Job, is_over: Callable[[], bool]) -> StreamingResponse:
    """Tell a job's changes, at most ten a second, and its end; nothing more once it ``is_over``."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(job, is_over), 200, headers, "text/event-stream")


async def _events(job: Job, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    until, seen = loop.time() + STREAM_SECONDS, -1
    yield f"retry: {_RETRY_MS}\n\n".encode()
    while (left := until - loop.time()) > 0 and not is_over():
        if not await job.changed_since(seen, wait_seconds=min(BEAT_SECONDS, left)):
            yield b": still here\n\n"
            continue
        seen, is_ended = job.version, job.reply is not None
        yield b"event: %s\ndata: %s\n\n" % (b"end" if is_ended else b"progress", msgspec.json.encode(job.told()))
        if is_ended:
            return
        await asyncio.sleep(STEP_SECONDS)
