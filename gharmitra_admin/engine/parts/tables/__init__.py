"""Two databases, row by row: which rows only one of them has, and which differ. Leaves nothing on disk."""

from __future__ import annotations

from gharmitra_admin.engine.parts.tables.differences import Change, Side, changes, common_columns, rows, shown
from gharmitra_admin.engine.parts.tables.pages import Pages, of_held, opened
from gharmitra_admin.engine.parts.tables.same_pages import SamePages, look
from gharmitra_admin.engine.parts.tables.shape import Shape, roots, shapes

__all__ = [
    "Change",
    "Pages",
    "SamePages",
    "Shape",
    "Side",
    "changes",
    "common_columns",
    "look",
    "of_held",
    "opened",
    "roots",
    "rows",
    "shapes",
    "shown",
]
