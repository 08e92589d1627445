"""One run of the wizard: which page follows which, and what is asked of the engine between them.

Leaves what the vault's flows leave: nothing before the last button, then a restore.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gharmitra_admin.engine import Cancelled, EngineError
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.job_state import JobState, Work
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.restore_wizard import presenting
from gharmitra_admin.gui.restore_wizard.choosing import Choosing
from gharmitra_admin.gui.restore_wizard.ending import Ending
from gharmitra_admin.gui.restore_wizard.feet import Feet, Purpose
from gharmitra_admin.gui.restore_wizard.jobs import RestoreJobs
from gharmitra_admin.gui.restore_wizard.pages import Pages
from gharmitra_admin.gui.restore_wizard.papers import Papers
from gharmitra_admin.gui.restore_wizard.server import ServerStops
from gharmitra_admin.gui.restore_wizard.wizard import Foot, RestoreWizard, Step
from gharmitra_admin.wording import errors, headlines, restore_pages
from gharmitra_admin.wording.language import Words


class WizardFlow(QObject):
    """Lives from its opening to ``ended``. ``books_changed``: a restore has ended, well or not."""

    ended = Signal()
    books_changed = Signal()
    not_started = Signal(str)  # why GharMitra could not be started again

    def __init__(self, parent: QWidget, desk: Desk, jobs: RestoreJobs, theme: Theme, words: Words, purpose: Purpose) -> None:
        super().__init__(parent)
        self._desk, self._jobs, self._words, self._purpose = desk, jobs, words, purpose
        self._feet, is_practice = Feet(words, purpose), purpose is Purpose.PRACTISE
        self.wizard = RestoreWizard(parent, theme, words, self._feet.title, is_practice=is_practice)
        self.pages = Pages(self.wizard, theme, words)
        self.choosing = Choosing(self.pages.choose, jobs, desk, words)
        self._server = ServerStops(self.wizard, jobs, theme, words)
        self.ending = Ending(self.wizard, self.pages.done, self._server, desk, words, is_practice=is_practice)
        self._papers = Papers(self.wizard, self.pages.changes, jobs, desk, theme, words)
        self._plan: Plan | None = None
        self._undo_at: datetime | None = None
        self._is_short = self._is_outdated = False  # an undo with nothing entered since; the number shown is not the present one
        self._name, self._visit = "", 0  # a page that was left does not get what was looked up for it
        self._step = Step.CHOOSE
        self._connect()

    def _connect(self) -> None:
        wizard, ready = self.wizard, self.pages.ready
        wizard.next_requested.connect(self._next)
        wizard.back_requested.connect(self._back)
        wizard.cancel_requested.connect(self._cancel)
        self.choosing.changed.connect(self._on_chosen)
        self.pages.choose.opened.connect(lambda _name: self._next())
        ready.asked.connect(self._asked_in_ready)
        ready.look_again_requested.connect(lambda: self._desk.start(self._look_again()))
        self.pages.confirm.typed.connect(self._typed)
        self.ending.again_requested.connect(self._again)
        self.ending.closed.connect(self.leave)
        self._desk.bridge.job_changed.connect(self._on_job)

    def open(self, name: str = "") -> None:
        """Open the wizard; ``name``: go on to what changes with this backup, or with this file from elsewhere."""
        if self._purpose is Purpose.UNDO:
            self._desk.start(self._begin_undo())
        else:
            self._show(Step.CHOOSE, self._feet.choose(self.choosing.why_not()))
            self._desk.start(self._begin(name))
        self.wizard.open()

    def use_file(self, path: str) -> None:
        """Go on with a file from a drive."""
        self._desk.start(self._to_changes(path))

    async def _begin(self, name: str) -> None:
        is_there = await self.choosing.load(name)
        if name:
            await self._to_changes(name)
        elif is_there:
            await self.choosing.compare()

    async def _begin_undo(self) -> None:
        """One question where nothing was entered since, else the pages with their number."""
        words = self._words
        self.pages.changes.set_looking("", words.say("Looking whether anything was entered since the restore..."))
        self._show(Step.CHANGES, self._feet.only_leave())
        try:
            last = await self._jobs.last_restore()
            has_entries = await self._jobs.entered_since()
        except Cancelled:
            return
        except EngineError as error:
            self._tell_in_changes(error)
            return
        self._undo_at = last.at.astimezone(self._desk.now().tzinfo) if last else None
        self._is_short = has_entries is False
        await self._to_changes("")
        if self._is_short and self._plan is not None and self._step is Step.CHANGES:
            (self._to_confirm if self._plan.is_ready else self._to_ready)()

    def _on_chosen(self) -> None:
        if self._step is Step.CHOOSE:
            self.wizard.set_foot(self._feet.choose(self.choosing.why_not()))

    async def _to_changes(self, name: str) -> None:
        words, visit = self._words, self._leave_page()
        self._name, self._plan = name, None
        self._papers.show_for(None, is_listed=False)
        lead = restore_pages.goes_back(words, record, self._desk.now()) if (record := self.choosing.record(name)) else ""
        self.pages.changes.set_looking(lead, words.say("Looking at what would change..."))
        self._show(Step.CHANGES, self._feet.changes(words.say("Still looking.")))
        try:
            plan = await self._planning()
        except Cancelled:
            return
        except EngineError as error:
            if visit == self._visit:
                self._tell_in_changes(error)
            return
        if visit != self._visit:
            return
        self._plan = plan
        lead = words.say("The books go back to just before the restore.") if self._undo_at else ""
        self.pages.changes.set_view(presenting.changes(words, plan, self._desk.now(), lead=lead))
        self._papers.show_for(plan, is_listed=record is not None or self._purpose is Purpose.UNDO)
        self.wizard.set_foot(self._feet.changes(presenting.why_not_on(words, plan)))
        self.wizard.focus_next()

    def _planning(self) -> Awaitable[Plan]:
        return self._jobs.plan_undo() if self._purpose is Purpose.UNDO else self._jobs.plan(self._name)

    def _tell_in_changes(self, error: EngineError) -> None:
        self.pages.changes.set_view(presenting.failed(self._words, error))
        self.wizard.set_foot(self._feet.changes(errors.message(self._words, error).message))

    def _to_ready(self, headline: str = "") -> None:
        words, plan = self._words, self._plan
        assert plan is not None
        self.pages.ready.set_view(headline or words.say("Getting ready"), presenting.readiness(words, plan))
        self._show(Step.READY, self._feet.ready(presenting.first_blocker(words, plan), is_short=self._is_short))
        self.wizard.focus_next()

    async def _look_again(self, headline: str = "") -> None:
        words, visit, before = self._words, self._leave_page(), self._plan
        self.pages.ready.set_busy(True, words.say("Looking again..."))
        self.wizard.set_foot(self._feet.ready(words.say("Still looking."), is_short=self._is_short))
        try:
            plan = await self._planning()
        except Cancelled:
            return
        except EngineError as error:
            said = errors.message(words, error)
            self.pages.ready.set_busy(False, f"{said.message} {said.hint}".rstrip())
            return
        if visit != self._visit:
            return
        self.pages.ready.set_busy(False)
        self._plan = plan
        if before is not None and plan.comparison is not None and presenting.number_of(before) != presenting.number_of(plan):
            now = restore_pages.will_differ(words, plan.comparison)
            headline = f"{headline} {words.say('The books have changed meanwhile. {now}', now=now)}".strip()
        self._to_ready(headline)

    def _asked_in_ready(self, key: str) -> None:
        if key == presenting.STOP:
            self._desk.start(self._stop_gharmitra())

    async def _stop_gharmitra(self) -> None:
        self.pages.ready.set_busy(True, self._words.say("Stopping GharMitra..."))
        await self._look_again(await self._server.stop())

    def _again(self) -> None:
        self._desk.start(self._to_changes(self._name) if self._is_outdated else self._try_again())

    async def _try_again(self) -> None:
        self.pages.ready.set_view("", ())
        self._show(Step.READY, self._feet.ready("", is_short=self._is_short))
        await self._look_again()

    def _to_confirm(self) -> None:
        assert self._plan is not None
        view = presenting.confirmation(self._words, self._plan, self._desk.now(), undo_at=self._undo_at, is_short=self._is_short)
        self.pages.confirm.set_view(view)
        self._show(Step.CONFIRM, self._feet.confirm(is_right=view.number == 0, is_short=self._is_short))
        if view.number:
            self.pages.confirm.focus_number()

    def _typed(self, text: str) -> None:
        if self._step is not Step.CONFIRM or self._plan is None:
            return
        wanted, typed = str(presenting.number_of(self._plan)), restore_pages.typed_number(text)
        wrong = "" if wanted.startswith(typed) else self._words.say("That is not the number in the sentence above.")
        self.pages.confirm.set_wrong(wrong)
        self.wizard.set_foot(self._feet.confirm(is_right=typed == wanted, is_short=self._is_short))

    async def _restore(self) -> None:
        assert self._plan is not None
        expected = presenting.number_of(self._plan) if self._plan.comparison is not None else None
        is_undo = self._purpose is Purpose.UNDO
        self._show_working(None)
        self._show(Step.WORKING, self._feet.working())
        try:
            result = await (self._jobs.undo(expected) if is_undo else self._jobs.restore(self._name, expected))
        except EngineError as error:
            self._step, self._is_outdated = Step.DONE, error.code is Code.BOOKS_CHANGED
            self.ending.show_failed(error)
        else:
            self._step = Step.DONE
            self.ending.show_done(result, is_undo=is_undo)
        self.books_changed.emit()

    def _on_job(self, job: JobState | None) -> None:
        if job is None:
            return
        if self._step is Step.WORKING and job.work is Work.RESTORE:
            self._show_working(job)
        elif self._step is Step.CHANGES and job.work is Work.COMPARE and self._plan is None and job.progress is not None:
            done = job.progress.done / job.progress.total if job.progress.total > 0 else None
            said = headlines.running(self._words, self._words.say("Looking at what would change"), job.progress, job.left_seconds)
            self.pages.changes.set_progress(done, said)

    def _show_working(self, job: JobState | None) -> None:
        headline, done, lines, advice, is_behind = presenting.working(self._words, job)
        self.pages.working.set_view(headline, done, lines, advice)
        self.wizard.set_cancel_enabled(not is_behind and not (job is not None and job.is_cancelling))

    def _next(self) -> None:
        if self._step is Step.CHOOSE and not self.choosing.why_not():
            self._desk.start(self._to_changes(self.choosing.name))
        elif self._step is Step.CHANGES and self._plan is not None:
            self._to_ready()
        elif self._step is Step.READY:
            self._to_confirm()
        elif self._step is Step.CONFIRM:
            self._desk.start(self._restore())
        elif self._step is Step.DONE:
            self.ending.press_main()

    def _back(self) -> None:
        self._leave_page()
        if self._step is Step.CHANGES:
            self._show(Step.CHOOSE, self._feet.choose(self.choosing.why_not()))
            self._desk.start(self._begin_again())
        elif self._step is Step.READY:
            self._show(Step.CHANGES, self._feet.changes(""))
        elif self._step is Step.CONFIRM:
            self._to_ready()

    async def _begin_again(self) -> None:
        await self.choosing.load(self._name if self.choosing.record(self._name) else "")
        await self.choosing.compare()

    def _cancel(self) -> None:
        if self._step is Step.WORKING:
            self._jobs.cancel()
        else:
            self.leave()

    def leave(self) -> None:
        """Close; what was stopped for this is offered to be started first."""
        if self._server.is_waiting:
            self._server.ask_to_start(self._answered)
        else:
            self._close()

    def _answered(self, is_start_wanted: bool) -> None:
        if is_start_wanted:
            self._desk.start(self._start_and_close())
        else:
            self._close()

    async def _start_and_close(self) -> None:
        if said := await self._server.start():
            self.not_started.emit(said)
        self._close()

    def _close(self) -> None:
        self._leave_page()
        self._jobs.call_off()
        self.wizard.close_for_good()
        self.ended.emit()

    def _show(self, step: Step, foot: Foot) -> None:
        self._step = step
        self.wizard.show_step(step, foot)

    def _leave_page(self) -> int:
        """Whatever is still being looked up for the page that is left is not wanted any more."""
        self._visit += 1
        self._jobs.cancel()
        return self._visit
