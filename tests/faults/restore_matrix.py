"""Every pair of books and backup that a restore can meet: page sizes, journal modes, and what a killed program left beside the books.

The ordinary form takes the fewest cases in which every two properties meet; each is a file made once and copied.
"""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.builders import damage, ledger
from tests.builders.dump import SIDE_FILES
from tests.builders.process import OtherProcess

PAGE_SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
BESIDE = {
    "wal": ("nothing", "-shm", "killed writer", "killed writer, no -shm", "stale -wal", "stale -wal of other pages"),
    "delete": ("nothing", "-shm", "hot journal", "cold journal", "stale -wal", "stale -wal of other pages", "hot journal, stale -wal"),
}
_ENTRIES = 60


@dataclass(frozen=True, order=True)
class Case:
    """One restore. ``beside``: what lies beside the live books."""

    live_page: int
    live_mode: str
    beside: str
    backup_page: int
    backup_mode: str

    def pairs(self) -> set[tuple[object, ...]]:
        """Every two properties that meet in it."""
        properties = (("live", self.live_page), ("beside", self.live_mode, self.beside), ("backup", self.backup_page), self.backup_mode)
        return set(itertools.combinations(properties, 2))

    def __str__(self) -> str:
        return f"{self.live_mode} {self.live_page} ({self.beside}) <- {self.backup_mode} {self.backup_page}"


def every() -> list[Case]:
    modes = [(mode, beside) for mode, all_beside in BESIDE.items() for beside in all_beside]
    return [
        Case(live, mode, beside, backup, kept)
        for live, (mode, beside), backup, kept in itertools.product(PAGE_SIZES, modes, PAGE_SIZES, BESIDE)
    ]


def pairwise(cases: Sequence[Case], chance: random.Random) -> list[Case]:
    """So few of the cases that every two properties meet in one."""
    open_pairs = {pair for case in cases for pair in case.pairs()}
    chosen = []
    while open_pairs:
        best = max(chance.sample(list(cases), 150), key=lambda case: len(case.pairs() & open_pairs))
        if best.pairs() & open_pairs:
            chosen.append(best)
            open_pairs -= best.pairs()
    return chosen


class Shelf:
    """Books and backups in every state, each made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._backup_of = ledger.make(folder / "first.db", journal="delete", entries=_ENTRIES)

    def backup(self, case: Case, target: Path) -> None:
        """Put a backup made by hand where it belongs: those pages, closed in that journal mode."""
        made = self._folder / f"backup_{case.backup_page}_{case.backup_mode}.db"
        if not made.exists():
            with OtherProcess(self._backup_of) as other:
                other.run(f"PRAGMA page_size={case.backup_page}", f"VACUUM INTO '{made}'")
            with OtherProcess(made) as other:
                other.run(f"PRAGMA journal_mode={case.backup_mode}")
            data = made.read_bytes()
            assert (int.from_bytes(data[16:18], "big") - 1) % 65536 + 1 == case.backup_page % 65536 or case.backup_page == 65536
            assert data[18] == (2 if case.backup_mode == "wal" else 1)
        shutil.copyfile(made, target)

    def live(self, case: Case, folder: Path) -> Path:
        """Put books of that page size and mode into a folder, which went on after the backup, and what lies beside them."""
        made = self._folder / f"live_{case.live_page}_{case.live_mode}_{case.beside}" / "gharmitra.db"
        if not made.exists():
            _make_live(made, case)
        folder.mkdir()
        for suffix in ("", *SIDE_FILES):
            side = made.with_name(made.name + suffix)
            if side.exists():
                shutil.copyfile(side, folder / side.name)
        return folder / made.name


def _make_live(books: Path, case: Case) -> None:
    ledger.make(books, journal=case.live_mode, page_size=case.live_page, entries=_ENTRIES + 3)
    for what in case.beside.split(", "):
        _put_beside(books, what, case)
    wanted = {"nothing": [], "-shm": ["-shm"], "killed writer": ["-shm", "-wal"], "killed writer, no -shm": ["-wal"]}
    there = [suffix for suffix in sorted(SIDE_FILES) if books.with_name(books.name + suffix).exists()]
    assert there == wanted.get(case.beside, there)
    assert there or case.beside == "nothing"


def _put_beside(books: Path, what: str, case: Case) -> None:
    wal, shm, journal = (books.with_name(books.name + suffix) for suffix in SIDE_FILES)
    if what == "killed writer":
        damage.killed_writer(books)
    elif what == "no -shm":
        shm.unlink()
    elif what == "hot journal":
        damage.hot_journal(books)
    elif what == "cold journal":
        _leave_cold_journal(books)
        assert journal.stat().st_size
    elif what == "-shm":
        shm.write_bytes(bytes(32768))
    elif what.startswith("stale -wal"):
        pages = case.live_page if what == "stale -wal" else next(size for size in PAGE_SIZES[::-1] if size != case.live_page)
        wal.write_bytes(b"".join(_wal_of_yesterday(books.with_name("yesterday.db"), pages)))


def _leave_cold_journal(books: Path) -> None:
    """As a program leaves it that keeps its journal: the header is zeros, so nothing in it counts."""
    with OtherProcess(books) as other:
        other.run("PRAGMA journal_mode=persist", *ledger.entry(5))


def _wal_of_yesterday(other: Path, page_size: int) -> Iterator[bytes]:
    """Frames that are whole in themselves and belong to other pages than those of the books now."""
    ledger.make(other, page_size=page_size, entries=_ENTRIES // 2)
    damage.killed_writer(other, entries=8)
    yield other.with_name(f"{other.name}-wal").read_bytes()
    for suffix in ("", *SIDE_FILES):
        other.with_name(other.name + suffix).unlink(missing_ok=True)
