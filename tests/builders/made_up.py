"""A made-up society with books as GharMitra keeps them, for tests that need more than a ledger: made once, copied for each."""

from __future__ import annotations

import shutil
from pathlib import Path

from gharmitra_admin.engine import Paths, Settings
from gharmitra_admin.engine.operations import demo
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask
from tests.builders.society import Society

_COLUMNS = "SELECT group_concat(name) FROM pragma_table_info('payments') WHERE name NOT IN ('id', 'receipt_number')"


def make(folder: Path) -> Path:
    """Make the books, of the smallest size there is."""
    demo.make(folder, size_mb=demo.SMALLEST_MB, clock=FakeClock())
    return folder / "gharmitra.db"


def society_of(books: Path, folder: Path) -> Society:
    """A society of its own with a copy of these books, at rest and without a backup."""
    folder.mkdir(parents=True)
    shutil.copyfile(books, folder / "gharmitra.db")
    return Society(Paths.of(folder / "gharmitra.db"), FakeClock(), Settings())


def add_receipts(society: Society, count: int) -> None:
    """Put so many receipts more into the books, from another process: payments like earlier ones, under numbers of their own."""
    books = society.paths.books
    ((columns,),) = ask(books, _COLUMNS)
    ((last,),) = ask(books, "SELECT coalesce(max(id), 0) FROM payments")
    with OtherProcess(books) as other:
        other.run(
            f"INSERT INTO payments (id, receipt_number, {columns})"
            f" SELECT {last} + row_number() OVER (), 'RV-9' || ({last} + row_number() OVER ()), {columns} FROM payments LIMIT {count}"
        )
