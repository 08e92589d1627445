"""The table in which a backup is looked into: read only, rows to choose and copy, as wide and long as it is. Leaves nothing on disk."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gharmitra_admin.engine.parts.reading import PAGE_ROWS
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.inside_model import InsideModel
from gharmitra_admin.gui.widgets.row_manners import set_row_manners

PAD = 12
EDGE = 16
ROW_HEIGHT, HEAD_HEIGHT = 36, 40
LEAST_COLUMN, WIDEST_COLUMN, LEAST_ELASTIC = 64, 360, 160
MEASURED_ROWS = 60
Index = QModelIndex | QPersistentModelIndex


class InsideDelegate(QStyledItemDelegate):
    """Paints a cell: words on one baseline, hairlines, the chosen rows."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = QFontMetrics(self._theme.fonts.table)
        return QSize(metrics.horizontalAdvance(str(index.data())) + 2 * PAD, metrics.height() + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, table = self._theme.tokens, cast("QTableView", option.widget)
        cell: QRect = option.rect
        whole = QRect(0, cell.top(), table.viewport().width(), cell.height())
        painter.save()
        painter.setClipRect(cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            self._chosen(painter, whole)
        else:
            painter.fillRect(QRect(EDGE, whole.bottom(), whole.width() - 2 * EDGE, 1), QColor(tokens.line))
        painter.setFont(self._theme.fonts.table)
        painter.setPen(QColor(tokens.text))
        self._words(painter, _inner(table, cell, index.column()), index)
        painter.restore()

    def _chosen(self, painter: QPainter, whole: QRect) -> None:
        tokens = self._theme.tokens
        ground = QRectF(whole).adjusted(4, 2, -4, -2)
        painter.setPen(QPen(QColor(tokens.text), 1) if self._theme.high_contrast else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.select))
        painter.drawRoundedRect(ground, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text))
        painter.drawRoundedRect(QRectF(ground.left() + 2, round(ground.center().y()) - 8, 3, 16), 1.5, 1.5)

    def _words(self, painter: QPainter, box: QRect, index: Index) -> None:
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, box.width())
        is_right = bool(index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight)
        left = box.right() + 1 - metrics.horizontalAdvance(shown) if is_right else box.left()
        painter.drawText(left, box.top() + (box.height() + metrics.ascent() - metrics.descent()) // 2, shown)


def _inner(table: QTableView, cell: QRect, column: int) -> QRect:
    """The first and the last column stand as far in as the hairlines."""
    last = table.model().columnCount() - 1
    return cell.adjusted(EDGE if column == 0 else PAD, 0, -EDGE if column == last else -PAD, 0)


class InsideTable(QTableView):
    """Says which row was opened, and when the chosen ones shall be copied."""

    opened = Signal(int)
    copy_asked = Signal()
    menu_requested = Signal(QPoint)
    chosen_changed = Signal()
    focus_rect_changed = Signal()

    def __init__(self, theme: Theme, spoken_name: str, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(spoken_name)
        self._theme = theme
        self.rows = InsideModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(InsideDelegate(theme, self))
        self._set_manners()
        self._size_rows()
        theme.changed.connect(self._dress)
        self._dress()
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def _set_manners(self) -> None:
        set_row_manners(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setSectionsClickable(False)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setProperty("narrow", True)
        # Painting a title, Qt asks row by row whether its whole column is chosen: half a minute where a million rows are.
        head.setSelectionModel(QItemSelectionModel(self.rows, head))

    def fit_columns(self) -> None:
        """Give each column what its title and first rows need; elastic ones share what is left, else the last one has it."""
        plain, rows = QFontMetrics(self._theme.fonts.table), self.rows
        shown = min(MEASURED_ROWS, rows.rowCount()) if rows.has_page(0) else 0
        last, widest = rows.columnCount() - 1, round(WIDEST_COLUMN * self._theme.fonts.scale)
        for column, heading in enumerate(rows.head):
            words = [heading.title, *(str(rows.index(place, column).data()) for place in range(shown))]
            edges = 2 * PAD + (EDGE - PAD if column == 0 else 0) + (EDGE - PAD if column == last else 0)
            width = max(plain.horizontalAdvance(word) for word in words) + edges + 4
            self.setColumnWidth(column, max(LEAST_COLUMN, min(widest, width)))
        self._fit_elastic()

    def _fit_elastic(self) -> None:
        elastic = [column for column, heading in enumerate(self.rows.head) if heading.is_elastic]
        self.horizontalHeader().setStretchLastSection(not elastic)
        others = sum(self.columnWidth(column) for column in range(self.rows.columnCount()) if column not in elastic)
        for column in elastic:
            self.setColumnWidth(column, max(LEAST_ELASTIC, (self.viewport().width() - others) // len(elastic)))

    def chosen_places(self) -> list[int]:
        """The chosen rows, from the top."""
        return sorted({place for one in self._ranges() for place in range(one.top(), one.bottom() + 1)})

    def count_chosen(self) -> int:
        return sum(one.height() for one in self._ranges())

    def _ranges(self) -> list[QItemSelectionRange]:
        return cast("list[QItemSelectionRange]", list(self.selectionModel().selection()))  # type: ignore[call-overload]

    def shown_pages(self) -> range:
        """The pages that lie in the view."""
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        last = bottom if bottom >= 0 else self.rows.rowCount() - 1
        return range(max(0, top) // PAGE_ROWS, max(0, last) // PAGE_ROWS + 1)

    def focus_rect(self) -> QRect:
        """Where the focus ring belongs: round the current row, or round the whole table while there is none."""
        current = self.currentIndex()
        if not current.isValid():
            return self.rect().adjusted(4, 4, -4, -4)
        row = self.visualRect(current)
        row.setLeft(0)
        row.setWidth(self.viewport().width())
        return row.adjusted(7, 5, -7, -5).translated(self.viewport().pos())

    def _on_selection(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self.viewport().update()
        self.chosen_changed.emit()
        self.focus_rect_changed.emit()

    def _dress(self) -> None:
        # The delegate draws the chosen rows; Qt's own ground under them would fill the corners.
        dressed = QPalette(self.palette())
        dressed.setColor(QPalette.ColorRole.Highlight, QColor(Qt.GlobalColor.transparent))
        self.setPalette(dressed)
        self.viewport().update()

    def _size_rows(self) -> None:
        height = QFontMetrics(self._theme.fonts.table).height()
        row = max(ROW_HEIGHT, height + 16)
        self.verticalHeader().setMinimumSectionSize(row)
        self.verticalHeader().setDefaultSectionSize(row)
        self.horizontalHeader().setFixedHeight(max(HEAD_HEIGHT, height + 20))
        self.setMinimumHeight(max(HEAD_HEIGHT, height + 20) + 2 * row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_elastic()
        self.focus_rect_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, True)
        super().keyPressEvent(event)
        self.focus_rect_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
        super().mousePressEvent(event)
        self.focus_rect_changed.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the chosen rows: right click, the menu key and Shift+F10 all come here."""
        if not self.currentIndex().isValid():
            return
        is_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        self.menu_requested.emit(event.globalPos() if is_mouse else self.mapToGlobal(self.focus_rect().bottomLeft()))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if dx:
            self.viewport().update()  # grounds and hairlines are cut from the view, not from the sheet
        self.focus_rect_changed.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.focus_rect_changed.emit()
