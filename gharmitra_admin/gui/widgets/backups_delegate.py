"""Paints the list of backups: marks, words on one baseline, hairlines, the chosen row. Leaves nothing on disk."""

from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.backups_model import BackupRow, BackupsModel, Column
from gharmitra_admin.gui.widgets.levels import MARK_OF_ROW, RowState

PAD = 16
MARK_SIDE = 20
STATE_GAP = 10
KEPT_GAP = 6
KEPT_APART = 16
CHOSEN_INSET = 4
CHOSEN_TOP = 3


class BackupsDelegate(QStyledItemDelegate):
    """One ``cell`` for the four columns; a row's ground is drawn whole and cut to each cell."""

    def __init__(self, theme: Theme, model: BackupsModel) -> None:
        super().__init__(model)
        self._theme = theme
        self._model = model

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = QFontMetrics(self._theme.fonts.table)
        return QSize(cell_width(metrics, self._model.rows[index.row()], index.column()), metrics.height() + 20)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        row = self._model.rows[index.row()]
        table = cast("QTableView", option.widget)
        cell: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        whole = QRect(0, cell.top(), table.viewport().width(), cell.height())
        painter.save()
        painter.setClipRect(cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            self._chosen_ground(painter, whole)
        elif not self._beside_chosen(table, index.row()) and index.row() + 1 < len(self._model.rows):
            painter.fillRect(QRect(PAD, whole.bottom(), whole.width() - 2 * PAD, 1), QColor(self._theme.tokens.line))
        painter.setFont(self._theme.fonts.table)
        self._cell(painter, cell.adjusted(PAD, 0, -PAD, 0), row, index.column())
        painter.restore()

    def _beside_chosen(self, table: QTableView, place: int) -> bool:
        return bool(table.selectionModel().isRowSelected(place + 1, QModelIndex()))

    def _chosen_ground(self, painter: QPainter, whole: QRect) -> None:
        tokens = self._theme.tokens
        ground = QRectF(whole).adjusted(CHOSEN_INSET, CHOSEN_TOP, -CHOSEN_INSET, -CHOSEN_TOP)
        painter.setPen(QPen(QColor(tokens.text), 1) if self._theme.high_contrast else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.select))
        painter.drawRoundedRect(ground, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text))
        painter.drawRoundedRect(QRectF(ground.left() + 2, round(ground.center().y()) - 8, 3, 16), 1.5, 1.5)

    def _cell(self, painter: QPainter, box: QRect, row: BackupRow, column: int) -> None:
        tokens = self._theme.tokens
        painter.setPen(QColor(tokens.text))
        if column == Column.STATE:
            mark, ink = MARK_OF_ROW[row.state]
            place = QRectF(box.left(), box.center().y() - MARK_SIDE // 2 + 1, MARK_SIDE, MARK_SIDE)
            self._theme.marks.paint(painter, mark, place, getattr(tokens, ink), tokens.on_fill)
            if row.state is RowState.DAMAGED:
                painter.setPen(QColor(tokens.act))
            box = box.adjusted(MARK_SIDE + STATE_GAP, 0, 0, 0)
        elif column == Column.WHY and row.kept_word:
            box = self._kept(painter, box, row.kept_word)
        self._words(painter, box, row.cell(column), right=column == Column.SIZE)

    def _kept(self, painter: QPainter, box: QRect, word: str) -> QRect:
        """Draw the bookmark and its word at the right; return the room left of them."""
        tokens = self._theme.tokens
        width = painter.fontMetrics().horizontalAdvance(word)
        left = box.right() + 1 - width
        painter.setPen(QColor(tokens.muted))
        painter.drawText(left, _baseline(painter, box), word)
        place = QRectF(left - KEPT_GAP - MARK_SIDE, box.center().y() - MARK_SIDE // 2 + 1, MARK_SIDE, MARK_SIDE)
        self._theme.marks.paint(painter, Mark.BOOKMARK, place, tokens.muted)
        painter.setPen(QColor(tokens.text))
        return box.adjusted(0, 0, -(width + KEPT_GAP + MARK_SIDE + KEPT_APART), 0)

    def _words(self, painter: QPainter, box: QRect, words: str, *, right: bool = False) -> None:
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, box.width())
        left = box.right() + 1 - metrics.horizontalAdvance(shown) if right else box.left()
        painter.drawText(left, _baseline(painter, box), shown)


def _baseline(painter: QPainter, box: QRect) -> int:
    """Find one baseline for the row, from the main font: a Devanagari word has other heights and would sit apart from its neighbours."""
    metrics = painter.fontMetrics()
    return box.top() + (box.height() + metrics.ascent() - metrics.descent()) // 2


def cell_width(metrics: QFontMetrics, row: BackupRow, column: int) -> int:
    """Tell what a cell needs to show its words uncut."""
    width = metrics.horizontalAdvance(row.cell(column)) + 2 * PAD + 2
    if column == Column.STATE:
        return width + MARK_SIDE + STATE_GAP
    if column == Column.WHY and row.kept_word:
        return width + KEPT_APART + MARK_SIDE + KEPT_GAP + metrics.horizontalAdvance(row.kept_word)
    return width
