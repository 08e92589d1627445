"""What each flat owes, by the members' account of the ledger: bills debit it, receipts credit it. Leaves nothing on disk.

GharMitra reverses a voucher by another one, whose lines name no flat. They are given the flats of the lines they reverse.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import apsw
import msgspec

from gharmitra_admin.engine.parts.books.ledger import STRANGE, asked, exact_paise, text

DUES_ACCOUNTS = ("1100",)  # "Maintenance Dues Receivable": the one GharMitra posts bills and maintenance receipts to
_THESE = f"account_code IN ({', '.join(repr(code) for code in DUES_ACCOUNTS)})"
_FLATS = "SELECT id, CAST(flat_number AS BLOB), society_id FROM flats ORDER BY id"
_LINES = f"SELECT flat_id, society_id, debit_amount, credit_amount, journal_entry_id FROM transactions WHERE {_THESE}"  # noqa: S608
_REVERSALS = "SELECT id, original_entry_id FROM journal_entries WHERE original_entry_id IS NOT NULL"
_OF_VOUCHER = f"""
    SELECT flat_id, debit_amount, credit_amount FROM transactions
    WHERE journal_entry_id = ? AND flat_id IS NOT NULL AND {_THESE} ORDER BY id LIMIT 100000
"""  # noqa: S608 - the codes are ours


class FlatDues(msgspec.Struct, frozen=True, array_like=True):
    """One flat. ``paise`` above zero: it owes; below: it has paid ahead. ``label`` is its number on the door, empty where not known."""

    flat_id: int
    label: str
    society_id: int | None
    paise: int


class DuesBook:
    """Takes the lines of the members' account one by one, and keeps what each flat owes."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.rest: Counter[object] = Counter()  # of no flat, by society
        self._owed: Counter[int] = Counter()
        self._flats = {flat: (text(label), society) for flat, label, society in asked(connection, _FLATS) if isinstance(flat, int)}
        self._reversals = dict(pair for pair in asked(connection, _REVERSALS) if len(pair) == 2)
        self._unnamed: dict[object, list[tuple[object, int]]] = defaultdict(list)

    def add(self, flat: object, society: object, net: int, voucher: object) -> None:
        """Take one line, ``net`` its debit less its credit in paise."""
        if isinstance(flat, int):
            self._flats.setdefault(flat, ("", society))
            self._owed[flat] += net
        elif voucher in self._reversals:
            self._unnamed[voucher].append((society, net))
        else:
            self.rest[society] += net

    def flats(self) -> tuple[FlatDues, ...]:
        """Every flat, in the order of the ids. Once, after the last line. Raises apsw.Error."""
        for voucher, lines in self._unnamed.items():
            self._name(voucher, lines)
        self._unnamed.clear()
        found = sorted(self._flats.items())
        return tuple(
            FlatDues(flat, label, society if isinstance(society, int) else None, self._owed[flat]) for flat, (label, society) in found
        )

    def _name(self, voucher: object, lines: list[tuple[object, int]]) -> None:
        """Give the lines of a reversal the flats of the lines they reverse, each once."""
        root, steps = self._root(voucher)
        sign = -1 if steps % 2 else 1
        flats_by_net: dict[int, list[int]] = defaultdict(list)
        for flat, debit, credit in self._connection.execute(_OF_VOUCHER, (root,)):
            flats_by_net[sign * ((exact_paise(debit) or 0) - (exact_paise(credit) or 0))].append(flat)
        for society, net in lines:
            if flats_by_net[net]:
                self._owed[flats_by_net[net].pop(0)] += net
            else:
                self.rest[society] += net

    def _root(self, voucher: object) -> tuple[object, int]:
        """The voucher that is no reversal, and how many reversals lead to it; a circle is left after one round."""
        seen = {voucher}
        while (before := self._reversals.get(voucher)) is not None and before not in seen:
            voucher = before
            seen.add(voucher)
        return voucher, len(seen) - 1


def dues(connection: apsw.Connection) -> tuple[FlatDues, ...]:
    """Tell what every flat owes, all lines of the ledger counted, in the order of flat ids; a flat without lines owes 0.

    A flat that only the ledger knows is among them. Empty where the database is not GharMitra's; a strange schema raises nothing.
    Damage, a failing drive and an interrupt are raised as apsw.Error.
    """
    try:
        book = DuesBook(connection)
        for flat, society, debit, credit, voucher in connection.execute(_LINES):
            book.add(flat, society, (exact_paise(debit) or 0) - (exact_paise(credit) or 0), voucher)
        return book.flats()
    except STRANGE:
        return ()
