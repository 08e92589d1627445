"""The year at a glance: 53 columns of weeks, months above, letters at the left, and what the cells mean. Leaves nothing on disk."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.calendar_cells import CELL, STEP, CalendarCells, CellPictures
from gharmitra_admin.gui.widgets.calendar_days import DAYS, WEEKS, CalendarView, DayState
from gharmitra_admin.gui.widgets.flow import Flow

LETTERS_WIDTH = 28
LETTER_CENTRE = 8
MONTHS_GAP = 7
LEAST_WEEKS = 12
FOOT = 3


class Calendar(QWidget):
    """Draws months, letters and the ring of today; the cells in it are a table of their own, with a name each."""

    day_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("backupCalendar")
        self._theme = theme
        self._view: CalendarView | None = None
        self._first_column = 0
        self._cell = round(CELL * theme.fonts.scale)
        self._step = round(STEP * theme.fonts.scale)
        self._left = round(LETTERS_WIDTH * theme.fonts.scale)
        self._metrics = QFontMetrics(theme.fonts.plain)
        self._top = self._metrics.height() + MONTHS_GAP
        self.cells = CalendarCells(CellPictures(theme, self), self._cell, self._step)
        self.cells.setParent(self)
        self.cells.day_chosen.connect(self.day_chosen)
        self.setFocusProxy(self.cells)
        self.setFixedHeight(self._top + DAYS * self._step + FOOT)
        self.setMinimumWidth(self._left + LEAST_WEEKS * self._step)
        theme.changed.connect(self.update)

    def set_view(self, view: CalendarView) -> None:
        self._view = view
        self.setAccessibleName(view.name)
        self.cells.set_view(view)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._left + WEEKS * self._step, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = max(1, min(WEEKS, (self.width() - self._left) // self._step))
        self._first_column = WEEKS - room
        self.cells.show_from(self._first_column)
        self.cells.setGeometry(self._left, self._top, room * self._step, DAYS * self._step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._view is None:
            return
        painter = QPainter(self)
        painter.setFont(self._theme.fonts.plain)
        painter.setPen(QColor(self._theme.tokens.muted))
        for column, word in self._view.month_columns():
            if column >= self._first_column:
                painter.drawText(self._column_left(column), self._metrics.ascent(), word)
        for row, letter in enumerate(self._view.weekdays):
            middle = self._top + row * self._step + self._cell // 2
            baseline = middle + (self._metrics.ascent() - self._metrics.descent()) // 2
            left = round(LETTER_CENTRE * self._theme.fonts.scale) - self._metrics.horizontalAdvance(letter) // 2
            painter.drawText(max(0, left), baseline, letter)
        self._ring_today(painter, self._view)
        painter.end()

    def _column_left(self, column: int) -> int:
        return self._left + (column - self._first_column) * self._step

    def _ring_today(self, painter: QPainter, view: CalendarView) -> None:
        row, column = view.place(view.today)
        cell = QRectF(self._column_left(column), self._top + row * self._step, self._cell, self._cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.tokens.text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cell.adjusted(-2, -2, 2, 2), 5, 5)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    state: DayState
    words: str


class _LegendCell(QWidget):
    def __init__(self, pictures: CellPictures, state: DayState, side: int) -> None:
        super().__init__()
        self._pictures = pictures
        self._state = state
        self._side = side
        self.setFixedSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._pictures.pixmap(self._state, self._side, self.devicePixelRatioF()))
        painter.end()


class Legend(QWidget):
    """What each cell means, in the caller's words."""

    def __init__(self, theme: Theme, entries: Sequence[LegendEntry]) -> None:
        super().__init__()
        self.setObjectName("calendarLegend")
        pictures = CellPictures(theme, self)
        flow = Flow(self, across=23, down=4)
        for entry in entries:
            flow.addWidget(self._entry(theme, pictures, entry))

    def _entry(self, theme: Theme, pictures: CellPictures, entry: LegendEntry) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        cell = _LegendCell(pictures, entry.state, round(CELL * theme.fonts.scale))
        theme.changed.connect(cell.update)
        words = QLabel(entry.words)
        words.setFont(theme.fonts.plain)
        words.setProperty("role", "muted")
        row.addWidget(cell)
        row.addWidget(words)
        return holder
