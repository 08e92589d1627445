"""Receipt and voucher numbers that would be given a second time. Leaves nothing on disk.

GharMitra gives the greatest number of a series and society plus one. So every number above the greatest that a backup knows is given
again after going back to it, though it stands on paper already.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import apsw

from gharmitra_admin.engine.parts.books.ledger import STRANGE, text

COLUMNS = {"journal_entries": "entry_number", "payments": "receipt_number"}
_PARTS = re.compile(r"(?s)(.*?)(?<![0-9])([0-9]{1,18})\Z")
_HIGHEST = """
    SELECT society_id, CAST(series AS BLOB), max(CAST(substr({column}, length(series) + 1) AS INTEGER))
    FROM (SELECT society_id, {column}, rtrim({column}, '0123456789') AS series FROM main.{table} WHERE typeof({column}) = 'text')
    WHERE length({column}) - length(series) BETWEEN 1 AND 18 GROUP BY society_id, series
"""
Row = Mapping[str, object]
Series = tuple[object, str]  # society and what stands before the digits


@dataclass(frozen=True, slots=True)
class NumbersAgain:
    """Numbers in one unbroken run that would be given again. ``on_receipts``: members have them on paper."""

    society: object
    first: str
    last: str
    count: int
    on_receipts: bool


@dataclass(slots=True)
class _Found:
    serials: array[int] = field(default_factory=lambda: array("q"))
    digits: int = 18  # the fewest seen: numbers are filled up with noughts to these
    on_receipts: bool = False


class Numbers:
    """Takes the rows of vouchers and receipts that differ, and keeps the numbers that only the books have given."""

    def __init__(self, then: apsw.Connection) -> None:
        self._then = then
        self._highest: dict[str, dict[Series, int]] = {}
        self._found: dict[Series, _Found] = {}

    def add(self, table: str, now: Row | None, then: Row | None) -> None:
        """Take one row that differs; ``then`` None where only the books have it."""
        column = COLUMNS[table]
        number = now.get(column) if now is not None else None
        if now is None or not isinstance(number, str) or (then is not None and _name(then, column) == _name(now, column)):
            return
        parts = _PARTS.match(number)
        if parts is None:
            return
        series, serial = (now.get("society_id"), parts[1]), int(parts[2])
        if serial > self._highest_of(table).get(series, 0):
            found = self._found.setdefault(series, _Found())
            found.serials.append(serial)
            found.digits = min(found.digits, len(parts[2]))
            found.on_receipts |= table == "payments" or str(now.get("voucher_type")).upper() == "RECEIPT"

    def again(self) -> tuple[NumbersAgain, ...]:
        """Tell the runs, those of receipts first."""
        runs = [run for series, found in self._found.items() for run in _runs(series, found)]
        return tuple(sorted(runs, key=lambda run: (not run.on_receipts, str(run.society))))

    def _highest_of(self, table: str) -> dict[Series, int]:
        if table not in self._highest:
            self._highest[table] = _read_highest(self._then, table)
        return self._highest[table]


def _name(row: Row, column: str) -> tuple[object, object]:
    return row.get("society_id"), row.get(column)


def _read_highest(connection: apsw.Connection, table: str) -> dict[Series, int]:
    try:
        rows = connection.execute(_HIGHEST.format(table=table, column=COLUMNS[table]))
        return {(society, text(series)): serial for society, series, serial in rows}
    except STRANGE:
        return {}


def _runs(series: Series, found: _Found) -> Iterator[NumbersAgain]:
    serials = sorted(found.serials)
    first = last = serials[0]
    count = 1
    for serial in serials[1:]:
        if serial > last + 1:
            yield _run(series, found, first, last, count)
            first, count = serial, 0
        count += serial != last
        last = serial
    yield _run(series, found, first, last, count)


def _run(series: Series, found: _Found, first: int, last: int, count: int) -> NumbersAgain:
    society, prefix = series
    ends = [f"{prefix}{serial:0{found.digits}d}" for serial in (first, last)]
    return NumbersAgain(society, ends[0], ends[1], count, found.on_receipts)
