"""Books in the states that faults need: large enough for many writes, or with entries in the -wal of a killed writer only."""

from __future__ import annotations

from pathlib import Path

from tests.builders import ledger
from tests.builders.process import OtherProcess, ask


def rows(database: Path) -> int:
    """How many rows the ledger has."""
    return int(ask(database, "SELECT count(*) FROM ledger")[0][0])


def enlarge(books: Path, count: int) -> None:
    """Put so many balanced rows, an even number, of about 150 bytes into the main file."""
    with OtherProcess(books) as other:
        other.run(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
            " INSERT INTO ledger (account, amount, narration) SELECT 'bank', i % 2 * 2 - 1, hex(randomblob(60)) FROM n"
        )


def killed_writer(books: Path, *, entries: int = 5) -> Path:
    """Kill a writer whose last entries stand in the -wal only."""
    writer = OtherProcess(books)
    for _ in range(entries):
        writer.run(*ledger.entry(9))
    writer.kill()
    assert books.with_name(f"{books.name}-wal").stat().st_size > 0
    return books
