"""The Health tab: what was looked at, row by row, and the year of backups. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.calendar import Calendar, Legend, LegendEntry
from gharmitra_admin.gui.widgets.calendar_days import CalendarView
from gharmitra_admin.gui.widgets.headline import HeadlineBlock, HeadlineView, RunningView
from gharmitra_admin.gui.widgets.health_rows import HealthRow, HealthRows
from gharmitra_admin.gui.widgets.page import Page
from gharmitra_admin.wording.language import Words


@dataclass(frozen=True, slots=True)
class HealthView:
    """All of the tab."""

    headline: HeadlineView
    rows: tuple[HealthRow, ...]
    calendar: CalendarView


class HealthTab(Page):
    """Shows a health report; ``row_asked`` carries the key of the row whose button was pressed."""

    check_requested = Signal()
    row_asked = Signal(str)

    def __init__(self, theme: Theme, words: Words, legend: Sequence[LegendEntry]) -> None:
        super().__init__("healthPage")
        self.headline = HeadlineBlock(theme)
        self._check = Button(words.say("Check now"), "checkNowButton", Kind.MAIN, big=True)
        self._check.clicked.connect(self._on_check)
        self.headline.add_side(self._check)
        self.add(self.headline)
        self._rows = HealthRows(theme, words.say("Health"))
        self._rows.asked.connect(self.row_asked)
        self.compact_changed.connect(self._rows.set_compact)
        self.add(self._rows)
        self._calendar = Calendar(theme)
        self.add(self._calendar)
        self.add(Legend(theme, legend), small_gap=True)
        self.add_stretch()

    def set_view(self, view: HealthView) -> None:
        self.headline.set_view(view.headline)
        self._rows.set_rows(view.rows)
        self._calendar.set_view(view.calendar)

    def set_running(self, view: RunningView | None) -> None:
        self.headline.set_running(view)

    def set_allowed(self, *, check: bool) -> None:
        self._check.setEnabled(check)

    def _on_check(self) -> None:
        self._check.setEnabled(False)
        self.check_requested.emit()
