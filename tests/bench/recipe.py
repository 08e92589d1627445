"""Copy + quick_check + hash + durable, against today's plain recipe; and the memory that a gigabyte takes."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.base.clock import SystemClock
from gharmitra_admin.engine.operations import demo
from gharmitra_admin.engine.parts import live_books, snapshot
from tests.bench.table import Line, bounded, ratio, seconds

SIZES = {1.3: 41, 10: 21, 100: 7, 1000: 3}
RATIO, MEMORY_MB = 0.8, 120.0


def books_of(folder: Path, size_mb: float) -> Path:
    """Made-up books of about this size; made once."""
    made = folder / f"{size_mb}"
    if not (made / "gharmitra.db").exists():
        demo.make(made, size_mb=size_mb, clock=SystemClock())
    return made / "gharmitra.db"


def ours(books: Path, target: Path) -> None:
    """The engine's own parts, with the quick check in the place of the full one."""
    target.unlink(missing_ok=True)
    held = live_books.held(books, scratch=target.parent / "scratch", clock=SystemClock(), wait_seconds=5)
    with snapshot.new_copy(target) as copy, ThreadPoolExecutor(1) as beside:
        with held as live:
            snapshot.take(live, copy)
        hashing = beside.submit(lambda: (copy.sync(), copy.hash()))
        connection = sqlite.open_closed(target)
        assert next(connection.execute("PRAGMA quick_check")) == ("ok",)
        connection.close()
        hashing.result()


def plain(books: Path, target: Path) -> None:
    """What GharMitra does today: backup, quick_check, hash, one after the other, nothing made durable."""
    target.unlink(missing_ok=True)
    source, copy = sqlite3.connect(books), sqlite3.connect(target)
    source.backup(copy)
    source.close()
    assert copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
    copy.close()
    digest = hashlib.sha256()
    with target.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)


def integrity(target: Path) -> None:
    connection = sqlite.open_closed(target)
    assert next(connection.execute("PRAGMA integrity_check")) == ("ok",)
    connection.close()


def lines(folder: Path) -> Iterator[Line]:
    for size_mb, rounds in SIZES.items():
        books = books_of(folder, size_mb)
        mine, theirs = folder / "mine.db", folder / "theirs.db"
        ours(books, mine)
        found, one, other = ratio(_with(ours, books, mine), _with(plain, books, theirs), rounds=rounds)
        yield bounded(f"backup of {size_mb:g} MB against the plain recipe", found, RATIO, "", extra=f" ({one:.3f} s : {other:.3f} s)")
        whole = seconds(lambda path=mine: integrity(path))
        yield Line(f"integrity_check of {size_mb:g} MB, by itself", f"{whole:.3f} s")
    yield memory(folder)


def _with(job: Callable[[Path, Path], None], books: Path, target: Path) -> Callable[[], None]:
    return lambda: job(books, target)


_CHILD = """
import sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from gharmitra_admin.engine import Paths, Settings, SystemClock, Vault
vault = Vault.open(Paths.of(Path(sys.argv[1]), Path(sys.argv[3])), settings=Settings(), clock=SystemClock(), who="bench", face="terminal")
most, done = 0, False
def watch():
    global most
    while not done:
        with open("/proc/self/status") as file:
            most = max(most, next(int(line.split()[1]) for line in file if line.startswith("RssAnon")))
        time.sleep(0.005)
watcher = threading.Thread(target=watch)
watcher.start()
vault.backup()
done = True
watcher.join()
print(most)
"""


def anonymous_mb(books: Path, backups: Path) -> float:
    """The most anonymous memory of a process that makes one backup, in MB."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _CHILD, str(books), str(root), str(backups)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1000


def memory(folder: Path) -> Line:
    if not Path("/proc/self/status").exists():
        return Line("anonymous memory of a 1 GB backup", "not measured: this system has no /proc")
    small = anonymous_mb(books_of(folder, 1.3), folder / "memory-small")
    large = anonymous_mb(books_of(folder, 1000), folder / "memory-large")
    what = "anonymous memory of a 1 GB backup above that of 1.3 MB"
    return bounded(what, large - small, MEMORY_MB, " MB", extra=f" ({large:.0f} : {small:.0f})")
