"""Saved rows on their way into the new database: each into its table, or set aside where it has no place there.

Leaves rows in the table ``lost_and_found``, which is made at the first of them: of which table, why, from which page, and the values.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field

import apsw

from gharmitra_admin.engine.parts.salvage.records import Record, Value
from gharmitra_admin.engine.parts.salvage.shape import Place, Shape
from gharmitra_admin.engine.parts.salvage.target import Target
from gharmitra_admin.engine.parts.tables.differences import Text

LOST_AND_FOUND = "lost_and_found"
_FIXED = ("of_table", "why", "page", "number")
_MOST_VALUES = 1500
_SOME_VALUES = 8


class Why(enum.Enum):
    """Why a row was set aside."""

    TAKEN = "taken"  # another row with other values has its key
    RULE = "rule"  # a rule of the table forbids it
    FREE = "free"  # it stood on a page that was free: deleted, or an older state
    NO_TABLE = "no_table"  # no table is known to which it belongs


@dataclass(slots=True)
class Count:
    """What became of the rows of one table. ``unsure``: of the saved, those that may be old; ``cut``: those whose end is missing."""

    saved: int = 0
    set_aside: int = 0
    unsure: int = 0
    cut: int = 0


@dataclass(slots=True)
class Rows:
    """Writes rows and counts them."""

    target: Target
    counts: dict[str | None, Count] = field(default_factory=dict)
    _statements: dict[tuple[str, int, tuple[int, ...]], str] = field(default_factory=dict)
    _lost_table: str = ""
    _width: int = 0

    def count(self, table: str | None) -> Count:
        return self.counts.setdefault(table, Count())

    def save(self, table: Shape, record: Record, page: int, *, is_unsure: bool = False) -> bool:
        """Write a row into its table; tells whether it is there now and was not before. Raises apsw.Error for what the world does."""
        try:
            self._insert(table, record)
        except apsw.ConstraintError as error:
            if not _is_double(error):
                self.set_aside(table.name, record, page, Why.RULE)
            elif not self._is_there(table, record):
                self.set_aside(table.name, record, page, Why.TAKEN)
            return False
        except (apsw.MismatchError, apsw.TooBigError):
            self.set_aside(table.name, record, page, Why.RULE)
            return False
        counted = self.count(table.name)
        counted.saved += 1
        counted.unsure += is_unsure
        counted.cut += record.is_cut
        return True

    def _insert(self, table: Shape, record: Record) -> None:
        values = _given(table, record)
        self.target.connection.execute(self._statement("INSERT", table, record), values)

    def _is_there(self, table: Shape, record: Record) -> bool:
        """Whether the very same row is there already."""
        connection = self.target.connection
        return bool(connection.execute(self._statement("SELECT", table, record), _given(table, record)).fetchall())

    def _statement(self, verb: str, table: Shape, record: Record) -> str:
        number = min(len(record.values), len(table.stored))
        raw = tuple(place for place in range(number) if isinstance(record.values[place], Text))
        key = (verb + table.name, number, raw)
        if key not in self._statements:
            if len(self._statements) > 10_000:
                self._statements.clear()
            self._statements[key] = _insert_of(table, number, raw) if verb == "INSERT" else _select_of(table, number, raw)
        return self._statements[key]

    def set_aside(self, table: str | None, record: Record, page: int, why: Why) -> None:
        """Keep a row that has no place in its table."""
        values = record.values[:_MOST_VALUES]
        self._make_room(len(values))
        named = ", ".join([*_FIXED, *(f"value{place + 1}" for place in range(len(values)))])
        marks = ["?"] * len(_FIXED) + ["CAST(? AS TEXT)" if isinstance(value, Text) else "?" for value in values]
        self.target.connection.execute(
            f"INSERT INTO {self._lost_table} ({named}) VALUES ({', '.join(marks)})",  # noqa: S608 - names are ours
            (table, why.value, page, record.rowid, *map(_bound, values)),
        )
        self.count(table).set_aside += 1

    def _make_room(self, width: int) -> None:
        connection = self.target.connection
        if not self._lost_table:
            taken = {name.lower() for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
            number = 0
            while (name := LOST_AND_FOUND + (f"_{number}" if number else "")) in taken:
                number += 1
            self._width = max(_SOME_VALUES, max((len(one.stored) for one in self.target.shapes.values()), default=0))
            columns = ", ".join([*_FIXED, *(f"value{place + 1}" for place in range(self._width))])
            connection.execute(f"CREATE TABLE {name} ({columns})")
            self._lost_table = name
        for place in range(self._width, width):
            connection.execute(f"ALTER TABLE {self._lost_table} ADD COLUMN value{place + 1}")
        self._width = max(self._width, width)


def _is_double(error: apsw.ConstraintError) -> bool:
    doubles = (apsw.SQLITE_CONSTRAINT_PRIMARYKEY, apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_ROWID)
    return getattr(error, "extendedresult", 0) in doubles


def _places(table: Shape, number: int) -> list[tuple[int, Place]]:
    """The places of a record whose values are written; the row's own number is written apart."""
    return [(place, told) for place, told in enumerate(table.stored[:number]) if told.is_given and place != table.alias]


def _given(table: Shape, record: Record) -> Sequence[Value]:
    values = [_bound(record.values[place]) for place, _told in _places(table, len(record.values))]
    return [record.rowid, *values] if _numbered(table) else values


def _numbered(table: Shape) -> str | None:
    """The name under which the row's own number is written; None where it has none, or none can be named."""
    return table.stored[table.alias].column if table.alias is not None else table.rowid_name


def _bound(value: Value) -> Value:
    return value.data if isinstance(value, Text) else value


def _mark(place: int, raw: Sequence[int]) -> str:
    return "CAST(? AS TEXT)" if place in raw else "?"


def _insert_of(table: Shape, number: int, raw: Sequence[int]) -> str:
    places = _places(table, number)
    names = [told.column for _place, told in places]
    marks = [_mark(place, raw) for place, _told in places]
    if own := _numbered(table):
        names, marks = [own, *names], ["?", *marks]
    if not names:
        return f"INSERT INTO main.{quoted(table.name)} DEFAULT VALUES"
    return f"INSERT INTO main.{quoted(table.name)} ({', '.join(map(quoted, names))}) VALUES ({', '.join(marks)})"  # noqa: S608 - names are quoted


def _select_of(table: Shape, number: int, raw: Sequence[int]) -> str:
    terms = [f"{quoted(told.column)} IS {_mark(place, raw)} COLLATE BINARY" for place, told in _places(table, number)]
    if own := _numbered(table):
        terms = [f"{quoted(own)} IS ?", *terms]
    return f"SELECT 1 FROM main.{quoted(table.name)} WHERE {' AND '.join(terms) or '1'} LIMIT 1"  # noqa: S608 - names are quoted


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
