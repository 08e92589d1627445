"""How the program is left: stay beside the clock, or end once no job is left. Leaves nothing on disk but that the tray was told of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject

from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.dialogs import Question
from gharmitra_admin.gui.job_state import Work
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.settings_store import SettingsStore
from gharmitra_admin.gui.tray import Tray
from gharmitra_admin.wording.language import Words


class Leaving(QObject):
    """``asked``: the program shall end; whoever runs it cancels and awaits the running job first."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        tray: Tray,
        store: SettingsStore,
        theme: Theme,
        words: Words,
        *,
        is_held: Callable[[], bool] = lambda: False,
    ) -> None:
        """``is_held``: a wizard is open, which must be left first: it may have stopped GharMitra."""
        super().__init__(window)
        self._is_held = is_held
        self._desk, self._window, self._tray, self._store = desk, window, tray, store
        self._theme, self._words = theme, words
        self._question: Question | None = None
        self.asked = asyncio.Event()
        window.close_requested.connect(self._close_window)
        tray.quit_requested.connect(self._ask_to_quit)

    def quit(self) -> None:
        """End the program; a running job is cancelled."""
        self.asked.set()

    def _close_window(self) -> None:
        """Stay beside the clock where there is a place for it and a society to look after; else end."""
        if not self._tray.is_there or self._desk.state is None:
            self._ask_to_quit()
            return
        if not self._store.now.tray_told:
            stays = self._words.say(
                "GharMitra Admin stays here beside the clock, so that backups go on. To end it, right-click and choose Quit."
            )
            self._tray.tell(stays)
            self._store.change(tray_told=True)
        self._window.hide()

    def _ask_to_quit(self) -> None:
        job = self._desk.bridge.job
        if self._is_held() and job is None:
            self._window.raise_up()
            return
        if job is None or job.work is Work.IDLE_CHECK:
            self.quit()
            return
        self._window.raise_up()
        if self._question is not None:
            self._question.raise_()
            return
        words = self._words
        self._question = Question(
            self._window,
            self._theme,
            name="quitDialog",
            title=words.say("A backup is being made.") if job.work is Work.BACKUP else words.say("Something is being done just now."),
            text="",
            buttons=(
                (words.say("Finish it, then quit"), "finishButton"),
                (words.say("Cancel it and quit"), "cancelAndQuitButton"),
                (words.say("Stay"), "stayButton"),
            ),
            safe="finishButton",
        )
        self._question.ask(self._quit_as_answered)

    def _quit_as_answered(self, pressed: str) -> None:
        self._question = None
        if pressed == "cancelAndQuitButton":
            self.quit()
        elif pressed == "finishButton":
            self._desk.start(self._quit_when_finished())

    async def _quit_when_finished(self) -> None:
        await self._desk.bridge.finished()
        self.quit()
