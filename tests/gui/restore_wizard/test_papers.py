"""What can be taken away from the wizard, and the re-entry list after it, in the running program."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QLineEdit

from gharmitra_admin.gui import printing
from gharmitra_admin.gui.reentry_dialog import ReentryDialog
from gharmitra_admin.gui.widgets.figure_table import FigureTable
from gharmitra_admin.wording import paper, restore_pages
from gharmitra_admin.wording.language import Words
from tests.builders.receipts import add_receipts
from tests.builders.society import Society
from tests.builders.window import Driven
from tests.gui.restore_wizard.test_wizard import Run, press, run, to_page

__all__ = ["run"]


def lines_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return list(csv.reader(rows))


def dialog(driven: Driven) -> ReentryDialog:
    found = driven.program.reentry._dialog
    assert found is not None
    return found


def test_dues_are_told_flat_by_flat(run: Run, real_books: Path) -> None:
    Society.of(real_books).back_up()
    receipts = add_receipts(real_books, 4)

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 2)
        flats = len(set(receipts.flats))
        assert driven.says(f"Dues: {flats} flats will show more due.")
        assert driven.says(f"Numbers: {receipts.numbers[0]} to {receipts.numbers[-1]} will be given again.")
        await press(driven, "lineButton-dues_change")
        box = next(one for one in driven.boxes() if one.objectName() == "flatsDialog")
        table = box.findChild(FigureTable, "flatsTable")
        assert table is not None
        assert sorted(row[0] for row in table.spoken()) == sorted(set(receipts.flats))
        await press(driven, "flatsCloseButton")

    run(real_books, scenario)


def test_first_figures_stand_there_before_everything_is_compared(run: Run, real_books: Path) -> None:
    name = Society.of(real_books).back_up().record.filename
    add_receipts(real_books, 4)

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        flow = driven.program.restores._open
        assert flow is not None
        heard: list[str] = []
        flow._jobs.glanced.connect(lambda found: heard.append(restore_pages.first_look(Words(), found)))
        await press(driven, "wizardNextButton")
        assert flow._name == name
        assert heard == ["At first sight, in the books since: Vouchers +4, Receipts +4. Still counting."]
        assert not driven.says("At first sight")

    run(real_books, scenario)


def test_what_changes_is_saved_as_a_spreadsheet_with_every_entry(run: Run, real_books: Path, tmp_path: Path) -> None:
    Society.of(real_books).back_up()
    receipts = add_receipts(real_books, 4)

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 2)
        flow = driven.program.restores._open
        assert flow is not None
        await flow._papers.save_to(tmp_path / "changes.csv")
        assert driven.says("Saved: ")
        await flow._papers.save_to(real_books)
        assert any(box.objectName() == "alert" for box in driven.boxes())

    run(real_books, scenario)
    numbers = {row[4] for row in lines_of(tmp_path / "changes.csv")}
    assert set(receipts.numbers) <= numbers


def test_a_page_comes_out_of_a_printer(qapp: QApplication, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    printing.put_on(printer, paper.page(Words(), "What going back changes", ["37 entries"], []))
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_printing_asks_for_the_printer(run: Run, real_books: Path) -> None:
    Society.of(real_books).back_up()
    add_receipts(real_books, 1)

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 2)
        await press(driven, "printChangesButton")
        await driven.until(lambda: driven.window.findChildren(QPrintDialog), "the print dialog")
        driven.window.findChildren(QPrintDialog)[0].reject()

    run(real_books, scenario)


@pytest.fixture
def restored(real_books: Path) -> tuple[str, ...]:
    """Three receipts left the books; what their numbers were."""
    society = Society.of(real_books)
    name = society.back_up().record.filename
    receipts = add_receipts(real_books, 3)
    society.vault().restore(name)
    return receipts.numbers


def test_the_list_ticks_what_is_back_and_takes_a_reason_for_what_is_not_needed(
    run: Run, real_books: Path, restored: tuple[str, ...], tmp_path: Path
) -> None:
    async def scenario(driven: Driven) -> None:
        driven.window.tabs.setCurrentIndex(1)
        await driven.until(lambda: driven.says("0 of 3 entries are back in the books."), "the line of the list")
        await press(driven, "openReentryButton")
        box = dialog(driven)
        assert [row.cells[2] for row in box.rows()] == list(restored)
        assert not driven.button("notNeededButton", box).isEnabled()
        box.table.selectRow(2)
        await press(driven, "notNeededButton")
        edit = driven.window.findChild(QLineEdit, "notNeededEdit")
        assert edit is not None
        edit.setText("entered twice")
        await press(driven, "notNeededSaveButton")
        assert box.rows()[2].cells[0] == "not needed, because entered twice"
        add_receipts(real_books, 1)
        await press(driven, "reentryLookAgainButton")
        assert driven.says("1 of 3 entries are back in the books.")
        assert box.rows()[0].cells[0] == "✔ back"
        await driven.program.reentry.save_to(tmp_path / "list.csv")
        await press(driven, "reentryCloseButton")
        await asyncio.sleep(0)
        assert driven.says("Re-entry list: 1 of 3 entries are back in the books.")

    run(real_books, scenario)
    assert [row[2] for row in lines_of(tmp_path / "list.csv")][1:] == list(restored)


def test_after_an_undo_there_is_no_list(run: Run, real_books: Path, restored: tuple[str, ...]) -> None:
    Society.of(real_books).vault().undo()

    async def scenario(driven: Driven) -> None:
        driven.window.tabs.setCurrentIndex(1)
        assert restored
        assert not driven.buttons("openReentryButton")
        assert not driven.buttons("undoLastButton")

    run(real_books, scenario)
