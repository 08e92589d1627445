"""The flows of GharMitra's own server: stop it for a restore, start it again. Leaves lines in the activity record."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.parts import backend
from gharmitra_admin.engine.parts.audit import Outcome
from gharmitra_admin.engine.parts.backend import Look, Server
from gharmitra_admin.engine.vault.session import Context

STOP, START = "stop_gharmitra", "start_gharmitra"


def look(context: Context) -> Look:
    return backend.find(context.paths.books)


def stop(context: Context, server: Server, cancel: CancelToken) -> bool:
    return bool(_recorded(context, STOP, server, lambda: backend.stop(server, context.paths.books, clock=context.clock, cancel=cancel)))


def start(context: Context, server: Server) -> int:
    return _recorded(context, START, server, lambda: backend.start(server, clock=context.clock))


def _recorded(context: Context, action: str, server: Server, do: Callable[[], int]) -> int:
    """Record how it ended; without a record nothing of GharMitra is touched."""
    job = secrets.token_hex(4)
    context.audit.append(action, Outcome.STARTED, job=job, command=" ".join(server.command), folder=str(server.folder), pid=server.pid)
    try:
        done = do()
    except EngineError as error:
        context.audit.append(action, Outcome.FAILED, job=job, code=error.code.value)
        raise
    context.audit.append(action, Outcome.FINISHED, job=job)
    return done
