"""The port and who may come through it. Linux has many addresses of its own, so that one computer can be several sources there."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gharmitra_admin.api.listening import Door, Where, listen
from gharmitra_admin.engine.base.errors import Busy, Code

many_addresses = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux answers at all of 127.0.0.0/8")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def door(stack: ExitStack, most: int, of_one_source: int) -> Door:
    made = stack.enter_context(listen(Where("127.0.0.1", 0), at_once=most).socket)
    made.bound(most, of_one_source=of_one_source)
    return made


def comes(stack: ExitStack, made: Door, source: str) -> socket.socket | None:
    """Somebody from there knocks: the connection, or None where it was hung up."""
    client = stack.enter_context(socket.create_connection(made.getsockname(), source_address=(source, 0)))
    try:
        taken, place = made.accept()
    except ConnectionAbortedError:
        assert client.recv(1) == b""
        return None
    assert place[0] == source
    return stack.enter_context(taken)


@many_addresses
def test_each_source_has_its_share(stack: ExitStack) -> None:
    made = door(stack, most=5, of_one_source=2)
    sources = ["127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.4"]
    taken = [comes(stack, made, source) for source in sources]
    assert [one is not None for one in taken] == [True, True, False, True, True, True, False]
    assert taken[0] is not None
    taken[0].close()
    assert comes(stack, made, "127.0.0.1") is not None
    assert comes(stack, made, "127.0.0.4") is None


def test_whoever_has_gone_leaves_room(stack: ExitStack) -> None:
    made = door(stack, most=1, of_one_source=1)
    for _ in range(3):
        taken = comes(stack, made, "127.0.0.1")
        assert taken is not None
        assert comes(stack, made, "127.0.0.1") is None
        taken.close()


def test_two_who_take_the_same_port_at_the_same_time_are_one_who_has_it(stack: ExitStack) -> None:
    first = listen(Where("127.0.0.1", 0), at_once=5)
    stack.enter_context(first.socket)
    port = first.socket.getsockname()[1]
    assert first.address == f"http://127.0.0.1:{port}"
    with pytest.raises(Busy) as caught:
        listen(Where("127.0.0.1", port), at_once=5)
    assert (caught.value.code, caught.value.values) == (Code.PORT_TAKEN, {"name": str(port)})
