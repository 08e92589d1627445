"""Choosing whose books are looked after: found ones, a folder, a made-up society. Leaves the choice in the settings file."""

from __future__ import annotations

import os
import string
import tempfile
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from gharmitra_admin.engine import Cancelled, EngineError, Found, SystemClock
from gharmitra_admin.engine.base.errors import sorted_os_errors
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.base.settings import SocietyEntry
from gharmitra_admin.engine.parts import finder
from gharmitra_admin.gui import alerts, autostart, presenting
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.first_start import FirstStartPage
from gharmitra_admin.gui.job_state import Work
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.settings_store import SettingsStore
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words


class Choosing(QObject):
    """Drives the first page; ``chosen`` carries the society and whether its first backup shall be made now."""

    chosen = Signal(object, bool)

    def __init__(self, desk: Desk, store: SettingsStore, window: MainWindow, page: FirstStartPage, theme: Theme, words: Words) -> None:
        super().__init__(window)
        self._desk, self._store, self._window, self._page = desk, store, window, page
        self._theme, self._words = theme, words
        self._found: dict[str, Found] = {}
        page.use_requested.connect(self._use)
        page.choose_folder_requested.connect(self.choose_folder)
        page.search_requested.connect(lambda: desk.start(self._search()))
        page.stop_requested.connect(desk.bridge.cancel)
        page.back_requested.connect(window.show_tabs)
        page.demo_requested.connect(lambda: desk.start(self.practise(practice_folder(store.file))))

    async def start(self) -> None:
        """Show the page with what lies in the usual places."""
        self._show_page()
        self._page.set_looking()
        self._offer_others(await self._looked(self._desk.bridge.look(_look_in_usual_places)))

    def _show_page(self) -> None:
        self._page.set_back(has_back=bool(self._store.now.societies))
        self._page.set_enabled(True)
        self._window.show_page(self._page)

    async def _search(self) -> None:
        self._page.set_enabled(False)
        self._page.set_looking(can_stop=True)
        self._offer_others(await self._looked(self._desk.bridge.run(Work.SEARCH, _search_everywhere)))
        self._page.set_enabled(True)

    async def _looked(self, looking: Awaitable[list[Found]]) -> list[Found]:
        """What was found; nothing, and why, where this PC could not be looked through."""
        try:
            return await looking
        except Cancelled:
            return []
        except EngineError as error:
            alerts.show(self._window, self._theme, self._words, errors.message(self._words, error), details=str(error))
            return []

    def _offer_others(self, found: Sequence[Found]) -> None:
        """Offer the books that are not looked after yet."""
        known = {entry.books for entry in self._store.now.societies}
        self._offer([one for one in found if one.books not in known])

    def _offer(self, found: Sequence[Found]) -> None:
        self._found = {str(one.books): one for one in found}
        self._page.set_found([presenting.found(self._words, one) for one in found])

    def choose_folder(self) -> None:
        """Let her show the folder."""
        dialog = QFileDialog(self._window, self._words.say("In which folder is GharMitra?"), str(Path.home()))
        dialog.setObjectName("booksFolderDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda folder: self._desk.start(self.look_into(Path(folder))))
        dialog.open()

    async def look_into(self, folder: Path) -> None:
        """Offer the books of this folder, or say that there are none."""
        try:
            found = await self._desk.bridge.look(_books_in, folder)
        except EngineError as error:
            alerts.show(self._window, self._theme, self._words, errors.message(self._words, error), details=str(error))
            return
        if not found:
            said = self._words.say("There are no books of GharMitra in {folder}.", folder=str(folder))
            hint = self._words.say("Choose the folder in which gharmitra.db lies; it is usually where GharMitra is installed.")
            alerts.show(self._window, self._theme, self._words, Message(said, hint))
            return
        self._show_page()
        self._offer(found)

    def _use(self, key: str, start_with_system: bool) -> None:
        found = self._found[key]
        if start_with_system:
            try:
                autostart.set_enabled(True)
                self._store.change(start_with_system=True)
            except EngineError as error:
                alerts.show(self._window, self._theme, self._words, errors.message(self._words, error), details=str(error))
        name = found.society or found.books.parent.name
        self.chosen.emit(self._store.add_society(SocietyEntry(name, found.books)), True)

    async def practise(self, folder: Path) -> None:
        """Make the made-up society where it is not there yet, and open it."""
        books = folder / "gharmitra.db"
        if not books.exists():
            try:
                await self._desk.bridge.run(Work.DEMO, _make_demo, folder)
            except EngineError as error:
                self._page.set_enabled(True)
                if not isinstance(error, Cancelled):
                    alerts.show(self._window, self._theme, self._words, errors.message(self._words, error), details=str(error))
                await self.start()
                return
        entry = SocietyEntry(self._words.say("Practice"), books, practice=True)
        self.chosen.emit(self._store.add_society(entry), True)


def practice_folder(settings_file: Path) -> Path:
    """Where the made-up society lies: beside the settings, so that nobody takes it for real books."""
    return settings_file.parent / "practice"


def _make_demo(folder: Path, *, report: Report, cancel: CancelToken) -> None:
    from gharmitra_admin.engine.operations import demo  # noqa: PLC0415 - a large module that few starts need

    demo.make(folder, clock=SystemClock(), report=report, cancel=cancel)


def _look_in_usual_places() -> list[Found]:
    with _scratch() as scratch:
        return finder.find_societies(usual_places(), scratch=scratch, clock=SystemClock())


def _search_everywhere(*, report: Report, cancel: CancelToken) -> list[Found]:
    with _scratch() as scratch:
        return finder.search([Path.home(), *_drives()], scratch=scratch, clock=SystemClock(), report=report, cancel=cancel)


def _books_in(folder: Path) -> list[Found]:
    with _scratch() as scratch:
        return finder.find_societies([folder], scratch=scratch, clock=SystemClock())


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for what must be staged to be read. Raises NoSpace, NoAccess."""
    with sorted_os_errors(Path(tempfile.gettempdir()), writing=True):
        folder = tempfile.TemporaryDirectory(prefix="gharmitra-admin-", ignore_cleanup_errors=True)
    with folder as name:
        yield Path(name)


def usual_places() -> list[Path]:
    """Where GharMitra is usually installed."""
    home = Path.home()
    places = [Path.cwd(), home, home / "Documents", home / "Desktop", home / "Downloads"]
    if os.name == "nt":
        places += [*_drives(), *(drive / "Program Files" for drive in _drives())]
    else:
        places += [Path("/opt"), Path("/srv")]
    return places


def _drives() -> list[Path]:
    if os.name != "nt":
        return [Path("/opt"), Path("/srv")]
    return [drive for letter in string.ascii_uppercase if (drive := Path(f"{letter}:/")).exists()]
