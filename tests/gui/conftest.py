"""The window's pages filled with a real society's state, on no screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from gharmitra_admin.engine import Vault
from gharmitra_admin.gui import presenting
from gharmitra_admin.gui.backups_tab import BackupsTab
from gharmitra_admin.gui.books_page import BooksPage, BooksView
from gharmitra_admin.gui.first_start import FirstStartPage, FoundView
from gharmitra_admin.gui.health_tab import HealthTab
from gharmitra_admin.gui.job_state import JobState
from gharmitra_admin.gui.look.fonts import Fonts, system_fonts
from gharmitra_admin.gui.look.theme import Look, Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.program import Program
from gharmitra_admin.gui.restore_tab import RestoreTab
from gharmitra_admin.gui.widgets.choice_box import Choice
from gharmitra_admin.wording import backups, headlines
from gharmitra_admin.wording.language import Words
from tests.builders.society import Society


@pytest.fixture(autouse=True)
def _nothing_left(qapp: QApplication) -> Iterator[None]:
    """Take away what a test leaves: every window that stays is dressed anew with the next one's look, and each test would be slower."""
    yield
    left = [*QApplication.topLevelWidgets(), *qapp.findChildren(Program), *qapp.findChildren(Theme)]
    for one in left:
        one.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@dataclass
class Shown:
    """A window with every page built and filled."""

    window: MainWindow
    tab: BackupsTab
    health: HealthTab
    books_page: BooksPage
    first_start: FirstStartPage
    words: Words

    def show_state(self, society: Society, vault: Vault) -> None:
        state, now = vault.state(), society.clock.local(society.clock.now())
        report = vault.health()
        said = headlines.headline(self.words, state, now)
        banner = presenting.banner(self.words, report)
        self.tab.set_headline(presenting.headline(self.words, said, banner=banner), create_is_main=True)
        self.tab.set_rows(presenting.rows(self.words, state.records, now), backups.rotation_rule(self.words, last=10, days=7))
        self.tab.set_allowed(create=True, on_row=True)
        self.health.set_view(presenting.health_view(self.words, report))

    def show_job(self, job: JobState | None) -> None:
        self.tab.set_running(presenting.running(self.words, job) if job else None)


@pytest.fixture
def make_shown(qapp: QApplication, qtbot: object) -> Callable[..., Shown]:
    """Build a window: in which words, look and size of type."""

    def make(words: Words, look: Look = Look.LIGHT, points: float = 11) -> Shown:
        theme = Theme(qapp, look, Fonts(system_fonts().families, points))
        window = MainWindow(theme, words)
        qtbot.addWidget(window)  # type: ignore[attr-defined]
        tab = BackupsTab(theme, words)
        health = HealthTab(theme, words, presenting.legend(words))
        for page, title in ((tab, "Backups"), (RestoreTab(theme, words), "Restore"), (health, "Health")):
            window.add_tab(page, words.say(title))
        books_page, first = BooksPage(theme, words), FirstStartPage(theme, words)
        told = ("The file gharmitra.db is damaged.", "13 checked backups are there.", "Please make no entries for now.")
        books_page.set_view(BooksView(*map(words.say, told), has_backup=True))
        first.set_back(has_back=True)
        first.set_found([FoundView("x", Choice("Shanti Niketan CHS", ("120 flats", "C:\\GharMitra\\backend")))])
        return Shown(window, tab, health, books_page, first, words)

    return make
