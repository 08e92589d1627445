"""Page 1: which backup. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.backups_model import BackupRow, HeadWords
from gharmitra_admin.gui.widgets.backups_table import BackupsTable
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording.language import Words


class ChoosePage(QWidget):
    """The list of backups, each with how far it is from the books."""

    chosen = Signal(str)
    opened = Signal(str)
    file_requested = Signal()
    look_inside_requested = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        say = words.say
        head = HeadWords(say("When"), say("Why"), say("State"), say("Against the books"))
        self.table = BackupsTable(theme, head, say("Backups to go back to"))
        self.table.setObjectName("wizardBackupsTable")
        self.table.chosen.connect(self.chosen)
        self.table.opened.connect(self.opened)
        card = Card("wizardBackupsCard")
        card.add(self.table, 1)
        self._looking = Label(font=theme.fonts.plain, muted=True, name="wizardLooking")
        self._why_not = Label(font=theme.fonts.plain, name="wizardWhyNot")
        self._file = Button(say("Choose a file from a drive..."), "wizardFileButton")
        self._file.clicked.connect(self.file_requested)
        self._inside = Button(say("Look inside"), "wizardLookInsideButton")
        self._inside.clicked.connect(lambda: self.look_inside_requested.emit(self.table.chosen_name))
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(Label(say("Which backup shall the books go back to?"), font=theme.fonts.headline, name="wizardHeadline"))
        column.addWidget(Label(say("Pick the last one made before the mistake."), font=theme.fonts.lead, name="wizardLead"))
        column.addWidget(card, 1)
        column.addWidget(self._why_not)
        column.addWidget(self._looking)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._file)
        row.addStretch(1)
        row.addWidget(Label(say("Only looking something up?"), font=theme.fonts.plain, muted=True))
        row.addWidget(self._inside)
        column.addLayout(row)

    def set_rows(self, rows: Sequence[BackupRow]) -> None:
        self.table.set_rows(rows)

    def set_looking(self, words: str) -> None:
        """Say what is going on with the list, or what was found; an empty one takes its line away."""
        self._looking.setText(words)
        self._looking.setVisible(bool(words))

    def set_why_not(self, words: str) -> None:
        """Say why the chosen one cannot be used; an empty one takes the line away."""
        self._why_not.setText(words)
        self._why_not.setVisible(bool(words))

    def set_can_look_inside(self, is_possible: bool) -> None:
        self._inside.setEnabled(is_possible)
