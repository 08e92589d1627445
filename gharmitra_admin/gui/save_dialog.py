"""Asking where a file shall be saved, without holding up anything else. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_where(parent: QWidget | None, title: str, proposed: Path, name: str, chosen: Callable[[Path], object]) -> QFileDialog:
    """Ask with a name proposed, whose ending a name without one gets; ``name`` is the dialog's object name. Returns the dialog."""
    dialog = QFileDialog(parent, title, str(proposed))
    dialog.setObjectName(name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(proposed.suffix.removeprefix("."))
    dialog.selectFile(proposed.name)
    dialog.fileSelected.connect(lambda file: chosen(Path(file)))
    dialog.open()
    return dialog
