"""Reading a table for a person: page by page, in plain values, with a search as she types it, never a secret. Leaves nothing on disk."""

from __future__ import annotations

from gharmitra_admin.engine.parts.reading.cells import Bytes, Cell, Cut, Rupees, Withheld
from gharmitra_admin.engine.parts.reading.columns import Column, Holds, columns_of
from gharmitra_admin.engine.parts.reading.paging import PAGE_ROWS, Extent, PageRow, View
from gharmitra_admin.engine.parts.reading.typed import Amount, Day, Month, Term, Word, day_typed, terms

__all__ = [
    "PAGE_ROWS",
    "Amount",
    "Bytes",
    "Cell",
    "Column",
    "Cut",
    "Day",
    "Extent",
    "Holds",
    "Month",
    "PageRow",
    "Rupees",
    "Term",
    "View",
    "Withheld",
    "Word",
    "columns_of",
    "day_typed",
    "terms",
]
