"""What each flat owes, by the members' account of the ledger: bills debit it, receipts credit it. Leaves nothing on disk."""

from __future__ import annotations

from collections import Counter

import apsw
import msgspec

from gharmitra_admin.engine.parts.books.ledger import DUES_ACCOUNTS, STRANGE, exact_paise, text

_FLATS = "SELECT id, CAST(flat_number AS BLOB), society_id FROM flats ORDER BY id LIMIT 100000"
_LINES = f"""
    SELECT flat_id, society_id, debit_amount, credit_amount FROM transactions
    WHERE account_code IN ({", ".join("?" * len(DUES_ACCOUNTS))}) AND flat_id IS NOT NULL
"""  # noqa: S608 - only question marks are put in


class FlatDues(msgspec.Struct, frozen=True):
    """One flat. ``paise`` above zero: it owes; below: it has paid ahead. ``label`` is its number on the door, empty where not known."""

    flat_id: int
    label: str
    society_id: int | None
    paise: int


def dues(connection: apsw.Connection) -> tuple[FlatDues, ...]:
    """Tell what every flat owes, all lines of the ledger counted, in the order of flat ids; a flat without lines owes 0.

    A flat that only the ledger knows is among them. Empty where the database is not GharMitra's; a strange schema raises nothing.
    Damage, a failing drive and an interrupt are raised as apsw.Error.
    """
    try:
        flats = {flat: (text(label), society) for flat, label, society in connection.execute(_FLATS) if isinstance(flat, int)}
        owed: Counter[int] = Counter()
        for flat, society, debit, credit in connection.execute(_LINES, DUES_ACCOUNTS):
            if isinstance(flat, int):
                flats.setdefault(flat, ("", society))
                owed[flat] += (exact_paise(debit) or 0) - (exact_paise(credit) or 0)
    except STRANGE:
        return ()
    return tuple(listed(flats, owed))


def listed(flats: dict[int, tuple[str, object]], owed: Counter[int]) -> list[FlatDues]:
    """Put names to what is owed."""
    return [
        FlatDues(flat, label, society if isinstance(society, int) else None, owed[flat]) for flat, (label, society) in sorted(flats.items())
    ]
