"""The Backups tab: one wish is one backup."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gharmitra_admin.gui.backups_tab import BackupsTab
from gharmitra_admin.gui.look.theme import Look, Theme
from gharmitra_admin.wording.language import Words


@pytest.fixture
def tab(qapp: QApplication, qtbot) -> BackupsTab:
    made = BackupsTab(Theme(qapp, Look.LIGHT), Words())
    qtbot.addWidget(made)
    made.show()
    made.set_allowed(create=True, on_row=True)
    return made


def test_the_second_click_of_a_double_click_is_no_second_wish_even_when_the_first_is_done(tab: BackupsTab) -> None:
    wishes: list[str] = []

    def at_once_done(label: str) -> None:
        wishes.append(label)
        tab.set_allowed(create=True, on_row=True)

    tab.create_requested.connect(at_once_done)
    button = tab.findChild(QWidget, "createBackupButton")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert wishes == [""]


def test_nothing_can_be_wished_while_a_job_runs(tab: BackupsTab) -> None:
    wishes: list[str] = []
    tab.create_requested.connect(wishes.append)
    tab.set_allowed(create=False, on_row=False)
    QTest.mouseClick(tab.findChild(QWidget, "createBackupButton"), Qt.MouseButton.LeftButton)
    assert wishes == []
