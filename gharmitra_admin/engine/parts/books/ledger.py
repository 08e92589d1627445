"""Reading GharMitra's ledger exactly: amounts as whole paise, texts as far as they can be read. Leaves nothing on disk."""

from __future__ import annotations

import apsw

from gharmitra_admin.engine.parts.books.meaning import paise

STRANGE = (apsw.SQLError, apsw.MismatchError, apsw.TooBigError, UnicodeDecodeError)  # not GharMitra's tables; damage is not among them
_EXACT_BELOW = 1e12  # rupees: up to here a float holds every paisa


def exact_paise(value: object) -> int | None:
    """What ``meaning.paise`` says, quickly where the value has no more than two decimals, as nearly all have."""
    if type(value) is int and abs(value) < _EXACT_BELOW:
        return value * 100
    if type(value) is float and abs(value) < _EXACT_BELOW:
        whole = round(value * 100)
        if whole / 100 == value:
            return whole
    return paise(value)


def text(value: object) -> str:
    """A text that was read as bytes, so that one bad letter does not hide the row it stands in."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else "" if value is None else str(value)


def asked(connection: apsw.Connection, *queries: str) -> list[tuple[object, ...]]:
    """The rows of the first query that this schema understands, 100,000 at most; none where it understands none. Raises apsw.Error."""
    for query in queries:
        try:
            return connection.execute(f"{query} LIMIT 100000").fetchall()
        except STRANGE:
            continue
    return []
