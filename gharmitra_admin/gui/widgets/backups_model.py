"""The list of backups as Qt asks for it: one record a row, words ready to show. Leaves nothing on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gharmitra_admin.gui.widgets.levels import RowState

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
"""The invalid index Qt's signatures expect for "no parent"; never written to."""


class Column(IntEnum):
    WHEN = 0
    WHY = 1
    STATE = 2
    SIZE = 3


@dataclass(frozen=True, slots=True)
class BackupRow:
    """One backup; ``name`` is unique and never shown here, all else is words as they stand on screen."""

    name: str
    when: str
    why: str
    kept_word: str | None
    state: RowState
    state_word: str
    size: str

    def cell(self, column: int) -> str:
        return (self.when, self.why, self.state_word, self.size)[column]

    def spoken(self) -> str:
        """The whole row in one breath, for a screen reader."""
        return ", ".join(part for part in (self.when, self.why, self.kept_word, self.state_word, self.size) if part)


@dataclass(frozen=True, slots=True)
class HeadWords:
    when: str
    why: str
    state: str
    size: str

    def cell(self, column: int) -> str:
        return (self.when, self.why, self.state, self.size)[column]


class BackupsModel(QAbstractTableModel):
    """Changes only the rows that differ, so that selection and scrolling stay where they are."""

    def __init__(self, head: HeadWords, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._head = head
        self._rows: list[BackupRow] = []

    @property
    def rows(self) -> Sequence[BackupRow]:
        return self._rows

    @property
    def head(self) -> HeadWords:
        return self._head

    def row_of(self, name: str) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.name == name), None)

    def set_rows(self, rows: Sequence[BackupRow]) -> None:
        """Show these rows: what is equal at both ends stays, what lies between is taken out and put in."""
        new = list(rows)
        old = self._rows
        front = _equal_names(old, new)
        back = _equal_names(old[front:][::-1], new[front:][::-1])
        if len(old) > front + back:
            self.beginRemoveRows(NOWHERE, front, len(old) - back - 1)
            self._rows = old[:front] + old[len(old) - back :]
            self.endRemoveRows()
        if len(new) > front + back:
            self.beginInsertRows(NOWHERE, front, len(new) - back - 1)
            self._rows = self._rows[:front] + new[front : len(new) - back] + self._rows[front:]
            self.endInsertRows()
        self._update_words(new)

    def _update_words(self, new: list[BackupRow]) -> None:
        for place, row in enumerate(new):
            if row != self._rows[place]:
                self._rows[place] = row
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(Column) - 1))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cell(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.cell(index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken() if index.column() == Column.WHEN else row.cell(index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._head.cell(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == Column.SIZE else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _equal_names(left: Sequence[BackupRow], right: Sequence[BackupRow]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one.name != other.name:
            break
        count += 1
    return count
