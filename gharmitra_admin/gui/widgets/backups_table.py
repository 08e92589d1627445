"""The list of backups: four columns, one chosen row, arrow keys. Leaves nothing on disk."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.backups_delegate import CHOSEN_INSET, CHOSEN_TOP, PAD, BackupsDelegate, cell_width
from gharmitra_admin.gui.widgets.backups_model import BackupRow, BackupsModel, Column, HeadWords
from gharmitra_admin.gui.widgets.row_manners import set_row_manners

ROW_HEIGHT = 44
COMPACT_ROW_HEIGHT = 40
HEAD_HEIGHT = 40
WHEN_WIDTH = 216
STATE_AND_SIZE_WIDTH = 360
LEAST_WHY_WIDTH = 160
MEASURED_ROWS = 200
"""The columns are fitted to the newest rows; measuring thousands would be felt."""


class BackupsTable(QTableView):
    """Shows rows as given; says which one is chosen, opened, or asked for its menu (by ``BackupRow.name``)."""

    chosen = Signal(str)
    opened = Signal(str)
    menu_requested = Signal(str, QPoint)
    focus_rect_changed = Signal()

    def __init__(self, theme: Theme, head: HeadWords, spoken_name: str) -> None:
        super().__init__()
        self.setObjectName("backupsTable")
        self.setAccessibleName(spoken_name)
        self._theme = theme
        self._compact = False
        self._told = ""
        self._rows = BackupsModel(head, self)
        self.setModel(self._rows)
        self.setItemDelegate(BackupsDelegate(theme, self._rows))
        self._set_manners()
        self._size_rows()
        theme.changed.connect(self._dress)
        self._dress()
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._rows.rows[index.row()].name))

    def _set_manners(self) -> None:
        set_row_manners(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionsClickable(False)
        head.setMinimumSectionSize(0)

    @property
    def rows(self) -> Sequence[BackupRow]:
        return self._rows.rows

    def set_rows(self, rows: Sequence[BackupRow]) -> None:
        """Show these rows; the chosen one stays chosen as long as it is among them, else its neighbour takes its place."""
        before = self.chosen_name
        place = self._rows.row_of(before) if before else None
        self._rows.set_rows(rows)
        if place is not None and self._rows.row_of(before) is None and rows:
            self._choose_place(min(place, len(rows) - 1))
        self._fit_columns()
        self._tell()

    @property
    def chosen_name(self) -> str:
        """The chosen row's name, or an empty string."""
        chosen = self.selectionModel().selectedRows()
        return self._rows.rows[chosen[0].row()].name if chosen else ""

    def choose(self, name: str) -> None:
        """Choose a row by name; a name that is not in the list chooses none."""
        place = self._rows.row_of(name)
        if place is None:
            self.clearSelection()
            return
        self._choose_place(place)

    def _choose_place(self, place: int) -> None:
        both = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._rows.index(place, 0), both)

    def set_compact(self, compact: bool) -> None:
        if compact != self._compact:
            self._compact = compact
            self._size_rows()

    def focus_rect(self) -> QRect:
        """Where the focus ring belongs: round the chosen row, or round the whole list while there is none."""
        chosen = self.selectionModel().selectedRows()
        if not chosen:
            return self.rect().adjusted(4, 4, -4, -4)
        row = self.visualRect(chosen[0])
        row.setLeft(0)
        row.setWidth(self.viewport().width())
        # The ring is drawn outside what it is given; inside the row it stays within the sheet.
        inner = row.adjusted(CHOSEN_INSET + 3, CHOSEN_TOP + 3, -CHOSEN_INSET - 3, -CHOSEN_TOP - 3)
        return inner.translated(self.viewport().pos())

    def _on_selection(self, _now: QItemSelection, _before: QItemSelection) -> None:
        # The neighbours' hairlines come and go with the choice.
        self.viewport().update()
        self._tell()
        self.focus_rect_changed.emit()

    def _tell(self) -> None:
        name = self.chosen_name
        if name != self._told:
            self._told = name
            self.chosen.emit(name)

    def _dress(self) -> None:
        # The delegate draws the chosen row; Qt's own ground under it would fill the corners.
        dressed = QPalette(self.palette())
        dressed.setColor(QPalette.ColorRole.Highlight, QColor(Qt.GlobalColor.transparent))
        self.setPalette(dressed)
        self.viewport().update()

    def _size_rows(self) -> None:
        height = QFontMetrics(self._theme.fonts.table).height()
        row = max(COMPACT_ROW_HEIGHT if self._compact else ROW_HEIGHT, height + 20)
        self.verticalHeader().setMinimumSectionSize(row)
        self.verticalHeader().setDefaultSectionSize(row)
        head = max(HEAD_HEIGHT, height + 20)
        self.horizontalHeader().setFixedHeight(head)
        self.setMinimumHeight(head + 2 * row)

    def _fit_columns(self) -> None:
        plain = QFontMetrics(self._theme.fonts.table)
        shown = self._rows.rows[:MEASURED_ROWS]
        needs = [
            max([plain.horizontalAdvance(self._rows.head.cell(column)) + 2 * PAD, *(cell_width(plain, row, column) for row in shown)])
            for column in Column
        ]
        when = max(WHEN_WIDTH, needs[Column.WHEN])
        size = needs[Column.SIZE]
        state = max(STATE_AND_SIZE_WIDTH - size, needs[Column.STATE])
        least = when + LEAST_WHY_WIDTH + state + size
        self.setMinimumWidth(least)
        why = max(LEAST_WHY_WIDTH, self.viewport().width() - when - state - size)
        for column, width in zip(Column, (when, why, state, size), strict=True):
            self.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        self.focus_rect_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.chosen_name:
            self.opened.emit(self.chosen_name)
            return
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, True)
        super().keyPressEvent(event)
        self.focus_rect_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
        super().mousePressEvent(event)
        self.focus_rect_changed.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the row's menu: right click, the menu key and Shift+F10 all come here."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if index.isValid():
                self.menu_requested.emit(self._rows.rows[index.row()].name, event.globalPos())
        elif self.chosen_name:
            below = self.focus_rect().bottomLeft()
            self.menu_requested.emit(self.chosen_name, self.mapToGlobal(below))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.focus_rect_changed.emit()

    def currentChanged(self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex) -> None:
        super().currentChanged(current, previous)
        self.focus_rect_changed.emit()
