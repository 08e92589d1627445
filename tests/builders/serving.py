"""``gharmitra-admin serve`` as a real process: its address is read from its first line, as a script would read it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.builders.command import gharmitra_admin
from tests.builders.host import Host


class Serving(Host):
    """A server on a port of its own choice; ``serving`` is the document it began with."""

    def __init__(
        self,
        folder: Path,
        *words: str,
        books: Path | None = None,
        before: Sequence[str] = (),
        python: Path | str = sys.executable,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        named = ["--db", str(books)] if books is not None else []
        command = ["-m", "gharmitra_admin", *before, *named, "--json", "serve", "--port", "0", *words]
        super().__init__(folder, python=python, command=command, environment=environment)
        self.serving: Any = None

    def start(self, *, wait: bool = True) -> Self:
        """Start it, and read its first line. Raises AssertionError with its last words where that is no address."""
        assert wait
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        with self.stderr.open("ab") as errors:
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors, creationflags=new_group,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert b'"address"' in line, (line, self.said)
        self.serving = json.loads(line)
        self.port = int(self.serving["address"].rpartition(":")[2])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        super().__exit__(kind, error, trace)
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.stdout.close()


def token(books: Path, role: str = "restore") -> str:
    """Make a token, as a user does."""
    made = gharmitra_admin("--json", "token", "create", "--role", role, books=books)
    assert made.code == 0, made
    return str(made.json["token"])


def without_packages(folder: Path, *names: str) -> dict[str, str]:
    """The environment of a Python in which these packages were never installed."""
    (folder / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        f"PathFinder.find_spec = lambda name, *rest: None if name.partition('.')[0] in {names!r} else found(name, *rest)\n"
    )
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[2])])}
