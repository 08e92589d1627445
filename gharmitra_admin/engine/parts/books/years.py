"""Which financial year a voucher's date is in: as GharMitra's own table says, else April to March. Leaves nothing on disk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import apsw

from gharmitra_admin.engine.parts.books.accounts import YearStatus
from gharmitra_admin.engine.parts.books.ledger import asked, text

_YEARS = "SELECT society_id, CAST(start_date AS BLOB), CAST(end_date AS BLOB), CAST(status AS BLOB), id FROM financial_years ORDER BY id"
_STATUS = {
    "OPEN": YearStatus.OPEN,
    "PROVISIONAL_CLOSE": YearStatus.PROVISIONALLY_CLOSED,
    "FINAL_CLOSE": YearStatus.FINALLY_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Year:
    """From its first day to its last, in ISO 8601. ``row``: its id in GharMitra's table, None where it has none."""

    first: str
    last: str
    status: YearStatus | None = None
    row: object = None

    @property
    def name(self) -> str:
        """As people write it: 2025-26, or 2025 where it begins in January."""
        return self.first[:4] if self.first[:4] == self.last[:4] else f"{self.first[:4]}-{self.last[2:4]}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The financial years of one society, by their first days; GharMitra lets none overlap."""

    declared: Sequence[Year] = ()

    def year_of(self, day: str) -> Year:
        place = bisect_right(self.declared, day, key=lambda year: year.first)
        if place and day <= self.declared[place - 1].last:
            return self.declared[place - 1]
        began = int(day[:4]) - (day[5:7] < "04")
        return Year(f"{began:04d}-04-01", f"{began + 1:04d}-03-31")


def calendars(connection: apsw.Connection) -> Mapping[object, Calendar]:
    """The calendar of every society that has one."""
    found: dict[object, list[Year]] = {}
    for society, first, last, status, row in asked(connection, _YEARS):
        began, ends = iso_day(first), iso_day(last)
        if began is not None and ends is not None and began <= ends:
            found.setdefault(society, []).append(Year(began, ends, _STATUS.get(text(status).upper()), row))
    return {society: Calendar(tuple(sorted(years, key=lambda year: year.first))) for society, years in found.items()}


def iso_day(value: object) -> str | None:
    """A stored date as ISO 8601; None where it is none."""
    try:
        return date.fromisoformat(text(value)[:10]).isoformat()
    except ValueError:
        return None
