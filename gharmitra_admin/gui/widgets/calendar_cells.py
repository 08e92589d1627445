"""The calendar's cells: a small picture for each state, and a table that keyboard and screen reader can walk. Leaves nothing on disk."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QToolTip

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.calendar_days import DAYS, WEEKS, CalendarDay, CalendarView, DayState

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()

CELL = 16
STEP = 19
RADIUS = 3.5

_CELLS: dict[DayState, tuple[str, Mark | None, str]] = {
    DayState.PROVEN: ("good_fill", Mark.CELL_TWO_TICKS, "on_fill"),
    DayState.CHECKED: ("good_tint", Mark.CELL_TICK, "good"),
    DayState.UNCHANGED: ("hover", Mark.CELL_BARS, "muted"),
    DayState.DAMAGED: ("look_tint", Mark.CELL_TRIANGLE, "look"),
    DayState.DAMAGED_ONLY: ("act_tint", Mark.CELL_SQUARE, "act"),
    DayState.MISSED: ("act_tint", Mark.CELL_CROSS, "act"),
    DayState.NONE: ("window", None, "line"),
}


class CellPictures(QObject):
    """Draws a state's cell, keeping each picture it has once made."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept: dict[tuple[DayState, int, float], QPixmap] = {}
        theme.changed.connect(self._forget)

    def pixmap(self, state: DayState, side: int, ratio: float) -> QPixmap:
        key = (state, side, ratio)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._draw(state, side, ratio)
        return found

    def _forget(self) -> None:
        self._kept.clear()

    def _draw(self, state: DayState, side: int, ratio: float) -> QPixmap:
        ground, mark, ink = _CELLS[state]
        tokens = self._theme.tokens
        pixmap = QPixmap(QSize(side, side) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outlined = mark is None or self._theme.high_contrast
        painter.setPen(QPen(QColor(tokens.line), 1) if outlined else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(tokens, ground)))
        edge = 0.5 if outlined else 0.0
        radius = RADIUS * side / CELL
        whole = QRectF(0, 0, side, side)
        painter.drawRoundedRect(whole.adjusted(edge, edge, -edge, -edge), radius, radius)
        if mark is not None:
            self._theme.marks.paint(painter, mark, whole, getattr(tokens, ink), tokens.on_fill)
        painter.end()
        return pixmap


class DaysModel(QAbstractTableModel):
    """Seven rows, 53 columns; a day that is not told, as those still to come, is an empty place."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._days: dict[tuple[int, int], CalendarDay] = {}

    def set_view(self, view: CalendarView) -> None:
        self.beginResetModel()
        self._days = {view.place(day.day): day for day in view.days}
        self.endResetModel()

    def day(self, row: int, column: int) -> CalendarDay | None:
        return self._days.get((row, column))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else DAYS

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else WEEKS

    def flags(self, index: Index) -> Qt.ItemFlag:
        there = self.day(index.row(), index.column()) is not None
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if there else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        day = self.day(index.row(), index.column())
        wanted = {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}
        return day.words if day is not None and role in wanted else None


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, pictures: CellPictures, side: int, model: DaysModel) -> None:
        super().__init__(model)
        self._pictures = pictures
        self._side = side
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        day = self._model.day(index.row(), index.column())
        device = painter.device()
        if day is not None and device is not None:
            painter.drawPixmap(option.rect.topLeft(), self._pictures.pixmap(day.state, self._side, device.devicePixelRatioF()))


class CalendarCells(QTableView):
    """The grid; arrow keys walk it from day to day and say each one's words."""

    day_chosen = Signal(object)
    focus_rect_changed = Signal()

    def __init__(self, pictures: CellPictures, side: int, step: int) -> None:
        super().__init__()
        self.setObjectName("calendarCells")
        self._side = side
        self._days = DaysModel(self)
        self.setModel(self._days)
        self.setItemDelegate(_CellDelegate(pictures, side, self._days))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for head in (self.horizontalHeader(), self.verticalHeader()):
            head.hide()
            head.setMinimumSectionSize(1)
            head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            head.setDefaultSectionSize(step)
        self.viewport().setAutoFillBackground(False)

    def set_view(self, view: CalendarView) -> None:
        """Draw these days; the day the keyboard stands on stays, at first it is the last one told."""
        before = self.currentIndex()
        place = (before.row(), before.column()) if before.isValid() else view.place(view.today)
        self.setAccessibleName(view.name)
        self._days.set_view(view)
        self.setCurrentIndex(self._days.index(*place))

    def current_day(self) -> CalendarDay | None:
        index = self.currentIndex()
        return self._days.day(index.row(), index.column()) if index.isValid() else None

    def show_from(self, column: int) -> None:
        """Leave out the oldest weeks, where there is no room for them."""
        for place in range(WEEKS):
            self.setColumnHidden(place, place < column)

    def focus_rect(self) -> QRect:
        cell = self.visualRect(self.currentIndex())
        return QRect(cell.topLeft() + self.viewport().pos(), QSize(self._side, self._side))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, True)
        super().keyPressEvent(event)
        cell = self.visualRect(self.currentIndex())
        if (day := self.current_day()) is not None:
            QToolTip.showText(self.viewport().mapToGlobal(cell.bottomRight()), day.words, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
        super().mousePressEvent(event)
        self.focus_rect_changed.emit()

    def currentChanged(self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex) -> None:
        super().currentChanged(current, previous)
        self.focus_rect_changed.emit()
        if (day := self.current_day()) is not None:
            self.day_chosen.emit(day)
