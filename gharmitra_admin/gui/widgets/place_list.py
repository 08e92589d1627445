"""The list of what can be looked at: titles at the left, how many rows at the right, headings between. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gharmitra_admin.gui.look.theme import Theme

WIDTH = 248
ROW_HEIGHT = 36
PAD = 12
HEADING_GAP = 12
LEAST_WIDTH = 80
_COUNT = Qt.ItemDataRole.UserRole + 1
_IS_HEADING = Qt.ItemDataRole.UserRole + 2
_KEY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One place; a heading where it has no key."""

    title: str
    key: str = ""


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        # Made once: with each count that comes in, every row is measured again.
        self._font, self._strong = theme.fonts.table, theme.fonts.strong
        self._metrics = QFontMetrics(self._font)

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        more = HEADING_GAP if index.data(_IS_HEADING) else 0
        return QSize(LEAST_WIDTH, max(ROW_HEIGHT, self._metrics.height() + 16) + more)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = self._theme.tokens
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.setPen(QPen(QColor(tokens.text), 1) if self._theme.high_contrast else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.select))
            painter.drawRoundedRect(QRectF(box).adjusted(0, 1, 0, -1), 5, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.text))
            painter.drawRoundedRect(QRectF(box.left() + 2, box.center().y() - 7, 3, 16), 1.5, 1.5)
        is_heading = bool(index.data(_IS_HEADING))
        inner = box.adjusted(PAD, HEADING_GAP if is_heading else 0, -PAD, 0)
        painter.setFont(self._strong if is_chosen else self._font)
        self._words(painter, inner, str(index.data()), str(index.data(_COUNT) or ""), is_muted=is_heading)
        painter.restore()

    def _words(self, painter: QPainter, box: QRect, title: str, count: str, *, is_muted: bool) -> None:
        tokens, metrics = self._theme.tokens, painter.fontMetrics()
        baseline = box.top() + (box.height() + metrics.ascent() - metrics.descent()) // 2
        taken = self._metrics.horizontalAdvance(count)
        painter.setPen(QColor(tokens.muted if is_muted else tokens.text))
        room = box.width() - taken - (PAD if count else 0)
        painter.drawText(box.left(), baseline, metrics.elidedText(title, Qt.TextElideMode.ElideRight, room))
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(box.right() + 1 - taken, baseline, count)


class PlaceList(QListWidget):
    """Says the key of the place that was chosen."""

    chosen = Signal(str)
    focus_rect_changed = Signal()

    def __init__(self, theme: Theme, spoken_name: str) -> None:
        super().__init__()
        self.setObjectName("insidePlaces")
        self.setAccessibleName(spoken_name)
        self._theme = theme
        self.setItemDelegate(_Delegate(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Larger words get more room, but not all that the rows beside them need too.
        self.setFixedWidth(round(WIDTH * (1 + theme.fonts.scale) / 2))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        theme.changed.connect(self._dress)
        self._dress()
        self.currentItemChanged.connect(self._on_current)

    def set_places(self, places: Sequence[PlaceView]) -> None:
        """Offer these."""
        self.clear()
        for view in places:
            item = QListWidgetItem(view.title, self)
            item.setData(_KEY, view.key)
            item.setToolTip(view.title)
            if not view.key:
                item.setData(_IS_HEADING, True)
                item.setFlags(Qt.ItemFlag.NoItemFlags)

    def set_count(self, key: str, count: str) -> None:
        """Say how many rows a place has."""
        for item in self._items():
            if item.data(_KEY) == key:
                item.setData(_COUNT, count)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {count}")

    def choose(self, key: str) -> None:
        for item in self._items():
            if item.data(_KEY) == key:
                self.setCurrentItem(item)

    def place_keys(self) -> list[str]:
        """Every place's key, from the top."""
        return [str(item.data(_KEY)) for item in self._items() if item.data(_KEY)]

    @property
    def chosen_key(self) -> str:
        return str(self.currentItem().data(_KEY)) if self.currentRow() >= 0 else ""

    def focus_rect(self) -> QRect:
        """Where the focus ring belongs: round the chosen place."""
        row = self.visualItemRect(self.currentItem()) if self.currentRow() >= 0 else self.rect()
        return row.adjusted(5, 5, -5, -5).translated(self.viewport().pos())

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(place) for place in range(self.count())]

    def _on_current(self, now: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if now is not None and now.data(_KEY):
            self.chosen.emit(str(now.data(_KEY)))
        self.focus_rect_changed.emit()

    def _dress(self) -> None:
        dressed = QPalette(self.palette())
        for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Highlight):
            dressed.setColor(role, QColor(Qt.GlobalColor.transparent))
        self.setPalette(dressed)
        self.viewport().setAutoFillBackground(False)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, True)
        super().keyPressEvent(event)
        self.focus_rect_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
        super().mousePressEvent(event)
        self.focus_rect_changed.emit()
