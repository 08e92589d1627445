"""What is found in a backup that is looked into, as a treasurer reads it: places, columns, values. Leaves nothing on disk."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo

from gharmitra_admin.engine.parts.books.meaning import EntryKind
from gharmitra_admin.engine.parts.books.places import TABLE_PREFIX, TABLES
from gharmitra_admin.engine.parts.reading import Bytes, Cell, Column, Cut, Holds, Rupees, Withheld
from gharmitra_admin.engine.parts.reading.flat_ledger import Flat, FlatLedger
from gharmitra_admin.engine.parts.reading.vouchers import Entry
from gharmitra_admin.wording import books, values
from gharmitra_admin.wording.columns import CHOICES, COLUMNS, PLACES
from gharmitra_admin.wording.language import Words, mark

_ENTRIES = {
    EntryKind.RECEIPT: mark("Receipt {number}"),
    EntryKind.PAYMENT: mark("Payment voucher {number}"),
    EntryKind.JOURNAL: mark("Journal voucher {number}"),
}
# Marks that turn the reading direction round could make an amount or a name read as another one.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_BREAKS = re.compile(r"\s*[\x00-\x1f\x7f\u2028\u2029]+\s*")


def place(words: Words, key: str) -> str:
    """A place's title; a table that is not GharMitra's keeps its own name."""
    if key.startswith(TABLE_PREFIX):
        return plain(books.title(words, key.removeprefix(TABLE_PREFIX)))
    return words.say(PLACES[key])


def column(words: Words, place_key: str, name: str) -> str:
    """A column's title; of a table that is not GharMitra's it is the column's own name."""
    if place_key.startswith(TABLE_PREFIX) and place_key.removeprefix(TABLE_PREFIX) not in TABLES:
        return plain(name)
    if name in COLUMNS:
        return words.say(COLUMNS[name])
    return name.removesuffix("_id").replace("_", " ").capitalize()


def is_number(one: Column) -> bool:
    """Whether a column's values stand right."""
    return one.holds in {Holds.AMOUNT, Holds.NUMBER}


def cell(words: Words, one: Column, value: Cell, zone: tzinfo | None) -> str:
    """One value on one line."""
    if isinstance(value, str | Cut):
        return _text(words, one, value)
    if isinstance(value, date):
        return moment(words, value, zone) if isinstance(value, datetime) else values.day(words, value)
    return _number(words, one, value)


def _text(words: Words, one: Column, value: str | Cut) -> str:
    if isinstance(value, Cut):
        return plain(value.text) + "…"
    return choice(words, value) if one.holds is Holds.CHOICE else plain(value)


def _number(words: Words, one: Column, value: Rupees | Bytes | Withheld | bool | float | None) -> str:
    if isinstance(value, Rupees):
        return values.rupees(words, value.paise)
    if isinstance(value, bool):
        return words.say("yes") if value else words.say("no")
    if isinstance(value, Withheld):
        return words.say("(not shown)")
    if isinstance(value, Bytes):
        return words.say("({size})", size=values.size(words, value.size))
    if one.name == "month" and value in range(1, 13):
        return values.month_name(words, int(value or 0))
    return "" if value is None else str(value)


def moment(words: Words, when: datetime, zone: tzinfo | None) -> str:
    """A moment as the clock on the wall showed it: 18/11/2026, 6:02 PM."""
    try:
        here = when.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return str(when)
    return words.say("{date}, {time}", date=values.day(words, here.date()), time=values.time(words, here))


def choice(words: Words, value: str) -> str:
    """One of GharMitra's words in capitals, as people write it: BANK_TRANSFER is "Bank transfer"."""
    known = CHOICES.get(value.upper())
    if known is not None:
        return words.say(known)
    is_code = re.fullmatch(r"[A-Z]{4,}(_[A-Z]+)*|[A-Z]+(_[A-Z]+)+", value) is not None
    return value.replace("_", " ").capitalize() if is_code else plain(value)


def plain(text: str) -> str:
    """A text on one line that reads in the order in which it is stored."""
    return _TURNING.sub("", _BREAKS.sub(" ", text))


def for_sheet(text: str) -> str:
    """A value that is pasted into a spreadsheet: never taken for a formula."""
    return "'" + text if text[:1] in {"=", "+", "@", "\t"} or (text[:1] == "-" and not re.fullmatch(r"-[₹\d,.]+", text)) else text


def found(words: Words, rows: int, *, is_search: bool) -> str:
    """How many rows there are, or were found."""
    number = values.number(words, rows)
    if is_search:
        return words.count("{said} found", "{said} found", rows, said=number) if rows else words.say("Nothing found here.")
    return words.count("{said} row", "{said} rows", rows, said=number) if rows else words.say("Nothing in here.")


def flat(one: Flat) -> str:
    """A flat in a list of flats."""
    return ", ".join(plain(part) for part in (one.name, one.owner, one.society) if part)


def balance(words: Words, paise: int) -> str:
    """A flat's balance: what it owes, or what it has paid ahead."""
    if paise == 0:
        return words.say("nothing due")
    if paise > 0:
        return words.say("{amount} due", amount=values.rupees(words, paise))
    return words.say("{amount} paid ahead", amount=values.rupees(words, -paise))


def ledger_headline(words: Words, one: Flat, told: FlatLedger) -> str:
    """C-1004: ₹4,242.00 due on 22/11/2026."""
    day = values.day(words, told.as_on)
    return words.say("{flat}: {balance} on {day}.", flat=plain(one.name), balance=balance(words, told.closing_paise), day=day)


def ledger_notes(words: Words, told: FlatLedger) -> str:
    """What is not in the balance, where there is any."""
    notes = []
    if told.later:
        notes.append(words.count("{number} later line is not in this.", "{number} later lines are not in this.", told.later))
    if told.undated:
        amount = values.rupees(words, told.undated_paise)
        one, many = "{number} line without a day ({amount}) is not in this.", "{number} lines without a day ({amount}) are not in this."
        notes.append(words.count(one, many, told.undated, amount=amount))
    return " ".join(notes)


def entry_title(words: Words, entry: Entry) -> str:
    """Receipt RV-3512."""
    return words.say(_ENTRIES[entry.kind], number=plain(entry.number))


def entry_facts(words: Words, entry: Entry) -> list[tuple[str, str]]:
    """What stands on the paper, line by line."""
    say = words.say
    facts = [
        (say("Date"), values.day(words, entry.day) if entry.day else ""),
        (say("Amount"), values.rupees(words, entry.amount_paise) if entry.amount_paise is not None else ""),
        (say("Received from"), plain(entry.received_from)),
        (say("For"), plain(entry.text)),
    ]
    for paid in entry.paid:
        facts += [
            (say("Flat"), plain(paid.flat)),
            (say("Paid by"), ", ".join(part for part in (choice(words, paid.mode), plain(paid.bank), plain(paid.reference)) if part)),
            (say("Remarks"), plain(paid.remarks)),
        ]
    if entry.is_reversed:
        facts.append((say("Note"), say("This voucher was reversed later.")))
    return [(name, value) for name, value in facts if value]
