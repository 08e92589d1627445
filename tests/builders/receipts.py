"""Receipts as GharMitra itself enters them, from another process with Python's own sqlite3."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# One transaction for each receipt: voucher, the line of the bank, the line of the flat's dues, payment, bill paid, balances moved.
_ENTER = """
import json, sqlite3, sys
books, count, rupees, date = json.loads(sys.argv[1])
connection = sqlite3.connect(books, isolation_level=None, timeout=10)
connection.row_factory = sqlite3.Row
stamp = date + " 11:00:00.000000"

def insert(table, **row):
    known = [one["name"] for one in connection.execute(f"PRAGMA table_info({table})")]
    row = {name: value for name, value in row.items() if name in known}
    places = ", ".join("?" for _ in row)
    return connection.execute(f"INSERT INTO {table}({', '.join(row)}) VALUES({places})", [*row.values()]).lastrowid

def receipt(bill):
    society, amount = bill["society_id"], rupees if rupees is not None else round(bill["amount"], 2)
    numbers = connection.execute("SELECT entry_number FROM journal_entries WHERE society_id = ? AND entry_number LIKE 'RV-%'", (society,))
    number = f"RV-{max([int(one[0][3:]) for one in numbers if one[0][3:].isdigit()], default=0) + 1:04d}"
    words = f"Maintenance receipt {bill['flat_number']} (Ref: UPI{number[3:]})"
    both = {"society_id": society, "date": date, "expense_month": f"{bill['month']}/{bill['year']}", "added_by": 1, "is_reversed": 0,
            "created_at": stamp, "updated_at": stamp}
    voucher = insert("journal_entries", entry_number=number, description=words, received_from=bill["flat_number"], total_debit=amount,
                     total_credit=amount, is_balanced=1, voucher_type="RECEIPT", **both)
    line = {"type": "INCOME", "category": "Receipt", "amount": amount, "journal_entry_id": voucher, "payment_method": "bank",
            "flat_id": bill["flat_id"], **both}
    insert("transactions", **line | {"flat_id": None}, account_code="1020", debit_amount=amount, credit_amount=0, description=words)
    last = insert("transactions", **line, account_code="1100", debit_amount=0, credit_amount=amount,
                  description=f"{words} (Flat: {bill['flat_id']})")
    insert("payments", society_id=society, bill_id=bill["id"], flat_id=bill["flat_id"], member_id=1, receipt_number=number,
           payment_date=date, payment_mode="BANK_TRANSFER", amount=amount, remarks=f"Auto-allocated from Receipt Voucher {number}",
           status="COMPLETED", transaction_id=last, receipt_generated=0, late_fee_charged=0, is_partial_payment=0, created_at=stamp,
           created_by=1, recorded_by=1, updated_at=stamp)
    connection.execute("UPDATE maintenance_bills SET status = 'PAID', paid_date = ?, updated_at = ? WHERE id = ?",
                       (date, stamp, bill["id"]))
    for code, change in (("1020", amount), ("1100", -amount)):
        connection.execute("UPDATE account_codes SET current_balance = current_balance + ? WHERE code = ? AND society_id = ?",
                           (change, code, society))
    return number, round(amount * 100), bill["flat_number"]

bills = connection.execute("SELECT * FROM maintenance_bills ORDER BY status = 'PAID', id DESC LIMIT ?", (count,)).fetchall()
done = []
for bill in bills:
    connection.execute("BEGIN IMMEDIATE")
    done.append(receipt(bill))
    connection.execute("COMMIT")
connection.close()
print(json.dumps(done))
"""


@dataclass(frozen=True)
class Receipts:
    """Receipts that were entered: their numbers in order, what they are worth together, and the flats they are of."""

    numbers: tuple[str, ...]
    paise: int
    flats: tuple[str, ...]


def add_receipts(books: Path, count: int, *, rupees: float | None = None, date: str = "2026-11-23") -> Receipts:
    """Enter receipts the way GharMitra does, for open bills first; each of the bill's amount unless ``rupees`` says another."""
    command = [sys.executable, "-c", _ENTER, json.dumps([str(books), count, rupees, date])]
    done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert len(done) == count, f"{len(done)} bills are there for {count} receipts"
    numbers, paise, flats = zip(*done, strict=True)
    return Receipts(numbers, sum(paise), flats)
