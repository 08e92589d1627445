"""Page 6 at work: what the restore came to, starting GharMitra, and the way to undo. Leaves lines in the activity record."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from gharmitra_admin.engine import Cancelled, EngineError
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.gui import printing
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.restore_wizard import results
from gharmitra_admin.gui.restore_wizard.done_page import DonePage, DoneView
from gharmitra_admin.gui.restore_wizard.server import ServerStops
from gharmitra_admin.gui.restore_wizard.wizard import Foot, RestoreWizard, Step
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.wording import backups, restore_pages
from gharmitra_admin.wording.language import Words


class Ending(QObject):
    """Shows the end of a restore, good or bad. ``again_requested``: try once more. ``closed``: the person is done with it."""

    undo_requested = Signal()
    reentry_requested = Signal()
    support_requested = Signal()
    again_requested = Signal()
    closed = Signal()

    def __init__(self, wizard: RestoreWizard, page: DonePage, server: ServerStops, desk: Desk, words: Words, *, is_practice: bool) -> None:
        super().__init__(wizard)
        self._wizard, self._page, self._server, self._desk, self._words = wizard, page, server, desk, words
        self._is_practice = is_practice
        self._when = ""
        self._shown: DoneView | None = None
        self._main: Callable[[], None] = self.closed.emit
        say = words.say
        self._undo = Button(say("Undo this restore..."), "undoButton")
        self._undo.clicked.connect(self.undo_requested)
        self._support = Button(say("Write to support..."), "doneSupportButton")
        self._support.clicked.connect(self.support_requested)
        self._list = Button(say("Open the re-entry list"), "reentryButton")
        self._list.clicked.connect(self.reentry_requested)
        self._print = Button(say("Print"), "printDoneButton", Kind.QUIET)
        self._print.clicked.connect(self._to_printer)
        wizard.add_extra(Step.DONE, self._undo)
        wizard.add_extra(Step.DONE, self._print)
        wizard.add_extra(Step.DONE, self._support)
        wizard.add_extra(Step.DONE, self._list, at_the_right=True)
        page.message_requested.connect(self._copy_message)

    def press_main(self) -> None:
        """The blue button: close, start GharMitra, or try again."""
        self._main()

    def show_done(self, result: RestoreResult, *, is_undo: bool) -> None:
        """The books are as wanted."""
        words, now = self._words, self._desk.now()
        self._when = backups.made_at(words, result.record, now)
        view = results.practised(words, result, now) if self._is_practice else results.done(words, result, now, is_undo=is_undo)
        self._shown = view
        self._page.set_view(view)
        has_lost = result.comparison is not None and any(kind.lost for kind in result.comparison.kinds)
        is_first = not self._is_practice and not is_undo
        self._show_extras(undo=result.is_undoable and is_first, listed=has_lost and not self._is_practice)
        self._show_foot()

    def show_failed(self, error: EngineError) -> None:
        """The books were not replaced, or could not be put back either."""
        headline, text = restore_pages.not_done(self._words, error)
        is_asked_for = isinstance(error, Cancelled)
        self._shown = DoneView(Level.NOT_YET if is_asked_for else Level.ACT, headline, text)
        self._page.set_view(self._shown)
        self._show_extras(undo=False, listed=False, support=not is_asked_for)
        self._main = self.again_requested.emit
        say = self._words.say
        self._wizard.show_step(Step.DONE, Foot(say("Try again"), cancel=say("Close"), default=False))

    def _show_extras(self, *, undo: bool, listed: bool, support: bool = False) -> None:
        for button, is_shown in ((self._undo, undo), (self._list, listed), (self._support, support)):
            self._wizard.set_extra_shown(button, is_shown)

    def _show_foot(self) -> None:
        say = self._words.say
        if self._server.is_waiting:
            self._main = self._press_start
            self._wizard.show_step(Step.DONE, Foot(say("Start GharMitra"), cancel=say("Close")))
        else:
            self._main = self.closed.emit
            self._wizard.show_step(Step.DONE, Foot(say("Close")))
        self._wizard.focus_next()

    def _press_start(self) -> None:
        self._desk.start(self._start())

    async def _start(self) -> None:
        self._wizard.set_foot(Foot(self._words.say("Starting GharMitra..."), why_off=self._words.say("Please wait.")))
        said = await self._server.start()
        self._page.add_notice(said or self._words.say("GharMitra is running again."))
        self._show_foot()

    def _to_printer(self) -> None:
        if self._shown is not None:
            html = results.page(self._words, self._shown, self._desk.now())
            printing.print_page(self._wizard, html, self._shown.headline)

    def _copy_message(self) -> None:
        QGuiApplication.clipboard().setText(restore_pages.for_the_others_after(self._words, self._when))
        self._page.say_copied(self._words.say("Copied. Paste it into the group's chat."))
