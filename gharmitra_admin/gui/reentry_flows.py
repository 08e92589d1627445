"""What each press about the re-entry list comes to. Leaves what the vault's flows leave, and the file that the person names."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit

from gharmitra_admin.engine import Cancelled, CancelToken, EngineError, Report, Vault
from gharmitra_admin.engine.base.names import shown_path
from gharmitra_admin.engine.operations.reentry import Reentry, ReentryItem, ReentryState
from gharmitra_admin.engine.vault.exporting import SaveReentry
from gharmitra_admin.gui import alerts, printing, save_dialog
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.dialogs import LABEL_LIMIT, Question
from gharmitra_admin.gui.job_state import Work
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.reentry_dialog import ReentryDialog, ReentryRow, ReentryView
from gharmitra_admin.wording import errors, reentries
from gharmitra_admin.wording.language import Words
from gharmitra_admin.wording.reentries import ReentrySheet

_AMOUNT = 6
Result = TypeVar("Result")


class ReentryFlows(QObject):
    """Knows the list of the last restore. ``changed``: it was looked at again."""

    changed = Signal()

    def __init__(self, desk: Desk, window: MainWindow, theme: Theme, words: Words) -> None:
        super().__init__(window)
        self._desk, self._window, self._theme, self._words = desk, window, theme, words
        self._dialog: ReentryDialog | None = None
        self._is_missed = False
        self.found: Reentry | None = None
        desk.backed_up.connect(lambda _result, _face: desk.start(self.look()))
        desk.opened_with.connect(lambda _notices: desk.start(self.look()))

    async def look(self) -> None:
        """Look at the list while nobody asks for anything; where that fails, the next look tells."""
        vault = self._desk.vault
        last = self._desk.last_restore
        self._is_missed = False
        if vault is None or last is None:
            self._show(None)
            return
        try:
            self._show(await self._desk.bridge.run(Work.IDLE_CHECK, vault.reentry))
        except EngineError:
            self._is_missed = True

    async def look_where_missed(self) -> None:
        """Look once more where the last look had to give way."""
        if self._is_missed:
            await self.look()

    def open(self) -> None:
        """Show the list."""
        if self._dialog is None:
            self._dialog = self._made()
            self._dialog.open()
        self._desk.start(self._look_again())

    def _made(self) -> ReentryDialog:
        dialog = ReentryDialog(self._window, self._theme, self._words)
        dialog.print_requested.connect(lambda: self._desk.start(self._print()))
        dialog.save_requested.connect(self._ask_where)
        dialog.look_again_requested.connect(lambda: self._desk.start(self._look_again()))
        dialog.waive_requested.connect(self._ask_why)
        dialog.needed_requested.connect(lambda key: self._desk.start(self._say_of(key, "")))
        dialog.finished.connect(self._closed)
        if self.found is not None:
            dialog.set_view(self._view(self.found))
        return dialog

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    async def _look_again(self) -> None:
        self._tell(self._words.say("Looking at the books..."))
        found = await self._asked(lambda vault, report, cancel: (vault.reentry(report=report, cancel=cancel),))
        if found is not None:
            self._show(found[0])
            self._tell("" if found[0] is not None else self._words.say("There is no list: nothing whole was replaced."))

    def _show(self, found: Reentry | None) -> None:
        self.found = found
        if self._dialog is not None and found is not None:
            self._dialog.set_view(self._view(found))
        self.changed.emit()

    def _view(self, found: Reentry) -> ReentryView:
        words, sheet = self._words, ReentrySheet(self._words, self._desk.now())
        heads = tuple(str(one) for one in sheet.heading_on_paper())
        parts = [reentries.top(words), reentries.corrected(words, found), "" if found.is_exact else reentries.not_exact(words)]
        top = "\n".join(part for part in parts if part)
        return ReentryView(
            reentries.summary(words, found), top, heads, tuple(_row(sheet, item) for item in found.items), frozenset({_AMOUNT})
        )

    def _ask_why(self, key: str) -> None:
        say = self._words.say
        assert self._dialog is not None
        question = Question(
            self._dialog,
            self._theme,
            name="notNeededDialog",
            title=say("Why is it not needed?"),
            text=say("Your reason stands in the list and in the activity record."),
            buttons=((say("Cancel"), "notNeededCancelButton"), (say("Note it"), "notNeededSaveButton")),
            safe="notNeededSaveButton",
        )
        edit = QLineEdit()
        edit.setObjectName("notNeededEdit")
        edit.setAccessibleName(say("The reason"))
        edit.setMaxLength(LABEL_LIMIT)
        question.add(edit)
        edit.setFocus()
        question.enable("notNeededSaveButton", False)
        edit.textChanged.connect(lambda text: question.enable("notNeededSaveButton", bool(text.strip())))

        def answered(pressed: str) -> None:
            if pressed == "notNeededSaveButton" and edit.text().strip():
                self._desk.start(self._say_of(key, edit.text().strip()))

        question.ask(answered)

    async def _say_of(self, key: str, reason: str) -> None:
        if await self._desk.change(lambda vault: vault.reentry_not_needed(key, reason)):
            await self._look_again()

    async def _print(self) -> None:
        sheet = ReentrySheet(self._words, self._desk.now())

        def make(vault: Vault, report: Report, cancel: CancelToken) -> str:
            with tempfile.TemporaryDirectory() as folder:
                page = Path(folder) / "page.html"
                vault.reentry(save=SaveReentry(sheet, page=page), report=report, cancel=cancel)
                return page.read_text("utf-8")

        html = await self._asked(make)
        if html is not None and self._dialog is not None:
            printing.print_page(self._dialog, html, self._words.say("Re-entry list"))

    def _ask_where(self) -> None:
        title, proposed = self._words.say("Save as spreadsheet"), Path.home() / "re-entry-list.csv"
        save_dialog.ask_where(self._dialog, title, proposed, "saveReentryDialog", lambda file: self._desk.start(self.save_to(file)))

    async def save_to(self, file: Path) -> None:
        """Save the spreadsheet there, and say so."""
        save = SaveReentry(ReentrySheet(self._words, self._desk.now()), spreadsheet=file)
        done = await self._asked(lambda vault, report, cancel: (vault.reentry(save=save, report=report, cancel=cancel),))
        if done is not None:
            self._tell(self._words.say("Saved: {path}", path=shown_path(file)))

    async def _asked(self, ask: Callable[[Vault, Report, CancelToken], Result]) -> Result | None:
        """Run it behind the bridge; what the world did is told, and then it is None."""
        vault = self._desk.vault
        if vault is None:
            return None
        opened = vault

        def run(*, report: Report, cancel: CancelToken) -> Result:
            return ask(opened, report, cancel)

        try:
            return await self._desk.bridge.run(Work.COMPARE, run)
        except EngineError as error:
            self._tell("")
            if not isinstance(error, Cancelled):
                parent = self._dialog or self._window
                alerts.show(parent, self._theme, self._words, errors.message(self._words, error), details=str(error))
            return None

    def _tell(self, words: str) -> None:
        if self._dialog is not None:
            self._dialog.say(words)


def _row(sheet: ReentrySheet, item: ReentryItem) -> ReentryRow:
    is_waived = item.state is ReentryState.NOT_NEEDED
    return ReentryRow(item.key, tuple(sheet.on_paper(item)), item.state is ReentryState.MISSING, is_waived)
