"""One command of the terminal, run as a child process for the server: its answer, its progress, and its end whatever happens.

The server itself never opens the books: two SQLite libraries in one process corrupt backups. The child ends with its standard
input, so that a server that is killed leaves no work behind that was not past its commit point.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

import psutil

MODULE = "gharmitra_admin"
LINE_LIMIT = 4096
PATIENCE_SECONDS = 30.0
_NICER = 10  # below what answers people, above what the system does when idle


@dataclass(frozen=True, slots=True)
class Step:
    """How far a job is; ``total`` 0 means not known."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, negative where a signal ended it, and its answer, None where it gave none."""

    code: int
    document: Any


Told: TypeAlias = Callable[[Step], None]


def ignore(_step: Step) -> None:
    """The report of a caller who does not watch."""


def command_line() -> tuple[str, ...]:
    """What starts the terminal command of this very program."""
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", MODULE)


class EngineProcess:
    """One command. ``run`` blocks until it has ended; ``cancel`` may come from any thread, at any time."""

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, nicely: bool = True) -> None:
        self._command, self._environment, self._nicely = tuple(command), environment, nicely
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_cancelled = False

    def run(self, told: Told = ignore) -> Ended:
        """Start the command, follow it, and wait for its end. Raises OSError where it cannot be started."""
        with self._lock:
            process = self._process = self._start()
            if self._is_cancelled:
                _close(process.stdin)
        steps = threading.Thread(target=_follow, args=(process.stderr, told), name="engine-steps", daemon=True)
        steps.start()
        assert process.stdout is not None
        try:
            answer = process.stdout.read()
            code = process.wait()
            steps.join()
        finally:
            for stream in (process.stdin, process.stdout, process.stderr):
                _close(stream)
        return Ended(code, _parsed(answer))

    def cancel(self) -> None:
        """Ask the command to stop; past its commit point it finishes all the same."""
        with self._lock:
            self._is_cancelled = True
            if self._process is not None:
                _close(self._process.stdin)

    def _start(self) -> subprocess.Popen[bytes]:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        # A Ctrl-C at the server's own console is for the server: it decides what becomes of its jobs.
        if sys.platform == "win32":
            lower = subprocess.BELOW_NORMAL_PRIORITY_CLASS if self._nicely else 0
            return subprocess.Popen(
                self._command, env=self._environment, creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | lower, **pipes
            )
        process = subprocess.Popen(self._command, env=self._environment, start_new_session=True, **pipes)
        if self._nicely:
            with contextlib.suppress(psutil.Error, OSError):
                psutil.Process(process.pid).nice(_NICER)
        return process


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.close()


def _follow(stream: IO[bytes] | None, told: Told) -> None:
    """Read progress until the stream ends; every other line is somebody else's warning."""
    assert stream is not None
    while line := stream.readline(LINE_LIMIT):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            told(Step(str(said["stage"]), int(said["done"]), int(said["total"])))


def _parsed(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None


def is_killed(ended: Ended) -> bool:
    """Whether the command ended without deciding anything itself: killed, or out of memory."""
    return ended.code < 0 or (os.name == "nt" and ended.code not in range(256)) or ended.code == 128 + signal.SIGTERM
