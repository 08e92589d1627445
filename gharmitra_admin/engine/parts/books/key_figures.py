"""The few figures a treasurer looks at first after a restore: cash and bank, the last receipt, how many. Leaves nothing on disk."""

from __future__ import annotations

import apsw
import msgspec

from gharmitra_admin.engine.parts.books.ledger import STRANGE, asked, exact_paise, text

_VOUCHERS = "SELECT count(*) FROM journal_entries"
_MEMBERS = "SELECT count(*) FROM members"
_RECEIPT = """
    SELECT CAST(receipt_number AS BLOB), amount, (SELECT CAST(flat_number AS BLOB) FROM flats WHERE flats.id = payments.flat_id)
    FROM payments WHERE id = (SELECT max(id) FROM payments)
"""
_ACCOUNTS = """
    SELECT society_id, CAST(code AS BLOB), CAST(name AS BLOB), opening_balance, code FROM account_codes
    WHERE upper(type) = 'ASSET' AND (code GLOB '10[0-6]?' OR name LIKE '%cash%' OR name LIKE '%bank%') ORDER BY society_id, code
"""  # GharMitra's own idea of cash and bank
_LINES = "SELECT debit_amount, credit_amount FROM transactions WHERE account_code = ? AND society_id = ?"


class AccountBalance(msgspec.Struct, frozen=True):
    """Cash or a bank account, all lines of the ledger counted."""

    society_id: int | None
    code: str
    name: str
    paise: int


class LastReceipt(msgspec.Struct, frozen=True):
    """The receipt that was entered last. ``flat`` is empty where it is not known, ``paise`` None where the amount cannot be read."""

    number: str
    flat: str
    paise: int | None


class KeyFigures(msgspec.Struct, frozen=True):
    """What to compare before and after. A count is None where there is no such table; balances are of accounts in use."""

    vouchers: int | None = None
    members: int | None = None
    last_receipt: LastReceipt | None = None
    balances: tuple[AccountBalance, ...] = ()


def key_figures(connection: apsw.Connection) -> KeyFigures:
    """Read the key figures of an open database; what a strange schema does not have is left out. Raises apsw.Error for damage."""
    receipt = next(iter(asked(connection, _RECEIPT)), None)
    return KeyFigures(
        vouchers=_count(connection, _VOUCHERS),
        members=_count(connection, _MEMBERS),
        last_receipt=LastReceipt(text(receipt[0]), text(receipt[2]), exact_paise(receipt[1])) if receipt else None,
        balances=_balances(connection),
    )


def _count(connection: apsw.Connection, query: str) -> int | None:
    rows = asked(connection, query)
    return rows[0][0] if rows and isinstance(rows[0][0], int) else None


def _balances(connection: apsw.Connection) -> tuple[AccountBalance, ...]:
    found = []
    try:
        for society, code, name, opening, key in asked(connection, _ACCOUNTS):
            paise, lines = exact_paise(opening) or 0, 0
            for debit, credit in connection.execute(_LINES, (key, society)):
                paise += (exact_paise(debit) or 0) - (exact_paise(credit) or 0)
                lines += 1
            if paise or lines:
                found.append(AccountBalance(society if isinstance(society, int) else None, text(code), text(name), paise))
    except STRANGE:
        return ()
    return tuple(found)
