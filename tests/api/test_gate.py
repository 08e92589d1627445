"""The gate before a backend's own requests: it lets nobody in while it is shut, and waits for who is inside."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from gharmitra_admin.api.gate import Gate, GateMiddleware
from gharmitra_admin.api.replies import Refusal
from gharmitra_admin.wording.language import Words


def test_who_is_inside_is_waited_for_and_nobody_comes_in_meanwhile() -> None:
    async def scenario() -> None:
        gate, leave = Gate(Words()), asyncio.Event()

        async def inside() -> None:
            with gate.passed():
                await leave.wait()

        request = asyncio.ensure_future(inside())
        await asyncio.sleep(0)

        async def shut() -> bool:
            async with gate.shut(patience_seconds=10) as is_empty:
                return is_empty

        shutting = asyncio.ensure_future(shut())
        await asyncio.sleep(0)
        assert gate.is_shut
        with pytest.raises(Refusal) as refused, gate.passed():
            pass
        assert (refused.value.reply.status, refused.value.reply.headers) == (503, {"Retry-After": "3"})
        assert not shutting.done()
        leave.set()
        assert await shutting
        await request
        with gate.passed():
            assert (gate.is_shut, gate.inside) == (False, 1)

    asyncio.run(scenario())


def test_who_does_not_leave_in_time_is_told_and_the_gate_opens_again() -> None:
    async def scenario() -> None:
        gate = Gate(Words())
        with gate.passed():
            async with gate.shut(patience_seconds=0.01) as is_empty:
                assert not is_empty
        with gate.passed():
            assert gate.inside == 1

    asyncio.run(scenario())


def test_an_open_websocket_hears_that_the_other_side_has_gone() -> None:
    async def application(_scope: Scope, receive: Receive, _send: Send) -> None:
        heard.append(await receive())

    heard: list[Message] = []

    async def nothing_comes() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(_message: Message) -> None:
        return None

    async def scenario() -> None:
        gate = Gate(Words())
        door = GateMiddleware(application, gate, is_ours=lambda _path: False)
        scope: dict[str, Any] = {"type": "websocket", "path": "/chat"}
        talking = asyncio.ensure_future(door(scope, nothing_comes, send))
        await asyncio.sleep(0)
        async with gate.shut(patience_seconds=10) as is_empty:
            assert is_empty
        await talking

    asyncio.run(scenario())
    assert heard == [{"type": "websocket.disconnect", "code": 1012}]
