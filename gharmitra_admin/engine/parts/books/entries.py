"""Rows that differ, gathered into entries as a treasurer counts them: each once, with all its rows. Leaves nothing on disk.

How GharMitra writes them: a receipt is a row of ``payments`` and the voucher of the same number with its ledger lines, and it marks its
bill as paid; a bill is a row of ``maintenance_bills`` and its line in the voucher that posted the whole month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

import apsw

from gharmitra_admin.engine.parts.books.entry import Entry, of_row
from gharmitra_admin.engine.parts.books.gathered import Gathered, Part
from gharmitra_admin.engine.parts.books.meaning import EntryKind, meaning, paise
from gharmitra_admin.engine.parts.books.named import Names, entries_of

Row = Mapping[str, object]
Key = tuple[object, ...]
OF_ENTRIES = frozenset(
    {"payments", "journal_entries", "transactions", "maintenance_bills", "members", "flats", "users"}
    | {"complaints", "meetings", "messages", "voucher_attachments", "resource_files"}
)
_KIND_OF_VOUCHER = {"RECEIPT": EntryKind.RECEIPT, "PAYMENT": EntryKind.PAYMENT}
_POSTING = "Maintenance bill generated for "
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_KNOWN_BY = {
    "payments": ("society_id", "receipt_number"),
    "journal_entries": ("society_id", "entry_number"),
    "maintenance_bills": ("flat_id", "year", "month"),
}
_CHANGED_BY_A_RECEIPT = frozenset({"status", "paid_date", "updated_at"})
_VOUCHERS_KNOWN = 10_000  # lines stand near their voucher: older ones are forgotten, so that memory stays flat


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
            if len(self._known) >= _VOUCHERS_KNOWN:
                self._known.clear()
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


def _known_as(table: str, row: Row) -> tuple[object, ...]:
    """What people know an entry by, as far as its main row says."""
    return tuple(row.get(column) for column in _KNOWN_BY.get(table, ()))


class Entries:
    """Takes rows that differ, one by one, and counts the entries they belong to. Close it at the end."""

    def __init__(self, now: Vouchers, then: Vouchers, *, with_details: bool = False) -> None:
        self._now, self._then = now, then
        self._with_details = with_details
        self._gathered = Gathered()
        self._without_id = count()

    def close(self) -> None:
        self._gathered.close()

    def add(self, table: str, now: Row | None, then: Row | None) -> None:
        """Take one row that differs; ``now`` None where only the backup has it, ``then`` None where only the books have it."""
        if now is not None and then is not None and _known_as(table, now) != _known_as(table, then):
            # Row numbers are given again: under one of them stand two entries, and neither has become the other.
            self.add(table, now, None)
            self.add(table, None, then)
            return
        row = now if now is not None else then
        assert row is not None
        vouchers = self._now if now is not None else self._then
        if table == "transactions":
            self._add_line(row, now, then, vouchers)
        elif table == "journal_entries":
            self._add_voucher(row, now, then, vouchers)
        elif table == "payments":
            for side in (now, then):
                if side is not None:
                    self._gathered.paid(side.get("bill_id"))
            self._count(("voucher", row.get("society_id"), row.get("receipt_number")), EntryKind.RECEIPT, table, now, then)
        elif table == "maintenance_bills":
            self._add_bill(row, now, then)
        else:
            own = row["id"] if "id" in row else ("no id", next(self._without_id))
            self._count((table, own), meaning(table).kind or EntryKind.OTHER, table, now, then)

    def kinds(self) -> tuple[KindDifference, ...]:
        """Count what was gathered, kind by kind."""
        self._gathered.end()
        counts: dict[EntryKind, list[int]] = {}
        for group in self._gathered.groups():
            known = counts.setdefault(group.kind, [0, 0, 0, 0, 0])
            if group.is_changed:
                known[2] += 1
                continue
            for place, more in enumerate((bool(group.lost), bool(group.returned), 0, group.lost_paise, group.returned_paise)):
                known[place] += more
        return tuple(_of_kind(kind, counts[kind]) for kind in EntryKind if kind in counts)

    def each(self, names: tuple[Names, Names]) -> Iterator[Entry]:
        """Tell every entry after they were counted, by kind and number. Only where they were gathered with their details."""
        for group in self._gathered.groups(in_order=True):
            yield from entries_of(group, *names)

    def _add_voucher(self, row: Row, now: Row | None, then: Row | None, vouchers: Vouchers) -> None:
        found = vouchers.find(row.get("id"))
        kind = found.kind if found else _KIND_OF_VOUCHER.get(str(row.get("voucher_type")).upper(), EntryKind.JOURNAL)
        is_posting = found is not None and found.is_posting
        key = ("posting" if is_posting else "voucher", row.get("society_id"), row.get("entry_number"))
        self._count(key, kind, "journal_entries", now, then, is_posting=is_posting)

    def _add_line(self, row: Row, now: Row | None, then: Row | None, vouchers: Vouchers) -> None:
        found = vouchers.find(row.get("journal_entry_id"))
        if found is None:
            self._count(("line", row.get("id")), EntryKind.JOURNAL, "transactions", now, then)
        elif not found.is_posting:
            self._count(("voucher", found.society, found.number), found.kind, "transactions", now, then)
        elif row.get("flat_id") is not None and (month := _month_of(row)) is not None:
            self._count(("bill", row.get("flat_id"), *month), EntryKind.BILL, "transactions", now, then)

    def _add_bill(self, row: Row, now: Row | None, then: Row | None) -> None:
        key = ("bill", row.get("flat_id"), row.get("year"), row.get("month"))
        if now is not None and then is not None and {name for name in now if now[name] != then[name]} <= _CHANGED_BY_A_RECEIPT:
            self._gathered.mark(key, row.get("id"))
        else:
            self._count(key, EntryKind.BILL, "maintenance_bills", now, then)

    def _count(self, key: Key, kind: EntryKind, table: str, now: Row | None, then: Row | None, *, is_posting: bool = False) -> None:
        sides = [None if side is None else self._part(table, side) for side in (now, then)]
        row = now if now is not None else then
        society = row.get("society_id") if row is not None else None
        self._gathered.add(key, kind, sides[0], sides[1], society=society, is_posting=is_posting)

    def _part(self, table: str, row: Row) -> Part:
        worth = paise(row.get(meaning(table).amount or "")) or 0
        return Part(table, worth, of_row(table, row) if self._with_details else None)


def _of_kind(kind: EntryKind, counts: list[int]) -> KindDifference:
    lost, returned, changed, lost_paise, returned_paise = counts
    has_amount = kind not in {EntryKind.MEMBER, EntryKind.OTHER}
    return KindDifference(kind, lost, returned, changed, lost_paise if has_amount else None, returned_paise if has_amount else None)


def _month_of(line: Row) -> tuple[int, int] | None:
    """Year and month of a bill's posting, from its words ("... for July 2024 - Flat: A-502")."""
    found = re.match(re.escape(_POSTING) + r"([A-Za-z]+) (\d{4})", str(line.get("description")))
    if found is None or found[1].lower() not in _MONTHS:
        return None
    return int(found[2]), _MONTHS.index(found[1].lower()) + 1
