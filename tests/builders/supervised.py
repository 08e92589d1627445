"""The terminal command as a server runs it: told to stop on stdin, its progress read line by line on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.builders.command import PROJECT

# Starts the command with a stdin that ends when it is killed, and gives it its own stdout and stderr.
_SERVER = "import subprocess, sys; subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE).wait()"


class Supervised:
    """One run. ``behind_a_server``: what was started is a server that has started the command."""

    def __init__(self, *words: str, books: Path, behind_a_server: bool = False) -> None:
        command = [sys.executable, "-m", "gharmitra_admin", "--db", str(books), "--json", "--supervised", *words]
        command = [sys.executable, "-c", _SERVER, *command] if behind_a_server else command
        env, pipe = {**os.environ, "PYTHONPATH": str(PROJECT)}, subprocess.PIPE
        self.process = subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, stderr=pipe)
        self.told: list[dict[str, Any]] = []

    def until(self, *stages: str) -> None:
        """Read progress until one of these stages is told. AssertionError where it never is."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told.append(json.loads(line))
            if self.told[-1]["stage"] in stages:
                return
        raise AssertionError(f"never told: {stages}; told: {self.told}")

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()

    def hang_up(self) -> None:
        """End its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def answer(self) -> Any:
        """Wait until nobody writes to its pipes any more, and read the answer."""
        assert self.process.stderr is not None
        assert self.process.stdout is not None
        self.told += [json.loads(line) for line in self.process.stderr]
        return json.loads(self.process.stdout.read())

    def code(self) -> int:
        return self.process.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(60)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()
