"""What a flat owed on a day: its lines in the members' account, with the balance after each. Leaves nothing on disk.

GharMitra keeps all members' dues in one account and writes the flat beside each line; the lines of the bank beside them are not the flat's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw

from gharmitra_admin.engine.parts.books.meaning import paise
from gharmitra_admin.engine.parts.reading.cells import day_of
from gharmitra_admin.engine.parts.tables import Shape

DUES = "1100"
_DUES_USE = "maintenance_receivable"
_YEAR_BEGINS = 4  # April
_LINES = """
    SELECT t.date, j.entry_number, t.description, t.debit_amount, t.credit_amount FROM main.transactions AS t
    LEFT JOIN main.journal_entries AS j ON j.id = t.journal_entry_id WHERE t.flat_id = ?
"""
_CODES = """
    SELECT code FROM main.account_codes
    WHERE utility_type = ? AND society_id = (SELECT society_id FROM main.flats WHERE id = ?) LIMIT 50
"""
_NEEDED = {
    "flats": {"id", "flat_number"},
    "transactions": {"id", "flat_id", "account_code", "date", "debit_amount", "credit_amount", "description", "journal_entry_id"},
    "journal_entries": {"id", "entry_number"},
}


@dataclass(frozen=True, slots=True)
class Flat:
    """One flat. ``society``: its society's name, only where the file holds more than one."""

    number: int
    name: str
    owner: str
    society: str = ""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line. Amounts in paise; ``balance_paise`` after it: above zero is owed, below is paid ahead."""

    day: date
    voucher: str
    text: str
    debit_paise: int
    credit_paise: int
    balance_paise: int


@dataclass(frozen=True, slots=True)
class FlatLedger:
    """A flat's account from ``since`` (None: from its first line) to ``as_on``, both included. Amounts in paise.

    ``later``: lines after that day. ``undated``: lines without a day, which are in no balance, and what they come to.
    """

    since: date | None
    as_on: date
    opening_paise: int
    lines: tuple[LedgerLine, ...]
    closing_paise: int
    later: int
    undated: int
    undated_paise: int


def can_be_told(shapes: Mapping[str, Shape]) -> bool:
    """Whether the file has what a flat's ledger is made of."""
    return all(name in shapes and needed <= set(shapes[name].columns) for name, needed in _NEEDED.items())


def year_begins(day: date) -> date:
    """The first day of the financial year in which a day lies."""
    return date(day.year if day.month >= _YEAR_BEGINS else day.year - 1, _YEAR_BEGINS, 1)


def flats(connection: apsw.Connection, shapes: Mapping[str, Shape]) -> tuple[Flat, ...]:
    """Every flat, in the order people count them. Raises apsw.Error, UnicodeDecodeError."""
    columns = shapes["flats"].columns
    owner = "owner_name" if "owner_name" in columns else "NULL"
    society = "society_id" if "society_id" in columns else "NULL"
    rows: list[tuple[Any, ...]] = connection.execute(f"SELECT id, flat_number, {owner}, {society} FROM main.flats LIMIT 100000").fetchall()  # noqa: S608 - our own names
    names = _societies(connection, shapes) if len({row[3] for row in rows}) > 1 else {}
    found = [Flat(number, str(name), str(who or ""), names.get(where, "")) for number, name, who, where in rows if isinstance(number, int)]
    return tuple(sorted(found, key=lambda flat: (flat.society, _counted(flat.name))))


def read(connection: apsw.Connection, shapes: Mapping[str, Shape], flat: int, as_on: date, since: date | None) -> FlatLedger:
    """Read one flat's account, exact to the paisa. Raises apsw.Error, UnicodeDecodeError."""
    codes = _codes(connection, shapes, flat)
    marks = ", ".join("?" * len(codes))
    rows: list[tuple[Any, ...]] = connection.execute(
        f"{_LINES} AND t.account_code IN ({marks}) ORDER BY t.date, t.id", (flat, *codes)
    ).fetchall()
    opening = balance = undated_paise = later = undated = 0
    lines = []
    for stored, voucher, text, debit, credit in rows:
        day, debited, credited = day_of(stored), paise(debit) or 0, paise(credit) or 0
        if day is None:
            undated, undated_paise = undated + 1, undated_paise + debited - credited
        elif day > as_on:
            later += 1
        elif since is not None and day < since:
            opening = balance = balance + debited - credited
        else:
            balance += debited - credited
            lines.append(LedgerLine(day, str(voucher or ""), str(text or ""), debited, credited, balance))
    return FlatLedger(since, as_on, opening, tuple(lines), balance, later, undated, undated_paise)


def _codes(connection: apsw.Connection, shapes: Mapping[str, Shape], flat: int) -> tuple[str, ...]:
    """The members' account of the flat's society: the one marked so, else the one GharMitra gives that number."""
    accounts, places = shapes.get("account_codes"), shapes["flats"].columns
    if accounts is None or not {"code", "utility_type", "society_id"} <= set(accounts.columns) or "society_id" not in places:
        return (DUES,)
    rows = connection.execute(_CODES, (_DUES_USE, flat)).fetchall()
    return tuple(str(code) for (code,) in rows) or (DUES,)


def _societies(connection: apsw.Connection, shapes: Mapping[str, Shape]) -> dict[Any, str]:
    if "societies" not in shapes or not {"id", "name"} <= set(shapes["societies"].columns):
        return {}
    return {number: str(name) for number, name in connection.execute("SELECT id, name FROM main.societies LIMIT 10000")}


def _counted(name: str) -> list[tuple[int, int, str]]:
    """A-9 before A-10."""
    parts = re.split(r"(\d{1,18})", name.casefold())
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]
