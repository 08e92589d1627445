"""The few settings: which societies, the look, starting with the system. Opens no file. Leaves nothing on disk."""

from __future__ import annotations

import sys

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QVBoxLayout, QWidget

from gharmitra_admin.engine.base.settings import LOOKS, Settings
from gharmitra_admin.gui.dialogs import Question
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording.language import Words


class SettingsDialog(Question):
    """Each change is said at once; Close only closes."""

    look_chosen = Signal(str)
    start_chosen = Signal(bool)
    add_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme, words: Words, settings: Settings, *, books: str) -> None:
        super().__init__(
            parent,
            theme,
            name="settingsDialog",
            title=words.say("Settings"),
            text="",
            buttons=((words.say("Close"), "settingsCloseButton"),),
            safe="settingsCloseButton",
        )
        self._theme = theme
        self.add(self._titled(words.say("Books"), Label(books, font=theme.fonts.plain, name="settingsBooks")))
        another = Button(words.say("Add another society..."), "addSocietyButton")
        another.clicked.connect(self._add)
        self.add(another)
        self._look = QComboBox()
        self._look.setObjectName("lookChoice")
        self._look.setAccessibleName(words.say("Look"))
        system = words.say("as Windows") if sys.platform == "win32" else words.say("as the desktop")
        for value, shown in zip(LOOKS, (system, words.say("light"), words.say("dark")), strict=True):
            self._look.addItem(shown, value)
        self._look.setCurrentIndex(LOOKS.index(settings.look))
        self._look.activated.connect(lambda place: self.look_chosen.emit(self._look.itemData(place)))
        self.add(self._titled(words.say("Look"), self._look))
        start = QCheckBox(words.say("Start with Windows") if sys.platform == "win32" else words.say("Start when I log in"))
        start.setObjectName("startWithSystemSetting")
        start.setChecked(settings.start_with_system)
        start.toggled.connect(self.start_chosen)
        self.add(start)

    def _titled(self, title: str, part: QWidget) -> QWidget:

        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        named = QLabel(title)
        named.setProperty("role", "muted")
        named.setBuddy(part)
        column.addWidget(named)
        column.addWidget(part)
        return holder

    def _add(self) -> None:
        self.accept()
        self.add_requested.emit()
