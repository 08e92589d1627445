"""Stop a GharMitra server with all its processes, and start it again the way it was found.

Leaves the server down, proven by its processes and its ports, or running as it was. Only processes of the server itself are touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Busy, Code, NoAccess, Refused
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.parts.backend.servers import Member, Server, find

GRACEFUL_SECONDS, FIRM_SECONDS, START_SECONDS = 10.0, 5.0, 30.0
_LOOK_SECONDS = 0.05
_COMES_BACK_SECONDS = 1.0  # a supervisor that starts it again does so at once


def stop(server: Server, books: Path, *, clock: Clock, cancel: CancelToken = NEVER, graceful_seconds: float = GRACEFUL_SECONDS) -> bool:
    """Stop it as a whole: gracefully, so that it closes its books, then firmly. Tells whether it went gracefully.

    Returns only when its processes are gone, its ports are closed and nothing took its place. Raises Refused where something would start
    it again, NoAccess without the right to, Busy where it stays, Cancelled.
    """
    if server.restarted_by is not None:
        raise Refused(Code.BACKEND_RESTARTED, name=server.restarted_by)
    members = _all_members(server)
    is_gone = False
    for step, seconds in ((_ask, graceful_seconds), (_terminate, FIRM_SECONDS), (_kill, FIRM_SECONDS)):
        cancel.check()
        step(_alive(members))
        is_gone = _until(lambda: not _alive(members) and not _is_open(server.ports), seconds, clock, cancel)
        if is_gone:
            break
    if not is_gone:
        raise Busy(Code.BACKEND_STAYS, path=server.folder)
    if _until(lambda: bool(find(books).servers), _COMES_BACK_SECONDS, clock, cancel):
        raise Refused(Code.BACKEND_RESTARTED, name=server.command[0])
    return step is _ask


def _all_members(server: Server) -> tuple[Member, ...]:
    """The processes it was found with, and those it has started since."""
    later = []
    for process in _alive(server.members[:1]):
        with suppress(psutil.Error):
            later = [Member(child.pid, child.create_time()) for child in process.children(recursive=True)]
    return tuple(dict.fromkeys((*server.members, *later)))


def _alive(members: tuple[Member, ...]) -> list[psutil.Process]:
    """Those that are still the very processes that were found; a number that another process has now is passed over."""
    alive = []
    for member in members:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(member.pid)
            if process.create_time() != member.started:
                continue
            if process.status() == psutil.STATUS_ZOMBIE:
                with suppress(psutil.TimeoutExpired):
                    process.wait(0)
                continue
            alive.append(process)
    return alive


def _ask(processes: list[psutil.Process]) -> None:
    """As Ctrl-C in its own window: it ends its children, closes its books and goes. Windows knows it for a whole group only."""
    number = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)
    for process in processes[:1]:
        _send(lambda process=process: process.send_signal(number))  # type: ignore[misc]


def _terminate(processes: list[psutil.Process]) -> None:
    for process in processes:
        _send(process.terminate)


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        _send(process.kill)


def _send(action: Callable[[], None]) -> None:
    try:
        action()
    except psutil.NoSuchProcess:
        return
    except (psutil.AccessDenied, PermissionError) as error:
        raise NoAccess(Code.BACKEND_NO_RIGHTS) from error
    except (OSError, ValueError):
        return  # not of our group on Windows: the firmer step follows


def _until(is_true: Callable[[], bool], seconds: float, clock: Clock, cancel: CancelToken) -> bool:
    give_up = clock.monotonic() + seconds
    while not is_true():
        if clock.monotonic() >= give_up:
            return False
        if cancel.wait(_LOOK_SECONDS):
            cancel.check()
    return True


def _is_open(ports: tuple[int, ...]) -> bool:
    return any(_accepts(port) for port in ports)


def _accepts(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(0.5)
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def start(server: Server, *, clock: Clock, cancel: CancelToken = NEVER) -> int:
    """Start it with the command, folder and environment it was found with, as a program of its own, and wait until it answers.

    Tells its process number. Raises NoAccess where it does not come up.
    """
    environment = dict(os.environ if server.environment is None else server.environment)
    command = [_program(server, environment), *server.command[1:]]
    apart = {"start_new_session": True} if os.name != "nt" else {"creationflags": _WINDOWS_APART}
    try:
        process = subprocess.Popen(
            command,
            cwd=server.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **apart,
        )
    except OSError as error:
        raise NoAccess(Code.BACKEND_NOT_STARTED, path=server.folder, reason=error) from error
    is_up = _until(lambda: _is_open(server.ports) or process.poll() is not None, START_SECONDS, clock, cancel)
    if not is_up or process.poll() is not None:
        raise NoAccess(Code.BACKEND_NOT_STARTED, path=server.folder)
    pid = int(process.pid)
    process.returncode = 0  # it outlives us, on purpose: Popen would complain of that when it is collected
    return pid


_WINDOWS_APART = 0x00000008 | 0x00000200  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP


def _program(server: Server, environment: dict[str, str]) -> str:
    """The program as it was called: the resolved one would be another Python than that of its virtual environment."""
    said = server.command[0]
    if Path(said).is_absolute():
        return said
    beside = server.folder / said
    return str(beside) if beside.is_file() else shutil.which(said, path=environment.get("PATH")) or said
