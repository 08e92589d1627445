"""The running program: builds its parts once, opens the society, and ends only when no job is left.

Leaves the settings file where something was chosen, and what the vault's flows leave.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import qasync
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from gharmitra_admin.engine import Kind, NotFound, Notice, NoticeCode, Paths, SystemClock
from gharmitra_admin.engine.base.errors import Code, EngineError
from gharmitra_admin.engine.base.names import who_is_here
from gharmitra_admin.engine.base.settings import Problem, Settings, SocietyEntry, find
from gharmitra_admin.gui import alerts, autostart, presenting, support
from gharmitra_admin.gui.backups_flows import BackupsFlows
from gharmitra_admin.gui.backups_tab import BackupsTab
from gharmitra_admin.gui.books_page import BooksPage
from gharmitra_admin.gui.bridge import Bridge
from gharmitra_admin.gui.choosing import Choosing
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.first_start import FirstStartPage
from gharmitra_admin.gui.health_tab import HealthTab
from gharmitra_admin.gui.leaving import Leaving
from gharmitra_admin.gui.look.theme import Look, Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.reentry_flows import ReentryFlows
from gharmitra_admin.gui.restore_flows import RestoreFlows
from gharmitra_admin.gui.restore_tab import RestoreTab
from gharmitra_admin.gui.salvage_flows import SalvageFlows
from gharmitra_admin.gui.settings_dialog import SettingsDialog
from gharmitra_admin.gui.settings_store import SettingsStore
from gharmitra_admin.gui.showing import Showing
from gharmitra_admin.gui.single_instance import FirstInstance
from gharmitra_admin.gui.tray import Tray
from gharmitra_admin.gui.widgets.tray_icons import program_icon
from gharmitra_admin.wording import backups, errors
from gharmitra_admin.wording.language import Words

REFRESH_MS = 60_000
HEALTH_EVERY = 30  # refreshes
IDLE_AFTER_MS = 20_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What stood on the screen before all this was loaded."""

    app: QApplication
    window: MainWindow
    tab: BackupsTab
    first_start: FirstStartPage | None
    theme: Theme
    words: Words
    first: FirstInstance


@dataclass(frozen=True, slots=True)
class Setup:
    """What was asked for at the start, and the settings."""

    society: str
    db: str
    practice: str
    is_tray: bool
    file: Path
    settings: Settings
    problems: tuple[Problem, ...]


