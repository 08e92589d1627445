"""A table in pages of 200 rows, each found by the key of the row before it: any page of a million rows at once, memory flat.

Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.parts.reading.cells import Cell, quoted, row_of, selected
from gharmitra_admin.engine.parts.reading.columns import Column, Holds, Link
from gharmitra_admin.engine.parts.reading.conditions import Condition
from gharmitra_admin.engine.parts.tables import Shape

PAGE_ROWS = 200
LETTERS = 400  # of a text in a list
_ROWIDS = ("rowid", "_rowid_", "oid")
_MOST_ASKED = 500  # values in one question


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a key, as its bytes: it may hold what is no text."""

    data: bytes


Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What is paged through: a table's columns, which of its rows, and from which end."""

    shape: Shape
    columns: tuple[Column, ...]
    condition: Condition = field(default_factory=lambda: Condition(""))
    newest_first: bool = False

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that put its rows in order; empty where no column may be named for it."""
        if not self.shape.has_rowid or self.shape.is_by_rowid:
            return self.shape.key
        taken = {column.lower() for column in self.shape.columns}
        return tuple(name for name in _ROWIDS if name not in taken)[:1]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many rows there are, and the key of the last row of each full page."""

    rows: int
    marks: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class PageRow:
    """One row, and what names it."""

    key: Key
    cells: tuple[Cell, ...]


def extent(connection: apsw.Connection, view: View) -> Extent:
    """Walk the keys once, a page at a stride. Raises apsw.Error, UnicodeDecodeError."""
    marks: list[Key] = []
    while True:
        after = marks[-1] if marks else None
        found = _asked(connection, view, after, len(marks), _keys(view), f"LIMIT 1 OFFSET {PAGE_ROWS - 1}")
        if not found:
            break
        marks.append(_key(view, found[0]))
    rest = _asked(connection, view, marks[-1] if marks else None, len(marks), "1", f"LIMIT {PAGE_ROWS}")
    return Extent(len(marks) * PAGE_ROWS + len(rest), tuple(marks))


def count(connection: apsw.Connection, view: View) -> int:
    """Count the rows. Raises apsw.Error, UnicodeDecodeError."""
    where = f" WHERE {view.condition.sql}" if view.condition.sql else ""
    asked = connection.execute(f"SELECT count(*) FROM main.{quoted(view.shape.name)}{where}", view.condition.values)  # noqa: S608 - names are quoted
    found: list[tuple[Any, ...]] = asked.fetchall()
    return int(found[0][0])


def page(connection: apsw.Connection, view: View, found: Extent, number: int) -> tuple[PageRow, ...]:
    """Read one page, the first being 0. Raises apsw.Error, UnicodeDecodeError."""
    if not 0 <= number <= len(found.marks):
        return ()
    after = found.marks[number - 1] if number else None
    return _rows(connection, view, after, number, LETTERS, f"LIMIT {PAGE_ROWS}")


def one_row(connection: apsw.Connection, view: View, key: Key, letters: int) -> PageRow | None:
    """Read one row with its texts at more length. Raises apsw.Error, UnicodeDecodeError."""
    if not view.order:
        return None
    names, values = ", ".join(map(quoted, view.order)), _bound(key)
    same = View(view.shape, view.columns, Condition(f"({names}) = ({_marks(key)})", values))
    found = _rows(connection, same, None, 0, letters, "LIMIT 1")
    return found[0] if found else None


def _rows(connection: apsw.Connection, view: View, after: Key | None, number: int, letters: int, limit: str) -> tuple[PageRow, ...]:
    values = ", ".join(selected(column, letters) for column in view.columns)
    keys = _keys(view)
    found = _asked(connection, view, after, number, f"{keys}, {values}", limit)
    width = 2 * max(1, len(view.order))
    rows = [PageRow(_key(view, row[:width]), row_of(view.columns, row[width:], letters)) for row in found]
    return _with_names(connection, view.columns, rows)


