"""Reckons the figures of the books: one pass over the ledger's lines, one over the vouchers. Leaves nothing on disk.

What is kept while reckoning grows with accounts, years and flats, never with the lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import apsw

from gharmitra_admin.engine.parts.books.accounts import BooksFigures, Movement, SocietyFigures
from gharmitra_admin.engine.parts.books.dues import DUES_ACCOUNTS, DuesBook, FlatDues
from gharmitra_admin.engine.parts.books.ledger import STRANGE, asked, exact_paise, text
from gharmitra_admin.engine.parts.books.rolling import Chart, Moved, charts, rolled
from gharmitra_admin.engine.parts.books.series import Series
from gharmitra_admin.engine.parts.books.years import Calendar, Year, calendars, iso_day

_LINES = """
    SELECT society_id, CAST(account_code AS BLOB), CAST(date AS BLOB), debit_amount, credit_amount, flat_id, journal_entry_id
    FROM transactions
"""
_VOUCHER = "SELECT id, society_id, CAST(entry_number AS BLOB), CAST(date AS BLOB), total_debit, total_credit"
_VOUCHERS = (f"{_VOUCHER}, is_reversed, original_entry_id FROM journal_entries", f"{_VOUCHER}, 0, NULL FROM journal_entries")
_SOCIETIES = "SELECT id, CAST(name AS BLOB) FROM societies ORDER BY id"
_COUNTS = {"flats": "flats", "members": "members", "documents": "voucher_attachments"}
_MOST_KEPT = 100_000  # of buckets, of vouchers that do not balance, of different dates: no society comes near
_SOCIETIES_KEPT = 1000
_EXAMPLES = 20
Place = tuple[int, bool]  # which year a date is in, by its place in a list, and whether the date is still to come
_NO_YEAR = -1


@dataclass(slots=True)
class _Society:
    """One society as it is reckoned."""

    vouchers: int = 0
    by_year: Counter[int] = field(default_factory=Counter)  # by the year's place in the list
    later: int = 0
    series: Series = field(default_factory=Series)
    unbalanced: int = 0
    examples: list[str] = field(default_factory=list)
    undated: int = 0
    unread: int = 0
    loose_lines: int = 0
    loose: int = 0


class _TooStrange(Exception):
    """No society's books: more accounts, years or faults than are kept."""


def reckon(connection: apsw.Connection, *, today: date) -> BooksFigures | None:
    """Reckon the figures of every society in a file, as on a local day; None where the database is not GharMitra's.

    Raises apsw.Error for damage, a failing drive and an interrupt, never for a strange schema.
    """
    try:
        return _Reckoning(connection, today.isoformat()).figures()
    except (*STRANGE, _TooStrange):
        return None


