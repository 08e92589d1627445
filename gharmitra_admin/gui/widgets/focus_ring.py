"""The ring that shows where the keyboard is; style sheets cannot draw outside a widget. Leaves nothing on disk."""

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, SignalInstance
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from shiboken6 import isValid

from gharmitra_admin.gui.look.theme import Theme

OUTSIDE = 3
PEN = 2
ROOM = OUTSIDE + PEN


@runtime_checkable
class HasFocusRect(Protocol):
    """A widget whose focus is at a part of it, as a row or a cell."""

    focus_rect_changed: SignalInstance

    def focus_rect(self) -> QRect: ...


class FocusRing(QWidget):
    """One transparent child of the window; shown after Tab, Backtab, shortcut or arrow keys, hidden after the mouse."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window = window
        self._theme = theme
        self._on: QWidget | None = None
        self.hide()
        theme.changed.connect(self.update)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        self._leave()
        if now is not None and now.window() is self._window:
            self._on = now
            now.installEventFilter(self)
            now.destroyed.connect(self._forget)
            if isinstance(now, QTabBar):
                now.currentChanged.connect(self._place)
            elif isinstance(now, HasFocusRect):
                now.focus_rect_changed.connect(self._place)
        self._place()

    def _leave(self) -> None:
        left, self._on = self._on, None
        if left is None:
            return
        left.removeEventFilter(self)
        left.destroyed.disconnect(self._forget)
        if isinstance(left, QTabBar):
            left.currentChanged.disconnect(self._place)
        elif isinstance(left, HasFocusRect):
            left.focus_rect_changed.disconnect(self._place)

    def _forget(self) -> None:
        self._on = None
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A window that is being taken down still hides its parts one by one.
        if not isValid(self._window):
            return False
        if event.type() in {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.FocusOut}:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        on = self._on
        if on is None or not on.isVisible() or not self._window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            self.hide()
            return
        inner = on.tabRect(on.currentIndex()) if isinstance(on, QTabBar) else on.focus_rect() if isinstance(on, HasFocusRect) else on.rect()
        corner = on.mapTo(self._window, QPoint(inner.left(), inner.top()))
        self.setGeometry(QRect(corner, inner.size()).adjusted(-ROOM, -ROOM, ROOM, ROOM))
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.tokens.text), PEN))
        edge = ROOM - OUTSIDE
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 8, 8)
        painter.end()
