"""The gate in front of the host's own requests: shut while the books are put back. Leaves nothing on disk.

Requests that are inside when the gate shuts are waited for; those that come later are told to come again. Requests for our own routes
do not pass here: who restores must be able to see how far it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gharmitra_admin.api.replies import Refusal, Reply
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

RETRY_SECONDS = 3
_CLOSE_FOR_RESTART = 1012


class Gate:
    """Counts who is inside. Belongs to one event loop."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._inside = 0
        self._is_shut = False
        self._left = asyncio.Event()
        self._shutting = asyncio.Event()

    @property
    def is_shut(self) -> bool:
        return self._is_shut

    @property
    def inside(self) -> int:
        return self._inside

    def come_again(self) -> Reply:
        """What is told while the gate is shut."""
        return Reply.refused(self._words, Refused.RESTORING, headers={"Retry-After": str(RETRY_SECONDS)}, seconds=RETRY_SECONDS)

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Be inside for the block. Raises Refusal where the gate is shut."""
        if self._is_shut:
            raise Refusal(self.come_again())
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            self._left.set()

    @asynccontextmanager
    async def shut(self, *, patience_seconds: float) -> AsyncIterator[bool]:
        """Shut the gate for the block, and tell whether everybody inside has left in time."""
        self._is_shut = True
        self._shutting.set()
        try:
            yield await self._emptied(patience_seconds)
        finally:
            self._is_shut = False
            self._shutting = asyncio.Event()

    async def _emptied(self, patience_seconds: float) -> bool:
        limit = asyncio.get_running_loop().time() + patience_seconds
        while self._inside:
            self._left.clear()
            left = limit - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._left.wait(), max(0.0, left))
            except TimeoutError:
                return False
        return True

    @property
    def shutting(self) -> asyncio.Event:
        """Set when the gate shuts: connections that stay open, such as websockets, have to end then."""
        return self._shutting


class GateMiddleware:
    """Puts the gate before an application; ``is_ours`` names the paths that do not pass it."""

    def __init__(self, app: ASGIApp, gate: Gate, is_ours: Callable[[str], bool]) -> None:
        self._app, self._gate, self._is_ours = app, gate, is_ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or self._is_ours(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            with self._gate.passed():
                inner = receive if scope["type"] == "http" else _hung_up(receive, self._gate.shutting)
                await self._app(scope, inner, send)
        except Refusal as refusal:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": _CLOSE_FOR_RESTART, "reason": ""})
            else:
                await refusal.reply.response()(scope, receive, send)


def _hung_up(receive: Receive, shutting: asyncio.Event) -> Receive:
    """A websocket's messages until the gate shuts; then the application is told that the other side has gone."""

    async def received() -> Message:
        message = asyncio.ensure_future(receive())
        shut = asyncio.ensure_future(shutting.wait())
        done, waiting = await asyncio.wait({message, shut}, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        if message in done:
            return message.result()
        return {"type": "websocket.disconnect", "code": _CLOSE_FOR_RESTART}

    return received
