"""Books as a killed program or a failing disk leaves them."""

from __future__ import annotations

from pathlib import Path

from tests.builders import ledger
from tests.builders.process import OtherProcess


def killed_writer(books: Path, *, entries: int = 3) -> None:
    """The last entries stand in the -wal only; its writer is dead."""
    writer = OtherProcess(books)
    for _ in range(entries):
        writer.run(*ledger.entry(9))
    writer.kill()
    assert books.with_name(books.name + "-wal").stat().st_size


def killed_writer_of(books: Path, *statements: str) -> None:
    """What these statements wrote stands in the -wal only; who wrote it is dead."""
    writer = OtherProcess(books)
    writer.run(*statements)
    writer.kill()
    assert books.with_name(books.name + "-wal").stat().st_size


def hot_journal(books: Path) -> None:
    """A writer of rollback-mode books died in the middle: the main file is half written, the journal holds what was."""
    writer = OtherProcess(books)
    writer.run("PRAGMA cache_size=4", "BEGIN IMMEDIATE", "UPDATE ledger SET narration = hex(randomblob(70)), amount = amount + id")
    writer.kill()
    assert books.with_name(books.name + "-journal").stat().st_size


def lost_header(books: Path) -> None:
    """The first sector is gone; SQLite finds no database here."""
    with books.open("r+b") as file:
        file.write(bytes(512))


def damaged_pages(books: Path, *, page_size: int = 4096) -> None:
    """Pages in the middle are gone; the schema is there."""
    with books.open("r+b") as file:
        file.seek(3 * page_size)
        file.write(b"\xff" * 2 * page_size)
