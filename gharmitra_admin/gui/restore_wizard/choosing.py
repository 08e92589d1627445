"""Page 1 at work: lists the backups, finds how far each is from the books, and offers the likeliest one. Leaves nothing on disk."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from gharmitra_admin.engine import BackupRecord, Cancelled, EngineError, Kind
from gharmitra_admin.engine.vault.comparing import Difference
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.restore_wizard import presenting
from gharmitra_admin.gui.restore_wizard.choose_page import ChoosePage
from gharmitra_admin.gui.restore_wizard.jobs import RestoreJobs
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.language import Words

SHOW_EVERY_MS = 100


class Choosing(QObject):
    """``changed``: another backup is chosen, or what is known of the chosen one. ``look_inside_requested`` carries a BackupRecord."""

    changed = Signal()
    look_inside_requested = Signal(object)

    def __init__(self, page: ChoosePage, jobs: RestoreJobs, desk: Desk, words: Words) -> None:
        super().__init__(page)
        self._page, self._jobs, self._desk, self._words = page, jobs, desk, words
        self._records: list[BackupRecord] = []
        self._differences: dict[str, Difference] = {}
        self._preselected = ""
        self._is_known = False  # whether every backup was compared
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SHOW_EVERY_MS)
        self._later.timeout.connect(self._show_rows)
        page.chosen.connect(self._on_chosen)
        page.look_inside_requested.connect(self._look_inside)
        jobs.differing.connect(self._on_difference)

    @property
    def name(self) -> str:
        """The chosen backup's name; empty where none is."""
        return self._page.table.chosen_name

    def record(self, name: str) -> BackupRecord | None:
        return next((one for one in self._records if one.filename == name), None)

    def why_not(self) -> str:
        """What keeps the chosen one from being used, in words; empty where nothing does."""
        record = self.record(self.name)
        if record is None:
            return self._words.say("There is no backup to go back to.")
        if record.problem is not None:
            return self._words.say("This one cannot be used: {problem}.", problem=errors.problem(self._words, record.problem))
        return ""

    async def load(self, name: str) -> bool:
        """List the backups and choose ``name``; an empty one is the newest whole. False where they cannot be listed."""
        try:
            self._records = [record for record in await self._jobs.records() if not record.set_apart]
        except EngineError as error:
            self._page.set_looking(errors.message(self._words, error).message)
            return False
        self._show_rows()
        if name:
            self._page.table.choose(name)
        else:
            self._preselect()
        self._page.table.setFocus()
        return True

    async def compare(self) -> None:
        """Find how far each is from the books; given up where the person goes on before."""
        if self._is_known:
            return
        words = self._words
        self._page.set_looking(words.say("Looking how far each backup is from the books..."))
        try:
            await self._jobs.differences()
        except Cancelled:
            self._page.set_looking("")
            return
        except EngineError as error:
            self._page.set_looking(errors.books_reason(words, error))
            return
        self._is_known = True
        self._show_rows()
        self._preselect()
        self._page.set_looking("")

    def _on_difference(self, found: Difference) -> None:
        self._differences[found.filename] = found
        if not self._later.isActive():
            self._later.start()

    def _show_rows(self) -> None:
        self._page.set_rows(presenting.rows(self._words, self._records, self._differences, self._desk.now()))
        self._on_chosen(self.name)

    def _preselect(self) -> None:
        """The newest whole one that differs from the books; the newest whole one while that is not known. A choice by hand stays.

        What was fled from lies in the safety backups; none of these is offered while there is another.
        """
        if self.name not in {"", self._preselected}:
            return
        good = [record for record in self._records if record.problem is None]
        whole = [record for record in good if record.kind is not Kind.PRE_RESTORE] or good
        differing = [record for record in whole if (one := self._differences.get(record.filename)) is not None and one.rows]
        chosen = next(iter(differing or whole), None)
        self._preselected = chosen.filename if chosen else ""
        self._page.table.choose(self._preselected)

    def _on_chosen(self, name: str) -> None:
        record = self.record(name)
        self._page.set_can_look_inside(record is not None and record.problem is None)
        self._page.set_why_not(self.why_not() if record is not None else "")
        self.changed.emit()

    def _look_inside(self, name: str) -> None:
        if (record := self.record(name)) is not None:
            self.look_inside_requested.emit(record)
