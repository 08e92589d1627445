"""The Restore tab: three ways in, and after a restore its undo and the re-entry list. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind, MarkButton
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.labels import MarkLabel
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.page import Page
from gharmitra_admin.wording.language import Words

CHOICE_WIDTH = 320
QUIET_BAR_WIDTH = 160
ICON_SIDE = 20


@dataclass(frozen=True, slots=True)
class RestoreView:
    """What is known of the last restore. ``last`` empty: there was none. ``reentry`` empty: nothing was set aside."""

    last: str = ""
    can_undo: bool = False
    reentry: str = ""
    reentered: int = 0
    reentry_total: int = 0


class RestoreTab(Page):
    """Shows what it is given and says what was asked for."""

    restore_requested = Signal()
    look_inside_requested = Signal()
    practise_requested = Signal()
    undo_requested = Signal()
    reentry_requested = Signal()
    salvage_requested = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__("restorePage")
        self._theme, self._words = theme, words
        say = words.say
        self._restore = MarkButton(theme, Mark.HISTORY, say("Restore an earlier backup..."), "restoreButton", Kind.CHOICE)
        self._restore.set_main(True)
        self._restore.clicked.connect(self.restore_requested)
        self._inside = MarkButton(theme, Mark.SEARCH, say("Look inside a backup..."), "lookInsideBackupButton", Kind.CHOICE)
        self._inside.clicked.connect(self.look_inside_requested)
        self._practise = MarkButton(theme, Mark.PRACTISE, say("Practise a restore..."), "practiseButton", Kind.CHOICE)
        self._practise.clicked.connect(self.practise_requested)
        self._undo = Button(say("Undo this restore..."), "undoLastButton")
        self._undo.clicked.connect(self.undo_requested)
        self._list = Button(say("Open the list"), "openReentryButton", accessible=say("Open the re-entry list"))
        self._list.clicked.connect(self.reentry_requested)
        self._salvage = Button(say("Rescue what can be read..."), "restoreTabSalvageButton")
        self._salvage.clicked.connect(self.salvage_requested)
        self._never = Label(say("Last restore: never."), font=theme.fonts.plain, muted=True, name="lastRestoreNever")
        self.add(self._choices())
        self.add(self._never)
        self._card = self._last_card()
        self.add(self._card)
        self._no_backup = self._salvage_row()
        self.add(self._no_backup)
        self.add_stretch()
        self.set_view(RestoreView())
        self.set_allowed(False)
        self.set_salvage_offered(False)

    def _choices(self) -> QWidget:
        say = self._words.say
        lines = (
            (self._restore, say("Replaces the books. You first see what would change."), say("Nothing happens until you confirm.")),
            (self._inside, say("Find an old receipt or balance."), say("Changes nothing.")),
            (self._practise, say("All the steps, on a copy."), say("The books stay as is.")),
        )
        widest = max(button.sizeHint().width() for button, _first, _second in lines)
        grid_holder = QWidget()
        grid = QGridLayout(grid_holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(24)
        grid.setColumnStretch(1, 1)
        for row, (button, first, second) in enumerate(lines):
            button.setFixedWidth(max(CHOICE_WIDTH, widest))
            words = QVBoxLayout()
            words.setSpacing(4)
            words.addWidget(Label(first, font=self._theme.fonts.plain))
            words.addWidget(Label(second, font=self._theme.fonts.plain, muted=True))
            grid.addWidget(button, row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addLayout(words, row, 1)
        return grid_holder

    def _last_card(self) -> Card:
        card = Card("lastRestoreCard")
        self._last = Label(font=self._theme.fonts.plain, name="lastRestore")
        self._reentry = Label(font=self._theme.fonts.plain, name="reentryLine")
        self._bar = QProgressBar()
        self._bar.setObjectName("reentryProgress")
        self._bar.setProperty("quiet", True)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(QUIET_BAR_WIDTH)
        self._bar.setAccessibleName(self._words.say("Entries that are back in the books"))
        card.add(self._line(Mark.HISTORY, self._last, None, self._undo))
        self._reentry_line = self._line(Mark.LIST, self._reentry, self._bar, self._list)
        self._hairline = card.add_hairline(16)
        card.add(self._reentry_line)
        return card

    def _line(self, mark: Mark, words: Label, bar: QProgressBar | None, button: Button) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(18, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(MarkLabel(self._theme, ICON_SIDE, mark, "text"))
        row.addWidget(words, 0 if bar else 1)
        if bar is not None:
            row.addWidget(bar, 0, Qt.AlignmentFlag.AlignVCenter)
            row.addStretch(1)
        row.addWidget(button)
        return line

    def _salvage_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Label(self._words.say("Books damaged and no good backup?"), font=self._theme.fonts.plain))
        row.addWidget(self._salvage)
        row.addStretch(1)
        return holder

    def set_view(self, view: RestoreView) -> None:
        self._never.setVisible(not view.last)
        self._card.setVisible(bool(view.last))
        self._last.setText(view.last)
        self._undo.setVisible(view.can_undo)
        self._reentry.setText(view.reentry)
        self._bar.setMaximum(max(1, view.reentry_total))
        self._bar.setValue(view.reentered)
        for part in (self._reentry_line, self._hairline):
            part.setVisible(bool(view.reentry))

    def set_allowed(self, is_allowed: bool) -> None:
        for button in (self._restore, self._inside, self._practise, self._undo, self._list, self._salvage):
            button.setEnabled(is_allowed)

    def set_salvage_offered(self, is_offered: bool) -> None:
        self._no_backup.setVisible(is_offered)

    def focus_restore(self) -> None:
        self._restore.setFocus(Qt.FocusReason.OtherFocusReason)
