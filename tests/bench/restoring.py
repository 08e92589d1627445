"""The write step of a restore against the bare backup API into a live file, and what all of a restore takes beside a durable copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gharmitra_admin.engine import Paths, Progress, Settings, Stage, SystemClock, Vault
from gharmitra_admin.engine.parts.live_books import exclusive
from tests.bench.recipe import books_of
from tests.bench.table import Line, bounded, ratio, seconds

SIZE_MB, ROUNDS, RATIO = 1000.0, 3, 1.2
_STAGES = {
    "reading the backup again": {Stage.CHECKING},
    "safety backup, checked and compared": {Stage.SAVING},
    "writing": {Stage.REPLACING},
    "checking and counting what was written": {Stage.CHECKING_BOOKS, Stage.COUNTING},
}


def ours(books: Path, backup: Path) -> None:
    """The engine's write step: the exclusive connection, every page, all of it in the main file and durable."""
    with exclusive.opened(books, clock=SystemClock()) as held:
        exclusive.write_over(held, backup)


def bare(books: Path, backup: Path) -> None:
    """SQLite's backup API into a live file as Python's own sqlite3 has it; closing it brings the -wal into the main file."""
    with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(books)) as target:
        source.backup(target)


def copied(source: Path, target: Path) -> None:
    """What ``cp`` and a sync do."""
    shutil.copyfile(source, target)
    descriptor = os.open(target, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lines(folder: Path) -> Iterator[Line]:
    made = folder / "restored"
    made.mkdir()
    books, theirs = made / "gharmitra.db", made / "theirs.db"
    shutil.copyfile(books_of(folder, SIZE_MB), books)
    shutil.copyfile(books, theirs)
    vault = Vault.open(Paths.of(books), settings=Settings(), clock=SystemClock(), who="bench", face="terminal")
    record = vault.backup().record
    found, mine, other = ratio(lambda: ours(books, record.path), lambda: bare(theirs, record.path), rounds=ROUNDS)
    what = f"write step of a {SIZE_MB:g} MB restore against the bare backup API"
    yield bounded(what, found, RATIO, "", extra=f" ({mine:.2f} s : {other:.2f} s)")
    theirs.unlink()
    copy = seconds(lambda: copied(record.path, made / "copy.db"))
    (made / "copy.db").unlink()
    yield from _stages(vault, record.filename, copy)
    shutil.rmtree(made)


def _stages(vault: Vault, name: str, copy: float) -> Iterator[Line]:
    clock, began, entered = SystemClock(), 0.0, {}

    def report(progress: Progress) -> None:
        entered.setdefault(progress.stage, clock.monotonic())

    began = clock.monotonic()
    vault.restore(name, report=report)
    ended = clock.monotonic()
    order = sorted(entered.items(), key=lambda pair: pair[1])
    for what, stages in _STAGES.items():
        spans = [
            (order[place + 1][1] if place + 1 < len(order) else ended) - at for place, (stage, at) in enumerate(order) if stage in stages
        ]
        yield Line(f"  {what}", f"{sum(spans):.2f} s")
    yield Line(f"a whole {SIZE_MB:g} MB restore, beside a durable plain copy", f"{ended - began:.2f} s ({copy:.2f} s)")
