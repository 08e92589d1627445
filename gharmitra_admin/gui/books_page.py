"""The page for the day when the books cannot be opened. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.flow import Flow
from gharmitra_admin.gui.widgets.headline import HeadlineBlock, HeadlineView
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.gui.widgets.page import Page
from gharmitra_admin.wording.language import Words


@dataclass(frozen=True, slots=True)
class BooksView:
    """Why they cannot be opened, which backups are there, and what not to do."""

    reason: str
    backups: str
    advice: str
    has_backup: bool
    can_rescue: bool = True  # a file that is not there has nothing to be rescued


class BooksPage(Page):
    """Says what happened and what is safe; offers to look again and to ask for help."""

    again_requested = Signal()
    restore_requested = Signal()
    salvage_requested = Signal()
    show_backup_requested = Signal()
    other_books_requested = Signal()
    support_requested = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__("booksPage")
        self._words = words
        self._headline = HeadlineBlock(theme)
        self._backups = Label(font=theme.fonts.plain, name="booksPageBackups")
        self._advice = Label(font=theme.fonts.strong, name="booksPageAdvice")
        self._restore = Button(words.say("Restore the newest good backup..."), "restoreNewestButton", Kind.MAIN, big=True)
        self._restore.clicked.connect(self.restore_requested)
        self._again = Button(words.say("Look again"), "lookAgainButton", big=True)
        self._again.clicked.connect(self.again_requested)
        self._show = Button(words.say("Show the newest good backup"), "showBackupButton", big=True)
        self._show.clicked.connect(self.show_backup_requested)
        self._other = Button(words.say("Choose other books..."), "otherBooksButton", big=True)
        self._other.clicked.connect(self.other_books_requested)
        self._support = Button(words.say("Write to support..."), "supportButton", big=True)
        self._support.clicked.connect(self.support_requested)
        self._salvage = Button(words.say("Rescue what can be read..."), "salvageButton", big=True)
        self._salvage.clicked.connect(self.salvage_requested)
        buttons = QWidget()
        row = Flow(buttons, 8, 8)
        for button in (self._restore, self._salvage, self._again, self._show, self._other, self._support):
            row.addWidget(button)
        self.add(self._headline)
        self.add(self._backups)
        self.add(self._advice, small_gap=True)
        self.add(buttons)
        self.add_stretch()

    def set_view(self, view: BooksView) -> None:
        self._headline.set_view(HeadlineView(Level.ACT, self._words.say("The books cannot be opened."), view.reason))
        self._backups.setText(view.backups)
        self._advice.setText(view.advice)
        self._show.setVisible(view.has_backup)
        self._restore.setVisible(view.has_backup)
        self._salvage.setVisible(view.can_rescue)
        self._again.set_main(not view.has_backup)
