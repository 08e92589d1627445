"""A small society on disk and its vault, the way every flow test needs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gharmitra_admin.engine import BackupResult, Kind, Paths, Settings, Vault
from tests.builders import ledger
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask


@dataclass
class Society:
    """Books with a ledger that sums to zero, and where their backups lie."""

    paths: Paths
    clock: FakeClock
    settings: Settings

    @classmethod
    def of(cls, books: Path) -> Self:
        """A society around books that are there already."""
        return cls(Paths.of(books), FakeClock(), Settings())

    def vault(self, *, who: str = "treasurer", face: str = "terminal", books_wait_seconds: float = 1) -> Vault:
        return Vault.open(self.paths, settings=self.settings, clock=self.clock, who=who, face=face, books_wait_seconds=books_wait_seconds)

    def enter(self, amount: int = 500) -> None:
        """Put one balanced entry into the books, from another process."""
        with OtherProcess(self.paths.books) as other:
            other.run(*ledger.entry(amount))

    def back_up(self, *, kind: Kind = Kind.MANUAL, label: str | None = None, **later: float) -> BackupResult:
        """Make a backup, and then let so much time go by (a minute unless told)."""
        result = self.vault().backup(kind=kind, label=label)
        self.clock.forward(**(later or {"minutes": 1}))
        return result

    def everything(self) -> dict[str, bytes]:
        """The bytes of every file of the society, by its path."""
        files = sorted(path for path in self.paths.home.rglob("*") if path.is_file() and not path.is_symlink())
        return {str(path.relative_to(self.paths.home)): path.read_bytes() for path in files}


def make(folder: Path, *, journal: str = "wal", entries: int = 100, settings: Settings | None = None, **books: Any) -> Society:
    """Make a society in a folder: books at rest, no backup yet."""
    path = ledger.make(folder / "gharmitra.db", journal=journal, entries=entries, **books)
    return Society(Paths.of(path), FakeClock(), settings or Settings())


def assert_whole(database: Path) -> None:
    """Python's own sqlite3, in another process, finds the file whole and its ledger balanced."""
    assert ask(database, "PRAGMA integrity_check") == [["ok"]]
    assert ask(database, "SELECT coalesce(sum(amount), 0) FROM ledger") == [["0"]]
