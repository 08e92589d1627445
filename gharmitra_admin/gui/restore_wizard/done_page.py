"""Page 6: the books are as they were on that day, in figures; or they were not replaced, and why. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.figure_table import Cell, FigureTable
from gharmitra_admin.gui.widgets.flow import Flow
from gharmitra_admin.gui.widgets.labels import MarkLabel
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.levels import BADGE_OF_LEVEL, Level
from gharmitra_admin.wording.language import Words

BADGE_SIDE = 40
ROW_HEIGHT = 40


@dataclass(frozen=True, slots=True)
class DoneView:
    """All of the page. ``looks``: what to look at now, each to be ticked. ``notices``: what did not go as it should."""

    level: Level
    headline: str
    text: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    note: str = ""
    looks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class DonePage(QWidget):
    """Says how it ended."""

    message_requested = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme = theme
        self._badge = MarkLabel(theme, BADGE_SIDE, *BADGE_OF_LEVEL[Level.GOOD])
        self._headline = Label(font=theme.fonts.headline, name="doneHeadline")
        self._text = Label(font=theme.fonts.lead, name="doneText")
        self.table = FigureTable(theme, "doneTable", words.say("Before, should be and now"), row_height=ROW_HEIGHT)
        self._note = Label(font=theme.fonts.plain, muted=True, name="doneNote")
        self._notices = Label(font=theme.fonts.plain, name="doneNotices")
        self._looks = QWidget()
        self._flow = Flow(self._looks, 32, 4)
        self._now_look = Label(words.say("Now look:"), font=theme.fonts.strong)
        self._tell = QWidget()
        tell = QHBoxLayout(self._tell)
        tell.setContentsMargins(0, 0, 0, 0)
        tell.setSpacing(12)
        copy = Button(words.say("Copy message"), "doneCopyMessageButton", accessible=words.say("Copy the message for the others"))
        copy.clicked.connect(self.message_requested)
        self._copied = Label(font=theme.fonts.plain, muted=True, name="doneCopied")
        for part in (Label(words.say("then tell the others"), font=theme.fonts.plain), copy, self._copied):
            tell.addWidget(part)
        tell.addStretch(1)
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._headline, 1)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(top)
        for part in (self._text, self.table, self._note, self._notices, self._now_look, self._looks, self._tell):
            column.addWidget(part)
        column.addStretch(1)

    def set_view(self, view: DoneView) -> None:
        self._badge.set_mark(*BADGE_OF_LEVEL[view.level])
        for label, said in ((self._headline, view.headline), (self._text, view.text), (self._note, view.note)):
            label.setText(said)
            label.setVisible(bool(said))
        self._notices.setText("\n".join(view.notices))
        self._notices.setVisible(bool(view.notices))
        self.table.set_table(view.heads, view.rows)
        self.table.setVisible(bool(view.rows))
        self._set_looks(view.looks)

    def add_notice(self, words: str) -> None:
        """Say one more thing under the figures."""
        said = [*self._notices.text().splitlines(), words]
        self._notices.setText("\n".join(said))
        self._notices.show()

    def say_copied(self, words: str) -> None:
        self._copied.setText(words)

    def _set_looks(self, looks: tuple[str, ...]) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, one in enumerate(looks):
            box = QCheckBox(one)
            box.setObjectName(f"lookBox{number}")
            self._flow.addWidget(box)
            box.show()
        for part in (self._now_look, self._looks, self._tell):
            part.setVisible(bool(looks))
        self._copied.setText("")