def _asked(connection: apsw.Connection, view: View, after: Key | None, number: int, what: str, limit: str) -> list[tuple[Any, ...]]:
    table, names = quoted(view.shape.name), view.order
    conditions = [f"({view.condition.sql})"] if view.condition.sql else []
    values: tuple[Any, ...] = view.condition.values
    if names and after is not None:
        sign = "<" if view.newest_first else ">"
        conditions.append(f"({', '.join(map(quoted, names))}) {sign} ({_marks(after)})")
        values = (*values, *_bound(after))
    where = " WHERE " + " AND ".join(conditions) if conditions else ""
    down = " DESC" if view.newest_first else ""
    order = " ORDER BY " + ", ".join(quoted(name) + down for name in names) if names else ""
    # Where nothing names a row, its place does: a closed file does not change.
    skipped = 0 if names else number * PAGE_ROWS
    if skipped:
        limit = f"{limit} + {skipped}" if "OFFSET" in limit else f"{limit} OFFSET {skipped}"
    asked = connection.execute(f"SELECT {what} FROM main.{table}{where}{order} {limit}", values)  # noqa: S608 - names are quoted
    return asked.fetchall()


def _keys(view: View) -> str:
    """The key as pairs of kind and value, text as bytes."""
    return ", ".join(f"typeof({name}), {_as_bytes(name)}" for name in map(quoted, view.order)) or "NULL, NULL"


def _as_bytes(name: str) -> str:
    return f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) ELSE {name} END"


def _key(view: View, row: Sequence[Any]) -> Key:
    if not view.order:
        return ()
    return tuple(Text(bytes(value)) if kind == "text" else value for kind, value in zip(row[::2], row[1::2], strict=True))


def _marks(key: Key) -> str:
    return ", ".join("CAST(? AS TEXT)" if isinstance(value, Text) else "?" for value in key)


def _bound(key: Key) -> tuple[Any, ...]:
    return tuple(value.data if isinstance(value, Text) else value for value in key)


def _with_names(connection: apsw.Connection, columns: Sequence[Column], rows: list[PageRow]) -> tuple[PageRow, ...]:
    """Put in place of each number of another row what people know that row by."""
    told = [list(row.cells) for row in rows]
    for place, column in enumerate(columns):
        if column.holds is not Holds.REFERENCE or column.refers is None:
            continue
        wanted = {cells[place] for cells in told if isinstance(cells[place], int | str) and not isinstance(cells[place], bool)}
        try:
            known = _names(connection, column.refers, sorted(wanted, key=str))
        except sqlite.DAMAGE:
            continue  # of a damaged backup this table may be whole, and the other one not
        for cells in told:
            cells[place] = known.get(cells[place], cells[place])
    return tuple(PageRow(row.key, tuple(cells)) for row, cells in zip(rows, told, strict=True))


def _names(connection: apsw.Connection, link: Link, wanted: Sequence[Any]) -> dict[Any, Cell]:
    columns = [Column(name, Holds.TEXT) for name in link.shown]
    values = ", ".join(selected(column, LETTERS) for column in columns)
    found: dict[Any, Cell] = {}
    for start in range(0, len(wanted), _MOST_ASKED):
        some = wanted[start : start + _MOST_ASKED]
        marks = ", ".join("?" * len(some))
        ask = f"SELECT {quoted(link.key)}, {values} FROM main.{quoted(link.table)} WHERE {quoted(link.key)} IN ({marks})"  # noqa: S608 - names are quoted
        for row in connection.execute(ask, tuple(some)):
            parts = [str(cell) for cell in row_of(columns, row[1:], LETTERS) if isinstance(cell, int | float | str)]
            if len(parts) == len(link.shown) and link.shown[-2:] == ("month", "year"):
                parts[-2:] = ["/".join(parts[-2:])]
            if parts:
                found[row[0]] = " ".join(parts)
    return found
