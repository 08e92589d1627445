"""Another process of our own program: it opens a society and does what a few lines of Python say, step by step."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from gharmitra_admin.engine import Paths

PROJECT = Path(__file__).parents[2]
_BEGIN = """
import json, os, signal, sys
from pathlib import Path
from gharmitra_admin.engine import EngineError, Kind, Paths, Settings, Vault
from tests.builders.clock import FakeClock
from tests.builders.society import Society
society = Society(Paths.of(Path(sys.argv[1])), FakeClock(), Settings())
def say(word): print(json.dumps(word), flush=True)
def wait(): sys.stdin.readline()
def attempt(action):
    try:
        return {"done": action()}
    except EngineError as error:
        return {"code": error.code.value, "path": str(error.path), "reason": error.reason and error.reason.errno}
"""


# A backup that says "copying" in the middle and waits; then it says how it ended.
BACKUP_THAT_WAITS = """
told = []
def report(progress):
    if progress.stage.value == "copying" and not told:
        told.append(True)
        say("copying")
        wait()
say(attempt(lambda: society.vault(face="window").backup(report=report).record.filename))
"""


class Elsewhere:
    """Runs a script in which ``society``, ``say``, ``wait`` and ``attempt`` are known. Its clock stands where FakeClock does."""

    def __init__(self, paths: Paths, script: str, *, before: Sequence[str] = ()) -> None:
        command = [*before, sys.executable, "-c", _BEGIN + script, str(paths.books)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT)

    def heard(self) -> Any:
        """The next word it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait(30)} and said nothing"
        return json.loads(line)

    def go_on(self) -> None:
        """Let it go past its ``wait``."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> int:
        """Wait for its end and tell its exit code."""
        self.process.communicate(timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def failing(call: str, error: str, path: Path, *, when: str = "1+") -> list[str]:
    """The words to put before a command so that a system call on one path fails; skips where there is no strace."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("needs strace, to make one system call fail")
    return [
        strace,
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-P",
        str(path),
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:error={error}:when={when}",
    ]
