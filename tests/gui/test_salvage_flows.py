"""Rescuing damaged books from the page that says that they cannot be opened, in the running program."""

from __future__ import annotations

from pathlib import Path

from gharmitra_admin.gui.widgets.figure_table import FigureTable
from tests.builders import damage
from tests.builders.process import ask
from tests.builders.society import Society
from tests.builders.window import Driven
from tests.gui.restore_wizard.test_wizard import Run, press, run, wizard

__all__ = ["run"]


def test_what_can_be_read_is_rescued_and_can_take_the_books_place(run: Run, society: Society, tmp_path: Path) -> None:
    society.back_up()
    society.enter()
    damage.lost_header(society.paths.books)
    rescued = tmp_path / "rescued.db"

    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: driven.page() == "booksPage", "the page of damaged books")
        assert driven.button("salvageButton").isEnabled()
        await driven.program.salvages.rescue_to(rescued)
        box = next(one for one in driven.boxes() if one.objectName() == "salvageDialog")
        table = box.findChild(FigureTable, "salvageTable")
        assert table is not None
        assert ["ledger", "202", "200", "0", "0"] in table.spoken()
        await press(driven, "restoreRescuedButton")
        assert driven.says("They are put aside as they are")
        for _ in range(3):
            await press(driven, "wizardNextButton")
        assert driven.says("The books are as on"), driven.sentences(wizard(driven))
        await press(driven, "wizardNextButton")

    run(society.paths.books, scenario)
    assert ask(society.paths.books, "SELECT count(*) FROM ledger") == [["202"]]


def test_a_rescue_over_another_file_is_refused_and_told(run: Run, society: Society, tmp_path: Path) -> None:
    damage.lost_header(society.paths.books)
    other = tmp_path / "letter.txt"
    other.write_text("dear member")

    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: driven.page() == "booksPage", "the page of damaged books")
        assert not driven.buttons("restoreNewestButton")
        await driven.program.salvages.rescue_to(other)
        assert any(box.objectName() == "alert" for box in driven.boxes())

    run(society.paths.books, scenario)
    assert other.read_text() == "dear member"


def test_books_that_are_gone_have_nothing_to_rescue(run: Run, society: Society) -> None:
    society.back_up()
    society.paths.books.unlink()

    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: driven.page() == "booksPage", "the page of missing books")
        assert not driven.buttons("salvageButton")
        assert driven.button("restoreNewestButton").isEnabled()

    run(society.paths.books, scenario)
