"""The list of 5,000 backups."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from gharmitra_admin.engine import Paths, Settings, SystemClock, Vault, make_demo
from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.parts.books.reckoning import reckon
from tests.bench.crowding import crowd
from tests.bench.table import Line, bounded, seconds
from tests.builders import ledger

BACKUPS, LIMIT_SECONDS = 5000, 1.0


def crowded(folder: Path) -> Vault:
    """A society with 5,000 small backups, each with its manifest and in it the figures of a society of the usual size."""
    books = ledger.make(folder / "crowded" / "gharmitra.db", entries=5)
    vault = Vault.open(Paths.of(books), settings=Settings(), clock=SystemClock(), who="bench", face="terminal")
    crowd(vault, vault.backup().record, BACKUPS, books=_figures(folder / "made-up"))
    return vault


def _figures(folder: Path) -> object:
    made = make_demo(folder, clock=SystemClock())
    with closing(sqlite.open_closed(made.books)) as connection:
        return msgspec.to_builtins(reckon(connection, today=made.last_day))


def lines(folder: Path) -> Iterator[Line]:
    vault = crowded(folder)
    assert len(vault.records()) == BACKUPS
    median = statistics.median(seconds(vault.records) for _ in range(5))
    yield bounded(f"list of {BACKUPS:,} backups, warm", median, LIMIT_SECONDS, " s")
