"""What a writer at 100 transactions a second feels while 300 MB are backed up."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine import Paths, Progress, Settings, Stage, SystemClock, Vault
from tests.bench.recipe import books_of
from tests.bench.table import Line, bounded

SIZE_MB, RATE = 300.0, 100
IDLE_SECONDS, BACKUPS = 6.0, 5
LATER_MS = 10.0
NO_LOCK_MS = 50.0  # a lock held for sync and checks would cost 700 ms and more; sharing the disk with them costs a few

WRITER = """
import json, select, sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("PRAGMA synchronous=" + sys.argv[2])
connection.execute("CREATE TABLE IF NOT EXISTS pulse (id INTEGER PRIMARY KEY, one INTEGER, other INTEGER, filler TEXT)")
rate, number, next_at = float(sys.argv[3]), 0, time.monotonic()
print("ready", flush=True)
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


@dataclass(frozen=True)
class Felt:
    """The commits of the writer's process, by what went on meanwhile; durations in seconds."""

    idle: list[float]
    copying: list[float]
    later: list[float]
    copy_seconds: float


def _run(books: Path, folder: Path, synchronous: str) -> Felt:
    """Some backups beside the writer, one after the other."""
    clock = SystemClock()
    vault = Vault.open(Paths.of(books, folder / "writers"), settings=Settings(), clock=clock, who="bench", face="terminal")
    writer, pause = Writer(books, synchronous), threading.Event()
    idle_from = clock.monotonic() + 1
    pause.wait(IDLE_SECONDS)
    idle_until = clock.monotonic()
    spans = [_back_up(vault, clock) for _ in range(BACKUPS)]
    commits = writer.stop()
    return Felt(
        idle=[took for at, took in commits if idle_from <= at < idle_until],
        copying=[took for at, took in commits for began, copied, _ in spans if began <= at < copied],
        later=[took for at, took in commits for _, copied, ended in spans if copied <= at < ended],
        copy_seconds=max(copied - began for began, copied, _ in spans),
    )


def _back_up(vault: Vault, clock: SystemClock) -> tuple[float, float, float]:
    """One backup: when it began, had copied and ended."""
    copied: list[float] = []

    def report(progress: Progress) -> None:
        if progress.stage is Stage.CHECKING and not copied:
            copied.append(clock.monotonic())

    began = clock.monotonic()
    result = vault.backup(report=report)
    ended = clock.monotonic()
    _assert_balanced(result.record.path)
    result.record.path.unlink()
    return began, copied[0], ended


def _assert_balanced(copy: Path) -> None:
    connection = apsw.Connection(f"file:{copy}?mode=ro&immutable=1", flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY)
    assert next(connection.execute("SELECT count(*) FROM pulse WHERE one + other != 0")) == (0,)
    connection.close()


def _wal(books: Path, folder: Path, synchronous: str) -> Iterator[Line]:
    felt = _run(books, folder, synchronous)
    idle, copying, later = p99(felt.idle), p99(felt.copying), p99(felt.later)
    told = f" ({copying:.2f} ms : {idle:.2f} ms, of {len(felt.copying)} : {len(felt.idle)} commits)"
    what = f"writer's p99 while 300 MB are copied, WAL {synchronous}, against idle"
    if synchronous == "NORMAL":
        yield bounded(what, copying / idle, 2.0, "", extra=told)
    else:
        yield Line(what, f"{copying / idle:.2f}{told}")
    yield bounded(f"writer's p99 while syncing and checking, WAL {synchronous}, above idle", later - idle, LATER_MS, " ms")


def _rollback(folder: Path) -> Iterator[Line]:
    """In rollback mode a writer waits for the copy, and for nothing after it."""
    books = folder / "rollback" / "gharmitra.db"
    if not books.exists():
        books.parent.mkdir()
        shutil.copyfile(books_of(folder, SIZE_MB), books)
        connection = apsw.Connection(str(books))
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
    felt = _run(books, folder, "FULL")
    longest = max(felt.copying, default=0.0)
    yield Line("writer's longest wait in rollback mode: for the copy", f"{longest:.2f} s of {felt.copy_seconds:.2f} s")
    above = p99(felt.later) - p99(felt.idle)
    yield bounded("writer's p99 after the copy in rollback mode, above idle", above, NO_LOCK_MS, " ms")
