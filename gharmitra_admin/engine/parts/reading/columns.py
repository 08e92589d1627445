"""What a column holds, as far as showing and searching it needs that. Leaves nothing on disk."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from gharmitra_admin.engine.parts.books.places import TABLES, known_by, ordered, searched_by
from gharmitra_admin.engine.parts.reading.secrets import is_secret
from gharmitra_admin.engine.parts.tables import Shape

MOST_COLUMNS = 200
_NO_RUPEES = frozenset({"area_sqft", "quantity", "depreciation_rate", "interest_rate", "gst_rate", "tds_rate"})
_CHOICE = re.compile(r"(^|_)(status|type|mode|role|priority|scope|frequency|method|severity|gateway)$")
_LONG = frozenset({"JSON", "BLOB"})


class Holds(enum.Enum):
    """What stands in a column."""

    AMOUNT = "amount"  # rupees
    DATE = "date"
    MOMENT = "moment"  # as GharMitra writes it: UTC, without saying so
    YES_NO = "yes_no"
    CHOICE = "choice"  # one of a few words in capitals
    NUMBER = "number"
    TEXT = "text"
    LONG = "long"  # what programs wrote for programs; not searched
    REFERENCE = "reference"  # the number of a row elsewhere, shown by what people know that row by
    SECRET = "secret"  # noqa: S105 - a word of this list


# The first that a declared type begins with; DATETIME stands before DATE.
_BY_TYPE = {
    "BOOL": Holds.YES_NO,
    "DATETIME": Holds.MOMENT,
    "TIMESTAMP": Holds.MOMENT,
    "DATE": Holds.DATE,
    "NUMERIC": Holds.AMOUNT,
    "DECIMAL": Holds.AMOUNT,
    "REAL": Holds.NUMBER,
    "FLOAT": Holds.NUMBER,
    "DOUBLE": Holds.NUMBER,
    "INT": Holds.NUMBER,
    "BIGINT": Holds.NUMBER,
    "SMALLINT": Holds.NUMBER,
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a number points to. ``shown``: the columns people know such a row by; ``searched``: those they look for it by."""

    table: str
    key: str
    shown: tuple[str, ...]
    searched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    holds: Holds
    refers: Link | None = None


def columns_of(connection: apsw.Connection, shape: Shape, shapes: Mapping[str, Shape]) -> tuple[Column, ...]:
    """Tell the columns of a table, the telling ones first. Raises apsw.Error, UnicodeDecodeError."""
    asked = connection.execute("SELECT name, upper(type) FROM pragma_table_xinfo(?) WHERE hidden = 0", (shape.name,))
    declared = {str(name): str(kind) for name, kind in asked.fetchall()}
    links = _links(connection, shape.name, shapes)
    is_whole_secret = is_secret(shape.name)
    names = ordered(shape.name, shape.columns)[:MOST_COLUMNS]
    found = []
    for name in names:
        holds = _holds(shape.name, name, declared.get(name, ""), is_whole_secret=is_whole_secret)
        refers = links.get(name) if holds is not Holds.SECRET else None
        found.append(Column(name, Holds.REFERENCE if refers else holds, refers))
    return tuple(found)


def _links(connection: apsw.Connection, table: str, shapes: Mapping[str, Shape]) -> dict[str, Link]:
    rows: list[tuple[Any, ...]] = connection.execute(
        'SELECT "from", "table", coalesce("to", \'\') FROM pragma_foreign_key_list(?)', (table,)
    ).fetchall()
    found = {}
    for column, other, to in rows:
        target = shapes.get(other)
        if target is None:
            continue
        shown, searched = (_open(target, names) for names in (known_by(other), searched_by(other)))
        key = to or (target.key[0] if len(target.key) == 1 else "")
        if shown and key in target.columns:
            found[column] = Link(other, key, shown, searched or shown)
    return found


def _open(target: Shape, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in target.columns and not is_secret(name))


def _of_rupees(table: str, name: str, declared: str) -> Holds:
    return Holds.AMOUNT if table in TABLES and declared.endswith("2)") and name not in _NO_RUPEES else Holds.NUMBER


def _holds(table: str, name: str, declared: str, *, is_whole_secret: bool) -> Holds:
    if is_secret(name):
        return Holds.SECRET
    for beginning, holds in _BY_TYPE.items():
        if declared.startswith(beginning):
            return _of_rupees(table, name, declared) if holds is Holds.AMOUNT else holds
    if is_whole_secret:
        return Holds.SECRET
    if declared in _LONG:
        return Holds.LONG
    return Holds.CHOICE if table in TABLES and _CHOICE.search(name) else Holds.TEXT
