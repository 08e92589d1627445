"""The terminal command as a user runs it: a process of its own, no terminal, what it printed and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What one run said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def gharmitra_admin(
    *words: str | Path, books: Path | None = None, cwd: Path | None = None, environment: dict[str, str] | None = None, stdin: str = ""
) -> Answer:
    """Run the command."""
    command = [sys.executable, "-m", "gharmitra_admin", *(["--db", str(books)] if books else []), *map(str, words)]
    env = {**os.environ, "PYTHONPATH": str(PROJECT), **(environment or {})}
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=cwd, env=env, input=stdin)
    assert "Traceback" not in done.stderr, done.stderr
    return Answer(done.returncode, done.stdout, done.stderr)
