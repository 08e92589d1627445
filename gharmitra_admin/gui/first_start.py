"""The first page: whose books shall be backed up. Leaves nothing on disk."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.choice_box import Choice, ChoiceBox
from gharmitra_admin.gui.widgets.flow import Flow
from gharmitra_admin.gui.widgets.labels import MarkLabel
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording.language import Words

COLUMN_WIDTH = 560


@dataclass(frozen=True, slots=True)
class FoundView:
    """Books that were found; ``key`` is their path."""

    key: str
    choice: Choice


class FirstStartPage(QScrollArea):
    """Asks once; says what was chosen."""

    use_requested = Signal(str, bool)
    choose_folder_requested = Signal()
    search_requested = Signal()
    stop_requested = Signal()
    back_requested = Signal()
    demo_requested = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self.setObjectName("firstStartPage")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme, self._words = theme, words
        self._found: list[FoundView] = []
        self._has_back = False
        self._group = QButtonGroup(self)
        self._headline = Label(words.say("Whose books shall be backed up?"), font=theme.fonts.headline, name="firstStartHeadline")
        self._lead = Label(words.say("Looking for GharMitra's books..."), font=theme.fonts.plain, name="firstStartLead")
        self._boxes = QVBoxLayout()
        self._boxes.setSpacing(12)
        self._search = Button(words.say("Search this PC"), "searchButton")
        self._search.clicked.connect(self.search_requested)
        self._stop = Button(words.say("Stop looking"), "stopLookingButton")
        self._stop.clicked.connect(self.stop_requested)
        self._stop.hide()
        self._choose = Button(words.say("Choose another folder..."), "chooseFolderButton")
        self._choose.clicked.connect(self.choose_folder_requested)
        self._start = QCheckBox(_start_words(words))
        self._start.setObjectName("startWithSystemBox")
        self._start.setChecked(True)
        self._use = Button(words.say("Use these books and make the first backup"), "useBooksButton", Kind.MAIN, big=True)
        self._use.clicked.connect(self._on_use)
        self._demo = Button(words.say("Only trying it out? Use a made-up society."), "demoButton", Kind.LINK)
        self._demo.clicked.connect(self._on_demo)
        self._back = Button(words.say("Back to the backups"), "firstStartBackButton", Kind.LINK)
        self._back.clicked.connect(self.back_requested)
        self._back.hide()
        self._lay_out()
        self.set_found(())
        self.set_looking()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(0, 24, 0, 24)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(MarkLabel(self._theme, 48, Mark.HOUSE, "text"))
        column.addSpacing(24)
        column.addWidget(self._headline)
        column.addSpacing(24)
        column.addWidget(self._lead)
        column.addSpacing(12)
        column.addLayout(self._boxes)
        column.addSpacing(12)
        for parts, gap in (
            ((self._search, self._stop, self._choose), 26),
            ((self._start,), 26),
            ((self._use,), 24),
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            for part in parts:
                row.addWidget(part)
            row.addStretch(1)
            column.addLayout(row)
            column.addSpacing(gap)
        links = QWidget()
        flow = Flow(links, 24, 0)
        for part in (self._demo, self._back):
            flow.addWidget(part)
        column.addWidget(links)
        column.addStretch(1)
        self._put_in_the_middle(column)

    def _put_in_the_middle(self, column: QVBoxLayout) -> None:
        holder = QWidget()
        widest = max(part.sizeHint().width() for part in (self._start, self._use, self._demo))
        holder.setFixedWidth(max(round(COLUMN_WIDTH * self._theme.fonts.scale), widest))
        holder.setLayout(column)
        sheet = QWidget()
        sheet.setObjectName("page")
        middle = QHBoxLayout(sheet)
        middle.addStretch(1)
        middle.addWidget(holder)
        middle.addStretch(1)
        self.setWidget(sheet)

    def set_found(self, found: Sequence[FoundView]) -> None:
        """Offer these books; the first is chosen."""
        words = self._words
        while (item := self._boxes.takeAt(0)) is not None:
            if (box := item.widget()) is not None:
                box.hide()
                box.deleteLater()
        for button in self._group.buttons():
            self._group.removeButton(button)
        self._found = list(found)
        for number, one in enumerate(found):
            box = ChoiceBox(self._theme, one.choice, f"foundBox{number or ''}")
            self._group.addButton(box.radio, number)
            self._boxes.addWidget(box)
        if found:
            self._group.button(0).setChecked(True)
        nothing = words.say("We could not find GharMitra's books on this PC. They are usually in the folder where GharMitra is installed.")
        if self._has_back:
            nothing = words.say("We could not find other books on this PC than those that are backed up already.")
        self._lead.setText(words.say("We found:") if found else nothing)
        self._stop.hide()
        self._search.setVisible(not found)
        self._choose.set_words(words.say("Choose another folder...") if found else words.say("Choose the folder..."))
        self._use.setVisible(bool(found))
        self._start.setVisible(bool(found))

    def set_looking(self, *, can_stop: bool = False) -> None:
        """Say that the search goes on."""
        self._lead.setText(self._words.say("Looking for GharMitra's books..."))
        self._search.hide()
        self._stop.setVisible(can_stop)

    def set_back(self, *, has_back: bool) -> None:
        """Offer the way back, where a society is set up already."""
        self._has_back = has_back
        self._back.setVisible(has_back)

    def set_enabled(self, is_enabled: bool) -> None:
        for part in (self._search, self._choose, self._use, self._demo, self._start, self._back):
            part.setEnabled(is_enabled)

    def _on_use(self) -> None:
        chosen = self._group.checkedId()
        if 0 <= chosen < len(self._found):
            self.set_enabled(False)
            self.use_requested.emit(self._found[chosen].key, self._start.isChecked())

    def _on_demo(self) -> None:
        self.set_enabled(False)
        self.demo_requested.emit()


def _start_words(words: Words) -> str:
    if sys.platform == "win32":
        return words.say("Start with Windows, so that no day is missed.")
    return words.say("Start when I log in, so that no day is missed.")
