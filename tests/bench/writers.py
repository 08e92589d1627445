"""What a writer at 100 transactions a second feels while 300 MB are backed up."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw

from gharmitra_admin.engine import Paths, Progress, Settings, Stage, SystemClock, Vault
from tests.bench.recipe import books_of
from tests.bench.table import Line, bounded

SIZE_MB, RATE = 300.0, 100
IDLE_SECONDS = 6.0
LATER_MS = 10.0

WRITER = """
import json, sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("PRAGMA synchronous=" + sys.argv[2])
connection.execute("CREATE TABLE IF NOT EXISTS pulse (id INTEGER PRIMARY KEY, one INTEGER, other INTEGER, filler TEXT)")
rate, number, next_at = float(sys.argv[3]), 0, time.monotonic()
print("ready", flush=True)
import select
while not select.select([sys.stdin], [], [], 0)[0]:
    number += 1
    began = time.monotonic()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO pulse (one, other, filler) VALUES (?, ?, hex(randomblob(100)))", (number, -number))
    connection.execute("UPDATE pulse SET one = one + 1, other = other - 1 WHERE id = (SELECT max(id) FROM pulse)")
    connection.execute("COMMIT")
    ended = time.monotonic()
    print(json.dumps((began, ended - began)), flush=True)
    next_at = max(next_at + 1 / rate, ended - 1)
    time.sleep(max(0, next_at - time.monotonic()))
connection.close()
"""


def p99(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000 if ordered else 0.0


class Writer:
    """Another process that commits at a steady rate and tells how long each commit took."""

    def __init__(self, books: Path, synchronous: str) -> None:
        command = [sys.executable, "-c", WRITER, str(books), synchronous, str(RATE)]
        self._said = books.with_name("writer.txt")
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said)

    def stop(self) -> list[tuple[float, float]]:
        """The start and the duration of every commit, by the system's steady clock."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.close()
        assert self._process.wait(60) == 0
        lines = self._said.read_text("utf-8").splitlines()[1:]
        return [tuple(json.loads(line)) for line in lines]


def lines(folder: Path) -> Iterator[Line]:
    books = books_of(folder, SIZE_MB)
    for synchronous in ("NORMAL", "FULL"):
        yield from _wal(books, folder, synchronous)
    yield from _rollback(folder)


def _run(books: Path, folder: Path, synchronous: str) -> tuple[list[tuple[float, float]], float, float, float, float]:
    """One backup beside the writer: the commits, and when the backup began, had copied and ended; and when idle began."""
    clock = SystemClock()
    vault = Vault.open(Paths.of(books, folder / "writers"), settings=Settings(), clock=clock, who="bench", face="terminal")
    writer = Writer(books, synchronous)
    pause = _Pause()
    idle = clock.monotonic() + 1
    pause.wait(IDLE_SECONDS)
    copied: list[float] = []

    def report(progress: Progress) -> None:
        if progress.stage is Stage.CHECKING and not copied:
            copied.append(clock.monotonic())

    began = clock.monotonic()
    result = vault.backup(report=report)
    ended = clock.monotonic()
    commits = writer.stop()
    _assert_balanced(result.record.path)
    vault.keep(result.record.filename, kept=False)
    return commits, idle, began, copied[0], ended


class _Pause:
    def wait(self, seconds: float) -> None:
        import threading

        threading.Event().wait(seconds)


def _assert_balanced(copy: Path) -> None:
    connection = apsw.Connection(f"file:{copy}?mode=ro&immutable=1", flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY)
    assert next(connection.execute("SELECT count(*) FROM pulse WHERE one + other != 0")) == (0,)
    connection.close()


def _wal(books: Path, folder: Path, synchronous: str) -> Iterator[Line]:
    commits, idle_from, began, copied, ended = _run(books, folder, synchronous)
    idle = p99([took for at, took in commits if idle_from <= at < began])
    copying = p99([took for at, took in commits if began <= at < copied])
    later = p99([took for at, took in commits if copied <= at < ended])
    told = f" ({copying:.2f} ms : idle {idle:.2f} ms, {len(commits)} commits)"
    what = f"writer's p99 while 300 MB are copied, WAL {synchronous}, against idle"
    if synchronous == "NORMAL":
        yield bounded(what, copying / idle, 2.0, "", extra=told)
    else:
        yield Line(what, f"{copying / idle:.2f}{told}")
    yield bounded(f"writer's p99 while syncing and checking, WAL {synchronous}, above idle", later - idle, LATER_MS, " ms")


def _rollback(folder: Path) -> Iterator[Line]:
    """In rollback mode a writer waits for the copy, and for nothing after it."""
    made = folder / "rollback"
    if not made.exists():
        made.mkdir()
        books = made / "gharmitra.db"
        books.write_bytes(books_of(folder, SIZE_MB).read_bytes())
        connection = apsw.Connection(str(books))
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
    commits, idle_from, began, copied, ended = _run(made / "gharmitra.db", folder, "FULL")
    idle = p99([took for at, took in commits if idle_from <= at < began])
    later = p99([took for at, took in commits if copied <= at < ended])
    longest = max((took for at, took in commits if began - 1 <= at < copied), default=0.0)
    yield Line("writer's longest wait in rollback mode: for the copy", f"{longest:.2f} s of {copied - began:.2f} s")
    yield bounded("writer's p99 after the copy in rollback mode, above idle", later - idle, LATER_MS, " ms")
