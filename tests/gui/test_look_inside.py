"""Looking inside as she does it: from the button in the list, by keyboard, in the whole program, on books like GharMitra's."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton

from gharmitra_admin.engine import Paths, make_demo
from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.settings import Settings, SocietyEntry
from gharmitra_admin.engine.parts.reading import PAGE_ROWS
from gharmitra_admin.gui import autostart, choosing
from gharmitra_admin.gui.look.theme import Look
from gharmitra_admin.gui.look_inside import LookInside
from gharmitra_admin.gui.widgets.inside_table import InsideTable
from gharmitra_admin.gui.widgets.place_list import PlaceList
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words, pseudo
from tests.builders import ledger
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask
from tests.builders.society import Society
from tests.builders.window import Driven, drive
from tests.gui.test_layout import PSEUDO_MARKS, cut_off, out_of_reach, overlapping, settle, visible

Run = Callable[[Callable[["Seen"], Awaitable[None]]], None]
LAST = (
    "SELECT receipt_number, amount, payment_date, flat_number FROM payments p JOIN flats f ON f.id = p.flat_id ORDER BY p.id DESC LIMIT 1"
)


class Seen:
    """The dialog, and what can be seen in it."""

    def __init__(self, driven: Driven) -> None:
        self.driven = driven

    @property
    def dialog(self) -> LookInside:
        (found,) = [one for one in self.driven.window.findChildren(LookInside) if one.isVisible()]
        return found

    @property
    def places(self) -> PlaceList:
        return self.dialog.findChild(PlaceList, "insidePlaces")

    def table(self, name: str = "insideTable") -> InsideTable:
        return self.dialog.findChild(InsideTable, name)

    def field(self, name: str) -> QLineEdit:
        return self.dialog.findChild(QLineEdit, name)

    def rows(self, name: str = "insideTable") -> list[list[str]]:
        model = self.table(name).rows
        return [[str(model.index(row, column).data()) for column in range(model.columnCount())] for row in range(model.rowCount())]

    async def open(self) -> None:
        self.driven.press("lookInsideButton")
        await self.until_read()

    async def until_read(self) -> None:
        await self.driven.until(lambda: self.places.count() and self.driven.is_quiet(), "the rows")

    async def search(self, typed: str) -> None:
        self.field("insideSearch").setText(typed)
        QTest.keyClick(self.field("insideSearch"), Qt.Key.Key_Return)
        await self.until_read()

    async def go(self, key: str) -> None:
        self.places.choose(key)
        await self.until_read()

    def says(self, part: str) -> bool:
        return any(part in sentence for sentence in self.driven.sentences(self.dialog))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up society's books, in GharMitra's own tables."""
    return make_demo(tmp_path_factory.mktemp("made"), size_mb=3, clock=FakeClock()).books


@pytest.fixture
def demo(made: Path, tmp_path: Path) -> Society:
    home = tmp_path / "demo"
    home.mkdir()
    (home / "gharmitra.db").write_bytes(made.read_bytes())
    return Society(Paths.of(home / "gharmitra.db"), FakeClock(), Settings())


def runner(qapp: QApplication, society: Society, monkeypatch: pytest.MonkeyPatch, backup: str = "") -> Run:
    """Run the program and open a backup, the chosen one where none is named."""
    monkeypatch.setattr(choosing, "usual_places", list)
    monkeypatch.setattr(autostart, "set_enabled", lambda _is_enabled: None)
    file = Path(os.environ["GHARMITRA_ADMIN_SETTINGS"])
    settings_file.save(file, Settings(societies=(SocietyEntry("Asha CHS", society.paths.books),), current="Asha CHS"))

    def run(scenario: Callable[[Seen], Awaitable[None]]) -> None:
        async def whole(driven: Driven) -> None:
            await driven.until_open()
            seen = Seen(driven)
            if backup:
                driven.tab.choose(backup)
            await seen.open()
            await scenario(seen)

        drive(qapp, whole, file)
        log = society.paths.app_log
        assert not log.exists(), log.read_text("utf-8")

    return run


@pytest.fixture
def run(qapp: QApplication, demo: Society, monkeypatch: pytest.MonkeyPatch) -> Run:
    demo.back_up()
    return runner(qapp, demo, monkeypatch)


