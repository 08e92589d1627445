"""Going back through the wizard of the running program, page after page, with what the world does to it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from gharmitra_admin.engine.operations import demo
from gharmitra_admin.engine.parts.audit import Audit, Outcome
from gharmitra_admin.gui.restore_wizard.wizard import RestoreWizard
from gharmitra_admin.gui.widgets.backups_table import BackupsTable
from gharmitra_admin.gui.widgets.figure_table import FigureTable
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words
from tests.builders import damage
from tests.builders.backend import Backend
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask
from tests.builders.receipts import add_receipts
from tests.builders.society import Society
from tests.builders.window import Driven, drive

Scenario = Callable[[Driven], Awaitable[None]]


@pytest.fixture
def run(qapp: QApplication, tmp_path: Path) -> Callable[[Path, Scenario], Driven]:
    """Run the program on some books while the scenario uses it."""

    def run_it(books: Path, scenario: Scenario) -> Driven:
        async def opened(driven: Driven) -> None:
            await driven.until_open()
            await driven.settle()
            await scenario(driven)

        return drive(qapp, opened, tmp_path / "settings.toml", db=str(books))

    return run_it


Run = Callable[[Path, Scenario], Driven]


def wizard(driven: Driven) -> RestoreWizard:
    flow = driven.program.restores._open
    assert flow is not None, "no wizard is open"
    return flow.wizard


async def press(driven: Driven, name: str) -> None:
    driven.press(name)
    await asyncio.sleep(0)
    await driven.settle()


async def to_page(driven: Driven, number: int) -> None:
    """Open the wizard and go on to a page."""
    driven.window.tabs.setCurrentIndex(1)
    await press(driven, "restoreButton")
    for _ in range(number - 1):
        await press(driven, "wizardNextButton")
    assert wizard(driven).windowTitle() == f"Restore - page {number} of 6"


def write(driven: Driven, text: str) -> None:
    edit = wizard(driven).findChild(QLineEdit, "confirmEdit")
    assert edit is not None
    edit.setText(text)


def can_go_on(driven: Driven) -> bool:
    return driven.button("wizardNextButton", wizard(driven)).isEnabled()


def figures(driven: Driven, name: str) -> list[list[str]]:
    table = wizard(driven).findChild(FigureTable, name)
    assert table is not None
    return table.spoken()


def count(books: Path, table: str) -> int:
    return int(ask(books, f"SELECT count(*) FROM {table}")[0][0])


def test_thirty_seven_receipts_leave_the_books_and_come_back(run: Run, real_books: Path) -> None:
    society = Society.of(real_books)
    society.back_up()
    receipts = add_receipts(real_books, 37)
    rupees = values.rupees(Words(), receipts.paise)

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        table = wizard(driven).findChild(BackupsTable, "wizardBackupsTable")
        assert table is not None
        assert [row.size for row in table.rows] == ["37 entries different"]
        await press(driven, "wizardNextButton")
        assert driven.says("37 entries will be different.")
        assert figures(driven, "lossTable")[0] == ["Receipts", "37", rupees, "0", "0"]
        assert [row[1] for row in figures(driven, "lossTable")[1:]] == ["0"] * 4
        await press(driven, "wizardNextButton")
        assert driven.says("The backup is whole (read again just now)")
        await press(driven, "wizardNextButton")
        assert driven.says(f"37 entries leave the books (receipts {rupees}).")
        assert not can_go_on(driven)
        write(driven, "37")
        assert can_go_on(driven)
        await press(driven, "wizardNextButton")
        done = {row[0]: row[1:4] for row in figures(driven, "doneTable")}
        assert done["Vouchers"] == ["4,025", "3,988", "3,988"]
        assert done["Last receipt"] == [receipts.numbers[-1], "RV-3512", "RV-3512"]
        assert (count(real_books, "payments"), count(real_books, "journal_entries")) == (3512, 3988)
        await press(driven, "undoButton")
        assert wizard(driven).windowTitle() == "Undo a restore - page 4 of 6"
        assert driven.says("Nothing has been entered since.")
        await press(driven, "wizardNextButton")
        assert driven.says("The restore is undone.")
        assert (count(real_books, "payments"), count(real_books, "journal_entries")) == (3549, 4025)
        await press(driven, "wizardNextButton")
        assert driven.program.restores._open is None

    run(real_books, scenario)


def test_an_undo_after_new_entries_asks_for_their_number(run: Run, real_books: Path) -> None:
    society = Society.of(real_books)
    name = society.back_up().record.filename
    add_receipts(real_books, 3)
    society.vault().restore(name)
    add_receipts(real_books, 1, rupees=7777)

    async def scenario(driven: Driven) -> None:
        driven.window.tabs.setCurrentIndex(1)
        await press(driven, "undoLastButton")
        assert wizard(driven).windowTitle() == "Undo a restore - page 2 of 6"
        number = driven.program.restores._open._plan.comparison.entries_different  # type: ignore[union-attr]
        for _ in range(2):
            await press(driven, "wizardNextButton")
        assert not can_go_on(driven)
        write(driven, str(number))
        await press(driven, "wizardNextButton")
        assert driven.says("The restore is undone.")

    run(real_books, scenario)
    assert count(real_books, "payments") == 3515


def test_the_number_is_taken_in_any_digits_and_no_other_one(run: Run, real_books: Path) -> None:
    Society.of(real_books).back_up()
    add_receipts(real_books, 37)
    wanted = {"३७": True, " 37 ": True, "3,7": True, "37": True, "3": False, "36": False, "373": False, "x37": False, "": False}

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 4)
        for typed, is_right in wanted.items():
            write(driven, typed)
            assert can_go_on(driven) is is_right, typed
            is_wrong = not is_right and not "37".startswith(typed)
            assert driven.says("That is not the number in the sentence above.") is is_wrong, typed

    run(real_books, scenario)


def test_enter_never_replaces_the_books(run: Run, real_books: Path) -> None:
    Society.of(real_books).back_up()
    add_receipts(real_books, 2)

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 4)
        write(driven, "2")
        edit = wizard(driven).findChild(QLineEdit, "confirmEdit")
        assert edit is not None
        QTest.keyClick(edit, Qt.Key.Key_Return)
        await driven.settle()
        assert wizard(driven).windowTitle() == "Restore - page 4 of 6"
        button = driven.button("wizardNextButton", wizard(driven))
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
        await asyncio.sleep(0)
        await driven.settle()
        assert driven.says("The books are as on")

    run(real_books, scenario)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_escape_on_any_page_leaves_everything(run: Run, society: Society, number: int) -> None:
    society.back_up()
    society.enter()
    before = ask(society.paths.books, "SELECT count(*) FROM ledger")

    async def scenario(driven: Driven) -> None:
        await to_page(driven, number)
        QTest.keyClick(wizard(driven), Qt.Key.Key_Escape)
        await driven.settle()
        assert driven.program.restores._open is None
        assert driven.button("restoreButton").isEnabled()

    run(society.paths.books, scenario)
    assert ask(society.paths.books, "SELECT count(*) FROM ledger") == before
    assert not list(society.paths.backups.glob("pre_restore_*"))


def test_the_program_is_not_quit_under_an_open_wizard(run: Run, society: Society) -> None:
    """It may have stopped GharMitra, and would leave it so."""
    society.back_up()

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        driven.program.tray.quit_requested.emit()
        assert not driven.program.leaving.asked.is_set()
        await press(driven, "wizardCancelButton")
        driven.program.tray.quit_requested.emit()
        assert driven.program.leaving.asked.is_set()

    run(society.paths.books, scenario)


def test_back_leads_to_the_page_before(run: Run, society: Society) -> None:
    society.back_up()
    society.enter()

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 4)
        for number in (3, 2, 1):
            await press(driven, "wizardBackButton")
            assert wizard(driven).windowTitle() == f"Restore - page {number} of 6"

    run(society.paths.books, scenario)


def test_a_damaged_backup_can_be_chosen_by_nobody(run: Run, society: Society) -> None:
    good = society.back_up().record.filename
    society.enter()
    bad = society.back_up().record
    bad.path.write_bytes(bad.path.read_bytes()[:-4096])
    society.vault().verify()

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        table = wizard(driven).findChild(BackupsTable, "wizardBackupsTable")
        assert table is not None
        assert table.chosen_name == good
        table.choose(bad.filename)
        assert not can_go_on(driven)
        assert driven.button("wizardNextButton", wizard(driven)).toolTip() == "This one cannot be used: cut short."
        assert not driven.button("wizardLookInsideButton", wizard(driven)).isEnabled()

    run(society.paths.books, scenario)


def test_without_a_backup_there_is_nothing_to_go_on_with(run: Run, society: Society) -> None:
    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        assert not can_go_on(driven)
        assert driven.button("wizardNextButton", wizard(driven)).toolTip() == "There is no backup to go back to."

    run(society.paths.books, scenario)


def test_gharmitra_is_stopped_for_it_and_started_after(run: Run, society: Society) -> None:
    society.back_up()
    with Backend(society.paths.home, pooled=True) as running:

        async def scenario(driven: Driven) -> None:
            running.ask("POST", "/enter")
            await to_page(driven, 3)
            assert driven.says("GharMitra is running. It must close for a few minutes.")
            assert not can_go_on(driven)
            await press(driven, "lineButton-backend_runs")
            assert not running.is_up()
            assert can_go_on(driven)
            await press(driven, "wizardNextButton")
            await press(driven, "wizardNextButton")
            assert driven.button("wizardNextButton", wizard(driven)).text() == "Start GharMitra"
            await press(driven, "wizardNextButton")
            assert driven.says("GharMitra is running again.")
            assert running.ask("GET", "/count") == 200
            await press(driven, "wizardNextButton")
            assert driven.program.restores._open is None

        run(society.paths.books, scenario)


def test_what_was_stopped_is_offered_to_be_started_where_nothing_was_restored(run: Run, society: Society) -> None:
    society.back_up()
    with Backend(society.paths.home) as running:

        async def scenario(driven: Driven) -> None:
            await to_page(driven, 3)
            await press(driven, "lineButton-backend_runs")
            await press(driven, "wizardCancelButton")
            assert driven.says("It was stopped for this restore.")
            await press(driven, "startAgainButton")
            assert running.is_up()
            assert driven.program.restores._open is None

        run(society.paths.books, scenario)


def test_books_that_somebody_takes_in_the_last_moment_are_not_replaced(run: Run, society: Society) -> None:
    society.back_up()
    society.enter()

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 4)
        with OtherProcess(society.paths.books) as other:
            other.run("BEGIN IMMEDIATE")
            await press(driven, "wizardNextButton")
            assert driven.says("The books were not replaced.")
            assert driven.says("They are as they were before.")
            assert not driven.buttons("undoButton", wizard(driven))
            other.run("ROLLBACK")
        await press(driven, "wizardNextButton")
        assert wizard(driven).windowTitle() == "Restore - page 3 of 6"
        await press(driven, "wizardNextButton")
        await press(driven, "wizardNextButton")
        assert driven.says("The books are as on")

    run(society.paths.books, scenario)


def test_books_that_cannot_be_opened_are_restored_from_their_own_page(run: Run, society: Society) -> None:
    society.back_up()
    damage.lost_header(society.paths.books)

    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: driven.page() == "booksPage", "the page of damaged books")
        await press(driven, "restoreNewestButton")
        assert driven.says("They are put aside as they are")
        await press(driven, "wizardNextButton")
        await press(driven, "wizardNextButton")
        await press(driven, "wizardNextButton")
        assert driven.says("The books are as on")
        await press(driven, "wizardNextButton")
        assert driven.page() == "tabs"

    run(society.paths.books, scenario)
    assert ask(society.paths.books, "PRAGMA integrity_check") == [["ok"]]


def test_a_row_of_the_list_leads_to_what_would_change(run: Run, society: Society) -> None:
    society.back_up()
    society.enter()

    async def scenario(driven: Driven) -> None:
        await press(driven, "rowRestoreButton")
        assert wizard(driven).windowTitle() == "Restore - page 2 of 6"

    run(society.paths.books, scenario)


@pytest.mark.parametrize("what", ["a letter", "another society"])
def test_a_file_that_is_no_backup_of_these_books_goes_no_further(run: Run, real_books: Path, tmp_path: Path, what: str) -> None:
    Society.of(real_books).back_up()
    file = tmp_path / "file.db"
    if what == "a letter":
        file.write_bytes(b"Dear members, " * 400)
    else:
        file.write_bytes(demo.make(tmp_path / "other", size_mb=1, clock=FakeClock()).books.read_bytes())
    expected = {"a letter": "This file is not a GharMitra backup.", "another society": "It cannot replace these books."}

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        flow = driven.program.restores._open
        assert flow is not None
        flow.use_file(str(file))
        await asyncio.sleep(0)
        await driven.settle()
        assert driven.says("This one cannot be used.")
        assert driven.says(expected[what])
        assert not can_go_on(driven)
        await press(driven, "wizardBackButton")
        assert can_go_on(driven)

    run(real_books, scenario)


def test_practising_changes_a_copy_only_and_leaves_nothing(run: Run, society: Society) -> None:
    society.back_up()
    society.enter()
    seen: list[Path] = []

    async def scenario(driven: Driven) -> None:
        driven.window.tabs.setCurrentIndex(1)
        await press(driven, "practiseButton")
        seen.append(wizard_home(driven))
        assert driven.says("Practice: all of this is done to a copy. The books stay as they are.")
        for _ in range(4):
            await press(driven, "wizardNextButton")
        assert driven.says("That was the practice")
        assert not driven.buttons("undoButton", wizard(driven))
        await press(driven, "wizardNextButton")
        await driven.settle()

    run(society.paths.books, scenario)
    assert ask(society.paths.books, "SELECT count(*) FROM ledger") == [["202"]]
    assert not seen[0].exists()


def wizard_home(driven: Driven) -> Path:
    flow = driven.program.restores._open
    assert flow is not None
    return flow._jobs._vault.paths.home


def test_a_restore_that_was_cut_off_is_told_at_the_next_start(run: Run, society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    record = Audit(society.paths.audit, clock=society.clock, who="treasurer (window)", books=society.paths.books.name)
    record.append("restore", Outcome.STARTED, job="cut off", filename=name)

    async def scenario(driven: Driven) -> None:
        assert driven.says("The restore was cut off.")
        await press(driven, "cutOffLeaveButton")
        assert not driven.boxes()

    run(society.paths.books, scenario)


def test_every_control_of_the_wizard_has_a_name_and_can_be_reached(run: Run, society: Society) -> None:
    society.back_up()
    society.enter()

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        for _ in range(4):
            for button in wizard(driven).findChildren(QPushButton):
                assert button.objectName()
                if button.isVisible():
                    assert button.accessibleName()
                    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
            if can_go_on(driven) and "page 4" not in wizard(driven).windowTitle():
                await press(driven, "wizardNextButton")

    run(society.paths.books, scenario)


def test_the_second_click_of_a_double_click_is_not_meant_for_the_next_page(run: Run, society: Society) -> None:
    society.back_up()
    society.enter()

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 2)
        button = driven.button("wizardNextButton", wizard(driven))
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QTest.mouseDClick(button, Qt.MouseButton.LeftButton)
        await driven.settle()
        assert wizard(driven).windowTitle() == "Restore - page 3 of 6"

    run(society.paths.books, scenario)


def test_what_was_fled_from_is_not_offered_first(run: Run, society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    society.vault().restore(name)
    society.clock.forward(minutes=1)
    society.enter()

    async def scenario(driven: Driven) -> None:
        await to_page(driven, 1)
        table = wizard(driven).findChild(BackupsTable, "wizardBackupsTable")
        assert table is not None
        assert len(table.rows) == 2
        assert table.chosen_name == name

    run(society.paths.books, scenario)


def test_books_that_break_after_a_restore_go_back_to_what_was_restored(run: Run, society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    society.vault().restore(name)
    damage.lost_header(society.paths.books)

    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: driven.page() == "booksPage", "the page of damaged books")
        await press(driven, "restoreNewestButton")
        flow = driven.program.restores._open
        assert flow is not None
        assert flow._name == name

    run(society.paths.books, scenario)
