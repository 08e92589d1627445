"""What two databases differ in, told by Python's own sqlite3 and plain dictionaries over whole tables: by nothing of ours."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

Row = dict[str, Any]
AMOUNTS = {
    "payments": "amount", "journal_entries": "total_debit", "maintenance_bills": "amount", "transactions": "amount",
    "online_payments": "total_amount",
}  # fmt: skip
MEMBER, OTHER = ("flats", "members", "users"), ("complaints", "meetings", "messages", "voucher_attachments", "resource_files")
KINDS = ("receipt", "payment", "journal", "bill", "member", "other")
POSTING = "Maintenance bill generated for "
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def paise(value: Any) -> int:
    if value is None or isinstance(value, bytes):
        return 0
    try:
        return int((Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except ArithmeticError:
        return 0


@dataclass
class Book:
    """A database read whole: each table's rows by primary key, or by content and a running number where it has none."""

    tables: dict[str, dict[Any, Row]] = field(default_factory=dict)
    keyless: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> Book:
        book = cls()
        with closing(sqlite3.connect(path)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
            for (name,) in names:
                info = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
                columns = [one[1] for one in info]
                key = [one[1] for one in sorted(info, key=lambda one: one[5]) if one[5]]
                seen: Counter[Any] = Counter()
                rows: dict[Any, Row] = {}
                for values in connection.execute(f'SELECT * FROM "{name}"'):
                    row = dict(zip(columns, values, strict=True))
                    place: Any = tuple(marked(row[column]) for column in key or columns)
                    if not key:
                        seen[place] += 1
                        place = (place, seen[place])
                    rows[place] = row
                book.tables[name] = rows
                if not key:
                    book.keyless.add(name)
        return book

    def vouchers(self) -> dict[Any, Row]:
        return {row["id"]: row for row in self.tables["journal_entries"].values()}

    def postings(self) -> set[Any]:
        posted = {row["journal_entry_id"] for row in self.tables["transactions"].values() if str(row["description"]).startswith(POSTING)}
        return {number for number, row in self.vouchers().items() if number in posted and kind_of(row) == "journal"}


def marked(value: Any) -> tuple[str, Any]:
    return type(value).__name__, value


def kind_of(voucher: Row) -> str:
    return {"RECEIPT": "receipt", "PAYMENT": "payment"}.get(str(voucher["voucher_type"]).upper(), "journal")


def changes(now: Book, then: Book, table: str) -> list[tuple[Row | None, Row | None]]:
    mine, yours = now.tables[table], then.tables[table]
    found = []
    for key in {**mine, **yours}:
        one, other = mine.get(key), yours.get(key)
        if one is None or other is None or [marked(v) for v in one.values()] != [marked(v) for v in other.values()]:
            found.append((one, other))
    return found


def tables(now: Book, then: Book) -> dict[str, tuple[int, int, int, int, int]]:
    """Rows lost, returned, changed, and the paise of the first two, of every table that differs."""
    found = {}
    for name in now.tables:
        rows = changes(now, then, name)
        lost, back = [one for one, other in rows if other is None], [other for one, other in rows if one is None]
        amount = AMOUNTS.get(name, "")
        worth = [sum(paise(row.get(amount)) for row in side if row) for side in (lost, back)]
        if rows:
            found[name] = (len(lost), len(back), len(rows) - len(lost) - len(back), worth[0], worth[1])
    return found


@dataclass
class _One:
    kind: str
    own: list[str] = field(default_factory=list)
    worth: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


def split(rows: list[tuple[Row | None, Row | None]], *names: str) -> list[tuple[Row | None, Row | None]]:
    """Two entries that one row number was given to, one after the other, are two."""
    found: list[tuple[Row | None, Row | None]] = []
    for one, other in rows:
        is_two = one and other and [one[name] for name in names] != [other[name] for name in names]
        found += [(one, None), (None, other)] if is_two else [(one, other)]
    return found


def kinds(now: Book, then: Book) -> dict[str, tuple[int, int, int, int, int]]:
    """Entries left, back, changed, and the paise of the first two, of every kind that differs."""
    entries: dict[Any, _One] = {}
    postings: dict[Any, _One] = {}

    def own(where: dict[Any, _One], key: Any, kind: str, table: str, one: Row | None, other: Row | None) -> None:
        entry = where.setdefault(key, _One(kind))
        entry.kind = min(kind, entry.kind, key=KINDS.index) if entry.own else kind
        entry.own.append("changed" if one and other else "left" if one else "back")
        if (one is None) != (other is None):
            entry.worth[entry.own[-1], table] += paise((one or other or {}).get(AMOUNTS.get(table, "")))

    for one, other in split(changes(now, then, "journal_entries"), "society_id", "entry_number"):
        row, side = (one, now) if one else (other, then)
        assert row
        is_posting = row["id"] in side.postings()
        own(postings if is_posting else entries, ("v", row["society_id"], row["entry_number"]), kind_of(row), "journal_entries", one, other)
    paid = set()
    for one, other in split(changes(now, then, "payments"), "society_id", "receipt_number"):
        row = one or other
        assert row
        paid |= {side["bill_id"] for side in (one, other) if side}
        own(entries, ("v", row["society_id"], row["receipt_number"]), "receipt", "payments", one, other)
    marks = {}
    for one, other in split(changes(now, then, "maintenance_bills"), "flat_id", "year", "month"):
        row = one or other
        assert row
        key = ("b", row["flat_id"], row["year"], row["month"])
        differs = {name for name in one if marked(one[name]) != marked(other[name])} if one and other else {"all"}
        if differs <= {"status", "paid_date", "updated_at"}:
            marks[key] = row["id"]
        else:
            own(entries, key, "bill", "maintenance_bills", one, other)
    my_postings, your_postings, mine, yours = now.postings(), then.postings(), now.vouchers(), then.vouchers()
    for one, other in changes(now, then, "transactions"):
        row, vouchers, posted = (one, mine, my_postings) if one else (other, yours, your_postings)
        assert row
        voucher = vouchers.get(row["journal_entry_id"])
        if voucher is None:
            entries.setdefault(("l", row["id"]), _One("journal"))
        elif voucher["id"] not in posted:
            entries.setdefault(("v", voucher["society_id"], voucher["entry_number"]), _One(kind_of(voucher)))
        elif (
            (said := re.match(POSTING + r"([A-Za-z]+) (\d{4})", str(row["description"])))
            and said[1].title() in MONTHS
            and row["flat_id"] is not None
        ):
            entries.setdefault(("b", row["flat_id"], int(said[2]), MONTHS.index(said[1].title()) + 1), _One("bill"))
    for kind, names in (("member", MEMBER), ("other", OTHER)):
        for table in names:
            for one, other in changes(now, then, table) if table in now.tables else ():
                own(entries, (table, (one or other or {})["id"]), kind, table, one, other)
    for key, bill in marks.items():
        if bill not in paid:
            entries.setdefault(key, _One("bill"))
    if not any(entry.kind == "bill" for entry in entries.values()):
        entries |= {("p", key): entry for key, entry in postings.items()}
    return _counted(entries)


def _counted(entries: dict[Any, _One]) -> dict[str, tuple[int, int, int, int, int]]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for entry in entries.values():
        count = counts[entry.kind]
        if "changed" in entry.own or ("left" in entry.own) == ("back" in entry.own):
            count[2] += 1
            continue
        for place, way in enumerate(("left", "back")):
            count[place] += way in entry.own
            worth = {table: amount for (side, table), amount in entry.worth.items() if side == way}
            count[3 + place] += worth["payments"] if "payments" in worth else sum(worth.values())
    return {kind: (*count,) for kind, count in counts.items()}  # type: ignore[misc]


def numbers_again(now: Book, then: Book) -> set[tuple[Any, str, int]]:
    """Society, series and number of everything that only the books have given, above all that the backup knows."""
    found = set()
    for table, column in (("journal_entries", "entry_number"), ("payments", "receipt_number")):
        given = [_numbers(book, table, column) for book in (now, then)]
        highest: dict[Any, int] = defaultdict(int)
        for society, series, serial in given[1]:
            highest[society, series] = max(highest[society, series], serial)
        found |= {one for one in given[0] if one[2] > highest[one[:2]]}
    return found


def _numbers(book: Book, table: str, column: str) -> set[tuple[Any, str, int]]:
    said = [
        (row["society_id"], re.fullmatch(r"(?s)(.*?)(\d{1,18})", row[column]))
        for row in book.tables[table].values()
        if isinstance(row[column], str)
    ]
    return {(society, one[1], int(one[2])) for society, one in said if one and not one[1][-1:].isdigit()}


def dues(book: Book) -> dict[Any, int]:
    """Paise due by flat."""
    owed: dict[Any, int] = defaultdict(int)
    for row in book.tables["transactions"].values():
        if row["account_code"] == "1100" and isinstance(row["flat_id"], int):
            owed[row["flat_id"]] += paise(row["debit_amount"]) - paise(row["credit_amount"])
    return {flat: amount for flat, amount in owed.items() if amount}