class _Reckoning:
    """The state of one reckoning."""

    def __init__(self, connection: apsw.Connection, today: str) -> None:
        self._connection, self._today = connection, today
        self._calendars = calendars(connection)
        self._dues = DuesBook(connection)
        self._societies: dict[object, _Society] = {}
        self._years: dict[Year, int] = {}
        self._places: dict[tuple[object, object], Place] = {}
        self._moved: dict[tuple[object, object, int, bool], Moved] = {}
        self._unbalanced: dict[tuple[object, object], int] = {}

    def figures(self) -> BooksFigures:
        self._read_lines()
        self._read_vouchers()
        names = {number: text(name) for number, name in asked(self._connection, _SOCIETIES)}
        numbers = sorted({number for number in (*names, *self._societies) if isinstance(number, int)})
        if len(numbers) > _SOCIETIES_KEPT:
            raise _TooStrange
        chart, moved, dues = charts(self._connection), self._moved_by_society(), _by_society(self._dues.flats())
        return BooksFigures(
            as_on=self._today,
            societies=tuple(
                self._society(number, names.get(number, ""), moved.get(number, {}), chart.get(number, Chart()), dues.get(number, []))
                for number in numbers
            ),
        )

    def _of(self, society: object) -> _Society:
        if society not in self._societies:
            self._keep_few(self._societies)
            self._societies[society] = _Society()
        return self._societies[society]

    def _read_lines(self) -> None:
        dues_accounts = {code.encode() for code in DUES_ACCOUNTS}
        places, moved, unbalanced = self._places, self._moved, self._unbalanced
        for society, code, day, debit, credit, flat, voucher in self._connection.execute(_LINES):
            year, is_later = places.get((society, day)) or self._place(society, day)
            debits = debit * 100 if type(debit) is int else self._amount(society, debit)
            credits_ = credit * 100 if type(credit) is int else self._amount(society, credit)
            net = debits - credits_
            if year == _NO_YEAR:
                self._of(society).undated += 1
            else:
                bucket = moved.get((society, code, year, is_later)) or self._bucket(society, code, year, is_later)
                bucket.debit += debits
                bucket.credit += credits_
            if code in dues_accounts:
                self._dues.add(flat, society, net, voucher)
            if voucher is None:
                self._of(society).loose_lines += 1
                self._of(society).loose += net
            elif left := unbalanced.pop((society, voucher), 0) + net:
                unbalanced[society, voucher] = left
                self._keep_few(unbalanced)

    def _amount(self, society: object, value: object) -> int:
        found = exact_paise(value)
        if found is None and value is not None:
            self._of(society).unread += 1
        return found or 0

    def _place(self, society: object, day: object) -> Place:
        said = iso_day(day)
        place = (_NO_YEAR, False) if said is None else (self._number(self._calendar(society).year_of(said)), said > self._today)
        if len(self._places) < _MOST_KEPT:
            self._places[society, day] = place
        return place

    def _number(self, year: Year) -> int:
        return self._years.setdefault(year, len(self._years))

    def _calendar(self, society: object) -> Calendar:
        return self._calendars.get(society, Calendar())

    def _bucket(self, society: object, code: object, year: int, is_later: bool) -> Moved:
        self._of(society)
        self._keep_few(self._moved)
        return self._moved.setdefault((society, code, year, is_later), Moved())

    @staticmethod
    def _keep_few(kept: Sized) -> None:
        if len(kept) > _MOST_KEPT:
            raise _TooStrange

    def _read_vouchers(self) -> None:
        for row, society, number, day, debit, credit, is_cancelled, original in self._voucher_rows():
            found, shown = self._of(society), text(number)
            found.vouchers += 1
            found.series.add(shown, is_reversal=original is not None, is_cancelled=bool(is_cancelled))
            year, is_later = self._places.get((society, day)) or self._place(society, day)
            if year != _NO_YEAR:
                found.by_year[year] += 1
            found.later += is_later
            if self._unbalanced.pop((society, row), 0) or (debit != credit and exact_paise(debit) != exact_paise(credit)):
                found.unbalanced += 1
                if len(found.examples) < _EXAMPLES:
                    found.examples.append(shown)
        for society, _ in self._unbalanced:  # lines of a voucher that is not there
            self._of(society).unbalanced += 1

    def _voucher_rows(self) -> Iterator[tuple[Any, ...]]:
        for query in _VOUCHERS:
            try:
                rows = self._connection.execute(query)
            except STRANGE:
                continue
            return rows
        return iter(())

    def _moved_by_society(self) -> dict[object, dict[tuple[Year, bool], dict[str, Moved]]]:
        """What moved, by society, then by year and whether it is still to come, then by account."""
        years = list(self._years)
        found: dict[object, dict[tuple[Year, bool], dict[str, Moved]]] = {}
        for (society, code, number, is_later), one in self._moved.items():
            accounts = found.setdefault(society, {}).setdefault((years[number], is_later), {})
            accounts.setdefault(text(code), Moved()).add(one)
        return found

    def _society(
        self, number: int, name: str, moved: Mapping[tuple[Year, bool], Mapping[str, Moved]], chart: Chart, dues: Sequence[FlatDues]
    ) -> SocietyFigures:
        found, calendar, years = self._societies.get(number, _Society()), self._calendar(number), list(self._years)
        this_year = calendar.year_of(self._today)
        vouchers = Counter({years[place]: count for place, count in found.by_year.items()})
        books = rolled(chart, _both(moved), {*calendar.declared, this_year, *vouchers}, vouchers)
        ahead = sorted(moved.get((this_year, True), {}).items())
        return SocietyFigures(
            id=number,
            name=name,
            accounts=books.accounts,
            years=books.years,
            later_vouchers=found.later,
            later=tuple(Movement(code, one.debit, one.credit) for code, one in ahead),
            series=found.series.figures(),
            vouchers=found.vouchers,
            dues=tuple(flat for flat in dues if flat.paise),
            dues_of_no_flat=self._dues.rest[number],
            unbalanced_count=found.unbalanced,
            unbalanced=tuple(found.examples),
            opening_difference=books.opening_difference,
            undated_lines=found.undated,
            unread_amounts=found.unread,
            loose_lines=found.loose_lines,
            loose=found.loose,
            **{field: self._count(table, number) for field, table in _COUNTS.items()},
        )

    def _count(self, table: str, society: int) -> int:
        rows = asked(self._connection, f"SELECT count(*) FROM {table} WHERE society_id = {society:d}")  # noqa: S608 - both are ours
        return int(str(rows[0][0])) if rows else 0


def _both(moved: Mapping[tuple[Year, bool], Mapping[str, Moved]]) -> dict[Year, dict[str, Moved]]:
    """By year alone: what has come, and what is still to come."""
    found: dict[Year, dict[str, Moved]] = {}
    for (year, _), accounts in moved.items():
        for code, one in accounts.items():
            found.setdefault(year, {}).setdefault(code, Moved()).add(one)
    return found


def _by_society(dues: Sequence[FlatDues]) -> dict[int | None, list[FlatDues]]:
    found: dict[int | None, list[FlatDues]] = {}
    for flat in dues:
        found.setdefault(flat.society_id, []).append(flat)
    return found
