"""The steps on top of a wizard: a bar and a name each, done ones and the present one in ink. Leaves nothing on disk."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gharmitra_admin.gui.look.theme import Theme

BAR, GAP, BETWEEN = 4, 8, 8


class Steps(QWidget):
    """Draws them; a screen reader is told the present one by the widget's name."""

    def __init__(self, theme: Theme, names: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName("wizardSteps")
        self._theme, self._names = theme, list(names)
        self._place = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_place(self, place: int, spoken: str) -> None:
        self._place = place
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.fonts.strong)
        width = sum(metrics.horizontalAdvance(name) + BETWEEN for name in self._names)
        return QSize(width, BAR + GAP + metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = (self.width() + BETWEEN) / len(self._names)
        for place, name in enumerate(self._names):
            self._draw(painter, place, name, place * step, step - BETWEEN)
        painter.end()

    def _draw(self, painter: QPainter, place: int, name: str, left: float, width: float) -> None:
        tokens, fonts = self._theme.tokens, self._theme.fonts
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.text if place <= self._place else tokens.track))
        painter.drawRoundedRect(QRectF(left, 0, width, BAR), BAR / 2, BAR / 2)
        is_now = place == self._place
        painter.setFont(fonts.strong if is_now else fonts.plain)
        painter.setPen(QColor(tokens.text if is_now else tokens.muted))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(int(left), BAR + GAP + metrics.ascent(), shown)
