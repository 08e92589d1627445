"""The window: three tabs, or the one page that must come first. Opens no file. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.banner import PracticeStrip
from gharmitra_admin.gui.widgets.buttons import Kind, MarkButton
from gharmitra_admin.gui.widgets.focus_ring import FocusRing
from gharmitra_admin.gui.widgets.tabs import Tabs
from gharmitra_admin.wording.language import Words

WIDTH, HEIGHT = 1120, 720
LEAST_WIDTH, LEAST_HEIGHT = 1024, 640
FRAME = 32  # what the system's title bar takes of the drawn 720


class MainWindow(QMainWindow):
    """Holds the pages; asks before it closes."""

    close_requested = Signal()
    settings_requested = Signal()
    society_chosen = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle(words.say("GharMitra Admin"))
        self._words = words
        self._may_close = False
        self.tabs = Tabs()
        self._settings = MarkButton(theme, Mark.GEAR, words.say("Settings"), "settingsButton", Kind.QUIET)
        self._settings.clicked.connect(self.settings_requested)
        self.tabs.set_corner(self._settings)
        self._theme = theme
        self._practice: list[PracticeStrip] = []
        self._chooser = QComboBox()
        self._chooser.setObjectName("societyChooser")
        self._chooser.setAccessibleName(words.say("Society"))
        self._chooser.hide()
        self._chooser.activated.connect(lambda place: self.society_chosen.emit(self._chooser.itemData(place)))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._tabs_page())
        self.setCentralWidget(self._pages)
        self._ring = FocusRing(self, theme)
        self._fit_screen()

    def _tabs_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._chooser)
        column.addWidget(self.tabs, 1)
        return page

    def _fit_screen(self) -> None:
        """Open as drawn, or as large as the screen allows; pages scroll where that is too small."""
        screen = self.screen().availableSize()
        self.setMinimumSize(min(LEAST_WIDTH, screen.width()), min(LEAST_HEIGHT, screen.height()) - FRAME)
        self.resize(min(WIDTH, screen.width()), min(HEIGHT, screen.height()) - FRAME)

    def add_tab(self, page: QWidget, title: str) -> None:
        """Add a tab; the strip that says "this is practice" stands on each."""
        strip = PracticeStrip(self._theme, self._words.say("Practice: made-up society. Your real books are not being backed up."))
        strip.hide()
        self._practice.append(strip)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(page, 1)
        self.tabs.addTab(holder, title)

    def show_tabs(self) -> None:
        self._pages.setCurrentIndex(0)

    def leave_page(self, page: QWidget) -> None:
        """Go back to the tabs from this page; another one that was asked for stays."""
        if self._pages.currentWidget() is page:
            self.show_tabs()

    def show_page(self, page: QWidget, *, instead_of_tabs_only: bool = False) -> None:
        """Show the one page that must come first; not over another such page where it only takes the tabs' place."""
        if instead_of_tabs_only and self._pages.currentIndex() > 0:
            return
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def set_society(self, name: str, *, is_practice: bool) -> None:
        """Name the society in the title; a made-up one is always marked."""
        title = self._words.say("GharMitra Admin")
        self.setWindowTitle(f"{title} - {name}" if name else title)
        for strip in self._practice:
            strip.setVisible(is_practice)

    def set_societies(self, names: Sequence[str], current: str) -> None:
        """Offer the societies that are set up, where there is more than one."""
        self._chooser.clear()
        for name in names:
            self._chooser.addItem(name, name)
        self._chooser.setCurrentIndex(list(names).index(current) if current in names else -1)
        self._chooser.setVisible(len(names) > 1)

    def allow_switching(self, is_allowed: bool) -> None:
        self._chooser.setEnabled(is_allowed)
        self._settings.setEnabled(is_allowed)

    def raise_up(self) -> None:
        """Come to the front, from the tray, from behind or from the task bar."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_for_good(self) -> None:
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()
