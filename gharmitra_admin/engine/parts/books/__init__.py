"""What a database says as books of a society: whose they are and a few figures to know them by. Leaves nothing on disk.

Table and column names are GharMitra's. A database that is not GharMitra's has no figures and is backed up all the same.
"""

from __future__ import annotations

import apsw
import msgspec


class Figures(msgspec.Struct, frozen=True):
    """What a treasurer knows her books by. A count is None where the database has no such table."""

    society: str | None = None
    societies: int | None = None
    flats: int | None = None
    vouchers: int | None = None
    receipts: int | None = None
    last_receipt: str | None = None
    last_entry: str | None = None
    documents: int | None = None
    closed_years: tuple[str, ...] = ()  # first days of the financial years that are finally closed, of any society


_ONE_VALUE = {
    "society": "SELECT name FROM societies ORDER BY id LIMIT 1",
    "societies": "SELECT count(*) FROM societies",
    "flats": "SELECT count(*) FROM flats",
    "vouchers": "SELECT count(*) FROM journal_entries",
    "receipts": "SELECT count(*) FROM payments",
    "last_receipt": "SELECT receipt_number FROM payments ORDER BY id DESC LIMIT 1",
    "last_entry": "SELECT max(date) FROM journal_entries",
    "documents": "SELECT count(*) FROM voucher_attachments",
}

_CLOSED_YEARS = "SELECT DISTINCT start_date FROM financial_years WHERE upper(status) = 'FINAL_CLOSE' ORDER BY 1 LIMIT 100"


def figures(connection: apsw.Connection) -> Figures:
    """Read the figures of a closed copy; what cannot be read is None. Never raises for a strange schema."""
    found = {field: _value(connection, query) for field, query in _ONE_VALUE.items()}
    counts = {"societies", "flats", "vouchers", "receipts", "documents"}
    known = {field: _typed(value, int if field in counts else str) for field, value in found.items()}
    return Figures(**known, closed_years=_closed_years(connection))  # type: ignore[arg-type]


def _closed_years(connection: apsw.Connection) -> tuple[str, ...]:
    try:
        return tuple(str(first) for (first,) in connection.execute(_CLOSED_YEARS))
    except (apsw.Error, UnicodeDecodeError):
        return ()


def _value(connection: apsw.Connection, query: str) -> object:
    try:
        row = next(iter(connection.execute(query)), None)
    except (apsw.Error, UnicodeDecodeError):
        return None
    return row[0] if row else None


def _typed(value: object, wanted: type) -> object:
    return value if isinstance(value, wanted) else None
