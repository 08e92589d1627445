"""Rows that differ, gathered into entries as a treasurer counts them: each once, with all its rows. Leaves nothing on disk.

How GharMitra writes them: a receipt is a row of ``payments`` and the voucher of the same number with its ledger lines, and it marks its
bill as paid; a bill is a row of ``maintenance_bills`` and its line in the voucher that posted the whole month.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import apsw

from gharmitra_admin.engine.parts.books.meaning import EntryKind, meaning, paise

Row = Mapping[str, object]
Key = tuple[object, ...]
OF_ENTRIES = frozenset(
    {"payments", "journal_entries", "transactions", "maintenance_bills", "members", "flats", "users"}
    | {"complaints", "meetings", "messages", "voucher_attachments", "resource_files"}
)
_KIND_OF_VOUCHER = {"RECEIPT": EntryKind.RECEIPT, "PAYMENT": EntryKind.PAYMENT}
_POSTING = "Maintenance bill generated for "
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_CHANGED_BY_A_RECEIPT = frozenset({"status", "paid_date", "updated_at"})


@dataclass(frozen=True, slots=True)
class KindDifference:
    """Entries of one kind. ``lost``: in the books now, absent after going back. Amounts in paise, None where the kind has none."""

    kind: EntryKind
    lost: int
    returned: int
    changed: int
    lost_paise: int | None
    returned_paise: int | None


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a ledger line's voucher is. ``is_posting``: it posts a month's bills, and is no entry of its own."""

    society: object
    number: object
    kind: EntryKind
    is_posting: bool


