"""Every row of a database as another process sees it, through Python's own sqlite3: what a restore is judged by."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

SIDE_FILES = ("-wal", "-shm", "-journal")
_DUMP = """
import hashlib, json, sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
names = sorted(n for (n,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
out = {n: hashlib.sha256(repr(sorted(map(repr, c.execute(f'SELECT * FROM "{n}"')))).encode()).hexdigest() for n in names}
out["schema"] = hashlib.sha256(repr(sorted(map(repr, c.execute("SELECT type, name, sql FROM sqlite_master")))).encode()).hexdigest()
print(json.dumps(out, sort_keys=True))
c.close()
"""

_COPY = """
import os, shutil, sys
for suffix in ("", *sys.argv[3:]):
    if os.path.exists(sys.argv[1] + suffix):
        shutil.copy(sys.argv[1] + suffix, sys.argv[2])
"""


def rows_of(database: Path) -> str:
    """Every table's rows, and the schema; the database must be whole."""
    return subprocess.run([sys.executable, "-c", _DUMP, str(database)], check=True, capture_output=True, text=True).stdout


def rows_seen(database: Path) -> str | None:
    """The same as the next program would see it with all that lies beside it, which stays as it is; None where it is not whole.

    Copied in another process: to open and close the live file in this one would take the locks from a restore that is under way.
    """
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", _COPY, str(database), folder, *SIDE_FILES], check=True)
        try:
            return rows_of(Path(folder) / database.name)
        except subprocess.CalledProcessError:
            return None


def side_files(database: Path) -> list[str]:
    return sorted(path.name for path in database.parent.glob(f"{database.name}-*"))


def journal_mode(database: Path) -> str:
    return "wal" if database.read_bytes()[18] == 2 else "delete"
