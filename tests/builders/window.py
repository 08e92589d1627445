"""The whole program in this process, on no screen: its window driven through its own buttons while the test looks on."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import qasync
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget

from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.gui.backups_tab import BackupsTab
from gharmitra_admin.gui.look.theme import Look, Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.program import Parts, Program, Setup
from gharmitra_admin.gui.single_instance import FirstInstance, socket_name
from gharmitra_admin.wording.language import Words, load

PATIENCE_SECONDS = 20.0


def english() -> Words:
    """The program's own words, whatever this PC speaks."""
    return load("en", Path())


class Driven:
    """A running program and what can be seen of it."""

    def __init__(self, app: QApplication, file: Path, *, db: str = "", society: str = "", practice: str = "") -> None:
        settings, problems = settings_file.load(file)
        settings = settings_file.without_lost_practice(settings)
        theme, words = Theme(app, Look.LIGHT), english()
        self.window = MainWindow(theme, words)
        self.tab = BackupsTab(theme, words)
        self.window.add_tab(self.tab, "Backups")
        self.window.show()
        first = FirstInstance(socket_name(file, db or society), app)
        setup = Setup(society, db, practice, False, file, settings, problems)
        self.program = Program(Parts(app, self.window, self.tab, None, theme, words, first), setup)
        self.ended = False

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        """Wait until something is so."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < limit, f"waited in vain for {what}; on the window: {self.sentences()}"
            await asyncio.sleep(0.005)

    async def until_open(self) -> None:
        await self.until(lambda: self.program.desk.state is not None and self.is_quiet(), "the society")

    def is_quiet(self) -> bool:
        """Whether nothing is being done and nothing waits to be done."""
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        return self.program.desk.bridge.job is None and len(others) <= 1  # the program itself

    async def settle(self) -> None:
        await self.until(self.is_quiet, "everything to be done")

    def buttons(self, name: str, within: QWidget | None = None) -> list[QPushButton]:
        return [one for one in (within or self.window).findChildren(QPushButton, name) if one.isVisible()]

    def button(self, name: str, within: QWidget | None = None) -> QPushButton:
        found = self.buttons(name, within)
        assert found, f"no {name} to be seen"
        return found[-1]

    def press(self, name: str, within: QWidget | None = None) -> None:
        button = self.button(name, within)
        assert button.isEnabled(), f"{name} cannot be pressed"
        button.click()

    def boxes(self) -> list[QDialog]:
        """The messages and questions on the screen."""
        return [one for one in self.window.findChildren(QDialog) if one.isVisible()]

    def sentences(self, within: QWidget | None = None) -> list[str]:
        """Every sentence to be seen, from the window and its boxes."""
        return [label.text() for label in (within or self.window).findChildren(QLabel) if label.isVisible() and label.text()]

    def says(self, part: str) -> bool:
        return any(part in sentence for sentence in self.sentences())

    def page(self) -> str:
        """The object name of the page that is shown; "tabs" for the usual one."""
        pages = self.window.centralWidget()
        return pages.currentWidget().objectName() if pages.currentIndex() else "tabs"  # type: ignore[attr-defined]


def drive(app: QApplication, scenario: Callable[[Driven], Awaitable[None]], file: Path, **asked: str) -> Driven:
    """Start the program, let the scenario use it, and end it as Quit would."""
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    hook = sys.excepthook

    async def both() -> None:
        driven = Driven(app, file, **asked)
        seen.append(driven)
        living = asyncio.ensure_future(driven.program.live())
        await asyncio.sleep(0)  # the program's own first steps
        await asyncio.sleep(0)
        try:
            await scenario(driven)
        finally:
            driven.program.leaving.quit()
            await living
            driven.ended = True

    seen: list[Driven] = []
    try:
        with loop:
            loop.run_until_complete(both())
    finally:
        sys.excepthook = hook
        asyncio.set_event_loop(None)
    return seen[0]
