"""What each press in the Backups tab, the Health tab and the tray leads to. Leaves what the vault's flows leave."""

from __future__ import annotations

import traceback
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from gharmitra_admin.engine import BackupRecord, BackupResult, Cancelled, CopyResult, EngineError, Kind, Problem, Status, VerifyResult
from gharmitra_admin.engine.base import app_log
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.gui import alerts, dialogs
from gharmitra_admin.gui.backups_tab import BackupsTab
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.health_tab import HealthTab
from gharmitra_admin.gui.job_state import Work
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.look_inside import LookInside
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.settings_store import SettingsStore
from gharmitra_admin.gui.showing import Showing
from gharmitra_admin.gui.tray import Tray
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.wording import alerts as alert_words
from gharmitra_admin.wording import backups, errors, headlines, values
from gharmitra_admin.wording import health as health_words
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.headlines import Headline
from gharmitra_admin.wording.language import Words

_BY_HAND = frozenset({Work.VERIFY, Work.COPY, Work.CHANGE, Work.HEALTH})


class BackupsFlows(QObject):
    """Presses in, jobs started; results in, words shown."""

    def __init__(
        self, desk: Desk, showing: Showing, window: MainWindow, tab: BackupsTab, health: HealthTab, tray: Tray, store: SettingsStore,
        theme: Theme, words: Words,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._desk, self._showing, self._window, self._tab, self._tray = desk, showing, window, tab, tray
        self._store, self._theme, self._words = store, theme, words
        self._last_label = ""
        tab.set_suggestions([words.say(one) for one in backups.LABEL_SUGGESTIONS])
        tab.create_requested.connect(self.create)
        tab.verify_requested.connect(lambda name: desk.start(desk.verify(name)))
        tab.copy_requested.connect(self.copy)
        tab.inside_requested.connect(self.look_inside)
        tab.label_requested.connect(self._label)
        tab.keep_requested.connect(lambda name, kept: desk.start(self._keep(name, kept)))
        tab.acknowledge_requested.connect(lambda name: desk.start(self._acknowledge(name)))
        tab.show_requested.connect(self._show_in_folder)
        tab.details_requested.connect(self._details)
        tab.delete_requested.connect(self._delete)
        tab.headline.cancel_requested.connect(desk.bridge.cancel)
        tab.headline.action_requested.connect(self._act_on_headline)
        tab.headline.banner_requested.connect(self._act_on_banner)
        health.check_requested.connect(lambda: desk.start(desk.check_health()))
        health.headline.cancel_requested.connect(desk.bridge.cancel)
        health.row_asked.connect(self._act_on_health)
        tray.backup_requested.connect(self.create_from_tray)
        tray.cancel_requested.connect(desk.bridge.cancel)
        desk.backed_up.connect(self._backed_up)
        desk.verified.connect(self._verified)
        desk.copied.connect(self._copied)
        desk.failed.connect(self._failed)
        desk.fault.connect(self._fault)

    def create(self, label: str) -> None:
        """Create Backup was pressed."""
        self._last_label = label
        self._showing.set_outcome(None)
        self._desk.start(self._desk.backup(label))

    def create_from_tray(self) -> None:
        """Create backup now was chosen in the tray."""
        if self._desk.state is not None and (self._desk.bridge.job is None or self._desk.bridge.job.work is Work.IDLE_CHECK):
            self._showing.set_outcome(None)
            self._desk.start(self._desk.backup("", Kind.MANUAL, "tray"))

    def copy(self, name: str) -> None:
        """Ask where to, and carry a copy there; no name is the newest good one."""
        last = self._store.now.last_copy_folder or str(Path.home())
        dialog = QFileDialog(self._window, self._words.say("Copy to which folder or drive?"), last)
        dialog.setObjectName("copyFolderDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda folder: self._copy_to(name, folder))
        dialog.open()

    def look_inside(self, name: str) -> None:
        """Look inside a backup of the list."""
        record = self._record(name)
        if record is not None and self._desk.state is not None:
            LookInside(self._window, self._theme, self._words, self._desk, record, self._desk.state.records).open()

    def look_inside_newest(self) -> None:
        """Look inside the newest backup; the others are offered there."""
        records = self._desk.state.records if self._desk.state else ()
        newest = self._desk.state.newest_good if self._desk.state else None
        if newest is not None or records:
            self.look_inside((newest or records[0]).filename)

    def _copy_to(self, name: str, folder: str) -> None:
        self._store.change(last_copy_folder=folder)
        self._desk.start(self._desk.copy(name or None, Path(folder)))

    def _act_on_headline(self) -> None:
        said = self._showing.headline()
        if said is not None and said.asks == "again":
            self.create(self._last_label)
        elif said is not None and said.asks == "refresh":
            self._desk.start(self._desk.look_again())
        elif (state := self._desk.state) is not None and state.books_error is not None:
            self._alert(errors.message(self._words, state.books_error), details=str(state.books_error))

    def _act_on_banner(self) -> None:
        report = self._desk.report
        worst = alert_words.first_for_banner(report.alerts) if report is not None else None
        if worst is not None and worst.code.value in {"no_copy_elsewhere", "copy_old"}:
            self.copy("")
        else:
            self._window.tabs.setCurrentIndex(self._window.tabs.count() - 1)

    def _act_on_health(self, key: str) -> None:
        if key == health_words.BACKUPS:
            self._desk.start(self._know_vanished())
        elif key == health_words.ACCOUNTS:
            self._desk.start(self._know_accounts())
        else:
            self.copy("")

    async def _know_vanished(self) -> None:
        await self._desk.change(lambda vault: vault.acknowledge_vanished())

    async def _know_accounts(self) -> None:
        await self._desk.change(lambda vault: vault.acknowledge_accounts())

    async def _keep(self, name: str, kept: bool) -> None:
        await self._desk.change(lambda vault: vault.keep(name, kept=kept))

    async def _acknowledge(self, name: str) -> None:
        await self._desk.change(lambda vault: vault.acknowledge(name))

    def _record(self, name: str) -> BackupRecord | None:
        records = self._desk.state.records if self._desk.state else ()
        return next((record for record in records if record.filename == name), None)

    def _label(self, name: str) -> None:
        record, words = self._record(name), self._words
        if record is None:
            return

        def answered(text: str | None) -> None:
            if text is not None and text != (record.label or ""):
                self._desk.start(self._set_label(name, text))

        when = backups.made_at(words, record, self._desk.now())
        suggestions = [words.say(one) for one in backups.LABEL_SUGGESTIONS]
        dialogs.ask_label(
            self._window, self._theme, words, when=when, current=record.label or "", suggestions=suggestions, answered=answered
        )

    async def _set_label(self, name: str, text: str) -> None:
        await self._desk.change(lambda vault: vault.label(name, text))

    def _delete(self, name: str) -> None:
        record, words = self._record(name), self._words
        if record is None or self._desk.state is None:
            return

        def answered(is_confirmed: bool) -> None:
            if is_confirmed:
                self._desk.start(self._do_delete(name))

        others = sum(1 for one in self._desk.state.records if one.is_good and one.filename != name)
        labelled = words.say("It was labelled {label}.", label=record.label) + " " if record.label else ""
        stay = words.count("{number} other checked backup stays.", "{number} other checked backups stay.", others)
        text = words.say("{labelled}It cannot be brought back; {stay}", labelled=labelled, stay=stay)
        when = backups.made_at(words, record, self._desk.now())
        dialogs.confirm_delete(self._window, self._theme, words, when=when, text=text, answered=answered)

    async def _do_delete(self, name: str) -> None:
        await self._desk.change(lambda vault: vault.delete(name))

    def _show_in_folder(self, name: str) -> None:
        record = self._record(name)
        if record is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(record.path.parent)))

    def show_newest_in_folder(self) -> None:
        """Show where the newest good backup lies."""
        if self._desk.state is not None and self._desk.state.newest_good is not None:
            self._show_in_folder(self._desk.state.newest_good.filename)

    def say(self, sentence: str) -> None:
        """Say something in the line under the headline."""
        self._showing.set_outcome(Headline(headlines.Level.GOOD, sentence))

    def _details(self, name: str) -> None:
        record, words = self._record(name), self._words
        if record is not None:
            now = self._desk.now()
            when = backups.made_at(words, record, now)
            dialogs.show_details(self._window, self._theme, words, when=when, rows=backups.details(words, record, now))

    def _backed_up(self, result: BackupResult, face: str) -> None:
        self._tab.clear_label()
        self._tab.choose(result.record.filename)
        told = [backups.notice(self._words, one) for one in result.warnings]
        self._showing.set_outcome(Headline(headlines.Level.GOOD, " ".join(told)) if told else None)
        if face == "tray" and not self._window.isVisible():
            at = values.time(self._words, self._desk.now())
            self._tray.tell(" ".join([self._words.say("Backup made and checked, {time}.", time=at), *told]), is_bad=bool(told))

    def _verified(self, results: list[VerifyResult]) -> None:
        for result in results:
            if result.status is Status.DAMAGED:
                what = errors.problem(self._words, result.problem or Problem.PAGES_DAMAGED)
                said = self._words.say("The backup {name} is damaged: {problem}.", name=result.filename, problem=what)
                self._alert(Message(said, self._words.say("Use another backup. This one is left as it is.")), details=result.detail or "")
            elif lacking := backups.documents_checked(self._words, result.documents):
                said = self._words.say("{name} was read again just now: {what}.", name=result.filename, what=lacking)
                self._showing.set_outcome(Headline(headlines.Level.LOOK, said))
            else:
                whole = self._words.say("{name} was read again just now and is whole.", name=result.filename)
                self._showing.set_outcome(Headline(headlines.Level.GOOD, whole))

    def _copied(self, result: CopyResult) -> None:
        words = self._words
        sentence = words.say("Copied to {path} and read back.", path=str(result.path.parent))
        told = [backups.notice(words, one) for one in result.warnings]
        self._showing.set_outcome(Headline(headlines.Level.GOOD, " ".join([sentence, *told])))

    def _failed(self, work: Work, error: EngineError, face: str) -> None:
        said = errors.message(self._words, error)
        if isinstance(error, Cancelled):
            if work is not Work.IDLE_CHECK:
                self._showing.set_outcome(Headline(headlines.Level.GOOD, said.message))
        elif work is Work.BACKUP:
            self._backup_failed(error, said, face)
        elif work in _BY_HAND:
            if error.code is Code.LAST_GOOD_BACKUP:
                hint = self._words.say("Make another one first, then delete this one.")
                said = Message(self._words.say("This is the only checked backup."), hint)
            self._alert(said, details=str(error))

    def _backup_failed(self, error: EngineError, said: Message, face: str) -> None:
        words = self._words
        why = alert_words.short_failure(words, error)
        sentence = words.say("The backup did not work: {reason}.", reason=why)
        self._showing.set_outcome(Headline(headlines.Level.ACT, sentence, f"{said.message} {said.hint}".rstrip(), "again"))
        if face == "tray" and not self._window.isVisible():
            self._tray.tell(f"{sentence} {words.say('Earlier backups are untouched.')}", is_bad=True)

    def _fault(self, error: BaseException) -> None:
        """A fault of this program: told plainly, kept for support, and the window goes on."""
        trace = "".join(traceback.format_exception(error))
        file = self._desk.paths.app_log if self._desk.paths else self._store.file.with_name("app.log")
        with app_log.written_to(file) as log:
            log.error("a fault of this program\n%s", trace)
        self._alert(errors.program_fault(self._words), details=trace)

    def _alert(self, said: Message, *, details: str = "", level: Level = Level.ACT) -> None:
        self._window.raise_up()
        alerts.show(self._window, self._theme, self._words, said, details=details, level=level)
