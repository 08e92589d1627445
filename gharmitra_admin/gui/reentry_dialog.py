"""The re-entry list: what the last restore took out of the books, ticked as it comes back. Opens no file. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QDialog, QFrame, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.focus_ring import FocusRing
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording.language import Words

WIDTH, HEIGHT = 1000, 640
_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class ReentryRow:
    """One entry. ``key`` names it and is never shown; ``can_be_waived``: it may be said not to be needed; ``is_waived``: it was."""

    key: str
    cells: tuple[str, ...]
    can_be_waived: bool
    is_waived: bool


@dataclass(frozen=True, slots=True)
class ReentryView:
    """All of the list. ``right``: the columns that hold numbers."""

    summary: str
    top: str
    heads: tuple[str, ...]
    rows: tuple[ReentryRow, ...]
    right: frozenset[int] = frozenset()


class _Model(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.view = ReentryView("", "", (), ())

    def set_view(self, view: ReentryView) -> None:
        self.beginResetModel()
        self.view = view
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.view.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.view.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self.view.rows[index.row()].cells[index.column()]
        return _side(index.column(), self.view) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.view.heads[section]
        return _side(section, self.view) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _side(column: int, view: ReentryView) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in view.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ReentryDialog(QDialog):
    """Says what was asked for: ``waive_requested`` carries the key of the chosen entry."""

    print_requested = Signal()
    save_requested = Signal()
    look_again_requested = Signal()
    waive_requested = Signal(str)
    needed_requested = Signal(str)

    def __init__(self, parent: QWidget, theme: Theme, words: Words) -> None:
        super().__init__(parent)
        self.setObjectName("reentryDialog")
        self._words = words
        self.setWindowTitle(words.say("Re-entry list"))
        self._summary = Label(font=theme.fonts.headline, name="reentrySummary")
        self._top = Label(font=theme.fonts.plain, name="reentryTop")
        self._said = Label(font=theme.fonts.plain, muted=True, name="reentrySaid")
        self._model = _Model(self)
        self.table = self._table(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(self._summary)
        column.addWidget(self._top)
        card = Card("reentryCard")
        card.add(self.table, 1)
        column.addWidget(card, 1)
        column.addWidget(self._said)
        column.addLayout(self._foot())
        self._ring = FocusRing(self, theme)
        screen = self.screen().availableSize()
        self.resize(min(WIDTH, screen.width()), min(HEIGHT, screen.height() - 32))
        self._update_buttons()

    def _table(self, theme: Theme) -> QTableView:
        table = QTableView()
        table.setObjectName("reentryTable")
        table.setAccessibleName(self._words.say("Re-entry list"))
        table.setModel(self._model)
        table.setFont(theme.fonts.table)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setProperty("chosen", True)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 16)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setMinimumHeight(table.fontMetrics().height() + 20)
        table.horizontalHeader().setStretchLastSection(True)
        table.selectionModel().selectionChanged.connect(lambda _now, _before: self._update_buttons())
        return table

    def _foot(self) -> QHBoxLayout:
        say = self._words.say
        self._waive = Button(say("Not needed, because..."), "notNeededButton")
        self._waive.clicked.connect(self._on_waive)
        again = Button(say("Look again"), "reentryLookAgainButton")
        again.clicked.connect(self.look_again_requested)
        paper = Button(say("Print"), "reentryPrintButton", Kind.QUIET)
        paper.clicked.connect(self.print_requested)
        save = Button(say("Save as spreadsheet..."), "reentrySaveButton", Kind.QUIET)
        save.clicked.connect(self.save_requested)
        close = Button(say("Close"), "reentryCloseButton", Kind.MAIN)
        close.clicked.connect(self.close)
        close.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (paper, save):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self._waive, again, close):
            row.addWidget(button)
        return row

    def set_view(self, view: ReentryView) -> None:
        """Show the list; the chosen row stays chosen."""
        chosen = self._chosen()
        self._summary.setText(view.summary)
        self._top.setText(view.top)
        self._model.set_view(view)
        self.table.resizeColumnsToContents()
        place = next((number for number, row in enumerate(view.rows) if chosen is not None and row.key == chosen.key), None)
        if place is not None:
            self.table.selectRow(place)
        self._update_buttons()

    def say(self, words: str) -> None:
        self._said.setText(words)

    def rows(self) -> Sequence[ReentryRow]:
        return self._model.view.rows

    def _chosen(self) -> ReentryRow | None:
        places = self.table.selectionModel().selectedRows()
        return self._model.view.rows[places[0].row()] if places else None

    def _update_buttons(self) -> None:
        row = self._chosen()
        self._waive.setEnabled(row is not None and (row.can_be_waived or row.is_waived))
        is_waived = row is not None and row.is_waived
        self._waive.set_words(self._words.say("It is needed after all") if is_waived else self._words.say("Not needed, because..."))

    def _on_waive(self) -> None:
        row = self._chosen()
        if row is not None:
            (self.needed_requested if row.is_waived else self.waive_requested).emit(row.key)
