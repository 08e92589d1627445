"""Keeps window and tray true: what the desk knows and the running job, shown. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from gharmitra_admin.engine import Settings
from gharmitra_admin.gui import presenting
from gharmitra_admin.gui.backups_tab import BackupsTab
from gharmitra_admin.gui.books_page import BooksPage, BooksView
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.health_tab import HealthTab
from gharmitra_admin.gui.job_state import JobState, Work, allowed
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.tray import Tray, TrayView
from gharmitra_admin.gui.widgets.tray_icons import TrayState
from gharmitra_admin.wording import backups, errors, headlines
from gharmitra_admin.wording.headlines import Headline
from gharmitra_admin.wording.language import Words


class Showing(QObject):
    """One place where a state becomes a screen."""

    def __init__(
        self, desk: Desk, window: MainWindow, tab: BackupsTab, health: HealthTab, books_page: BooksPage, tray: Tray, words: Words
    ) -> None:
        super().__init__(window)
        self._desk, self._window, self._tab, self._health = desk, window, tab, health
        self._books_page, self._tray, self._words = books_page, tray, words
        self._outcome: Headline | None = None
        self.settings = Settings()
        desk.standing_changed.connect(self.show)
        desk.bridge.job_changed.connect(self._show_job)

    def set_outcome(self, outcome: Headline | None) -> None:
        """Say how the last job ended, in the place of the headline, until the next one."""
        self._outcome = outcome
        self.show()

    def headline(self) -> Headline | None:
        """What stands on top; None before the society was looked at."""
        state, error = self._desk.state, self._desk.error
        if error is not None:
            said = errors.message(self._words, error)
            return Headline(
                headlines.Level.ACT, self._words.say("The backups cannot be looked at."), f"{said.message} {said.hint}".rstrip(), "refresh"
            )
        if state is None:
            return self._outcome
        standing = headlines.headline(self._words, state, self._desk.now())
        if self._outcome is None:
            return standing
        # A job that was only called off changes nothing about how the society stands.
        is_quiet = self._outcome.level is headlines.Level.GOOD
        return replace(standing, second=self._outcome.sentence) if is_quiet else self._outcome

    def show(self) -> None:
        """Show everything that is known."""
        said, state, words, now = self.headline(), self._desk.state, self._words, self._desk.now()
        if said is None:
            return
        banner = presenting.banner(words, self._desk.report)
        view = presenting.headline(words, said, banner=banner)
        self._tab.set_headline(view, create_is_main=not view.action_words)
        if state is not None:
            rule = backups.rotation_rule(words, last=self.settings.policy.last, days=self.settings.policy.days)
            self._tab.set_rows(presenting.rows(words, state.records, now), rule)
            self._show_books_page(said)
        if self._desk.report is not None:
            self._health.set_view(presenting.health_view(words, self._desk.report))
        elif self._desk.health_error is not None:
            self._health.headline.set_view(presenting.not_looked(words, self._desk.health_error))
        self._show_job(self._desk.bridge.job)

    def _show_books_page(self, said: Headline) -> None:
        """Instead of the tabs where the books cannot be opened at all; the tabs come back with them."""
        state = self._desk.state
        assert state is not None
        if state.books_error is None or said.asks != "look" or not _is_lasting(state.books_error.code.value):
            self._window.leave_page(self._books_page)
            return
        words = self._words
        reason = errors.books_reason(words, state.books_error)
        good = sum(1 for record in state.records if record.is_good)
        there = words.count("{number} checked backup is there", "{number} checked backups are there", good)
        if state.newest_good is not None:
            when = backups.made_at(words, state.newest_good, self._desk.now())
            there = words.say("{count}; the newest is of {when}. Nothing has been changed.", count=there, when=when)
        else:
            there = words.say("There is no checked backup yet. Nothing has been changed.")
        advice = words.say("Please make no entries for now.")
        can_rescue = state.books_error.code.value not in {"books_not_found", "books_empty"}
        self._books_page.set_view(BooksView(reason, there, advice, state.newest_good is not None, can_rescue=can_rescue))
        self._window.show_page(self._books_page, instead_of_tabs_only=True)

    def _show_job(self, job: JobState | None) -> None:
        may = allowed(job)
        is_known = self._desk.state is not None and self._desk.error is None
        self._tab.set_allowed(create=may.create and is_known, on_row=may.on_row and is_known)
        self._health.set_allowed(check=may.health and is_known)
        self._window.allow_switching(may.create)
        shown = job if job is not None and job.work is not Work.IDLE_CHECK and (job.is_shown or job.waits_for) else None
        view = presenting.running(self._words, shown) if shown else None
        is_of_health = shown is not None and shown.work is Work.HEALTH
        self._health.set_running(view if is_of_health else None)
        self._tab.set_running(None if is_of_health else view)
        self._show_tray(job if job is not None and job.work is not Work.IDLE_CHECK else None)

    def _show_tray(self, job: JobState | None) -> None:
        words, said = self._words, self.headline()
        if said is None:
            unknown = words.say("GharMitra Admin")
            self._tray.set_view(TrayView(TrayState.LOOK, unknown, "", can_create=False))
            return
        state = TrayState.WORKING if job is not None else presenting.tray_state(said, self._desk.report)
        running = presenting.tray_running(words, job) if job is not None else ""
        banner = presenting.banner(words, self._desk.report)
        more = banner.words if banner is not None and said.level is headlines.Level.GOOD else ""
        tooltip = words.say("GharMitra Admin: {what}", what=running) if running else headlines.tray(words, said, more)
        newest = self._desk.state.newest_good if self._desk.state else None
        last = presenting.last_backup(words, newest, self._desk.now())
        is_known = self._desk.state is not None
        can_cancel = job is not None and job.work is Work.BACKUP and allowed(job).cancel
        self._tray.set_view(TrayView(state, tooltip, last, running, can_create=is_known, can_cancel=can_cancel))


def _is_lasting(code: str) -> bool:
    """Books that another program holds for a moment are not books that cannot be opened."""
    return code not in {"books_busy", "books_keep_changing"}
