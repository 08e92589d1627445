"""What a treasurer knows her books by, before and after a restore. Leaves nothing on disk."""

from __future__ import annotations

from gharmitra_admin.engine.parts.books import Figures
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words

Row = tuple[str, str, str, str]


def rows(words: Words, before: Figures | None, wanted: Figures | None, now: Figures | None) -> list[Row]:
    """Title, before, should be, now; a figure that none of the three knows is left out."""
    three = (before, wanted, now)
    found = [
        (words.say("Vouchers"), [_count(words, one.vouchers) if one else "" for one in three]),
        (words.say("Receipts"), [_count(words, one.receipts) if one else "" for one in three]),
        (words.say("Last receipt"), [(one.last_receipt or "") if one else "" for one in three]),
    ]
    return [(title, *said) for title, said in found if any(said)]  # type: ignore[misc]


def looks(words: Words, now: Figures | None) -> list[str]:
    """What to look at in GharMitra after a restore."""
    told = [words.say("log in as admin")]
    if now is not None and now.last_receipt:
        told.append(words.say("last receipt {number}", number=now.last_receipt))
    if now is not None and now.flats:
        told.append(words.count("{shown} flat", "{shown} flats", now.flats, shown=values.number(words, now.flats)))
    return [*told, words.say("print one bill")]


def _count(words: Words, number: int | None) -> str:
    return "" if number is None else values.number(words, number)
