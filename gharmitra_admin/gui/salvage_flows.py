"""Rescuing what can be read of damaged books, from the window. Leaves the new file that the person names."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gharmitra_admin.engine import Cancelled, EngineError
from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.engine.operations.salvage import TableSaved
from gharmitra_admin.engine.vault.salvaging import Salvaged
from gharmitra_admin.gui import alerts, save_dialog
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.job_state import Work
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.salvage_dialog import SalvageDialog, SalvageView
from gharmitra_admin.gui.widgets.figure_table import Cell
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.gui.widgets.lines import Line
from gharmitra_admin.wording import backups, books, errors, salvages, values
from gharmitra_admin.wording.language import Words


class SalvageFlows(QObject):
    """``restore_requested`` carries the path of the rescued books."""

    restore_requested = Signal(str)

    def __init__(self, desk: Desk, window: MainWindow, theme: Theme, words: Words) -> None:
        super().__init__(window)
        self._desk, self._window, self._theme, self._words = desk, window, theme, words

    def ask(self) -> None:
        """Ask where the rescued books shall lie."""
        if self._desk.paths is None or self._desk.bridge.job is not None:
            return
        name = f"rescued_books_{names.stamp(self._desk.now())}.db"
        title, proposed = self._words.say("Where shall the rescued books lie?"), self._desk.paths.home / name
        save_dialog.ask_where(self._window, title, proposed, "salvageFileDialog", lambda file: self._desk.start(self.rescue_to(file)))

    async def rescue_to(self, file: Path) -> None:
        """Rescue, and show what it brought."""
        vault = self._desk.vault
        if vault is None:
            return
        try:
            found = await self._desk.bridge.run(Work.SALVAGE, vault.salvage, vault.paths.books, file)
        except EngineError as error:
            if not isinstance(error, Cancelled):
                alerts.show(self._window, self._theme, self._words, errors.message(self._words, error), details=str(error))
            return
        dialog = SalvageDialog(self._window, self._theme, self._words, self._view(found))
        dialog.restore_requested.connect(lambda: self.restore_requested.emit(str(found.result.path)))
        dialog.open()

    def _view(self, found: Salvaged) -> SalvageView:
        words = self._words
        led = salvages.compared_with(words, found, self._desk.now())
        where = words.say("The new file, checked: {path}", path=shown_path(found.result.path))
        told = [*salvages.doubts(words, found), *(backups.notice(words, one) for one in found.warnings)]
        heads = ("", words.say("rescued"), words.say("in the backup"), words.say("missing"), words.say("set aside"))
        rows = tuple(self._row(one) for one in found.result.tables if one.saved or one.lost or one.set_aside)
        return SalvageView(
            salvages.headline(words, found),
            f"{led} {where}".strip(),
            heads,
            rows,
            tuple(Line(one, Level.LOOK, one) for one in told),
        )

    def _row(self, one: TableSaved) -> tuple[Cell, ...]:
        numbers = (one.saved, one.expected, one.lost, one.set_aside)
        cells = ("" if number is None else values.number(self._words, number) for number in numbers)
        saved, expected, lost, aside = cells
        return (
            Cell(shown(books.title(self._words, one.table))),
            Cell(saved, strong=True),
            Cell(expected, muted=True),
            Cell(lost, strong=bool(one.lost), muted=not one.lost),
            Cell(aside, muted=not one.set_aside),
        )
