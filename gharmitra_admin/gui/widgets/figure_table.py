"""A small table of figures on a page: hairlines, numbers at the right, no scrolling of its own. Leaves nothing on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPalette, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme

HEAD_HEIGHT = 36
MARK_SIDE = 20
APART = 24
LEAST_TITLE_WIDTH = 160  # a longer title is cut, and told whole when it is pointed at


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: ``strong`` where the number matters, ``muted`` where it is nothing, or a mark with what it says."""

    words: str
    strong: bool = False
    muted: bool = False
    mark: Mark | None = None
    ink: str = "good"


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: "FigureTable") -> None:
        super().__init__(table)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        table = cast("FigureTable", option.widget)
        cell, box, tokens = table.cells[index.row()][index.column()], option.rect, self._theme.tokens
        painter.save()
        if index.row() + 1 < len(table.cells):
            painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), QColor(tokens.line))
        if cell.mark is not None:
            place = QRectF(box.right() + 1 - MARK_SIDE, box.center().y() - MARK_SIDE // 2 + 1, MARK_SIDE, MARK_SIDE)
            self._theme.marks.paint(painter, cell.mark, place, getattr(tokens, cell.ink), tokens.on_fill)
        else:
            self._words(painter, cell, box, is_first=index.column() == 0)
        painter.restore()

    def _words(self, painter: QPainter, cell: Cell, box: QRect, *, is_first: bool) -> None:
        painter.setFont(self._theme.fonts.make(11, strong=cell.strong, equal_digits=True))
        painter.setPen(QColor(self._theme.tokens.muted if cell.muted else self._theme.tokens.text))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(cell.words, Qt.TextElideMode.ElideRight, box.width())
        left = box.left() if is_first else box.right() + 1 - metrics.horizontalAdvance(shown)
        painter.drawText(left, box.top() + (box.height() + metrics.ascent() - metrics.descent()) // 2, shown)


class FigureTable(QTableWidget):
    """As high as its rows; the first column takes what the others leave. ``row_height`` in logical pixels at 100 %."""

    def __init__(self, theme: Theme, name: str, spoken_name: str, *, row_height: int = 36) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(spoken_name)
        self.setProperty("flush", True)
        self.cells: list[list[Cell]] = []
        self._heads: list[str] = []
        self._theme, self._row_height = theme, row_height
        self.setItemDelegate(_Delegate(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionsClickable(False)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(0)
        theme.changed.connect(self._dress)
        self._dress()

    def set_table(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows under these heads; the first head is usually empty."""
        self._heads, self.cells = list(heads), [list(row) for row in rows]
        self.setColumnCount(len(self._heads))
        self.setRowCount(len(self.cells))
        for column, words in enumerate(self._heads):
            item = QTableWidgetItem(words)
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(column, item)
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                item = QTableWidgetItem(cell.words)
                item.setToolTip(cell.words)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{self._heads[column]} {cell.words}".strip())
                self.setItem(row, column, item)
        self._fit()

    def spoken(self) -> list[list[str]]:
        """Every cell's words, row by row."""
        return [[cell.words for cell in row] for row in self.cells]

    def sizeHint(self) -> QSize:
        return QSize(480, self.horizontalHeader().height() + self.verticalHeader().length())

    def minimumSizeHint(self) -> QSize:
        needs = self._needs()
        first = min([*needs[:1], round(LEAST_TITLE_WIDTH * self._theme.fonts.scale)])
        return QSize(first + sum(needs[1:]), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}:
            event.ignore()
            return
        super().keyPressEvent(event)

    def _dress(self) -> None:
        dressed = QPalette(self.palette())
        dressed.setColor(QPalette.ColorRole.Base, QColor(Qt.GlobalColor.transparent))
        self.setPalette(dressed)
        self.viewport().update()

    def _fit(self) -> None:
        least = QFontMetrics(self._theme.fonts.table).height()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(max(self._row_height, least + 14))
        for row in range(len(self.cells)):
            self.setRowHeight(row, max(self._row_height, least + 14))
        self.horizontalHeader().setFixedHeight(max(HEAD_HEIGHT, least + 14))
        self.updateGeometry()
        self.setFixedHeight(self.sizeHint().height())
        self._share_width()

    def _needs(self) -> list[int]:
        """What each column asks for."""
        metrics = QFontMetrics(self._theme.fonts.make(11, strong=True, equal_digits=True))
        return [
            max([metrics.horizontalAdvance(head), *(self._need(metrics, row[column]) for row in self.cells)]) + (APART if column else 0)
            for column, head in enumerate(self._heads)
        ]

    def _need(self, metrics: QFontMetrics, cell: Cell) -> int:
        return MARK_SIDE if cell.mark is not None else metrics.horizontalAdvance(cell.words)

    def _share_width(self) -> None:
        if not self._heads:
            return
        needs = self._needs()
        width = self.viewport().width()
        share = max(0, width - sum(needs)) // len(needs)
        for column, need in enumerate(needs[1:], start=1):
            self.setColumnWidth(column, need + share)
        self.setColumnWidth(0, max(0, width - sum(needs[1:]) - share * (len(needs) - 1)))
