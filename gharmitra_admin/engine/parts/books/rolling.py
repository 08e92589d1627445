"""From opening to closing, year after year: what an account closed with is what it opens with. Leaves nothing on disk.

The first opening is that of GharMitra's chart of accounts, on the account's natural side, or the one entered for the first year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import apsw

from gharmitra_admin.engine.parts.books.accounts import RESULT_TYPES, Account, AccountFigures, YearFigures
from gharmitra_admin.engine.parts.books.ledger import asked, exact_paise, text
from gharmitra_admin.engine.parts.books.years import Year

_CHART = "SELECT society_id, id, CAST(code AS BLOB), CAST(name AS BLOB), CAST(type AS BLOB), opening_balance FROM account_codes ORDER BY id"
_ENTERED = """
    SELECT society_id, financial_year_id, account_head_id, opening_balance, CAST(balance_type AS BLOB) FROM opening_balances
    WHERE NOT calculated_from_previous_year
"""  # GharMitra's own are what the accounts came to on the day of closing, later entries, income and expense included
_CREDIT_SIDE = frozenset({"LIABILITY", "CAPITAL", "INCOME"})


@dataclass(slots=True)
class Moved:
    """What an account got and gave in one year, in paise."""

    debit: int = 0
    credit: int = 0

    def add(self, other: Moved) -> None:
        self.debit += other.debit
        self.credit += other.credit


@dataclass(slots=True)
class Chart:
    """A society's heads of account by code, their openings in paise, and openings entered for a year (by its row) and code."""

    accounts: dict[str, Account] = field(default_factory=dict)
    openings: dict[str, int] = field(default_factory=dict)
    entered: dict[object, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True, slots=True)
class Rolled:
    """The books of one society, year after year."""

    accounts: tuple[Account, ...]
    years: tuple[YearFigures, ...]
    opening_difference: int


def charts(connection: apsw.Connection) -> Mapping[object, Chart]:
    """The chart of accounts of every society."""
    found: dict[object, Chart] = defaultdict(Chart)
    codes: dict[tuple[object, object], str] = {}
    for society, row, code, name, kind, opening in asked(connection, _CHART):
        account = Account(text(code), text(name), text(kind).upper())
        found[society].accounts[account.code] = account
        found[society].openings[account.code] = (exact_paise(opening) or 0) * (-1 if account.type in _CREDIT_SIDE else 1)
        codes[society, row] = account.code
    for society, year, row, opening, side in asked(connection, _ENTERED):
        if (society, row) in codes:
            sign = -1 if text(side).upper() == "CREDIT" else 1
            found[society].entered[year][codes[society, row]] = sign * (exact_paise(opening) or 0)
    return found


def rolled(chart: Chart, moved: Mapping[Year, Mapping[str, Moved]], known: AbstractSet[Year], vouchers: Counter[Year]) -> Rolled:
    """Roll the accounts from year to year; ``known`` are years without a line of their own."""
    years = sorted({*known, *moved}, key=lambda year: (year.first, year.last))
    balances = Counter({**chart.openings, **chart.entered.get(years[0].row, {})})
    difference, forward, later = sum(balances.values()), 0, sum(vouchers.values())
    found: list[YearFigures] = []
    used: set[str] = set()
    for year in years:
        later -= vouchers[year]
        rows = tuple(_rows(balances, moved.get(year, {})))
        used.update(row.code for row in rows)
        found.append(YearFigures(year.name, year.first, year.last, year.status, rows, vouchers[year], later, forward))
        forward += _close(chart, balances, rows)
    accounts = tuple(chart.accounts.get(code) or Account(code, "", "") for code in sorted(used))
    return Rolled(accounts, tuple(found), difference)


def _rows(balances: Mapping[str, int], moved: Mapping[str, Moved]) -> Iterator[AccountFigures]:
    """The accounts of one year that have any figure, by their codes."""
    for code in sorted({code for code, opening in balances.items() if opening} | moved.keys()):
        opening, one = balances.get(code, 0), moved.get(code) or Moved()
        if opening or one.debit or one.credit:
            yield AccountFigures(code, opening, one.debit, one.credit, opening + one.debit - one.credit)


def _close(chart: Chart, balances: Counter[str], rows: Iterable[AccountFigures]) -> int:
    """Carry the balances into the next year; what income and expense came to is given back, and they begin again."""
    result = 0
    for row in rows:
        account = chart.accounts.get(row.code)
        is_result = account is not None and account.type in RESULT_TYPES
        result += row.closing if is_result else 0
        balances[row.code] = 0 if is_result else row.closing
    return result
