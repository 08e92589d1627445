"""What can be taken away from the wizard: what changes as a spreadsheet or on paper, the flats one by one, and the end on paper.

Leaves the file that the person names.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from gharmitra_admin.engine import Cancelled, EngineError
from gharmitra_admin.engine.base.names import shown_path
from gharmitra_admin.engine.vault.glancing import FirstFigures
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.gui import alerts, printing, save_dialog
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.restore_wizard.changes_page import ChangesPage
from gharmitra_admin.gui.restore_wizard.flats_dialog import FlatsDialog
from gharmitra_admin.gui.restore_wizard.jobs import RestoreJobs
from gharmitra_admin.gui.restore_wizard.wizard import RestoreWizard, Step
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.wording import errors, restore_pages
from gharmitra_admin.wording.comparison_sheet import ComparisonSheet
from gharmitra_admin.wording.language import Words


class Papers(QObject):
    """Two quiet buttons at the foot of page 2, and the button of its line about dues."""

    def __init__(self, wizard: RestoreWizard, page: ChangesPage, jobs: RestoreJobs, desk: Desk, theme: Theme, words: Words) -> None:
        super().__init__(wizard)
        self._wizard, self._page, self._jobs, self._desk = wizard, page, jobs, desk
        self._theme, self._words = theme, words
        self._plan: Plan | None = None
        self._print = Button(words.say("Print"), "printChangesButton", Kind.QUIET)
        self._print.clicked.connect(lambda: desk.start(self._to_printer()))
        self._save = Button(words.say("Save as spreadsheet..."), "saveChangesButton", Kind.QUIET)
        self._save.clicked.connect(self._ask_where)
        for button in (self._print, self._save):
            wizard.add_extra(Step.CHANGES, button)
        jobs.glanced.connect(self._tell_first_figures)
        page.asked.connect(lambda _key: self._show_flats())
        self.show_for(None, is_listed=False)

    def show_for(self, plan: Plan | None, *, is_listed: bool) -> None:
        """Offer them for this plan; a file that is no backup of the list, or was not compared, has none."""
        self._plan = plan
        for button in (self._print, self._save):
            self._wizard.set_extra_shown(button, plan is not None and plan.comparison is not None and is_listed)

    def _tell_first_figures(self, found: FirstFigures) -> None:
        if self._plan is None:
            self._page.say(restore_pages.first_look(self._words, found))

    def _sheet(self) -> ComparisonSheet:
        return ComparisonSheet(self._words, self._desk.now())

    async def _to_printer(self) -> None:
        assert self._plan is not None
        self._print.setEnabled(False)
        try:
            html = await self._jobs.page_of_comparison(self._plan.record.filename, self._sheet())
        except EngineError as error:
            self._tell(error)
            return
        finally:
            self._print.setEnabled(True)
        printing.print_page(self._wizard, html, self._words.say("What going back changes"))

    def _ask_where(self) -> None:
        title, proposed = self._words.say("Save as spreadsheet"), Path.home() / "what-changes.csv"
        save_dialog.ask_where(self._wizard, title, proposed, "saveChangesDialog", lambda file: self._desk.start(self.save_to(file)))

    async def save_to(self, file: Path) -> None:
        """Save the spreadsheet there, and say so."""
        assert self._plan is not None
        self._save.setEnabled(False)
        try:
            await self._jobs.save_comparison(self._plan.record.filename, self._sheet(), spreadsheet=file)
        except EngineError as error:
            self._tell(error)
        else:
            self._page.say(self._words.say("Saved: {path}", path=shown_path(file)))
        finally:
            self._save.setEnabled(True)

    def _show_flats(self) -> None:
        if self._plan is not None and self._plan.comparison is not None:
            FlatsDialog(self._wizard, self._theme, self._words, self._plan.comparison.consequences.dues).open()

    def _tell(self, error: EngineError) -> None:
        if not isinstance(error, Cancelled):
            alerts.show(self._wizard, self._theme, self._words, errors.message(self._words, error), details=str(error))
