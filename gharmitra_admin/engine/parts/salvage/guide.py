"""A good backup of the same books, which tells how they were built, what their rows look like, and what should be there.

Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.errors import Code, Damaged
from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.parts.salvage import raw, schema
from gharmitra_admin.engine.parts.salvage.raw import Layout
from gharmitra_admin.engine.parts.salvage.records import Reader, Value
from gharmitra_admin.engine.parts.salvage.schema import Item
from gharmitra_admin.engine.parts.salvage.trees import OF_INDEXES, OF_TABLES, Tree, Uses, walk

_EXAMPLES = 200
_STEPS_BETWEEN_LOOKS = 20_000


@dataclass(frozen=True, slots=True)
class Guide:
    """What the backup tells. ``examples``: some rows of each table, as records have them, and lines of indexes."""

    path: Path
    connection: apsw.Connection
    layout: Layout
    items: tuple[Item, ...]
    examples: dict[str, list[tuple[Value, ...]]]


@contextmanager
def opened(path: Path, *, never: files.Identity | None, cancel: CancelToken) -> Iterator[Guide]:
    """Open a backup as guide. Raises NotFound, Refused, Damaged, NoAccess, Cancelled."""
    with raw.opened(path, None, never=never, cancel=cancel) as pages, sqlite.sorted_sqlite_errors(path, damaged=Code.BACKUP_DAMAGED):
        if pages is None:
            raise Damaged(Code.BACKUP_DAMAGED, path=path, name=path.name)
        with closing(sqlite.open_closed(path)) as connection:
            connection.set_progress_handler(cancel.is_asked, _STEPS_BETWEEN_LOOKS)
            items = schema.of_connection(connection)
            yield Guide(path, connection, pages.layout, items, _examples(pages, items, cancel))


def _examples(pages: raw.RawFile, items: Sequence[Item], cancel: CancelToken) -> dict[str, list[tuple[Value, ...]]]:
    """Read the first rows of each table, and lines of the indexes where those could be mistaken for rows of a table without rowids."""
    alike = any(item.is_without_rowid for item in items)
    reader, found = Reader(pages), dict[str, list[tuple[Value, ...]]]()
    for item in items:
        if not (item.type == "table" or (item.type == "index" and alike)) or item.root < 2:
            continue
        cancel.check()
        kinds = OF_INDEXES if item.is_without_rowid or item.type == "index" else OF_TABLES
        rows: list[tuple[Value, ...]] = []
        for page in walk(pages, Tree(item.root), Uses(pages), kinds):
            rows += [record.values for record in reader.records(page.data, page.node)]
            if len(rows) >= _EXAMPLES:
                break
        found[item.name] = rows[:_EXAMPLES]
    return found