class Vouchers:
    """The vouchers of one database, looked up by their id; where it is not GharMitra's there are none."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._known: dict[object, Voucher | None] = {}

    def find(self, row_id: object) -> Voucher | None:
        if row_id not in self._known:
            self._known[row_id] = self._read(row_id)
        return self._known[row_id]

    def _read(self, row_id: object) -> Voucher | None:
        ask = "SELECT society_id, entry_number, voucher_type FROM journal_entries WHERE id = ?"
        posts = "SELECT 1 FROM transactions WHERE journal_entry_id = ? AND substr(description, 1, ?) = ? LIMIT 1"
        if not isinstance(row_id, int):
            return None
        try:
            row = self._connection.execute(ask, (row_id,)).fetchone()
            is_posting = self._connection.execute(posts, (row_id, len(_POSTING), _POSTING)).fetchone() is not None
        except (apsw.SQLError, UnicodeDecodeError):
            return None
        if row is None:
            return None
        kind = _KIND_OF_VOUCHER.get(str(row[2]).upper(), EntryKind.JOURNAL)
        return Voucher(row[0], row[1], kind, is_posting and kind is EntryKind.JOURNAL)


@dataclass(slots=True)
class _Entry:
    """One entry as it is gathered: whether its own rows left, came back or changed, and what it is worth on each side."""

    kind: EntryKind
    lost: int = 0
    returned: int = 0
    changed: int = 0
    lost_paise: dict[str, int] = field(default_factory=dict)  # by table
    returned_paise: dict[str, int] = field(default_factory=dict)


class Entries:
    """Takes rows that differ, one by one, and counts the entries they belong to."""

    def __init__(self, now: Vouchers, then: Vouchers) -> None:
        self._now, self._then = now, then
        self._entries: dict[Key, _Entry] = {}
        self._paid_bills: set[object] = set()
        self._marked_bills: dict[Key, object] = {}
        self._postings: dict[Key, _Entry] = {}

    def add(self, table: str, now: Row | None, then: Row | None) -> None:
        """Take one row that differs; ``now`` None where only the backup has it, ``then`` None where only the books have it."""
        row = now if now is not None else then
        assert row is not None
        vouchers = self._now if now is not None else self._then
        if table == "transactions":
            self._add_line(row, vouchers)
        elif table == "journal_entries":
            self._add_voucher(row, now, then, vouchers)
        elif table == "payments":
            self._paid_bills.update(side.get("bill_id") for side in (now, then) if side is not None)
            self._count(("voucher", row.get("society_id"), row.get("receipt_number")), EntryKind.RECEIPT, table, now, then)
        elif table == "maintenance_bills":
            self._add_bill(row, now, then)
        else:
            own = row["id"] if "id" in row else ("no id", len(self._entries))
            self._count((table, own), meaning(table).kind or EntryKind.OTHER, table, now, then)

    def kinds(self) -> tuple[KindDifference, ...]:
        """Count what was gathered, kind by kind."""
        for key, bill in self._marked_bills.items():
            if bill not in self._paid_bills:
                self._touch(key, EntryKind.BILL)
        if not any(entry.kind is EntryKind.BILL for entry in self._entries.values()):
            self._entries.update(self._postings)
        return tuple(found for kind in EntryKind if (found := self._of_kind(kind)) is not None)

    def _add_voucher(self, row: Row, now: Row | None, then: Row | None, vouchers: Vouchers) -> None:
        found = vouchers.find(row.get("id"))
        kind = found.kind if found else _KIND_OF_VOUCHER.get(str(row.get("voucher_type")).upper(), EntryKind.JOURNAL)
        key = ("voucher", row.get("society_id"), row.get("entry_number"))
        if found is not None and found.is_posting:
            entry = self._postings.setdefault(key, _Entry(kind))
            _note(entry, "journal_entries", now, then)
        else:
            self._count(key, kind, "journal_entries", now, then)

    def _add_line(self, row: Row, vouchers: Vouchers) -> None:
        found = vouchers.find(row.get("journal_entry_id"))
        if found is None:
            self._touch(("line", row.get("id")), EntryKind.JOURNAL)
        elif not found.is_posting:
            self._touch(("voucher", found.society, found.number), found.kind)
        elif row.get("flat_id") is not None and (month := _month_of(row)) is not None:
            self._touch(("bill", row.get("flat_id"), *month), EntryKind.BILL)

    def _add_bill(self, row: Row, now: Row | None, then: Row | None) -> None:
        key = ("bill", row.get("flat_id"), row.get("year"), row.get("month"))
        if now is not None and then is not None and {name for name in now if now[name] != then[name]} <= _CHANGED_BY_A_RECEIPT:
            self._marked_bills[key] = row.get("id")
        else:
            self._count(key, EntryKind.BILL, "maintenance_bills", now, then)

    def _touch(self, key: Key, kind: EntryKind) -> _Entry:
        return self._entries.setdefault(key, _Entry(kind))

    def _count(self, key: Key, kind: EntryKind, table: str, now: Row | None, then: Row | None) -> None:
        entry = self._touch(key, kind)
        entry.kind = kind
        _note(entry, table, now, then)

    def _of_kind(self, kind: EntryKind) -> KindDifference | None:
        entries = [entry for entry in self._entries.values() if entry.kind is kind]
        if not entries:
            return None
        lost = returned = changed = lost_paise = returned_paise = 0
        for entry in entries:
            if entry.changed or not (entry.lost or entry.returned):
                changed += 1
                continue
            lost, returned = lost + bool(entry.lost), returned + bool(entry.returned)
            lost_paise += _worth(entry.lost_paise)
            returned_paise += _worth(entry.returned_paise)
        has_amount = kind not in {EntryKind.MEMBER, EntryKind.OTHER}
        return KindDifference(kind, lost, returned, changed, lost_paise if has_amount else None, returned_paise if has_amount else None)


def _note(entry: _Entry, table: str, now: Row | None, then: Row | None) -> None:
    column = meaning(table).amount or ""
    if now is not None and then is not None:
        entry.changed += 1
    elif now is not None:
        entry.lost += 1
        entry.lost_paise[table] = entry.lost_paise.get(table, 0) + (paise(now.get(column)) or 0)
    elif then is not None:
        entry.returned += 1
        entry.returned_paise[table] = entry.returned_paise.get(table, 0) + (paise(then.get(column)) or 0)


def _worth(by_table: Mapping[str, int]) -> int:
    """A receipt is worth what its payment says, though its voucher says the same amount again."""
    return by_table["payments"] if "payments" in by_table else sum(by_table.values())


def _month_of(line: Row) -> tuple[int, int] | None:
    """Year and month of a bill's posting, from its words ("... for July 2024 - Flat: A-502")."""
    found = re.match(re.escape(_POSTING) + r"([A-Za-z]+) (\d{4})", str(line.get("description")))
    if found is None or found[1].lower() not in _MONTHS:
        return None
    return int(found[2]), _MONTHS.index(found[1].lower()) + 1
