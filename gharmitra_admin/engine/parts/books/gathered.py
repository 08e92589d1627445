"""Entries while they are gathered row by row, however many: they lie in a private scratch database, not in memory.

Leaves nothing on disk: SQLite removes the scratch database when it is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.parts.books.entry import Detail
from gharmitra_admin.engine.parts.books.meaning import EntryKind

_KINDS = list(EntryKind)
# Where two rows of one number are of two kinds, the one named first in EntryKind holds.
# Amounts are texts, one after the other: rupees of 64 bits are more paise than SQLite can add.
_MAKE = """
    CREATE TABLE entry(
        key TEXT PRIMARY KEY, kind INTEGER, is_posting INTEGER, society, number TEXT, lost INTEGER, returned INTEGER, changed INTEGER,
        lost_paid TEXT, lost_other TEXT, back_paid TEXT, back_other TEXT,
        now_row TEXT, now_paid TEXT, now_line TEXT, then_row TEXT, then_paid TEXT, then_line TEXT
    ) WITHOUT ROWID;
    CREATE TABLE mark(key TEXT PRIMARY KEY, bill TEXT) WITHOUT ROWID;
    CREATE TABLE paid(bill TEXT PRIMARY KEY) WITHOUT ROWID;
    BEGIN
"""
_ADD = """
    INSERT INTO entry VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(key) DO UPDATE SET
    kind = CASE WHEN excluded.lost + excluded.returned + excluded.changed = 0 THEN kind
        WHEN lost + returned + changed = 0 THEN excluded.kind ELSE min(kind, excluded.kind) END,
    lost = lost + excluded.lost, returned = returned + excluded.returned, changed = changed + excluded.changed,
    number = coalesce(number, excluded.number),
    lost_paid = ltrim(coalesce(lost_paid, '') || coalesce(' ' || excluded.lost_paid, '')),
    lost_other = ltrim(coalesce(lost_other, '') || coalesce(' ' || excluded.lost_other, '')),
    back_paid = ltrim(coalesce(back_paid, '') || coalesce(' ' || excluded.back_paid, '')),
    back_other = ltrim(coalesce(back_other, '') || coalesce(' ' || excluded.back_other, '')),
    now_row = coalesce(excluded.now_row, now_row), now_paid = coalesce(excluded.now_paid, now_paid),
    now_line = coalesce(excluded.now_line, now_line), then_row = coalesce(excluded.then_row, then_row),
    then_paid = coalesce(excluded.then_paid, then_paid), then_line = coalesce(excluded.then_line, then_line)
"""
_EXPLAIN = """
    INSERT OR IGNORE INTO entry(key, kind, is_posting, lost, returned, changed)
    SELECT key, ?, 0, 0, 0, 0 FROM mark WHERE bill NOT IN (SELECT bill FROM paid)
"""
_READ = """
    SELECT key, kind, society, lost, returned, changed, lost_paid, lost_other, back_paid, back_other,
        now_row, now_paid, now_line, then_row, then_paid, then_line FROM entry WHERE is_posting <= ?
"""
_ORDER = (
    " ORDER BY kind, society, rtrim(number, '0123456789'), CAST(substr(number, length(rtrim(number, '0123456789')) + 1) AS INTEGER), key"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One row of an entry on one side; ``paise`` is what the row is worth. A part of no worth of its own is a line."""

    table: str
    paise: int
    detail: Detail | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One entry with all its rows: how many of its own rows left, came back and changed, and what it is worth on each side."""

    key: str
    kind: EntryKind
    society: object
    lost: int
    returned: int
    changed: int
    lost_paise: int
    returned_paise: int
    now: tuple[Detail | None, Detail | None, Detail | None]  # its main row, its payment, one of its lines
    then: tuple[Detail | None, Detail | None, Detail | None]

    @property
    def is_changed(self) -> bool:
        """Whether it stands on both sides; then its amounts neither leave nor come back."""
        return bool(self.changed) or bool(self.lost) == bool(self.returned)


class Gathered:
    """The scratch database. Close it at the end. Every method raises apsw.Error where the disk for scratch files fails."""

    def __init__(self) -> None:
        self._scratch = sqlite.scratch()
        self._scratch.execute(_MAKE)

    def close(self) -> None:
        self._scratch.close()

    def add(
        self,
        key: tuple[object, ...],
        kind: EntryKind,
        now: Part | None,
        then: Part | None,
        *,
        society: object = None,
        is_posting: bool = False,
    ) -> None:
        """Take one row, with its side or sides. A ledger line only touches its entry; every other row is one of its own."""
        number = next((part.detail.number for part in (now, then) if part is not None and part.detail is not None), None)
        is_line = any(part is not None and part.table == "transactions" for part in (now, then))
        own = (0, 0, 0) if is_line else (int(then is None), int(now is None), int(now is not None and then is not None))
        amounts = (None, None, None, None) if is_line or own[2] else (*_amounts(now), *_amounts(then))
        values = (repr(key), _KINDS.index(kind), int(is_posting), _plain(society), number or None, *own, *amounts)
        self._scratch.execute(_ADD, (*values, *_details(now), *_details(then)))

    def mark(self, key: tuple[object, ...], bill: object) -> None:
        """Take a bill of which only the mark that it is paid differs."""
        self._scratch.execute("INSERT OR REPLACE INTO mark VALUES(?, ?)", (repr(key), repr(bill)))

    def paid(self, bill: object) -> None:
        """Take a bill that a receipt which differs has paid: its mark is explained by the receipt."""
        self._scratch.execute("INSERT OR IGNORE INTO paid VALUES(?)", (repr(bill),))

    def end(self) -> None:
        """Let marks without a receipt be changes of their bills. A month's posting is an entry only where no bill differs."""
        bill = _KINDS.index(EntryKind.BILL)
        self._scratch.execute(_EXPLAIN, (bill,))

    def groups(self, *, in_order: bool = False) -> Iterator[Group]:
        """Read every entry; in order: by kind, series and number."""
        bill = _KINDS.index(EntryKind.BILL)
        has_bills = self._scratch.execute("SELECT 1 FROM entry WHERE kind = ? AND NOT is_posting LIMIT 1", (bill,)).fetchone() is not None
        for row in self._scratch.execute(_READ + (_ORDER if in_order else ""), (int(not has_bills),)):
            key, kind, society, lost, returned, changed, *rest = row
            amounts, details = rest[:4], [Detail.unpacked(packed) for packed in rest[4:]]
            worth = _worth(amounts[0], amounts[1]), _worth(amounts[2], amounts[3])
            yield Group(
                str(key), _KINDS[kind], society, lost, returned, changed, *worth, now=(details[0], details[1], details[2]),
                then=(details[3], details[4], details[5]),
            )  # fmt: skip


def _amounts(part: Part | None) -> tuple[str | None, str | None]:
    if part is None:
        return None, None
    return (str(part.paise), None) if part.table == "payments" else (None, str(part.paise))


def _details(part: Part | None) -> tuple[str | None, str | None, str | None]:
    if part is None or part.detail is None:
        return None, None, None
    packed = part.detail.packed()
    if part.table == "payments":
        return None, packed, None
    return (None, None, packed) if part.table == "transactions" else (packed, None, None)


def _worth(paid: object, other: object) -> int:
    """A receipt is worth what its payment says, though its voucher says the same amount again."""
    said = paid or other
    return sum(map(int, said.split())) if isinstance(said, str) else 0


def _plain(value: object) -> int | str | None:
    return value if isinstance(value, int | str) or value is None else repr(value)
