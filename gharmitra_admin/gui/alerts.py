"""The only message box: what happened, what is safe, what to do; codes only behind "Details for support". Leaves nothing on disk."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.labels import MarkLabel
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.levels import BADGE_OF_LEVEL, Level
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words

WIDTH = 560


def show(parent: QWidget, theme: Theme, words: Words, said: Message, *, details: str = "", level: Level = Level.ACT) -> QDialog:
    """Show a message without holding up anything else, and return its box."""
    box = QDialog(parent)
    box.setObjectName("alert")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(words.say("GharMitra Admin"))
    box.setAccessibleName(said.message)
    column = QVBoxLayout(box)
    column.setContentsMargins(24, 24, 24, 24)
    column.setSpacing(16)
    top = QHBoxLayout()
    top.setSpacing(16)
    top.addWidget(MarkLabel(theme, 40, *BADGE_OF_LEVEL[level]), 0, Qt.AlignmentFlag.AlignTop)
    sentences = QVBoxLayout()
    sentences.setSpacing(8)
    sentences.addWidget(Label(said.message, font=theme.fonts.strong, name="alertMessage"))
    if said.hint:
        sentences.addWidget(Label(said.hint, font=theme.fonts.plain, name="alertHint"))
    top.addLayout(sentences, 1)
    column.addLayout(top)
    foot = QHBoxLayout()
    if details:
        foot.addWidget(_details(column, words, details))
    foot.addStretch(1)
    close = Button(words.say("Close"), "alertCloseButton", Kind.MAIN)
    close.clicked.connect(box.close)
    close.setDefault(True)
    foot.addWidget(close)
    column.addLayout(foot)
    box.setMinimumWidth(WIDTH)
    box.open()
    return box


def _details(column: QVBoxLayout, words: Words, details: str) -> Button:
    shown = QPlainTextEdit(details)
    shown.setObjectName("alertDetails")
    shown.setAccessibleName(words.say("Details for support"))
    shown.setReadOnly(True)
    shown.setTabChangesFocus(True)
    shown.hide()
    column.addWidget(shown)
    button = Button(words.say("Details for support"), "alertDetailsButton", Kind.LINK)
    button.clicked.connect(lambda: shown.setVisible(not shown.isVisible()))
    return button
