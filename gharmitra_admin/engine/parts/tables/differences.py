"""The rows that two databases do not share, table by table, exact and in order of their keys. Leaves nothing on disk.

A row is the same row where its primary key is the same, whatever its rowid; without a primary key it is its content. Values are compared as
SQLite keeps them: the number 1, the text '1' and the bytes of '1' are three values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import apsw

from gharmitra_admin.engine.parts.tables.same_pages import Range, SamePages
from gharmitra_admin.engine.parts.tables.shape import Shape

Row = tuple[Any, ...]
Rows = Iterator[tuple[Row, Row]]  # key and values


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs. ``now`` None: only the other database has it; ``then`` None: only this one has it.

    Values stand in the order of ``common_columns``.
    """

    key: Row
    now: Row | None
    then: Row | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two databases, and how it builds the table."""

    connection: apsw.Connection
    shape: Shape


def common_columns(now: Shape, then: Shape) -> tuple[str, ...]:
    """The columns that both tables have; only these are compared."""
    return tuple(column for column in now.columns if column in then.columns)


def changes(now: Side, then: Side, same: SamePages | None = None) -> Iterator[Change]:
    """Find every row of a table that differs. ``same``: what their pages tell, so that equal ones are passed over.

    Raises apsw.Error.
    """
    mine, yours = now.shape, then.shape
    columns = common_columns(mine, yours)
    is_alike = mine.sql == yours.sql
    if same is not None and is_alike and same.is_same_tree(mine.root, yours.root):
        return
    if mine.is_by_rowid and yours.is_by_rowid and mine.key == yours.key:
        ranges = same.ranges(mine.root, yours.root) if same is not None and is_alike else [None]
        for one in ranges:
            yield from _merged(_by_rowid(now, columns, one), _by_rowid(then, columns, one))
        return
    key = mine.key if mine.key == yours.key and mine.key else columns
    yield from _merged(_by_key(now, key, columns), _by_key(then, key, columns))


def rows(side: Side, columns: Sequence[str]) -> Iterator[Row]:
    """Read these columns of every row, in no order; of no columns, one empty row for each. Raises apsw.Error."""
    named, table = ", ".join(map(_value, columns)) or "NULL", _quoted(side.shape.name)
    for row in side.connection.execute(f"SELECT {named} FROM main.{table}"):  # noqa: S608 - names are quoted
        yield _told(row) if columns else ()


def _by_rowid(side: Side, columns: Sequence[str], within: Range | None) -> Rows:
    named = ", ".join(map(_value, columns))
    key, table = _quoted(side.shape.key[0]), _quoted(side.shape.name)
    # The least rowid has nothing before it that a number of 64 bits could name.
    where = "" if within is None else f" WHERE {key} BETWEEN ? AND ?"
    bounds = () if within is None else (within[0] + 1, within[1])
    for row in side.connection.execute(f"SELECT {key}, {named} FROM main.{table}{where} ORDER BY {key}", bounds):  # noqa: S608 - names are quoted
        yield row[:1], _told(row[1:])


def _by_key(side: Side, key: Sequence[str], columns: Sequence[str]) -> Rows:
    named, keys, table = ", ".join(map(_value, columns)), ", ".join(map(_value, key)), _quoted(side.shape.name)
    order = ", ".join(f"{_quoted(column)} COLLATE BINARY" for column in key)
    for row in side.connection.execute(f"SELECT {keys}, {named} FROM main.{table} ORDER BY {order}"):  # noqa: S608 - names are quoted
        yield _told(row[: 2 * len(key)]), _told(row[2 * len(key) :])


def _value(column: str) -> str:
    """A column as two: its value, text as bytes since a text may hold what is no text, and whether it is text."""
    name = _quoted(column)
    return f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) ELSE {name} END, typeof({name})"


@dataclass(frozen=True, slots=True)
class Text:
    """Text as its bytes."""

    data: bytes


def _told(row: Row) -> Row:
    return tuple(Text(value) if kind == "text" else value for value, kind in zip(row[::2], row[1::2], strict=True))


def shown(value: object) -> object:
    """A compared value as a caller wants it: text as text, what is no UTF-8 in it escaped."""
    return value.data.decode("utf-8", "backslashreplace") if isinstance(value, Text) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _order(key: Row) -> tuple[tuple[int, Any], ...]:
    """SQLite's own order: nothing, numbers, text, bytes (sqlite.org/datatype3.html, section 4.1)."""
    return tuple(_rank(value) for value in key)


def _rank(value: object) -> tuple[int, Any]:
    if value is None:
        return 0, 0
    if isinstance(value, int | float):
        return 1, value
    if isinstance(value, Text):
        return 2, value.data
    return 3, value


def _merged(now: Rows, then: Rows) -> Iterator[Change]:
    """Walk two sides in order of their keys."""
    ours, theirs = _grouped(now), _grouped(then)
    mine, yours = next(ours, None), next(theirs, None)
    while mine is not None or yours is not None:
        if yours is None or (mine is not None and mine[0] < yours[0]):
            assert mine is not None
            yield from _of_one_key(mine[1], [])
            mine = next(ours, None)
        elif mine is None or yours[0] < mine[0]:
            yield from _of_one_key([], yours[1])
            yours = next(theirs, None)
        else:
            yield from _of_one_key(mine[1], yours[1])
            mine, yours = next(ours, None), next(theirs, None)


def _grouped(rows: Rows) -> Iterator[tuple[Any, list[tuple[Row, Row]]]]:
    """Rows of one key together: more than one only where the key may be nothing or there is none."""
    for key, group in groupby(rows, key=lambda row: _order(row[0])):
        yield key, list(group)


def _of_one_key(now: list[tuple[Row, Row]], then: list[tuple[Row, Row]]) -> Iterator[Change]:
    if len(now) == len(then) == 1:
        if not _alike(now[0][1], then[0][1]):
            yield Change(now[0][0], now[0][1], then[0][1])
        return
    left = list(then)
    unlike = []
    for row in now:
        match = next((place for place, other in enumerate(left) if _alike(row[1], other[1])), None)
        if match is None:
            unlike.append(row)
        else:
            del left[match]
    paired = min(len(unlike), len(left))
    for mine, yours in zip(unlike, left, strict=False):
        yield Change(mine[0], mine[1], yours[1])
    for key, values in unlike[paired:]:
        yield Change(key, values, None)
    for key, values in left[paired:]:
        yield Change(key, None, values)


def _alike(one: Row, other: Row) -> bool:
    """Equal in value and in kind: 1 and 1.0 are two contents."""
    return one == other and all(type(mine) is type(yours) for mine, yours in zip(one, other, strict=True))