class Program(QObject):
    """Holds everything that lives as long as the program."""

    def __init__(self, parts: Parts, setup: Setup) -> None:
        super().__init__(parts.app)
        self._setup = setup
        parts.app.setWindowIcon(program_icon())
        self.window, self._tab, self._theme, self.words = parts.window, parts.tab, parts.theme, parts.words
        self.store = SettingsStore(setup.file, setup.settings, self)
        self.desk = Desk(Bridge(self), self.words, SystemClock(), who_is_here(), self)
        self.tray = Tray(self.words, self)
        health = HealthTab(self._theme, self.words, presenting.legend(self.words))
        restore_tab = RestoreTab(self._theme, self.words)
        self.window.add_tab(restore_tab, self.words.say("Restore"))
        self.window.add_tab(health, self.words.say("Health"))
        books_page = BooksPage(self._theme, self.words)
        self.showing = Showing(self.desk, self.window, parts.tab, health, books_page, self.tray, self.words)
        self.flows = BackupsFlows(self.desk, self.showing, self.window, parts.tab, health, self.tray, self.store, self._theme, self.words)
        restore_tab.look_inside_requested.connect(self.flows.look_inside_newest)
        self.salvages = SalvageFlows(self.desk, self.window, self._theme, self.words)
        restore_tab.salvage_requested.connect(self.salvages.ask)
        self.reentry = ReentryFlows(self.desk, self.window, self._theme, self.words)
        self.restores = RestoreFlows(self.desk, self.window, restore_tab, self.reentry, self._theme, self.words)
        page = parts.first_start or FirstStartPage(self._theme, self.words)
        self.choosing = Choosing(self.desk, self.store, self.window, page, self._theme, self.words)
        self.choosing.chosen.connect(lambda entry, is_new: self.desk.start(self._open(entry, first_backup=is_new)))
        self.leaving = Leaving(
            self.desk, self.window, self.tray, self.store, self._theme, self.words, is_held=lambda: self.restores.is_open
        )
        self._ticks = 0
        self._entry: SocietyEntry | None = None
        self._connect(parts, books_page)

    def _connect(self, parts: Parts, books_page: BooksPage) -> None:
        self.window.settings_requested.connect(self._open_settings)
        self.window.society_chosen.connect(self._switch)
        parts.first.raised.connect(self.window.raise_up)
        self.tray.open_requested.connect(self.window.raise_up)
        self.tray.list_requested.connect(self._show_list)
        self.store.failed.connect(self._tell)
        books_page.again_requested.connect(lambda: self.desk.start(self.desk.look_again()))
        books_page.other_books_requested.connect(self.choosing.choose_folder)
        books_page.support_requested.connect(self._write_to_support)
        self.salvages.restore_requested.connect(self.restores.restore)
        books_page.salvage_requested.connect(self.salvages.ask)
        books_page.restore_requested.connect(self.restores.restore_newest)
        self._tab.restore_requested.connect(self.restores.restore)
        self.restores.support_requested.connect(self._write_to_support)
        books_page.show_backup_requested.connect(self.flows.show_newest_in_folder)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_AFTER_MS)
        self._idle.timeout.connect(lambda: self.desk.start(self.desk.check_found_files()))
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(lambda: self.desk.start(self.tick()))

    def run(self) -> int:
        """Stay until the end."""
        loop = qasync.QEventLoop(self.parent())
        asyncio.set_event_loop(loop)
        with loop:
            loop.run_until_complete(self.live())
        return 0

    async def live(self) -> None:
        """Open what was asked for, and end when quitting is asked for and the last job has ended."""
        QApplication.setQuitOnLastWindowClosed(False)  # the last job is awaited, and beside the clock there is no window
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.leaving.quit)
        # What runs late in a slot or a callback is told like every other fault, never only printed.
        sys.excepthook = lambda _kind, error, _trace: self.desk.fault.emit(error)
        self.tray.show()
        self.desk.start(self._open_first())
        self._timer.start()
        self._idle.start()
        await self.leaving.asked.wait()
        self._timer.stop()
        self._idle.stop()
        await self.desk.bridge.close()
        await self.desk.settle()
        self.tray.hide()
        # Qt falls over a menu that is still open when the program ends.
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        self.window.close_for_good()

    async def _open_first(self) -> None:
        setup = self._setup
        for problem in setup.problems:
            told = {"name": problem.name or str(setup.file), "value": problem.value, "default": problem.default}
            self.flows.say(backups.notice(self.words, Notice(NoticeCode.SETTING_IGNORED, told)))
        if setup.db:
            await self._open(SocietyEntry("", Path(setup.db)))
        elif setup.society and find(setup.settings, setup.society) is None:
            self._tell(NotFound(Code.SOCIETY_NOT_FOUND, name=setup.society))
            await self.choosing.start()
        elif (entry := find(self.store.now, setup.society or None)) is not None:
            await self._open(entry)
        elif setup.practice:
            await self.choosing.practise(Path(setup.practice))
        else:
            await self.choosing.start()

    async def _open(self, entry: SocietyEntry, *, first_backup: bool = False) -> None:
        self._entry = entry
        self.showing.settings = self.store.now
        self.showing.set_outcome(None)
        names = [one.name for one in self.store.now.societies] if entry.name else []
        self.window.set_societies(names, entry.name)
        self.window.set_society(entry.name, is_practice=entry.practice)
        self.window.show_tabs()
        try:
            paths = Paths.of(entry.books, entry.backups)
        except EngineError as error:
            self.desk.close_society()
            self.desk.cannot_open(error)
            return
        if not await self.desk.open(paths, self.store.now):
            return
        self._tab.focus_create()
        if first_backup and self.desk.state is not None and self.desk.state.books_error is None:
            await self.desk.backup("")
        else:
            await self._protect_today()
        if not entry.name:
            self._name_from_books(entry)

    def _name_from_books(self, entry: SocietyEntry) -> None:
        """Books given by --db have no name of their own here; they say whose they are."""
        figures = self.desk.report.books.figures if self.desk.report else None
        self.window.set_society((figures.society if figures else None) or entry.books.name, is_practice=False)

    async def _protect_today(self) -> None:
        """One backup a day where the books have changed; only for a society that was set up."""
        state, entry = self.desk.state, self._entry
        if entry is None or not entry.name or state is None or state.books_error is not None or not state.changed_since:
            return
        newest = state.newest_good
        if newest is not None and newest.created_at.astimezone(self.desk.now().tzinfo).date() == self.desk.now().date():
            return
        if self.desk.bridge.job is None and not self.restores.is_open and self.desk.may_try_today():
            await self.desk.backup("", Kind.SCHEDULED, "window")

    async def tick(self) -> None:
        """Once a minute: look; now and then look closely; check what nobody has checked."""
        self._ticks += 1
        if self.desk.bridge.job is not None or self.restores.is_open:
            return
        await self.desk.look_again()
        if self._ticks % HEALTH_EVERY == 0:
            await self.desk.look_at_health()
        await self._protect_today()
        await self.desk.check_found_files()
        await self.reentry.look_where_missed()

    def _switch(self, name: str) -> None:
        entry = find(self.store.now, name)
        if entry is not None and self.desk.bridge.job is None:
            self.store.change(current=name)
            self.desk.start(self._open(entry))

    def _show_list(self) -> None:
        self.window.tabs.setCurrentIndex(0)
        self.window.raise_up()

    def _open_settings(self) -> None:
        books = str(self._entry.books) if self._entry else self.words.say("none chosen yet")
        dialog = SettingsDialog(self.window, self._theme, self.words, self.store.now, books=books)
        dialog.look_chosen.connect(self._set_look)
        dialog.start_chosen.connect(self._set_start)
        dialog.add_requested.connect(lambda: self.desk.start(self.choosing.start()))
        dialog.open()

    def _set_look(self, look: str) -> None:
        self.store.change(look=look)
        self._theme.set_look(Look(look))

    def _set_start(self, is_on: bool) -> None:
        try:
            autostart.set_enabled(is_on)
        except EngineError as error:
            self._tell(error)
            return
        self.store.change(start_with_system=is_on)

    def _write_to_support(self) -> None:
        desk, now = self.desk, self.desk.now()
        text = support.report(desk.state, desk.report, now)
        newest = desk.state.newest_good if desk.state else None
        last = newest.created_at if newest else None
        support.write_to_support(self.window, self._theme, self.words, text=text, paths=desk.paths, last_backup=last, now=now)

    def _tell(self, error: EngineError) -> None:
        alerts.show(self.window, self._theme, self.words, errors.message(self.words, error), details=str(error))
