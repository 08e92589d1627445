"""One society as the server sees it: the commands that are run for it, and its list, kept as long as nothing has changed.

Leaves nothing on disk by itself. May be asked by many requests at once; the same question asked twice is run once.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gharmitra_admin.api.engine_process import Ended, EngineProcess, Told, command_line, ignore
from gharmitra_admin.api.folder_stamp import FolderStamp
from gharmitra_admin.engine.base.paths import Paths

AT_ONCE = 4  # commands that only look; more of them wait
FRESH_SECONDS, OLD_SECONDS = 3.0, 30.0  # a change inside a file is shown by no folder
_JOB_THREADS = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a society lies, and the words that name it to the terminal command."""

    paths: Paths
    words: tuple[str, ...]

    @classmethod
    def of_books(cls, books: Path) -> Place:
        """Name a society by its books. Raises Refused where their backups cannot lie beside them."""
        paths = Paths.of(books)
        return cls(paths, ("--db", str(paths.books)))


@dataclass(frozen=True, slots=True)
class _Listed:
    stamp: Hashable
    at: float
    records: tuple[Mapping[str, Any], ...]
    body: bytes


class Society:
    """Runs commands for one society. ``close`` ends what still runs."""

    def __init__(self, place: Place, *, command: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> None:
        self.paths = place.paths
        self._command = (*(command or command_line()), *place.words, "--json", "--supervised")
        self._environment = environment
        self._threads = ThreadPoolExecutor(_JOB_THREADS, thread_name_prefix="gharmitra-admin")
        self._running: dict[EngineProcess, asyncio.Future[Ended]] = {}
        self._looks: dict[tuple[object, ...], asyncio.Task[Ended]] = {}
        self._age = 0
        self._few = asyncio.Semaphore(AT_ONCE)
        self._stamp = FolderStamp(place.paths)
        self._listed: _Listed | None = None
        self._refreshing: asyncio.Future[tuple[Ended, bytes]] | None = None
        self._is_closed = False

    def begin(self, *words: str, acting_for: str, drained: int | None = None, nicely: bool = True) -> EngineProcess:
        """Prepare one command; ``finish`` runs it."""
        options = ("--acting-for", acting_for, *(() if drained is None else ("--drained", str(drained))))
        return EngineProcess((*self._command, *options, *words), environment=self._environment, nicely=nicely)

    async def finish(self, process: EngineProcess, told: Told = ignore) -> Ended:
        """Run a command to its end; a caller who goes away does not end it. Raises OSError, also once it was closed."""
        if self._is_closed:
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
        running = asyncio.get_running_loop().run_in_executor(self._threads, process.run, told)
        self._running[process] = running
        running.add_done_callback(lambda _done: self._running.pop(process, None))
        return await asyncio.shield(running)

    async def look(self, *words: str, acting_for: str, drained: int | None = None) -> Ended:
        """Run a command that changes nothing; the same one asked again meanwhile gets the same answer. Raises OSError."""
        asked = (self._age, *words)
        task = self._looks.get(asked)
        if task is None:
            task = self._looks[asked] = asyncio.ensure_future(self._look(words, acting_for, drained))
            task.add_done_callback(lambda _done: self._looks.pop(asked, None))
        return await asyncio.shield(task)

    def has_changed(self) -> None:
        """Say that a command has changed something: nothing that was asked before answers a question asked from now on."""
        self._age += 1
        self._listed = None

    async def _look(self, words: tuple[str, ...], acting_for: str, drained: int | None) -> Ended:
        async with self._few:
            return await self.finish(self.begin(*words, acting_for=acting_for, drained=drained))

    async def listed(self, *, acting_for: str) -> tuple[Ended, bytes]:
        """The list, as the terminal prints it, and the bytes of an answer made of it.

        While no folder has changed the one known is answered. After ``FRESH_SECONDS`` it is looked for anew beside that, after
        ``OLD_SECONDS`` before it: what changed inside a file is seen so late at most.
        """
        known, age = self._listed, 0.0
        if known is None or known.stamp != self._stamp.now() or (age := asyncio.get_running_loop().time() - known.at) > OLD_SECONDS:
            return await self._listed_anew(acting_for)
        if age > FRESH_SECONDS and self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._listed_anew(acting_for))
            self._refreshing.add_done_callback(self._refreshed)
        return Ended(0, known.records), known.body

    async def _listed_anew(self, acting_for: str) -> tuple[Ended, bytes]:
        stamp, now, age = self._stamp.now(), asyncio.get_running_loop().time(), self._age
        ended = await self.look("list", acting_for=acting_for)
        if ended.code != 0 or not isinstance(ended.document, list):
            return ended, b""
        body = json.dumps(ended.document, separators=(",", ":"), ensure_ascii=False).encode()
        if age == self._age:
            self._listed = _Listed(stamp, now, tuple(ended.document), body)
        return ended, body

    def _refreshed(self, done: asyncio.Future[tuple[Ended, bytes]]) -> None:
        self._refreshing = None
        if not done.cancelled():
            done.exception()  # the next question that has to wait tells it

    def cancel_all(self) -> None:
        for process in tuple(self._running):
            process.cancel()

    async def close(self, patience_seconds: float) -> None:
        """Cancel what may be cancelled and wait for the rest. What takes longer is past its commit point: it finishes by itself."""
        self._is_closed = True
        self.cancel_all()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience_seconds)
        self._threads.shutdown(wait=False, cancel_futures=True)
