"""Page 3: what is in the way, and what is in order. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.lines import Line, Lines
from gharmitra_admin.wording import restore_pages
from gharmitra_admin.wording.language import Words


class ReadyPage(QWidget):
    """``asked`` carries the key of the line whose button was pressed."""

    asked = Signal(str)
    look_again_requested = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._words = words
        self._headline = Label(font=theme.fonts.headline, name="readyHeadline")
        self._lines = Lines(theme, "readyLines", gap=4)
        self._lines.asked.connect(self.asked)
        self._again = Button(words.say("Look again"), "readyLookAgainButton")
        self._again.clicked.connect(self.look_again_requested)
        self._copy = Button(words.say("Copy message"), "copyMessageButton", accessible=words.say("Copy the message for the others"))
        self._copy.clicked.connect(self._copy_message)
        self._copied = Label(font=theme.fonts.plain, muted=True, name="readyCopied")
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addWidget(self._headline)
        column.addWidget(self._lines)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._again)
        row.addStretch(1)
        column.addLayout(row)
        tell = QHBoxLayout()
        tell.setSpacing(12)
        tell.addWidget(Label(words.say("Tell the others:"), font=theme.fonts.plain))
        tell.addWidget(self._copy)
        tell.addWidget(self._copied)
        tell.addStretch(1)
        column.addLayout(tell)
        column.addWidget(Label(restore_pages.for_the_others(words), font=theme.fonts.plain, muted=True, name="readyMessage"))
        column.addStretch(1)

    def set_view(self, headline: str, lines: Sequence[Line]) -> None:
        self._headline.setText(headline)
        self._lines.set_lines(lines)
        self._copied.setText("")

    def set_busy(self, is_busy: bool, headline: str = "") -> None:
        """While something is being stopped or looked at again nothing may be pressed twice."""
        self._again.setEnabled(not is_busy)
        self._lines.set_buttons_enabled(not is_busy)
        if headline:
            self._headline.setText(headline)

    def _copy_message(self) -> None:
        QGuiApplication.clipboard().setText(restore_pages.for_the_others(self._words))
        self._copied.setText(self._words.say("Copied. Paste it into the group's chat."))
