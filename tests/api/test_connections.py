"""The bounds of a connection, on real sockets: with the application of the test, and less patience than a server has."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

pytest.importorskip("uvicorn")

import uvicorn
from uvicorn.server import ServerState

from gharmitra_admin.api import connections
from gharmitra_admin.api.connections import HEAD_LIMIT_BYTES, Connection, bounded
from gharmitra_admin.wording.language import Words

PATIENCE_SECONDS = 0.5
ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture(autouse=True)
def _as_quiet_as_our_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "uvicorn.error")


async def answers(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers at once, or at /body when it has read all that was sent."""
    if scope["path"] == "/body":
        while (await receive()).get("more_body"):
            pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    if scope["path"] == "/half":
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def serving(kind: type[Connection]) -> AsyncIterator[Open]:
    config = uvicorn.Config(
        answers, http=kind, ws="none", lifespan="off", log_config=None, access_log=False, h11_max_incomplete_event_size=HEAD_LIMIT_BYTES
    )
    config.load()
    state, opened = ServerState(), []
    make: Any = kind
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: make(config=config, server_state=state, app_state={}, _loop=loop), "127.0.0.1", 0)

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        opened.append(writer)
        return reader, writer

    try:
        yield connect
    finally:
        for writer in opened:
            writer.transport.abort()
        server.close()
        for connection in tuple(state.connections):
            connection.transport.abort()  # type: ignore[union-attr]
        await server.wait_closed()


def whole(said: bytes) -> tuple[int, Any]:
    """The status and the document of the only answer in it."""
    head, _, body = said.partition(b"\r\n\r\n")
    assert body.count(b"HTTP/1.1 ") == 0
    return int(head.split()[1]), json.loads(body)


def run(test: Callable[[Open], Awaitable[None]], *, head_seconds: float = PATIENCE_SECONDS, **bounds: int) -> None:
    kind = bounded(Words(), head_seconds=head_seconds)
    for name, bound in bounds.items():
        setattr(kind, name, bound)

    async def main() -> None:
        async with serving(kind) as connect:
            await test(connect)

    asyncio.run(main())


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nHo", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_end_is_answered_and_closed(sent: bytes) -> None:
    async def test(connect: Open) -> None:
        reader, writer = await connect()
        writer.write(sent)
        status, document = whole(await reader.read())
        assert (status, document["error"]["code"]) == (408, "body_too_slow")

    run(test)


async def heard_from(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the end; a server that ends with something unread may be heard of as a reset."""
    heard = b""
    with suppress(ConnectionError):
        while part := await reader.read(65536):
            heard += part
    return heard


def test_a_head_that_comes_letter_by_letter_has_no_more_time() -> None:
    async def test(connect: Open) -> None:
        reader, writer = await connect()
        read = asyncio.ensure_future(heard_from(reader))
        while not read.done():
            writer.write(b"x")
            await asyncio.wait({read}, timeout=0.02)
        assert whole(read.result())[0] == 408

    run(test)


def test_who_says_nothing_is_hung_up_on() -> None:
    async def test(connect: Open) -> None:
        reader, _ = await connect()
        assert await reader.read() == b""

    run(test)


def test_a_body_that_is_still_coming_after_the_answer_has_no_more_time() -> None:
    async def test(connect: Open) -> None:
        reader, writer = await connect()
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200")
        ended = asyncio.ensure_future(heard_from(reader))
        while not ended.done():
            writer.write(b"x")
            await asyncio.wait({ended}, timeout=0.02)
        assert ended.result() == b""

    run(test)


def test_a_second_request_on_a_connection_has_its_own_time() -> None:
    async def test(connect: Open) -> None:
        reader, writer = await connect()
        for _ in range(3):
            for part in (ASKED[:10], ASKED[10:]):
                writer.write(part)
                await asyncio.sleep(0)
            assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200")
        writer.write(ASKED[:10])
        assert whole(await reader.read())[0] == 408

    run(test)


@pytest.mark.parametrize(
    "sent",
    [b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00" * 9 + b"\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 4_000, b"G" * 20_000,
     b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n"],
    ids=["garbage", "https where none is spoken", "a long head", "no head at all", "a body against the rules"],
)  # fmt: skip
def test_what_is_no_request_is_told_in_our_own_words(sent: bytes) -> None:
    async def test(connect: Open) -> None:
        reader, writer = await connect()
        writer.write(sent)
        status, document = whole(await reader.read())
        assert (status, document["error"]["code"]) == (400, "request_not_understood")

    run(test, head_seconds=60)


def test_a_head_without_an_end_is_not_read_to_its_end() -> None:
    async def test(connect: Open) -> None:
        reader, writer = await connect()
        with pytest.raises(OSError, match=r".+"):  # the system's own word for who sends to somebody who has hung up
            while True:
                writer.write(b"a: b\r\n" * 10_000)
                await writer.drain()
        with contextlib.suppress(OSError):
            assert whole(await reader.read())[0] == 400

    run(test, head_seconds=60)


def test_garbage_in_the_middle_of_an_answer_ends_it() -> None:
    async def test(connect: Open) -> None:
        reader, writer = await connect()
        writer.write(b"POST /half HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        writer.write(b"no number\r\n")
        assert await reader.read() == b""

    run(test, head_seconds=60)


def test_one_connection_too_many_is_told_and_the_others_go_on() -> None:
    async def test(connect: Open) -> None:
        others = [await connect() for _ in range(3)]
        for reader, writer in others:
            writer.write(ASKED)
            await reader.readuntil(b"ok")
        reader, _ = await connect()
        status, document = whole(await reader.read())
        assert (status, document["error"]["code"]) == (503, "too_many_connections")
        others[0][1].close()
        await others[0][1].wait_closed()
        others[1][1].write(ASKED)
        await others[1][0].readuntil(b"ok")
        reader, writer = await connect()
        writer.write(ASKED)
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")

    run(test, head_seconds=60, limit=3)


def test_there_are_never_more_than_half_of_the_files_that_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    for allowed, most in ((1024, 500), (256, 128), (resource.RLIM_INFINITY, 500), (4, 8)):
        monkeypatch.setattr(resource, "getrlimit", lambda _what, allowed=allowed: (allowed, allowed))
        assert connections.at_once() == most
