"""How the rows of one table are stored: which place of a record is which column. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from gharmitra_admin.engine.parts.salvage.records import Value

_NORMAL, _STORED_GENERATED = 0, 3
_ROWIDS = ("rowid", "_rowid_", "oid")


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a record. ``is_given``: its value is written; else SQLite makes it."""

    column: str
    must_have: bool
    is_text: bool
    is_given: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """One table as its records have it. ``alias``: the place of the column that is the row's own number."""

    name: str
    stored: tuple[Place, ...]
    has_rowid: bool
    alias: int | None
    rowid_name: str | None  # None: every name of it is taken by a column
    key: tuple[str, ...]

    def accepts(self, values: Sequence[Value]) -> bool:
        """Whether a record can be a row of this table. A record may be shorter: columns added later have their default."""
        if not values or len(values) > len(self.stored):
            return False
        if self.alias is not None and (len(values) <= self.alias or values[self.alias] is not None):
            return False
        for place, (told, value) in enumerate(zip(self.stored, values, strict=False)):
            if value is None and told.must_have and place != self.alias:
                return False
            if told.is_text and isinstance(value, int | float):
                return False
        return True


def of_table(connection: apsw.Connection, name: str) -> Shape:
    """Read the shape of a table that stands in a database. Raises apsw.Error."""
    rows: list[tuple[Any, ...]] = connection.execute(
        'SELECT cid, name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid', (name,)
    ).fetchall()
    has_rowid = connection.execute("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", (name,)).fetchall() == [(0,)]
    places = {cid: _place(column, kind, bool(must), hidden) for cid, column, kind, must, _pk, hidden in rows}
    order = [cid for cid, *_rest, hidden in rows if hidden in (_NORMAL, _STORED_GENERATED)]
    indexes = connection.execute("SELECT name FROM pragma_index_list(?) WHERE origin = 'pk'", (name,)).fetchall()
    if not has_rowid and indexes:
        parts = connection.execute("SELECT cid FROM pragma_index_xinfo(?) ORDER BY seqno", (indexes[0][0],)).fetchall()
        order = [cid for (cid,) in parts if cid in order]
    keys = sorted((pk, cid, column, kind) for cid, column, kind, _must, pk, _hidden in rows if pk)
    is_alias = has_rowid and len(keys) == 1 and keys[0][3].upper() == "INTEGER" and not indexes
    taken = {column.lower() for _cid, column, *_rest in rows}
    return Shape(
        name,
        tuple(places[cid] for cid in order),
        has_rowid,
        order.index(keys[0][1]) if is_alias else None,
        next((one for one in _ROWIDS if one not in taken), None) if has_rowid else None,
        tuple(column for _pk, _cid, column, _kind in keys),
    )


def of_index(name: str, fields: int) -> Shape:
    """The shape of an index's lines, of which nothing is known but how many values they have."""
    return Shape(name, (Place("", must_have=False, is_text=False, is_given=False),) * fields, False, None, None, ())


def _place(column: str, kind: str, must_have: bool, hidden: int) -> Place:
    """SQLite's own rule of affinity (sqlite.org/datatype3.html, section 3.1), as far as it matters here."""
    upper = kind.upper()
    is_text = "INT" not in upper and any(part in upper for part in ("CHAR", "CLOB", "TEXT"))
    return Place(column, must_have, is_text, hidden == _NORMAL)
