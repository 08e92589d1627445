"""Words and single marks on a page. Leaves nothing on disk."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme

LEAST_WRAP_WIDTH = 240


class Words(QLabel):
    """A label that asks for one line and wraps where it does not get it."""

    def __init__(self, text: str = "", *, font: QFont, muted: bool = False, name: str = "") -> None:
        super().__init__(text)
        self.setObjectName(name)
        self.setFont(font)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self._set_least_width()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if muted:
            self.setProperty("role", "muted")

    def setText(self, text: str) -> None:
        """Change the words; the least width follows them, so that a short sentence does not hold 240 px."""
        if text != self.text():
            super().setText(text)
            self._set_least_width()

    def setFont(self, font: QFont | str | Sequence[str]) -> None:
        super().setFont(font)
        self._set_least_width()

    def sizeHint(self) -> QSize:
        width = self._one_line_width()
        return QSize(width, self.heightForWidth(width))

    def _one_line_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.text()) + 2

    def _set_least_width(self) -> None:
        self.setMinimumWidth(min(LEAST_WRAP_WIDTH, self._one_line_width()))


class MarkLabel(QWidget):
    """One mark in its place; it supports the words beside it, so a screen reader passes over it."""

    def __init__(self, theme: Theme, side: int, mark: Mark, ink: str, on: str = "on_fill") -> None:
        super().__init__()
        self._theme = theme
        self._drawn = (mark, ink, on)
        self.setFixedSize(side, side)
        theme.changed.connect(self.update)

    @property
    def mark(self) -> Mark:
        return self._drawn[0]

    def set_mark(self, mark: Mark, ink: str, on: str = "on_fill") -> None:
        """Show another mark; ``ink`` and ``on`` are names of the colour table."""
        if self._drawn != (mark, ink, on):
            self._drawn = (mark, ink, on)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        mark, ink, on = self._drawn
        tokens = self._theme.tokens
        painter = QPainter(self)
        self._theme.marks.paint(painter, mark, QRectF(self.rect()), getattr(tokens, ink), getattr(tokens, on))
        painter.end()


class OneLine(QLabel):
    """Words on one line, cut with an ellipsis where there is no room; hovering tells them whole."""

    def __init__(self, *, font: QFont, strong: QFont | None = None, muted: bool = False, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFont(font)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(80)
        self._strong_font = strong
        self._strong_words = ""
        if muted:
            self.setProperty("role", "muted")

    def set_words(self, words: str, strong: str = "") -> None:
        """Show ``strong`` in the heavier weight, then ``words``."""
        self._strong_words = strong
        whole = strong + words
        self.setText(whole)
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(80, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.fontMetrics()
        baseline = (self.height() + metrics.ascent() - metrics.descent()) // 2
        left = 0
        if self._strong_words and self._strong_font is not None:
            painter.setFont(self._strong_font)
            left = self._draw(painter, self._strong_words, left, baseline)
            painter.setFont(self.font())
        self._draw(painter, self.text()[len(self._strong_words) :], left, baseline)
        painter.end()

    def _draw(self, painter: QPainter, words: str, left: int, baseline: int) -> int:
        metrics = painter.fontMetrics()
        room = self.width() - left
        if words and room > 0:
            painter.drawText(left, baseline, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room))
        return left + metrics.horizontalAdvance(words)
