"""What each press that leads to a restore, an undo or a practice comes to. Leaves what the vault's flows leave.

A practice leaves a private folder among the system's temporary ones while it is open, and removes it after.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from gharmitra_admin.engine import Cancelled, EngineError, Notice, NoticeCode, Paths
from gharmitra_admin.engine.parts.history import LastRestore
from gharmitra_admin.gui import alerts
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.dialogs import Question
from gharmitra_admin.gui.job_state import Work
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.look_inside import LookInside
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.reentry_flows import ReentryFlows
from gharmitra_admin.gui.restore_tab import RestoreTab, RestoreView
from gharmitra_admin.gui.restore_wizard.feet import Purpose
from gharmitra_admin.gui.restore_wizard.flow import WizardFlow
from gharmitra_admin.gui.restore_wizard.jobs import RestoreJobs
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.wording import backups, errors, reentries, restores
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words

_PREFIX = "gharmitra-practice-"
_TOLD_AT_OPENING = {NoticeCode.RESTORE_CUT_OFF, NoticeCode.RESTORE_FINISHED, NoticeCode.RESTORE_UNSETTLED}


class RestoreFlows(QObject):
    """One wizard at a time."""

    support_requested = Signal()

    def __init__(self, desk: Desk, window: MainWindow, tab: RestoreTab, reentry: ReentryFlows, theme: Theme, words: Words) -> None:
        super().__init__(window)
        self._reentry = reentry
        self._desk, self._window, self._tab = desk, window, tab
        self._theme, self._words = theme, words
        self._open: WizardFlow | None = None
        self._is_starting = False
        tab.restore_requested.connect(self.restore)
        tab.undo_requested.connect(self.undo)
        tab.practise_requested.connect(lambda: desk.start(self._practise()))
        tab.reentry_requested.connect(reentry.open)
        reentry.changed.connect(self._show)
        desk.standing_changed.connect(self._show)
        desk.opened_with.connect(self._tell_of_last_time)

    @property
    def is_open(self) -> bool:
        """Whether a wizard is open: nothing else may begin by itself meanwhile."""
        return self._open is not None or self._is_starting

    def restore(self, name: str = "") -> None:
        """Open the wizard; with a name it goes on to what changes with that backup."""
        self._start(Purpose.RESTORE, name)

    def restore_newest(self) -> None:
        """From the page that says that the books cannot be opened."""
        state = self._desk.state
        last = state.compared_with if state else None
        self._start(Purpose.RESTORE, last.filename if last else "")

    def undo(self) -> None:
        self._start(Purpose.UNDO)

    def _start(self, purpose: Purpose, name: str = "") -> None:
        if self.is_open or self._desk.vault is None:
            self._raise()
            return
        flow = self._wizard(RestoreJobs(self._desk.bridge, self._desk.vault), purpose)
        flow.books_changed.connect(lambda: self._desk.start(self._after()))
        flow.open(name)

    def _wizard(self, jobs: RestoreJobs, purpose: Purpose) -> WizardFlow:
        flow = WizardFlow(self._window, self._desk, jobs, self._theme, self._words, purpose)
        jobs.setParent(flow)
        flow.ended.connect(self._ended)
        flow.not_started.connect(self._tell)
        flow.choosing.look_inside_requested.connect(
            lambda record: LookInside(flow.wizard, self._theme, self._words, self._desk, record).open()
        )
        flow.pages.choose.file_requested.connect(lambda: self._choose_file(flow))
        flow.ending.undo_requested.connect(self._undo_from_wizard)
        flow.ending.reentry_requested.connect(self._reentry_from_wizard)
        flow.ending.support_requested.connect(self.support_requested)
        self._open = flow
        self._show_allowed()
        return flow

    def _raise(self) -> None:
        if self._open is not None:
            self._open.wizard.raise_()
            self._open.wizard.activateWindow()

    def _ended(self) -> None:
        flow, self._open = self._open, None
        if flow is not None:
            flow.wizard.deleteLater()
            flow.deleteLater()
        self._show_allowed()

    async def _after(self) -> None:
        await self._desk.refresh()
        await self._desk.look_at_health()
        await self._reentry.look()

    def _undo_from_wizard(self) -> None:
        if self._open is not None:
            self._open.leave()
        if not self.is_open:
            self.undo()

    def _reentry_from_wizard(self) -> None:
        if self._open is not None:
            self._open.leave()
        if not self.is_open:
            self._reentry.open()

    def _choose_file(self, flow: WizardFlow) -> None:
        dialog = QFileDialog(flow.wizard, self._words.say("Which file shall the books go back to?"), str(Path.home()))
        dialog.setObjectName("backupFileDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self._words.say("Backups (*.db)"), self._words.say("All files (*)")])
        dialog.fileSelected.connect(flow.use_file)
        dialog.open()

    async def _practise(self) -> None:
        """The same pages on a copy, which is removed when they close."""
        vault = self._desk.vault
        if self.is_open or vault is None:
            self._raise()
            return
        self._is_starting = True
        self._show_allowed()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        try:
            paths: Paths = await self._desk.bridge.run(Work.PRACTISE, vault.practise, folder)
            practice = await self._desk.bridge.look(self._desk.vault_at, paths)
        except EngineError as error:
            await self._remove(folder)
            if not isinstance(error, Cancelled):
                said = errors.message(self._words, error)
                alerts.show(self._window, self._theme, self._words, said, details=str(error))
            return
        finally:
            self._is_starting = False
            self._show_allowed()
        flow = self._wizard(RestoreJobs(self._desk.bridge, practice), Purpose.PRACTISE)
        flow.ended.connect(lambda: self._desk.start(self._remove(folder)))
        flow.open()

    async def _remove(self, folder: Path) -> None:
        await self._desk.bridge.look(shutil.rmtree, folder, True)

    def _show(self) -> None:
        last = self._desk.last_restore
        self._tab.set_view(self._view(last) if last is not None else RestoreView())
        state = self._desk.state
        has_good = state is not None and state.newest_good is not None
        self._tab.set_salvage_offered(state is not None and state.books_error is not None and not has_good)
        self._show_allowed()

    def _show_allowed(self) -> None:
        self._tab.set_allowed(self._desk.state is not None and self._desk.error is None and not self.is_open)

    def _view(self, last: LastRestore) -> RestoreView:
        records = self._desk.state.records if self._desk.state else ()
        record = next((one for one in records if one.filename == last.filename), None)
        now = self._desk.now()
        back_to = backups.made_at(self._words, record, now) if record else last.filename
        said = restores.last(self._words, last, back_to, now)
        can_undo, found = last.undone_at is None and last.safety is not None, self._reentry.found
        if found is None or not found.items:
            return RestoreView(said, can_undo=can_undo)
        line = self._words.say("Re-entry list: {summary}", summary=reentries.summary(self._words, found))
        return RestoreView(said, can_undo, line, found.back + found.not_needed, len(found.items))

    def _tell_of_last_time(self, notices: tuple[Notice, ...]) -> None:
        """What became of a restore that was cut off, with what can be done now."""
        for one in notices:
            if one.code in _TOLD_AT_OPENING:
                self._ask_about(one)
                return

    def _ask_about(self, one: Notice) -> None:
        say = self._words.say
        is_done = one.code is NoticeCode.RESTORE_FINISHED
        title = say("The restore was cut off, and has been finished.") if is_done else say("The restore was cut off.")
        if one.code is NoticeCode.RESTORE_UNSETTLED:
            self._tell(backups.notice(self._words, one))
            return
        do = say("Undo this restore...") if is_done else say("Restore again...")
        question = Question(
            self._window,
            self._theme,
            name="cutOffDialog",
            title=title,
            text=backups.notice(self._words, one),
            buttons=((do, "cutOffDoButton"), (say("Leave it"), "cutOffLeaveButton")),
            safe="cutOffLeaveButton",
        )
        then = self.undo if is_done else self.restore
        question.ask(lambda pressed: then() if pressed == "cutOffDoButton" else None)

    def _tell(self, said: str) -> None:
        alerts.show(self._window, self._theme, self._words, Message(said, ""), level=Level.ACT)
