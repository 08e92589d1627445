"""One entry as a person would have to enter it again: number, day, flat, rupees, how paid, what for. Leaves nothing on disk."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gharmitra_admin.engine.parts.books.meaning import EntryKind, meaning, paise

Row = Mapping[str, object]
_REFERENCE = re.compile(r"\(Ref: ([^()]*)\)")


class Direction(enum.Enum):
    """What going back does to an entry."""

    LEFT = "left"  # it is in the books now and would not be
    BACK = "back"
    CHANGED = "changed"  # it is in both, and would be again what it was


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Texts are empty where they are not known; ``date`` is as the books have it, YYYY-MM-DD.

    ``paise``: what it is worth in the books, or in the backup where it comes back; None where its kind has no amount. ``table``: where its
    main row stands. ``then_``: what a changed one is in the backup; ``is_same_making``: both were entered at the same moment, so that it is
    one and the same, corrected since.
    """

    kind: EntryKind
    direction: Direction
    society: str
    date: str
    number: str
    flat: str
    paise: int | None
    mode: str = ""
    reference: str = ""
    narration: str = ""
    table: str = ""
    then_date: str = ""
    then_flat: str = ""
    then_paise: int | None = None
    is_same_making: bool = True

    @property
    def differs_in_substance(self) -> bool:
        """Whether it is changed in its day, its flat or its amount."""
        then = (self.then_date, self.then_flat, self.then_paise)
        return self.direction is Direction.CHANGED and (self.date, self.flat, self.paise) != then

    @property
    def is_replaced(self) -> bool:
        """Whether the backup has another entry in its place, and not this one before it was corrected."""
        return self.differs_in_substance and not self.is_same_making


def as_then(entry: Entry) -> Entry | None:
    """The entry as the backup has it; None where it has none."""
    if entry.direction is Direction.CHANGED:
        return replace(entry, date=entry.then_date, flat=entry.then_flat, paise=entry.then_paise)
    return entry if entry.direction is Direction.BACK else None


@dataclass(frozen=True, slots=True)
class Detail:
    """What one row says of its entry."""

    date: str = ""
    number: str = ""
    flat_id: object = None
    flat: str = ""
    mode: str = ""
    reference: str = ""
    narration: str = ""
    paise: int | None = None
    table: str = ""
    entered: str = ""

    def packed(self) -> str:
        """As one text, for keeping many."""
        flat_id = self.flat_id if isinstance(self.flat_id, int | str) else None
        said = (self.date, self.number, flat_id, self.flat, self.mode, self.reference, self.narration, self.paise, self.table, self.entered)
        return json.dumps(said)

    @classmethod
    def unpacked(cls, text: object) -> Detail | None:
        return cls(*json.loads(text)) if isinstance(text, str) else None


def of_row(table: str, row: Row) -> Detail:
    """Read what a row says."""
    reader = {"payments": _of_payment, "journal_entries": _of_voucher, "transactions": _of_line, "maintenance_bills": _of_bill}.get(table)
    if reader is not None:
        return replace(reader(row), entered=text(row.get("created_at")))
    known = meaning(table)
    label = ", ".join(said for column in known.label if (said := text(row.get(column))))
    return Detail(date=_day(row.get(known.date or "")), number=label, flat_id=row.get("flat_id"), table=table)


def text(value: object) -> str:
    """A value as text; nothing and bytes say nothing."""
    return "" if value is None or isinstance(value, bytes) else str(value)


def _of_payment(row: Row) -> Detail:
    return Detail(
        date=_day(row.get("payment_date")),
        number=text(row.get("receipt_number")),
        flat_id=row.get("flat_id"),
        mode=text(row.get("payment_mode")),
        reference=text(row.get("transaction_reference")),
        narration=text(row.get("remarks")),
        paise=paise(row.get("amount")),
        table="payments",
    )


def _of_voucher(row: Row) -> Detail:
    said, who = text(row.get("description")), text(row.get("received_from"))
    reference = _REFERENCE.search(said)
    return Detail(
        date=_day(row.get("date")),
        number=text(row.get("entry_number")),
        reference=reference[1] if reference else "",
        narration=f"{who}: {said}" if who and who not in said else said,
        paise=paise(row.get("total_debit")),
        table="journal_entries",
    )


def _of_line(row: Row) -> Detail:
    return Detail(
        date=_day(row.get("date")),
        flat_id=row.get("flat_id"),
        mode=text(row.get("payment_method")),
        narration=text(row.get("description")),
        paise=paise(row.get("amount")),
        table="transactions",
    )


def _of_bill(row: Row) -> Detail:
    year, month, flat = row.get("year"), row.get("month"), text(row.get("flat_number"))
    of_month = f"{year:04d}-{month:02d}" if isinstance(year, int) and isinstance(month, int) else ""
    return Detail(
        date=_day(row.get("due_date")) or of_month,
        number=text(row.get("bill_number")) or " ".join(filter(None, (flat, of_month))),
        flat_id=row.get("flat_id"),
        flat=flat,
        paise=paise(row.get("amount")),
        table="maintenance_bills",
    )


def _day(value: object) -> str:
    """The day of a date or a moment."""
    return text(value)[:10]
