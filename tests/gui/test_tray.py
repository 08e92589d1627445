"""The icon beside the clock: what its menu says and offers in each state."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from gharmitra_admin.gui.tray import Tray, TrayView
from gharmitra_admin.gui.widgets.tray_icons import TrayState
from tests.builders.window import english


@pytest.fixture
def tray(qapp: QApplication) -> Tray:
    return Tray(english())


def shown(tray: Tray) -> dict[str, bool]:
    return {action.text(): action.isEnabled() for action in tray.menu.actions() if action.isVisible() and not action.isSeparator()}


def test_before_the_society_is_known_no_backup_is_offered_to_be_made(tray: Tray) -> None:
    assert shown(tray) == {"Open GharMitra Admin": True, "Create backup now": False, "Quit": True}


def test_while_a_backup_runs_its_progress_takes_the_place_of_the_wish_and_it_can_be_cancelled(tray: Tray) -> None:
    tray.set_view(TrayView(TrayState.WORKING, "-", "Last backup: today", "Making a backup, 40%"))
    assert shown(tray) == {
        "Open GharMitra Admin": True,
        "Making a backup, 40%": False,
        "Cancel this backup": True,
        "Last backup: today": True,
        "Quit": True,
    }
    tray.set_view(TrayView(TrayState.GOOD, "-", "Last backup: today"))
    assert shown(tray)["Create backup now"]


def test_without_a_panel_it_is_not_there(tray: Tray, qapp: QApplication) -> None:
    assert qapp.platformName() == "offscreen"
    assert not tray.is_there


def test_each_entry_says_what_was_asked_for(tray: Tray) -> None:
    tray.set_view(TrayView(TrayState.GOOD, "-", "Last backup: today"))
    asked: list[str] = []
    tray.open_requested.connect(lambda: asked.append("open"))
    tray.backup_requested.connect(lambda: asked.append("backup"))
    tray.list_requested.connect(lambda: asked.append("list"))
    tray.quit_requested.connect(lambda: asked.append("quit"))
    for action in tray.menu.actions():
        if action.isVisible() and action.isEnabled():
            action.trigger()
    assert asked == ["open", "backup", "list", "quit"]
