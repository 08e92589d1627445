"""The real wizard on a real screen, by the keyboard alone, read as a screen reader reads it; the books are counted by another process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words
from tests.builders import screen as screens
from tests.builders.command import gharmitra_admin
from tests.builders.process import ask
from tests.builders.receipts import add_receipts
from tests.builders.screen import Program, Screen, wait_for

pytestmark = [pytest.mark.screen, pytest.mark.skipif(bool(screens.missing()), reason=screens.missing() or "-")]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    made = Screen(tmp_path)
    yield made
    made.close()


def says(program: Program, identity: str, part: str) -> None:
    wait_for(lambda: (one := program.look_for(identity)) is not None and one.is_showing and part in one.name, f"{identity} to say {part}")


def counted(books: Path) -> dict[str, str]:
    """Independently of us: what the society knows its books by."""
    asked = {
        "vouchers": "SELECT count(*) FROM journal_entries",
        "receipts": "SELECT count(*) FROM payments",
        "worth": "SELECT CAST(round(sum(amount) * 100) AS INTEGER) FROM payments",
        "last": "SELECT receipt_number FROM payments ORDER BY id DESC LIMIT 1",
        "lines": "SELECT count(*) FROM transactions",
    }
    return {name: str(ask(books, query)[0][0]) for name, query in asked.items()}


def press_next(program: Program) -> None:
    program.find_enabled("wizardNextButton")
    program.keys("Return")


def test_thirty_seven_receipts_go_and_come_back_by_the_keyboard_alone(screen: Screen, real_books: Path) -> None:
    gharmitra_admin("backup", books=real_books)
    then = counted(real_books)
    receipts = add_receipts(real_books, 37)
    now = counted(real_books)
    rupees = values.rupees(Words(), receipts.paise)
    with screen.program("--db", real_books) as program:
        program.find_enabled("createBackupButton")
        program.keys("ctrl+Tab")
        program.tab_to("restoreButton")
        program.keys("space")
        wait_for(lambda: "37 entries different" in program.find("wizardBackupsTable").cells(0)[-1], "how far the backup is")
        press_next(program)
        says(program, "changesHeadline", "37 entries will be different.")
        assert program.find("lossTable").cells(0)[:3] == ["Receipts", "37", f"leave the books {rupees}"]
        press_next(program)
        says(program, "readyHeadline", "Getting ready")
        press_next(program)
        says(program, "confirmText", f"37 entries leave the books (receipts {rupees}).")
        assert not program.find("wizardNextButton").is_enabled
        program.type("36")
        says(program, "confirmWrong", "That is not the number")
        program.keys("BackSpace")
        program.type("7")
        program.keys("Return")  # never the default of Enter
        program.tab_to("wizardNextButton")
        assert counted(real_books) == now
        program.keys("space")
        says(program, "doneHeadline", "The books are as on")
        assert counted(real_books) == then
        done = [program.find("doneTable").cells(row) for row in range(program.find("doneTable").row_count)]
        shown = {row[0]: row[3] for row in done}
        assert shown["Vouchers"] == f"now {int(then['vouchers']):,}"
        assert shown["Last receipt"] == f"now {then['last']}"
        program.tab_to("undoButton")
        program.keys("space")
        says(program, "confirmQuestion", "Undo the restore of today")
        program.tab_to("wizardNextButton")
        program.keys("space")
        says(program, "doneHeadline", "The restore is undone.")
        assert counted(real_books) == now
        press_next(program)
        wait_for(lambda: program.find_enabled("restoreButton").is_showing, "the tab again")
