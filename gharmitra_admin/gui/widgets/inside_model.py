"""A table of any length as Qt asks for it: pages come when they are looked at, and only a few are held. Leaves nothing on disk."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal

from gharmitra_admin.engine.parts.reading import PAGE_ROWS, PageRow
from gharmitra_admin.gui.widgets.backups_model import NOWHERE, Index

MOST_PAGES = 60
MOST_ROWS = 20_000_000  # a table of more would be taller than a screen's coordinates reach
WAITING = "…"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: its title, whether its values stand right, and whether it takes the room that is left."""

    title: str
    is_number: bool = False
    is_elastic: bool = False


@dataclass(slots=True)
class _Page:
    rows: Sequence[PageRow]
    words: dict[tuple[int, int], str] = field(default_factory=dict)


Say = Callable[[int, PageRow], str]


class InsideModel(QAbstractTableModel):
    """Words are made of a value when it is first shown. ``page_wanted`` is said once for each page that is missed."""

    page_wanted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._head: Sequence[Heading] = ()
        self._count = 0
        self._say: Say = lambda _column, _row: ""
        self._pages: OrderedDict[int, _Page] = OrderedDict()
        self._wanted: set[int] = set()

    @property
    def head(self) -> Sequence[Heading]:
        return self._head

    def set_table(self, head: Sequence[Heading], count: int, say: Say, first: Sequence[PageRow] = ()) -> None:
        """Show another table; its first page may be there already."""
        self.beginResetModel()
        self._head, self._count, self._say = head, min(count, MOST_ROWS), say
        self._pages.clear()
        self._wanted.clear()
        if first:
            self._pages[0] = _Page(first)
        self.endResetModel()

    def set_words(self, head: Sequence[Heading], rows: Sequence[tuple[str, ...]]) -> None:
        """Show a table that is here as a whole, in words already."""
        self.set_rows(head, [PageRow((), row) for row in rows], lambda column, row: str(row.cells[column]))

    def set_rows(self, head: Sequence[Heading], made: Sequence[PageRow], say: Say) -> None:
        """Show a table that is here as a whole."""
        self.set_table(head, len(made), say)
        self._pages = OrderedDict((top // PAGE_ROWS, _Page(made[top : top + PAGE_ROWS])) for top in range(0, len(made), PAGE_ROWS))

    def put_page(self, number: int, rows: Sequence[PageRow]) -> None:
        """Take a page that was asked for; the one that was looked at longest ago goes."""
        self._wanted.discard(number)
        self._pages[number] = _Page(rows)
        while len(self._pages) > MOST_PAGES:
            self._pages.popitem(last=False)
        top = number * PAGE_ROWS
        last = min(top + PAGE_ROWS, self._count) - 1
        if last >= top:
            self.dataChanged.emit(self.index(top, 0), self.index(last, len(self._head) - 1))

    def forget(self, number: int) -> None:
        """Let a page be asked for again: this time it did not come."""
        self._wanted.discard(number)

    def has_page(self, number: int) -> bool:
        return number in self._pages

    def row(self, place: int) -> PageRow | None:
        """One row as the engine gave it; None while it is not here."""
        page = self._pages.get(place // PAGE_ROWS)
        inner = place % PAGE_ROWS
        return page.rows[inner] if page is not None and inner < len(page.rows) else None

    def said(self, row: PageRow) -> list[str]:
        """A row in words."""
        return [self._say(column, row) for column in range(len(self._head))]

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._head)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._words(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._head[index.column()].title}: {self._words(index.row(), index.column())}"
        return self._alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self._head):
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._head[section].title
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._head[column].is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _words(self, place: int, column: int) -> str:
        number, inner = divmod(place, PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            if number not in self._wanted:
                self._wanted.add(number)
                self.page_wanted.emit(number)
            return WAITING
        self._pages.move_to_end(number)
        if inner >= len(page.rows):
            return ""
        known = page.words.get((inner, column))
        if known is None:
            known = page.words[inner, column] = self._say(column, page.rows[inner])
        return known
