"""The server that stands alone: one society or several over HTTP, on this computer or, with a certificate, beyond it.

Leaves what the commands leave that it is asked for, and a log beside the settings. It never opens the books itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from gharmitra_admin.answers.http import Serving
from gharmitra_admin.api.connections import HEAD_LIMIT_BYTES, at_once, bounded
from gharmitra_admin.api.listening import Where, listen
from gharmitra_admin.api.society import Place
from gharmitra_admin.api.standalone import Standalone
from gharmitra_admin.engine.base import app_log
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.wording.language import Words

__all__ = ["Served", "Where", "serve"]

JOBS_SECONDS = 60.0  # so long what is past its commit point may take when the server stops
CLIENTS_SECONDS = 3  # and so long, after that, who does not take their answer
STOPPED, LEFT = 0, 130
IN_WORDS = 16  # so many connections too many are told so; beyond them nothing is spent on saying it
_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")


@dataclass(frozen=True, slots=True)
class Served:
    """One society to serve: its name, where it lies, and the words that name it to the terminal command."""

    name: str
    paths: Paths
    words: tuple[str, ...]


def serve(
    societies: Sequence[Served],
    where: Where,
    words: Words,
    *,
    hosts: Collection[str],
    origins: Collection[str],
    log: Path,
    ready: Callable[[Serving], None],
) -> int:
    """Serve until SIGINT or SIGTERM, and return the exit code. ``ready`` is told the address once it answers.

    Then nothing new is begun; jobs that run are cancelled, or finished where they are past their commit point; who watches is told.
    A second signal ends this process at once: its jobs see that, and end by themselves in the same way.
    Raises Refused, Busy, NoAccess and BadInput before anything is served.
    """
    listening = listen(where, at_once=at_once() + IN_WORDS)
    with contextlib.closing(listening.socket), _logged(log):
        known = (*hosts, where.host)
        standalone = Standalone([(one.name, Place(one.paths, one.words)) for one in societies], words, hosts=known, origins=origins)
        config = _config(standalone, words)
        config.load()
        config.ssl = listening.tls
        server = _Server(config, standalone, lambda: ready(Serving(listening.address, standalone.told())))
        with _heard(server.hear):
            asyncio.run(server.serve(sockets=[listening.socket]))
    return STOPPED


def _config(standalone: Standalone, words: Words) -> uvicorn.Config:
    return uvicorn.Config(
        standalone.app,
        http=bounded(words),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        # Whoever asks could write into such headers whatever address they like to be slowed down as.
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=HEAD_LIMIT_BYTES,
        # Connections are bounded before: this counts requests whose asker has gone.
        limit_concurrency=2 * at_once(),
        timeout_keep_alive=5,
        timeout_graceful_shutdown=CLIENTS_SECONDS,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which ends our jobs before it waits for those who asked for them."""

    def __init__(self, config: uvicorn.Config, standalone: Standalone, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._standalone, self._ready = standalone, ready

    def hear(self, _signal: int, _frame: FrameType | None) -> None:
        """The first signal asks, the second one ends."""
        if self.should_exit:
            os._exit(LEFT)
        self.should_exit = True

    def install_signal_handlers(self) -> None:
        """Ours are there; uvicorn below 0.29 asks here."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Ours are there; later uvicorns would raise each signal again at the end."""
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self._standalone.stop()
        await self._standalone.close(JOBS_SECONDS)
        await super().shutdown(sockets=sockets)


@contextmanager
def _heard(hear: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Hear what asks a server to stop, also where it was started deaf to it."""
    known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {one: signal.signal(one, hear) for one in known}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _logged(file: Path) -> Iterator[None]:
    """Refusals and faults go to a file; what the libraries say goes there too, where it is an error, and nothing to the terminal."""
    with app_log.written_to(file) as log:
        others = [logging.getLogger(name) for name in ("asyncio", "uvicorn.error", "uvicorn.asgi")]
        for one in others:
            one.setLevel(logging.ERROR)
            one.propagate = False
            for handler in log.handlers:
                one.addHandler(handler)
        try:
            yield
        finally:
            for one in others:
                one.handlers.clear()
