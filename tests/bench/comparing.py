"""Comparing a backup with the books against SQLite's own ``sqldiff``, side by side; its memory; and the first figures."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from apsw import sqlite_extra

from gharmitra_admin.engine import Paths, Settings, SystemClock, Vault
from tests.bench.recipe import books_of
from tests.bench.table import Line, bounded, seconds
from tests.builders.process import OtherProcess

BOUNDS = {100: (0.7, 5), 1000: (0.2, 3)}  # MB: the most that it may take of what sqldiff takes, and how many rounds
MEMORY_MB, FIRST_SECONDS = 200.0, 1.0

_CHILD = """
import sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from gharmitra_admin.engine import Paths, Settings, SystemClock, Vault
vault = Vault.open(Paths.of(Path(sys.argv[1])), settings=Settings(), clock=SystemClock(), who="bench", face="terminal")
most, done = 0, False
def watch():
    global most
    while not done:
        try:
            with open("/proc/self/status") as file:
                most = max(most, next(int(line.split()[1]) for line in file if line.startswith("RssAnon")))
        except OSError:
            return
        time.sleep(0.005)
watcher = threading.Thread(target=watch)
watcher.start()
began = time.perf_counter()
figures = vault.first_figures(sys.argv[3])
first = time.perf_counter() - began
began = time.perf_counter()
found = vault.compare(sys.argv[3]).comparison
took = time.perf_counter() - began
done = True
watcher.join()
assert figures.tables and found.tables
print(took, first, most / 1000, sum(table.lost + table.returned + table.changed for table in found.tables))
"""
_LATER = (
    "UPDATE payments SET amount = amount + 1 WHERE id % 50 = 0",
    "DELETE FROM payments WHERE id % 500 = 7",
    "UPDATE members SET name = name || ' (Jr.)' WHERE id % 3 = 0",
    "DELETE FROM complaints WHERE id % 9 = 1",
)


def lines(folder: Path) -> Iterator[Line]:
    for size_mb, (limit, rounds) in BOUNDS.items():
        made = folder / f"compared{size_mb}"
        made.mkdir()
        yield from _of_size(folder, made, size_mb, limit, rounds)
        shutil.rmtree(made)


def _of_size(folder: Path, made: Path, size_mb: int, limit: float, rounds: int) -> Iterator[Line]:
    books = made / "gharmitra.db"
    shutil.copyfile(books_of(folder, size_mb), books)
    vault = Vault.open(Paths.of(books), settings=Settings(), clock=SystemClock(), who="bench", face="terminal")
    backup = vault.backup().record
    with OtherProcess(books) as other:
        other.run(*_LATER)
    now = vault.backup().record
    pairs = [(_ours(books, backup.filename), _theirs(now.path, backup.path)) for _ in range(rounds)]
    (took, first, memory, rows), theirs = (
        sorted(pair[0] for pair in pairs)[rounds // 2],
        sorted(pair[1] or 0.0 for pair in pairs)[rounds // 2],
    )
    what = f"compare of {size_mb} MB with the books, {rows:,.0f} rows differ"
    if pairs[0][1] is None:
        yield Line(f"{what}, against sqldiff", f"{took:.2f} s; not measured: apsw brings no sqlite3_diff for this system")
    else:
        told = f" ({took:.2f} s : {theirs:.2f} s)"
        yield bounded(f"{what}, against apsw's sqlite3_diff --summary", took / theirs, limit, "", extra=told)
    if Path("/proc/self/status").exists():
        yield bounded(f"anonymous memory of a compare of {size_mb} MB", memory, MEMORY_MB, " MB")
    yield bounded(f"first figures of a compare of {size_mb} MB", first, FIRST_SECONDS, " s")


def _ours(books: Path, name: str) -> tuple[float, float, float, float]:
    """Seconds, seconds to the first figures, the most anonymous memory in MB, and how many rows differ."""
    command = [sys.executable, "-c", _CHILD, str(books), str(Path(__file__).parents[2]), name]
    took, first, memory, rows = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    return took, first, memory, rows


def _theirs(now: Path, then: Path) -> float | None:
    """The same two states, by the program that SQLite's own authors compare with; None where it is not there."""
    if not sqlite_extra.has("sqlite3_diff"):
        return None
    command = [str(sqlite_extra.path("sqlite3_diff")), "--summary", str(now), str(then)]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))
