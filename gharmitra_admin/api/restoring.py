"""Restores asked over HTTP: by a server that stands alone, and inside the backend whose books are put back.

Inside the backend its other requests are told to come again, those that run are waited for, and its connections are closed, before a
child process takes the books for itself. That process alone decides whether anybody still has them open; the gate only makes it likely that
nobody has. Commit point: the restore's own.
"""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from gharmitra_admin.api.access import Caller
from gharmitra_admin.api.gate import Gate
from gharmitra_admin.api.jobs import Job, Jobs
from gharmitra_admin.api.replies import Refusal, Reply
from gharmitra_admin.engine.base import errors as engine_errors
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

RESTORE, UNDO = "restore", "undo"
PATIENCE_SECONDS = 20.0
_LOG = logging.getLogger("gharmitra_admin.api")


class Restorer(Protocol):
    """How books are put back. ``needs_confirmation``: whether this caller must send the plan's value.

    ``server``: the process that lets go of the books for it; None where none does.
    """

    server: int | None

    def needs_confirmation(self, caller: Caller) -> bool: ...

    async def restore(self, job: Job, name: str | None, confirm: str | None, caller: Caller) -> Reply: ...


def command(name: str | None, *options: str) -> tuple[str, ...]:
    """The words of a restore of this name; of an undo where there is none."""
    return (UNDO, *options) if name is None else (RESTORE, *options, "--only-listed", "--", name)


class Alone:
    """In a server of ours: whoever else has the books open is in the way, as in the terminal."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self.server: int | None = None

    def needs_confirmation(self, _caller: Caller) -> bool:
        return True

    async def restore(self, job: Job, name: str | None, confirm: str | None, caller: Caller) -> Reply:
        assert confirm is not None
        process = self._jobs.society.begin(*command(name, "--confirm", confirm), acting_for=caller.who, nicely=False)
        return await self._jobs.run(job, process)


@dataclass(frozen=True)
class Backend:
    """The server that uses the books: its gate, what closes its connections, and how long it may take to come to rest."""

    gate: Gate
    let_go: Callable[[], Any]
    patience_seconds: float = PATIENCE_SECONDS


class InsideBackend:
    """In GharMitra's own server, which lets go of the books for as long as it lasts."""

    def __init__(self, jobs: Jobs, backend: Backend, words: Words) -> None:
        self._jobs, self._backend, self._gate, self._words = jobs, backend, backend.gate, words
        self.server: int | None = os.getpid()

    def needs_confirmation(self, caller: Caller) -> bool:
        return not caller.is_host

    async def restore(self, job: Job, name: str | None, confirm: str | None, caller: Caller) -> Reply:
        if (refusal := await self._in_the_way(job, name, confirm, caller)) is not None:
            return refusal
        try:
            async with self._at_rest():
                how = ("--yes",) if confirm is None else ("--confirm", confirm)
                words = command(name, *how)
                process = self._jobs.society.begin(*words, acting_for=caller.who, drained=self.server, nicely=False)
                reply = await self._jobs.run(job, process)
                if reply.status != 200:
                    await self._settle(caller)
                return reply
        except Refusal as refused:
            return refused.reply

    async def _in_the_way(self, job: Job, name: str | None, confirm: str | None, caller: Caller) -> Reply | None:
        """Look at the plan while everybody still works: what would be refused anyway disturbs nobody."""
        process = self._jobs.society.begin(*command(name, "--dry-run"), acting_for=caller.who, drained=self.server)
        planned = await self._jobs.run(job, process)
        if planned.status != 200:
            return planned
        for one in planned.document.get("findings", ()):
            if one["weight"] == "blocker":
                return _refused_for(one)
        if confirm not in {None, planned.document["confirmation"]}:
            changed = engine_errors.Refused(engine_errors.Code.PLAN_CHANGED, name=planned.document["backup"])
            return Reply.worded(400, changed.code.value, errors.message(self._words, changed))
        return None

    @asynccontextmanager
    async def _at_rest(self) -> AsyncIterator[None]:
        """The block runs while no request is inside and no connection is open. Raises Refusal."""
        async with self._gate.shut(patience_seconds=self._backend.patience_seconds) as is_empty:
            if not is_empty:
                _LOG.warning("no restore: %s requests did not end", self._gate.inside)
                raise Refusal(Reply.refused(self._words, Refused.NOT_AT_REST, count=self._gate.inside))
            released = self._backend.let_go()
            if inspect.isawaitable(released):
                await released
            yield

    async def _settle(self, caller: Caller) -> None:
        """Let the next command put right what a killed one left, before anybody opens the books."""
        self._jobs.society.has_changed()
        with suppress(OSError):  # the server stops: its next start does it
            await self._jobs.society.look("list", acting_for=caller.who)


# What a restore is refused with where its plan has such a finding; every other one is refused by its own name.
_REFUSED_AS = {
    "backup_damaged": (422, "backup_damaged"),
    "in_use": (409, "books_in_use"),
    "backend_runs": (409, "books_in_use"),
    "no_room": (507, "disk_full"),
    "record_unwritable": (400, "audit_unwritable"),
}


def _refused_for(finding: Mapping[str, Any]) -> Reply:
    status, code = _REFUSED_AS.get(finding["code"], (400, str(finding["code"])))
    return Reply.worded(status, code, Message(finding["message"], finding["hint"]))
