"""Whether the SQLite that GharMitra itself uses can damage books in WAL mode. Leaves nothing on disk.

Versions 3.7.0 to 3.51.2 have the "WAL-reset bug"; 3.51.3 mended it, and 3.44.6 and 3.50.7 carry the same cure
(sqlite.org/wal.html, section "The WAL-Reset Bug").
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, look
from gharmitra_admin.engine.parts.live_books import JournalMode

_ASK_SECONDS = 5.0
_QUESTION = "import sqlite3; print(sqlite3.sqlite_version)"
_VENVS = (".venv", "venv", "env")
_MENDED, _CARRIES = (3, 51, 3), {(3, 44): 6, (3, 50): 7}


def version(home: Path) -> str | None:
    """Ask the Python that lies beside the books, where there is one, for its SQLite; a process of its own, ended after 5 s."""
    for python in _pythons(home):
        try:
            said = subprocess.run(
                [str(python), "-I", "-c", _QUESTION],
                capture_output=True,
                text=True,
                timeout=_ASK_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
                cwd=home,
            )
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            continue
        if said.returncode == 0 and _numbers(said.stdout) is not None:
            return said.stdout.strip()
    return None


def _pythons(home: Path) -> Iterator[Path]:
    """The Pythons beside the books that could run GharMitra: those that have FastAPI. Any other is somebody else's."""
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    for folder in (home, home.parent):
        for venv in (folder / name for name in _VENVS):
            packages = [venv / "Lib" / "site-packages", *venv.glob("lib/python3*/site-packages")]
            if (venv / inside).is_file() and any((place / "fastapi").is_dir() for place in packages):
                yield venv / inside


def _numbers(text: str) -> tuple[int, int, int] | None:
    parts = text.strip().split(".")
    if len(parts) < 3 or not all(part.isdigit() for part in parts[:3]):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


def is_at_risk(found: str) -> bool:
    """Whether this version has the bug; what cannot be read as a version is not accused."""
    numbers = _numbers(found)
    if numbers is None or numbers < (3, 7, 0) or numbers >= _MENDED:
        return False
    return numbers[2] < _CARRIES.get(numbers[:2], 1 << 30)


def alerts(found: str | None, journal_mode: JournalMode | None) -> Iterator[Alert]:
    """Judge the backend's version; only books in WAL mode can be hit."""
    if found is not None and journal_mode is JournalMode.WAL and is_at_risk(found):
        yield look(AlertCode.SQLITE_AT_RISK, version=found)
