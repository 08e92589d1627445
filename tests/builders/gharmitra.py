"""Small books with GharMitra's tables, written by Python's own sqlite3 in another process, as GharMitra does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import apsw

from gharmitra_admin.engine.operations.demo import schema

_RUN = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.stdin.read()); c.commit(); c.close()"
_VOUCHER = (
    "society_id, entry_number, date, description, total_debit, total_credit, voucher_type, is_reversed, added_by, created_at, updated_at"
)
_LINE = (
    "society_id, type, category, account_code, amount, description, date, added_by, debit_amount, credit_amount, journal_entry_id, "
    "is_reversed, flat_id, created_at, updated_at"
)
AT = "'2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000'"


def make(path: Path, *scripts: str) -> Path:
    """An empty set of GharMitra's tables, and what the scripts put into them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(path))
    schema.create(connection)
    connection.close()
    return script(path, *scripts)


def script(path: Path, *scripts: str) -> Path:
    """Run SQL on a file in another process."""
    subprocess.run([sys.executable, "-c", _RUN, str(path)], input=";\n".join(scripts), text=True, check=True)
    return path


def society(number: int, name: str) -> str:
    return (
        "INSERT INTO societies (id, name, total_flats, gst_registration_applicable, accounting_type, created_at, updated_at) "
        f"VALUES ({number}, '{name}', 0, 0, 'CASH', {AT})"
    )


def flat(number: int, label: str, society_id: int = 1) -> str:
    return (
        "INSERT INTO flats (id, society_id, flat_number, area_sqft, bedrooms, occupants, occupancy_status, created_at, updated_at) "
        f"VALUES ({number}, {society_id}, '{label}', 900, 2, 3, 'OWNER_OCCUPIED', {AT})"
    )


def account(code: str, name: str, kind: str, opening: object = 0, society_id: int = 1) -> str:
    return (
        "INSERT INTO account_codes (society_id, code, name, type, opening_balance, current_balance, is_fixed_expense, created_at, "
        f"updated_at) VALUES ({society_id}, '{code}', '{name}', '{kind}', {opening}, 0, 0, {AT})"
    )


def year(name: str, first: str, last: str, status: str = "OPEN", society_id: int = 1) -> str:
    return (
        "INSERT INTO financial_years (society_id, year_name, start_date, end_date, status, opening_balances_status, is_active, is_closed, "
        f"created_at, updated_at) VALUES ({society_id}, '{name}', '{first}', '{last}', '{status}', 'PROVISIONAL', 0, 0, {AT})"
    )


def voucher(number: str, day: str, *lines: tuple[str, object, object] | tuple[str, object, object, object], society_id: int = 1) -> str:
    """A voucher with lines of (account, debit, credit, flat or nothing), amounts as SQL writes them."""
    kind = {"RV": "'RECEIPT'", "PV": "'PAYMENT'"}.get(number[:2], "NULL")
    values = f"{society_id}, '{number}', '{day}', 'words', 0, 0, {kind}, 0, 1"
    rows = [f"INSERT INTO journal_entries ({_VOUCHER}) VALUES ({values}, {AT})"]
    for code, debit, credit, *of in lines:
        values = (
            f"{society_id}, 'INCOME', 'words', '{code}', 0, 'words', '{day}', 1, {debit}, {credit}, max(id), 0, {of[0] if of else 'NULL'}"
        )
        rows.append(f"INSERT INTO transactions ({_LINE}) SELECT {values}, {AT} FROM journal_entries")
    return ";\n".join(rows)


def reversal(number: str, of: str, day: str) -> str:
    """Reverse a voucher the way GharMitra does: a new one with debits and credits changed over, whose lines name no flat."""
    values = f"society_id, '{number}', '{day}', 'words', total_credit, total_debit, 'JOURNAL', 0, 1, {AT}, id"
    swapped = f"society_id, 'INCOME', 'words', account_code, 0, 'words', '{day}', 1, credit_amount, debit_amount, (SELECT max(id) FROM "
    swapped += f"journal_entries), 0, NULL, {AT}"
    this = f"(SELECT id FROM journal_entries WHERE entry_number = '{of}')"
    return ";\n".join(
        [
            f"INSERT INTO journal_entries ({_VOUCHER}, original_entry_id) SELECT {values} FROM journal_entries WHERE id = {this}",
            f"INSERT INTO transactions ({_LINE}) SELECT {swapped} FROM transactions WHERE journal_entry_id = {this} ORDER BY id",
            f"UPDATE transactions SET is_reversed = 1 WHERE journal_entry_id = {this}",
            f"UPDATE journal_entries SET is_reversed = 1 WHERE id = {this}",
        ]
    )
