"""Page 2: what changes, in entries and rupees, and what follows from it. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.figure_table import Cell, FigureTable
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.lines import Line, Lines
from gharmitra_admin.wording.language import Words


@dataclass(frozen=True, slots=True)
class ChangesView:
    """All of the page. ``rows`` empty: nothing could be compared, and ``lines`` say why."""

    lead: str
    headline: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str
    lines: tuple[Line, ...]


class ChangesPage(QWidget):
    """``asked`` carries the key of the line whose button was pressed."""

    asked = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._lead = Label(font=theme.fonts.lead, name="changesLead")
        self._headline = Label(font=theme.fonts.headline, name="changesHeadline")
        self._bar = QProgressBar()
        self._bar.setObjectName("changesProgress")
        self._bar.setTextVisible(False)
        self._bar.setMaximum(0)
        self._bar.setAccessibleName(words.say("Looking at what would change"))
        self.table = FigureTable(theme, "lossTable", words.say("What would change"))
        self._note = Label(font=theme.fonts.plain, muted=True, name="changesNote")
        self._said = Label(font=theme.fonts.plain, muted=True, name="changesSaid")
        self._lines = Lines(theme, "changesLines")
        self._lines.asked.connect(self.asked)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        for part, gap in (
            (self._lead, 4),
            (self._headline, 16),
            (self._bar, 0),
            (self.table, 12),
            (self._note, 16),
            (self._lines, 8),
            (self._said, 0),
        ):
            column.addWidget(part)
            column.addSpacing(gap)
        column.addStretch(1)

    def set_looking(self, lead: str, headline: str) -> None:
        """Say that it is being looked at."""
        self._lead.setText(lead)
        self._headline.setText(headline)
        self._bar.setMaximum(0)
        self._bar.show()
        self._show_parts(has_table=False, lines=())

    def set_progress(self, done: float | None, headline: str) -> None:
        self._headline.setText(headline)
        self._bar.setMaximum(0 if done is None else 1000)
        if done is not None:
            self._bar.setValue(round(done * 1000))

    def set_view(self, view: ChangesView) -> None:
        self._bar.hide()
        self._lead.setText(view.lead)
        self._headline.setText(view.headline)
        self._note.setText(view.note)
        self.table.set_table(view.heads, view.rows)
        self._show_parts(has_table=bool(view.rows), lines=view.lines)

    def say(self, words: str) -> None:
        """Say what became of a button's press."""
        self._said.setText(words)

    def _show_parts(self, *, has_table: bool, lines: Sequence[Line]) -> None:
        self._said.setText("")
        self.table.setVisible(has_table)
        self._note.setVisible(has_table)
        self._lines.set_lines(lines)
