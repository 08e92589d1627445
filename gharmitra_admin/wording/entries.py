"""One entry in words: what it is, what happens to it, its day, its rupees, how it was paid. Leaves nothing on disk."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gharmitra_admin.engine.parts.books.entry import Direction, Entry
from gharmitra_admin.engine.parts.books.meaning import EntryKind
from gharmitra_admin.wording import books, values
from gharmitra_admin.wording.language import Words, mark

_KINDS = {
    EntryKind.RECEIPT: mark("Receipt"),
    EntryKind.PAYMENT: mark("Payment"),
    EntryKind.JOURNAL: mark("Journal voucher"),
    EntryKind.BILL: mark("Bill"),
}
DIRECTIONS = {
    Direction.LEFT: mark("leaves the books"),
    Direction.BACK: mark("comes back"),
    Direction.CHANGED: mark("changes back"),
}
_MODES = {
    "bank_transfer": mark("Bank transfer"),
    "bank": mark("Bank"),
    "cash": mark("Cash"),
    "cheque": mark("Cheque"),
    "upi": mark("UPI"),
    "neft": mark("NEFT"),
    "rtgs": mark("RTGS"),
    "imps": mark("IMPS"),
    "online": mark("Online"),
    "card": mark("Card"),
}


def kind(words: Words, entry: Entry) -> str:
    """Receipt, payment, ...; what is of no account keeps the title of its table."""
    return words.say(_KINDS[entry.kind]) if entry.kind in _KINDS else books.title(words, entry.table)


def mode(words: Words, entry: Entry) -> str:
    """How it was paid."""
    known = _MODES.get(entry.mode.lower())
    return words.say(known) if known else entry.mode


def day(words: Words, said: str) -> str:
    """23/11/2026; what is no day stays as the books have it."""
    try:
        return values.day(words, date.fromisoformat(said))
    except ValueError:
        return said


def rupees(paise: int | None) -> Decimal | None:
    """A number for a spreadsheet."""
    return None if paise is None else Decimal(values.plain_rupees(paise) or "0")


def amount(words: Words, paise: int | None) -> str:
    """₹3,000.00, or nothing."""
    return "" if paise is None else values.rupees(words, paise)
