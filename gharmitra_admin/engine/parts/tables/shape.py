"""How a table is built, as far as comparing its rows needs it. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw


@dataclass(frozen=True, slots=True)
class Shape:
    """One table. ``key``: the columns that name a row, "rowid" where the row's own number does; empty: nothing names a row."""

    name: str
    root: int
    sql: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    has_rowid: bool
    is_by_rowid: bool  # the key is the rowid, under whatever name


def shapes(connection: apsw.Connection) -> dict[str, Shape]:
    """Read how every table is built; virtual tables and SQLite's own are left out. Raises apsw.Error, UnicodeDecodeError."""
    rows = connection.execute(
        "SELECT l.name, s.rootpage, s.sql, l.wr FROM pragma_table_list AS l JOIN sqlite_schema AS s ON s.name = l.name AND s.type = 'table'"
        " WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY l.name"
    )
    found: list[tuple[Any, ...]] = rows.fetchall()
    return {name: _shape(connection, name, root, sql, is_without_rowid=bool(wr)) for name, root, sql, wr in found}


def roots(connection: apsw.Connection) -> list[int]:
    """Where every tree of the database begins, that of the schema included. Raises apsw.Error."""
    found: list[tuple[Any, ...]] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0").fetchall()
    return [1, *(root for (root,) in found)]


def _shape(connection: apsw.Connection, name: str, root: int, sql: str, *, is_without_rowid: bool) -> Shape:
    asked = connection.execute("SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", (name,))
    columns: list[tuple[Any, ...]] = asked.fetchall()
    declared = [(pk, column, kind) for column, kind, pk in columns if pk]
    names = tuple(column for column, _kind, _pk in columns)
    # "INTEGER PRIMARY KEY DESC" is the one spelling that is no rowid (sqlite.org/lang_createtable.html); it has an index of its own.
    has_own_index = bool(connection.execute("SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'", (name,)).fetchall())
    is_by_rowid = not is_without_rowid and len(declared) == 1 and declared[0][2].upper() == "INTEGER" and not has_own_index
    key = tuple(column for _pk, column, _kind in sorted(declared))
    return Shape(name, root, sql, names, key, not is_without_rowid, is_by_rowid)
