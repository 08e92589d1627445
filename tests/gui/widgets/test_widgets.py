"""The window's parts: the list keeps its choice, the year can be walked, the ring shows for keys only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QWidget

from gharmitra_admin.gui.look.theme import Look, Theme
from gharmitra_admin.gui.widgets.backups_model import BackupRow, Column, HeadWords
from gharmitra_admin.gui.widgets.backups_table import BackupsTable
from gharmitra_admin.gui.widgets.banner import Banner, BannerView
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.calendar import Calendar
from gharmitra_admin.gui.widgets.calendar_days import CalendarDay, CalendarView, DayState, first_day
from gharmitra_admin.gui.widgets.focus_ring import FocusRing
from gharmitra_admin.gui.widgets.headline import HeadlineBlock, HeadlineView, RunningView
from gharmitra_admin.gui.widgets.health_rows import HealthPart, HealthRow, HealthRows
from gharmitra_admin.gui.widgets.labels import OneLine
from gharmitra_admin.gui.widgets.levels import Level, RowState

HEAD = HeadWords("When", "Why", "State", "Size")
ROWS = [BackupRow(name, f"today, {name}", "By you", None, RowState.CHECKED, "Checked", "9.8 MB") for name in "abcde"]
TODAY = date(2026, 11, 23)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, Look.LIGHT)


@pytest.fixture
def table(theme: Theme, qtbot) -> BackupsTable:
    made = BackupsTable(theme, HEAD, "Backups")
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.set_rows(ROWS)
    made.show()
    return made


def test_the_chosen_row_stays_chosen_when_the_list_grows(table: BackupsTable) -> None:
    table.choose("c")
    told: list[str] = []
    table.chosen.connect(told.append)
    table.set_rows([BackupRow("new", "now", "By you", "Kept", RowState.PROVEN, "Restore-tested", "1 MB"), *ROWS])
    assert table.chosen_name == "c"
    assert told == []


def test_where_the_chosen_row_is_gone_its_neighbour_takes_its_place(table: BackupsTable) -> None:
    table.choose("c")
    table.set_rows([row for row in ROWS if row.name != "c"])
    assert table.chosen_name == "d"


def test_arrow_keys_walk_the_list_and_enter_opens(table: BackupsTable) -> None:
    opened: list[str] = []
    table.opened.connect(opened.append)
    table.choose("a")
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened == ["b"]


def test_the_list_speaks_a_whole_row_and_shows_only_words(table: BackupsTable) -> None:
    model = table.model()
    first = model.index(0, Column.WHEN)
    assert model.data(first, Qt.ItemDataRole.AccessibleTextRole) == "today, a, By you, Checked, 9.8 MB"
    assert [model.headerData(place, Qt.Orientation.Horizontal) for place in range(4)] == ["When", "Why", "State", "Size"]


def test_words_that_change_change_in_place(table: BackupsTable) -> None:
    table.choose("b")
    table.set_rows([replace(row, state=RowState.DAMAGED, state_word="Damaged") if row.name == "b" else row for row in ROWS])
    assert table.chosen_name == "b"
    assert table.rows[1].state_word == "Damaged"


def test_the_menu_key_asks_for_the_menu_of_the_chosen_row(table: BackupsTable, qtbot) -> None:
    table.choose("d")
    with qtbot.waitSignal(table.menu_requested) as asked:
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
        table.choose("d")
        QApplication.sendEvent(table, _menu_event())
    assert asked.args[0] == "d"


def _menu_event():
    from PySide6.QtGui import QContextMenuEvent

    return QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))


def test_the_headline_keeps_what_it_had_while_a_job_runs(theme: Theme, qtbot) -> None:
    block = HeadlineBlock(theme)
    qtbot.addWidget(block)
    block.set_view(HeadlineView(Level.GOOD, "Backed up.", "Nothing since.", banner=BannerView("No copy yet.", "Copy...")))
    block.resize(1000, 200)
    block.show()
    block.set_running(RunningView("Making a backup: copying, 64 %", 0.64, "Cancel", "Making a backup"))
    assert block.findChild(QWidget, "headlineLabel").text() == "Making a backup: copying, 64 %"
    assert block.findChild(QWidget, "jobProgress").value() == 640
    assert block.findChild(QWidget, "jobBar").isVisible()
    block.set_view(HeadlineView(Level.LOOK, "Changed.", "Since then."))
    block.set_running(None)
    assert block.findChild(QWidget, "headlineLabel").text() == "Changed."
    assert not block.findChild(QWidget, "jobBar").isVisible()


def test_the_banner_shows_its_button_only_where_it_has_words(theme: Theme, qtbot) -> None:
    banner = Banner(theme)
    qtbot.addWidget(banner)
    banner.show()
    banner.set_view(BannerView("No copy yet.", "Copy..."))
    button = banner.findChild(QWidget, "statusBannerButton")
    assert button.isVisible()
    with qtbot.waitSignal(banner.pressed):
        button.click()
    banner.set_view(BannerView("Only words."))
    assert not button.isVisible()


def test_one_line_is_cut_with_an_ellipsis_and_told_whole(theme: Theme, qtbot) -> None:
    line = OneLine(font=theme.fonts.plain, strong=theme.fonts.strong)
    qtbot.addWidget(line)
    line.set_words(" - 3,988 vouchers, last receipt RV-3512, 25 documents", "21/11/2026, 6:00 PM")
    line.resize(120, 30)
    assert line.toolTip() == "21/11/2026, 6:00 PM - 3,988 vouchers, last receipt RV-3512, 25 documents"
    assert line.minimumSizeHint().width() <= 120


def days() -> CalendarView:
    start = first_day(TODAY)
    told = [CalendarDay(start + timedelta(days=ahead), DayState.CHECKED, f"day {ahead}") for ahead in range((TODAY - start).days + 1)]
    return CalendarView(TODAY, tuple(told), ("Jan",) * 12, ("M", "T", "W", "T", "F", "S", "S"), "The year")


def test_the_year_is_walked_by_arrow_keys_and_every_day_has_its_words(theme: Theme, qtbot) -> None:
    calendar = Calendar(theme)
    qtbot.addWidget(calendar)
    calendar.set_view(days())
    calendar.resize(1060, 200)
    calendar.show()
    chosen: list[str] = []
    calendar.day_chosen.connect(lambda day: chosen.append(day.words))
    assert calendar.cells.current_day().day == TODAY
    QTest.keyClick(calendar.cells, Qt.Key.Key_Left)
    assert calendar.cells.current_day().day == TODAY - timedelta(days=7)
    assert chosen[-1] == f"day {(TODAY - first_day(TODAY)).days - 7}"
    model = calendar.cells.model()
    assert model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == "day 0"
    assert (model.rowCount(), model.columnCount()) == (7, 53)


def test_the_ring_shows_after_keys_and_hides_after_the_mouse(theme: Theme, qtbot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    middle = QWidget()
    row = QHBoxLayout(middle)
    first, second = Button("First", "first"), Button("Second", "second")
    row.addWidget(first)
    row.addWidget(second)
    window.setCentralWidget(middle)
    ring = FocusRing(window, theme)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is second
    assert ring.isVisible()
    assert ring.geometry().contains(second.mapTo(window, second.rect().center()))
    window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
    first.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not ring.isVisible()


def test_a_row_of_health_opens_into_its_parts_and_stays_open(theme: Theme, qtbot) -> None:
    rows = HealthRows(theme, "Health")
    qtbot.addWidget(rows)
    row = HealthRow("books", Level.GOOD, "Books", "Whole.", "Show", (HealthPart("Integrity"),), "Details for support", ("journal: wal",))
    rows.set_rows([row])
    rows.resize(900, 300)
    rows.show()
    opener = rows.findChild(QWidget, "healthRowOpen-books")
    opener.click()
    assert rows.findChild(QWidget, "healthSupport-books").isVisible()
    rows.set_rows([replace(row, words="Whole. 9.8 MB.")])
    assert rows.findChild(QWidget, "healthSupport-books").isVisible()
    with qtbot.waitSignal(rows.asked) as asked:
        rows.findChild(QWidget, "healthRowAction-books").click()
    assert asked.args == ["books"]
