"""Small books of two tables whose rows must always sum to zero: for crash sweeps and for part H of the SQLite facts."""

from __future__ import annotations

from pathlib import Path

from tests.builders.process import OtherProcess

SCHEMA = (
    "CREATE TABLE ledger (id INTEGER PRIMARY KEY, account TEXT NOT NULL, amount INTEGER NOT NULL, narration TEXT)",
    "CREATE INDEX ledger_by_account ON ledger (account)",
    "CREATE TABLE accounts (account TEXT PRIMARY KEY, balance INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO accounts VALUES ('bank', 0), ('dues', 0)",
)


def entry(amount: int) -> tuple[str, ...]:
    """The statements of one balanced entry."""
    return (
        "BEGIN IMMEDIATE",
        f"INSERT INTO ledger (account, amount, narration) VALUES ('bank', {amount}, hex(randomblob(60)))",
        f"INSERT INTO ledger (account, amount, narration) VALUES ('dues', {-amount}, hex(randomblob(60)))",
        f"UPDATE accounts SET balance = balance + {amount} WHERE account = 'bank'",
        f"UPDATE accounts SET balance = balance - {amount} WHERE account = 'dues'",
        "COMMIT",
    )


def make(path: Path, *, journal: str = "wal", entries: int = 100, page_size: int = 4096) -> Path:
    """Make books at rest, with 2 x ``entries`` rows in the ledger."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with OtherProcess(path) as other:
        other.run(f"PRAGMA page_size={page_size}", f"PRAGMA journal_mode={journal}", *SCHEMA, "BEGIN")
        for number in range(entries):
            other.run(*entry(number)[1:-1])
        other.run("COMMIT")
    return path
