"""Buttons of every kind the window knows. Leaves nothing on disk."""

from enum import Enum

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPushButton

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme, repolish


class Kind(Enum):
    """The style sheet's property of the same name; a plain button has none."""

    PLAIN = ""
    MAIN = "main"
    QUIET = "quiet"
    LINK = "link"
    CHOICE = "choice"


LEAST_HEIGHT = 32
BIG_HEIGHT = 40
CHOICE_HEIGHT = 48
ICON_SIDE = 20
CHEVRON_SIDE = 18


class Button(QPushButton):
    """A button that names itself to screen readers and never becomes Enter's default by chance."""

    def __init__(
        self, words: str, name: str, kind: Kind = Kind.PLAIN, *, big: bool = False, tight: bool = False, accessible: str = ""
    ) -> None:
        super().__init__(words)
        self.setObjectName(name)
        self.setAccessibleName(accessible or words)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor if kind is Kind.LINK else Qt.CursorShape.ArrowCursor)
        least = CHOICE_HEIGHT if kind is Kind.CHOICE else BIG_HEIGHT if big else LEAST_HEIGHT
        self.setMinimumHeight(least)
        for prop, on in ((kind.value, True), ("big", big), ("tight", tight)):
            if prop and on:
                self.setProperty(prop, True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, on a page; in a dialog it is for the dialog's own button."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and not isinstance(self.window(), QDialog):
            self.click()
            return
        super().keyPressEvent(event)

    def set_words(self, words: str, accessible: str = "") -> None:
        if words != self.text():
            self.setText(words)
        self.setAccessibleName(accessible or words)

    def set_main(self, main: bool) -> None:
        """Make it the screen's one blue button, or a plain one again."""
        if bool(self.property("main")) != main:
            self.setProperty("main", main)
            repolish(self)
            self.updateGeometry()


class MarkButton(Button):
    """A button with a mark before its words, or a mark alone where it has none."""

    def __init__(
        self, theme: Theme, mark: Mark, words: str, name: str, kind: Kind = Kind.PLAIN, *, ink: str = "", accessible: str = ""
    ) -> None:
        super().__init__(words, name, kind, accessible=accessible)
        self._theme = theme
        self._mark = mark
        self._ink = ink
        self._side = CHEVRON_SIDE if mark in {Mark.DOWN, Mark.RIGHT} else ICON_SIDE
        # The style adds 4 px of its own between icon and words.
        self._gap = 0 if not words else 12 if kind is Kind.CHOICE else 6
        if not words:
            self.setProperty("only_icon", True)
            self.setMinimumWidth(LEAST_HEIGHT)
        self.setIconSize(QSize(self._side + self._gap, self._side))
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def set_mark(self, mark: Mark) -> None:
        if mark is not self._mark:
            self._mark = mark
            self._draw_icon()

    def set_main(self, main: bool) -> None:
        super().set_main(main)
        self._draw_icon()

    def _draw_icon(self) -> None:
        tokens = self._theme.tokens
        usual = "on_accent" if self.property("main") else "text"
        ink = getattr(tokens, self._ink or usual)
        self.setIcon(self._theme.marks.icon(self._mark, self._side, ink, tokens.on_fill, off=tokens.off_text, after=self._gap))
