"""Receipt and voucher numbers that would be given a second time. Leaves nothing on disk.

GharMitra gives the greatest number of a series and society plus one. So every number above the greatest that a backup knows is given
again after going back to it, though it stands on paper already.
"""

from __future__ import annotations

import re
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
# Answered from the index of the numbers alone, and enough where all its numbers are below: so nearly always.
_HIGHEST_OF_ALL = """
    SELECT max(CAST(substr({column}, length(:series) + 1) AS INTEGER)) FROM main.{table}
    WHERE {column} >= :series || '0' AND {column} < :series || ':' AND typeof({column}) = 'text'
    AND rtrim({column}, '0123456789') = :series COLLATE BINARY AND length({column}) - length(:series) <= 18
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
    runs: list[list[int]] = field(default_factory=list)  # first and last, in the order of their coming
    digits: int = 18  # the fewest seen: numbers are filled up with noughts to these
    on_receipts: bool = False


class Numbers:
    """Takes the rows of vouchers and receipts that differ, and keeps the numbers that only the books have given."""

    def __init__(self, then: apsw.Connection) -> None:
        self._then = then
        self._of_all: dict[tuple[str, str], int] = {}
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
        if self._is_above(table, series, serial):
            found = self._found.setdefault(series, _Found())
            if found.runs and found.runs[-1][1] + 1 == serial:
                found.runs[-1][1] = serial
            else:
                found.runs.append([serial, serial])
            found.digits = min(found.digits, len(parts[2]))
            found.on_receipts |= table == "payments" or str(now.get("voucher_type")).upper() == "RECEIPT"

    def again(self) -> tuple[NumbersAgain, ...]:
        """Tell the runs, those of receipts first."""
        runs = [run for series, found in self._found.items() for run in _runs(series, found)]
        return tuple(sorted(runs, key=lambda run: (not run.on_receipts, str(run.society))))

    def _is_above(self, table: str, series: Series, serial: int) -> bool:
        """Whether the backup knows no such number nor a greater one, of this society."""
        if (table, series[1]) not in self._of_all:
            self._of_all[table, series[1]] = _read_highest_of_all(self._then, table, series[1])
        if serial > self._of_all[table, series[1]]:
            return True
        if table not in self._highest:
            self._highest[table] = _read_highest(self._then, table)
        return serial > self._highest[table].get(series, 0)


def _name(row: Row, column: str) -> tuple[object, object]:
    return row.get("society_id"), row.get(column)


def _read_highest_of_all(connection: apsw.Connection, table: str, series: str) -> int:
    try:
        found = connection.execute(_HIGHEST_OF_ALL.format(table=table, column=COLUMNS[table]), {"series": series}).fetchone()
    except STRANGE:
        return 0
    return found[0] if found is not None and isinstance(found[0], int) else 0


def _read_highest(connection: apsw.Connection, table: str) -> dict[Series, int]:
    try:
        rows = connection.execute(_HIGHEST.format(table=table, column=COLUMNS[table]))
        return {(society, text(series)): serial for society, series, serial in rows}
    except STRANGE:
        return {}


def _runs(series: Series, found: _Found) -> Iterator[NumbersAgain]:
    joined: list[list[int]] = []
    for first, last in sorted(found.runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    for first, last in joined:
        yield _run(series, found, first, last)


def _run(series: Series, found: _Found, first: int, last: int) -> NumbersAgain:
    society, prefix = series
    ends = [f"{prefix}{serial:0{found.digits}d}" for serial in (first, last)]
    return NumbersAgain(society, ends[0], ends[1], last - first + 1, found.on_receipts)
