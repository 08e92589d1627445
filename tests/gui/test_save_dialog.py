"""Asking where a file shall be saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from gharmitra_admin.gui import save_dialog


@pytest.fixture
def asked(qapp: QApplication, tmp_path: Path) -> Iterator[tuple[QFileDialog, list[Path]]]:
    parent, told = QWidget(), list[Path]()
    yield save_dialog.ask_where(parent, "Save as spreadsheet", tmp_path / "what-changes.csv", "saveChangesDialog", told.append), told
    parent.close()


def test_the_proposed_file_is_told_when_it_is_agreed_to(asked: tuple[QFileDialog, list[Path]], tmp_path: Path) -> None:
    dialog, told = asked
    assert (dialog.objectName(), dialog.isVisible(), told) == ("saveChangesDialog", True, [])
    dialog.accept()
    assert told == [tmp_path / "what-changes.csv"]


def test_a_name_without_an_ending_gets_the_proposed_one(asked: tuple[QFileDialog, list[Path]], tmp_path: Path) -> None:
    dialog, told = asked
    typed = dialog.findChild(QLineEdit, "fileNameEdit")
    assert typed is not None
    typed.setText("for-the-auditor")
    dialog.accept()
    assert told == [tmp_path / "for-the-auditor.csv"]


def test_nothing_is_told_when_it_is_put_away(asked: tuple[QFileDialog, list[Path]]) -> None:
    dialog, told = asked
    dialog.reject()
    assert told == []
    assert not dialog.isVisible()
