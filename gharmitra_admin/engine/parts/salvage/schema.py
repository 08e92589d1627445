"""What tables there were: read from the damaged file's own schema, wherever its pages are now, and from a good backup.

Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import apsw

from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.parts.salvage.raw import RawFile
from gharmitra_admin.engine.parts.salvage.records import Reader, Record
from gharmitra_admin.engine.parts.salvage.trees import IN_A_TREE, OF_INDEXES, OF_TABLES, Tree, Uses, walk
from gharmitra_admin.engine.parts.tables.pages import TABLE_LEAF

SEQUENCES = "sqlite_sequence"
_TYPES = frozenset({"table", "index", "view", "trigger"})
_FIELDS = 5
_MOST_ITEMS = 20_000  # more are no books


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a schema. ``is_own``: the damaged file has it; else only the backup."""

    type: str
    name: str
    table: str
    root: int
    sql: str
    is_own: bool = True

    @property
    def is_without_rowid(self) -> bool:
        return self.type == "table" and "WITHOUT" in self.sql.upper().rpartition(")")[2]


@dataclass(frozen=True, slots=True)
class Schema:
    """All that is known of how the books were built. ``is_whole``: the file's own schema is all there."""

    items: tuple[Item, ...]
    is_whole: bool

    def of_type(self, kind: str) -> Iterator[Item]:
        return (item for item in self.items if item.type == kind)

    @property
    def is_from_file(self) -> bool:
        return any(item.is_own for item in self.items)

    @property
    def is_from_guide(self) -> bool:
        return any(not item.is_own for item in self.items)


def of_connection(connection: apsw.Connection) -> tuple[Item, ...]:
    """Read a whole database's schema. Raises apsw.Error, UnicodeDecodeError."""
    rows = connection.execute("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema").fetchall()
    return tuple(item for row in rows if (item := _item(tuple(row))) is not None)


def read(raw: RawFile, reader: Reader, uses: Uses, like: tuple[Item, ...], cancel: CancelToken) -> Schema:
    """Read the schema from its tree, from pages that are no longer reached where that is damaged, and else from the backup's."""
    tree = Tree(1)
    found: list[Item] = []
    for page in walk(raw, tree, uses, OF_TABLES):
        cancel.check()
        rows = list(reader.records(page.data, page.node))
        found += _items(rows)[: max(0, _MOST_ITEMS - len(found))]
        if page.node.kind == TABLE_LEAF:
            tree.is_whole = tree.is_whole and len(rows) == len(page.node.cells) == len(_items(rows))
    own = {(item.type, item.name): item for item in reversed(found)}
    if tree.is_whole:
        return Schema(tuple(own.values()), is_whole=True)
    known = {(item.type, item.name): item for item in like}
    for item in islice(_elsewhere(raw, reader, uses, cancel), _MOST_ITEMS):
        key = item.type, item.name
        if key not in own or (_is_better(raw, item, own[key]) or (item.sql, item.root) == (_sql(known.get(key)), _root(known.get(key)))):
            own[key] = item
    lacking = [replace(item, is_own=False) for key, item in known.items() if key not in own]
    return Schema((*own.values(), *lacking), is_whole=False)


def _sql(item: Item | None) -> str:
    return item.sql if item is not None else ""


def _root(item: Item | None) -> int:
    return item.root if item is not None else 0


def _items(rows: list[Record]) -> list[Item]:
    return [item for row in rows if not row.is_cut and (item := _item(row.values)) is not None]


def _item(values: tuple[object, ...]) -> Item | None:
    if len(values) != _FIELDS:
        return None
    kind, name, table, root, sql = values
    if kind not in _TYPES or not isinstance(name, str) or not isinstance(table, str):
        return None
    if not isinstance(root, int | None) or not isinstance(sql, str | None):
        return None
    if sql is not None and not sql.lstrip().upper().startswith("CREATE"):
        return None
    return Item(str(kind), name, table, root or 0, sql or "")


def _elsewhere(raw: RawFile, reader: Reader, uses: Uses, cancel: CancelToken) -> Iterator[Item]:
    """Find lines of a schema on pages that its tree does not reach any more."""
    for number in uses.unreached():
        if number % 256 == 0:
            cancel.check()
        data = raw.read(number)
        node = raw.node(number, data)
        if node is None or node.kind != TABLE_LEAF or not node.cells:
            continue
        first = next(reader.records(data, node), None)
        if first is None or _item(first.values) is None:
            continue
        uses.claim(number, IN_A_TREE)
        yield from _items(list(reader.records(data, node)))


def _is_better(raw: RawFile, one: Item, other: Item) -> bool:
    """Whether the tree of one can be where it says and that of the other cannot: a line of an older schema is left away."""
    return _can_be(raw, one) and not _can_be(raw, other)


def _can_be(raw: RawFile, item: Item) -> bool:
    kinds = OF_TABLES if item.type == "table" and not item.is_without_rowid else OF_INDEXES
    node = raw.node(item.root, raw.read(item.root)) if item.root > 1 else None
    return node is not None and node.kind in kinds
