"""One connection of the server that stands alone, as uvicorn handles it, but bounded in time, number and words. Leaves nothing on disk.

uvicorn waits for ever for the rest of a request's head, and takes any number of connections: a few hundred slow ones would shut
everybody out. (``listening.Door`` sees to it that those of one source do not.)
"""

from __future__ import annotations

import asyncio
import http
import os
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from gharmitra_admin.api.replies import Reply
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

HEAD_SECONDS = 20.0
HEAD_LIMIT_BYTES = 16 * 1024
AT_ONCE = 500


def at_once() -> int:
    """How many connections there may be: half of the files that this process may have open, so that work can go on."""
    if os.name != "posix":
        return AT_ONCE
    import resource  # noqa: PLC0415 - there is none on Windows

    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return AT_ONCE if allowed == resource.RLIM_INFINITY else max(8, min(AT_ONCE, allowed // 2))


class Connection(H11Protocol):
    """A connection with its bounds, which ``bounded`` sets."""

    words: Words
    head_seconds: float
    limit: int
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limit:
            self._end_with(Reply.refused(self.words, Refused.TOO_MANY_CONNECTIONS, headers={"Retry-After": "5"}, seconds=5))
        else:
            self._bound_head()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._bound_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unbound()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours says more
        """Also called in the middle of an answer, for a body that breaks the rules."""
        running = self._answering()
        if running is not None:
            running.disconnected = True
            running.message_event.set()
        if running is not None and running.response_started:
            self.transport.close()
        else:
            self._end_with(Reply.refused(self.words, Refused.REQUEST_NOT_UNDERSTOOD))

    def _answering(self) -> RequestResponseCycle | None:
        """The request that is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle if cycle is not None and not cycle.response_complete else None

    def _bound_head(self) -> None:
        """While an answer is awaited the application has its own bounds; before it the head, and after it the rest of a body."""
        if self._answering() is not None:
            self._unbound()
        elif self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.head_seconds, self._too_slow)

    def _unbound(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            self._end_with(Reply.refused(self.words, Refused.BODY_TOO_SLOW))
        else:
            self.transport.close()

    def _end_with(self, reply: Reply) -> None:
        self._unbound()
        if not self.transport.is_closing():
            self.transport.write(_bytes(reply))
            self.transport.close()


def bounded(words: Words, *, head_seconds: float = HEAD_SECONDS) -> type[Connection]:
    """Make the class of all connections of one server."""
    return type("BoundedConnection", (Connection,), {"words": words, "head_seconds": head_seconds, "limit": at_once()})


def _bytes(reply: Reply) -> bytes:
    """An answer as it goes over the wire where no request was read to answer to."""
    response: Any = reply.response()
    lines = [f"HTTP/1.1 {reply.status} {http.HTTPStatus(reply.status).phrase}".encode()]
    lines += [name + b": " + value for name, value in response.raw_headers] + [b"connection: close", b"", b""]
    return b"\r\n".join(lines) + bytes(response.body)
