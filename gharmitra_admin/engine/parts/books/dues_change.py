"""Flats that would owe another amount. Leaves nothing on disk.

Only what is owed now is read whole; what was owed then is that, less the lines of the ledger that only one side has. Where vouchers are
reversed by others a line may count for a flat that it does not name: then both sides are read whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import apsw

from gharmitra_admin.engine.parts.books.dues import DUES_ACCOUNTS, FlatDues, dues
from gharmitra_admin.engine.parts.books.ledger import STRANGE, exact_paise, text

TABLES = frozenset({"transactions", "journal_entries"})
_REVERSES = "SELECT 1 FROM main.journal_entries WHERE original_entry_id IS NOT NULL LIMIT 1"
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DuesChange:
    """One flat that would owe another amount, in paise; below zero it has paid ahead. None on the side that does not know it."""

    flat: str
    society: int | None
    now_paise: int | None
    then_paise: int | None

    @property
    def is_more(self) -> bool:
        """Whether it would show more due."""
        return (self.then_paise or 0) > (self.now_paise or 0)


class Dues:
    """Takes the lines of the ledger that differ, and keeps by how much each flat owes more now."""

    def __init__(self, now: apsw.Connection, then: apsw.Connection) -> None:
        self._now, self._then = now, then
        self._more_now: Counter[int] = Counter()
        self._is_any = False

    def add(self, table: str, now: Row | None, then: Row | None) -> None:
        self._is_any = True
        if table != "transactions":
            return
        for row, sign in ((now, 1), (then, -1)):
            if row is not None and row.get("account_code") in DUES_ACCOUNTS and isinstance(flat := row.get("flat_id"), int):
                self._more_now[flat] += sign * ((exact_paise(row.get("debit_amount")) or 0) - (exact_paise(row.get("credit_amount")) or 0))

    def changes(self) -> tuple[DuesChange, ...]:
        """Tell them in the order of flat ids. Raises apsw.Error for damage."""
        if not self._is_any:
            return ()
        if any(_has_reversals(side) for side in (self._now, self._then)):
            return _between(dues(self._now), dues(self._then))
        if not any(self._more_now.values()):
            return ()
        mine = {flat.flat_id: flat for flat in dues(self._now)}
        if not mine:  # not GharMitra's, or nothing in it
            return _between((), dues(self._then))
        return tuple(self._change(number, mine.get(number), more) for number, more in sorted(self._more_now.items()) if more)

    def _change(self, number: int, mine: FlatDues | None, more: int) -> DuesChange:
        then_paise = (mine.paise if mine else 0) - more
        label, society = _look_up(self._then, number)
        is_known_then = label is not None or then_paise != 0
        return DuesChange(
            (_label(mine) if mine else label) or str(number),
            mine.society_id if mine else society,
            mine.paise if mine else None,
            then_paise if is_known_then else None,
        )


def _between(now: tuple[FlatDues, ...], then: tuple[FlatDues, ...]) -> tuple[DuesChange, ...]:
    mine, yours = ({flat.flat_id: flat for flat in side} for side in (now, then))
    found = []
    for number in sorted({*mine, *yours}):
        here, there = mine.get(number), yours.get(number)
        known = here or there
        if known is not None and (here.paise if here else 0) != (there.paise if there else 0):
            paise = (here.paise if here else None, there.paise if there else None)
            found.append(DuesChange(_label(known), known.society_id, *paise))
    return tuple(found)


def _has_reversals(connection: apsw.Connection) -> bool:
    try:
        return connection.execute(_REVERSES).fetchone() is not None
    except STRANGE:
        return False


def _label(flat: FlatDues) -> str:
    return flat.label or str(flat.flat_id)


def _look_up(connection: apsw.Connection, flat: int) -> tuple[str | None, int | None]:
    """A flat's number on the door and its society; None where it is not known."""
    try:
        found = connection.execute("SELECT CAST(flat_number AS BLOB), society_id FROM main.flats WHERE id = ?", (flat,)).fetchone()
    except STRANGE:
        return None, None
    return (None, None) if found is None else (text(found[0]), found[1] if isinstance(found[1], int) else None)
