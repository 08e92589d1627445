"""Another process that has a database open through Python's own sqlite3, and does what it is told, line by line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_SERVE = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=float(sys.argv[2]))
print("ready", flush=True)
for line in sys.stdin:
    try:
        rows = [list(map(str, row)) for row in connection.execute(json.loads(line)).fetchall()]
        print(json.dumps({"rows": rows}), flush=True)
    except sqlite3.Error as error:
        print(json.dumps({"error": str(error)}), flush=True)
connection.close()
"""


class OtherProcess:
    """Opens a database and executes statements; ``kill`` ends it as a power cut of the process would."""

    def __init__(self, database: Path, *, timeout_seconds: float = 5) -> None:
        command = [sys.executable, "-c", _SERVE, str(database), str(timeout_seconds)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def run(self, *statements: str) -> list[Any]:
        """Execute statements; the rows of the last one, or AssertionError with SQLite's words."""
        rows: list[Any] = []
        for statement in statements:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(statement) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._line())
            assert "error" not in answer, answer["error"]
            rows = answer["rows"]
        return rows

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._wait()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._wait()

    def _wait(self) -> None:
        self._process.wait(30)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            if not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process.poll() is None:
            self.close()


def ask(database: Path, query: str, *arguments: Sequence[str]) -> list[Any]:
    """Ask a database one question in a process of its own, through Python's own sqlite3."""
    script = (
        "import json,sqlite3,sys; c=sqlite3.connect(sys.argv[1]); print(json.dumps([list(map(str, r)) for r in c.execute(sys.argv[2])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(database), query, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]