def test_the_newest_receipt_stands_on_top_and_opens_with_its_lines(run: Run, demo: Society) -> None:
    number, amount, day, flat = ask(demo.paths.books, LAST)[0]
    rupees = values.rupees(Words(), round(float(amount) * 100))
    lines = ask(
        demo.paths.books,
        f"SELECT account_code FROM transactions WHERE journal_entry_id = (SELECT id FROM journal_entries WHERE entry_number = '{number}')",
    )

    async def scenario(seen: Seen) -> None:
        assert seen.rows()[0][:4] == [number, "/".join(reversed(day.split("-"))), flat, rupees]
        seen.table().setFocus()
        QTest.keyClick(seen.table(), Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(seen.table(), Qt.Key.Key_Return)
        await seen.until_read()
        assert seen.says(f"Receipt {number}")
        assert seen.says(rupees)
        assert [row[0].split()[0] for row in seen.rows("insideLinesTable")] == [code for (code,) in lines]
        seen.driven.press("insideBackButton", seen.dialog)
        assert seen.table().isVisible()

    run(scenario)


def test_an_old_receipt_is_found_by_number_flat_amount_and_day(run: Run, demo: Society) -> None:
    number, amount, day, flat = ask(demo.paths.books, LAST)[0]

    async def scenario(seen: Seen) -> None:
        everything = seen.table().rows.rowCount()
        typed_day = "/".join(reversed(day.split("-")))
        for typed in (number, f"{flat} {amount}", f"{flat} {typed_day}"):
            await seen.search(typed)
            assert number in [row[0] for row in seen.rows()]
            assert seen.table().rows.rowCount() < everything
            assert seen.says(" found")
        await seen.search("no such thing")
        assert seen.says("Nothing found here.")
        await seen.search("")
        assert seen.table().rows.rowCount() == everything

    run(scenario)


def test_a_flats_ledger_as_on_a_day_comes_to_its_members_account(run: Run, demo: Society) -> None:
    total = "SELECT sum(CAST(round(debit_amount * 100) AS INTEGER) - CAST(round(credit_amount * 100) AS INTEGER)) FROM transactions"
    where = "account_code = '1100' AND flat_id = (SELECT id FROM flats WHERE flat_number = '{}') AND date <= '2026-09-30'"

    async def scenario(seen: Seen) -> None:
        await seen.go("ledger")
        flats = seen.dialog.findChild(QComboBox, "insideFlatChoice")
        assert flats.count() == 60
        seen.field("insideDayEdit").setText("30/9/2026")
        for place in (0, 7, 59):
            flats.setCurrentIndex(place)
            await seen.until_read()
            number = flats.currentText().split(",")[0]
            due = ask(demo.paths.books, f"{total} WHERE {where.format(number)}")[0][0]
            rows = seen.rows("insideLedgerTable")
            assert rows[-1][-1] == values.rupees(Words(), int(due))
            assert rows[0][2] == "Opening balance"
            assert rows[-1][2] == "Closing balance"
            assert seen.says(f"{number}: ")
        seen.driven.press("insideLedgerCopyButton", seen.dialog)
        copied = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
        assert copied[0] == ["Date", "Number", "Particulars", "Billed", "Received", "Due"]
        assert copied[1:] == seen.rows("insideLedgerTable")
        seen.field("insideDayEdit").setText("31/2/2026")
        assert seen.says("Write the day as 31/03/2026.")

    run(scenario)


def test_every_place_and_table_is_offered_in_plain_titles_with_its_count(run: Run, demo: Society) -> None:
    async def scenario(seen: Seen) -> None:
        titles = [seen.places.item(place).text() for place in range(seen.places.count())]
        assert titles[:6] == ["Receipts", "Payments", "Journal vouchers", "Bills", "A flat's ledger", "Flats"]
        assert "All tables" in titles
        assert not [title for title in titles if "_" in title]
        for key in seen.places.place_keys():
            if key.startswith("table:"):
                await seen.go(key)
                assert [[str(seen.table().rows.rowCount())]] == ask(demo.paths.books, f"SELECT count(*) FROM {key[6:]}")
        await seen.go("table:users")
        heads = [heading.title for heading in seen.table().rows.head]
        assert {row[heads.index("Password hash")] for row in seen.rows()} == {"(not shown)"}

    run(scenario)


def test_rows_are_copied_for_a_spreadsheet_and_never_as_a_formula(run: Run, demo: Society) -> None:
    with OtherProcess(demo.paths.books) as other:
        other.run("UPDATE flats SET owner_name = '=1+1\tx' WHERE id = 1")
    demo.back_up()

    async def scenario(seen: Seen) -> None:
        await seen.go("flats")
        table = seen.table()
        table.setFocus()
        table.selectRow(0)
        QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await seen.until_read()
        assert "'=1+1 x" in QGuiApplication.clipboard().text().split("\t")
        table.selectAll()
        seen.driven.press("insideCopyButton", seen.dialog)
        await seen.until_read()
        lines = QGuiApplication.clipboard().text().split("\n")
        assert len(lines) == 61
        assert lines[0].split("\t")[0] == "Flat"
        assert seen.says("60 rows copied.")

    run(scenario)


def test_esc_closes_and_nothing_is_changed(run: Run, demo: Society) -> None:
    before = {name: data for name, data in demo.everything().items() if "logs" not in name}

    async def scenario(seen: Seen) -> None:
        await seen.search("cash")
        QTest.keyClick(seen.dialog, Qt.Key.Key_Escape)
        await seen.driven.settle()
        assert not seen.driven.boxes()

    run(scenario)
    assert {name: data for name, data in demo.everything().items() if "logs" not in name} == before


def test_closing_in_the_middle_of_a_question_is_no_fault(run: Run) -> None:
    async def scenario(seen: Seen) -> None:
        dialog = seen.dialog
        for key in seen.places.place_keys()[:8]:
            seen.places.choose(key)
        dialog.reject()
        await seen.driven.settle()

    run(scenario)


@pytest.fixture
def long(tmp_path: Path) -> Society:
    """Books with a table of 200,000 rows."""
    path = ledger.make(tmp_path / "long" / "gharmitra.db", entries=1)
    with OtherProcess(path) as other:
        other.run(
            "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
            " INSERT INTO ledger SELECT i, 'bank', 0, 'narration ' || i FROM n"
        )
    return Society(Paths.of(path), FakeClock(), Settings())


def test_a_long_table_is_scrolled_anywhere_and_only_what_is_seen_is_held(
    qapp: QApplication, long: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    long.back_up()

    async def scenario(seen: Seen) -> None:
        await seen.go("table:ledger")
        table = seen.table()
        assert table.rows.rowCount() == 200_000
        for row in (199_999, 100_000, 150_003, 7):
            table.scrollTo(table.rows.index(row, 0), InsideTable.ScrollHint.PositionAtCenter)
            table.viewport().grab()
            await seen.until_read()
            assert table.rows.index(row, 0).data() == str(row + 1)
        bar = table.verticalScrollBar()
        for step in range(100):
            bar.setValue(bar.maximum() * step // 100)
            table.viewport().grab()
            await asyncio.sleep(0)
        await seen.until_read()
        held = [number for number in range(200_000 // PAGE_ROWS) if table.rows.has_page(number)]
        assert 0 < len(held) <= 60
        assert table.rows.index(table.rowAt(5), 0).data() == str(table.rowAt(5) + 1)

    runner(qapp, long, monkeypatch)(scenario)


def test_a_damaged_backup_says_so_and_shows_what_can_be_read(qapp: QApplication, demo: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    record = demo.back_up().record
    (root,) = ask(record.path, "SELECT rootpage FROM sqlite_schema WHERE name = 'maintenance_bills'")[0]
    size = json.loads((demo.paths.manifests / f"{record.filename}.json").read_text("utf-8"))["page_size"]
    data = bytearray(record.path.read_bytes())
    data[(int(root) - 1) * size : int(root) * size] = bytes(size)
    record.path.write_bytes(data)
    demo.vault().verify([record.filename])

    async def scenario(seen: Seen) -> None:
        assert seen.says("This backup is damaged")
        assert seen.rows()
        await seen.go("bills")
        assert seen.says("is damaged: damaged inside.")
        await seen.go("flats")
        assert len(seen.rows()) == 60

    runner(qapp, demo, monkeypatch, record.filename)(scenario)


@pytest.mark.parametrize(
    ("look", "language", "points"), [(Look.LIGHT, "english", 11), (Look.DARK, "pseudo", 11), (Look.LIGHT, "pseudo", 22)]
)
def test_nothing_is_cut_off_and_every_word_is_translated(run: Run, look: Look, language: str, points: float) -> None:
    words = pseudo() if language == "pseudo" else Words()

    async def scenario(seen: Seen) -> None:
        program = seen.driven.program
        seen.dialog.reject()
        theme = program._theme
        theme.fonts = type(theme.fonts)(theme.fonts.families, points)
        theme.set_look(look)
        assert program.desk.state is not None
        opened = LookInside(seen.driven.window, theme, words, program.desk, program.desk.state.records[0])
        opened.open()
        await seen.until_read()
        for page in ("receipts", "row", "ledger"):
            if page == "row":
                seen.table().opened.emit(0)
            else:
                seen.places.choose(page)
            await seen.until_read()
            settle()
            assert (page, cut_off(opened), overlapping(opened), out_of_reach(opened)) == (page, [], [], [])
            buttons = [one for one in visible(opened) if isinstance(one, QPushButton | QLineEdit | QComboBox)]
            named = [one for one in buttons if not one.objectName().startswith("qt_")]
            assert all(one.objectName() and one.accessibleName() for one in named)
            assert all(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in named)
            if language == "pseudo":
                assert all(PSEUDO_MARKS & set(one.accessibleName()) for one in named)

    run(scenario)


def test_the_menu_of_a_row_offers_the_same_by_keyboard(run: Run) -> None:
    async def scenario(seen: Seen) -> None:
        seen.table().selectRow(0)
        seen.table().menu_requested.emit(QPoint(0, 0))
        menu = QApplication.activePopupWidget()
        assert menu is not None
        assert [action.objectName() for action in menu.actions()] == ["insideShowAction", "insideCopyAction"]
        menu.close()

    run(scenario)


def test_a_file_elsewhere_is_looked_into_and_one_that_is_none_says_so(run: Run, tmp_path: Path) -> None:
    elsewhere = ledger.make(tmp_path / "stick" / "copy.db", journal="delete", entries=3)
    letter = tmp_path / "letter.db"
    letter.write_text("Dear treasurer")

    async def scenario(seen: Seen) -> None:
        seen.dialog.reject()
        program = seen.driven.program
        for path, sentence in (
            (elsewhere, "Inside copy.db"),
            (letter, "not a GharMitra backup"),
            (tmp_path / "gone.db", "There is no file"),
        ):
            opened = LookInside(seen.driven.window, program._theme, program.words, program.desk, path)
            opened.open()
            await seen.driven.settle()
            assert seen.says(sentence)
            assert (seen.rows() != []) is (path == elsewhere)
            opened.reject()

    run(scenario)


def test_from_the_restore_tab_the_newest_is_opened_and_the_same_ledger_is_looked_at_in_an_older_one(run: Run, demo: Society) -> None:
    with OtherProcess(demo.paths.books) as other:
        other.run("UPDATE flats SET owner_name = 'Later Owner'")
    demo.back_up()

    async def scenario(seen: Seen) -> None:
        seen.dialog.reject()
        await seen.driven.settle()
        seen.driven.window.tabs.setCurrentIndex(1)
        seen.driven.press("lookInsideBackupButton")
        await seen.until_read()
        await seen.go("ledger")
        flats = seen.dialog.findChild(QComboBox, "insideFlatChoice")
        assert flats.currentText().endswith("Later Owner")
        choice = seen.dialog.findChild(QComboBox, "insideBackupChoice")
        assert choice.count() == len(seen.driven.program.desk.state.records)  # type: ignore[union-attr]
        choice.setCurrentIndex(choice.count() - 1)
        choice.activated.emit(choice.count() - 1)
        await seen.until_read()
        assert seen.places.chosen_key == "ledger"
        assert flats.count() == 60
        assert not flats.currentText().endswith("Later Owner")
        assert seen.rows("insideLedgerTable")[0][2] == "Opening balance"

    run(scenario)
