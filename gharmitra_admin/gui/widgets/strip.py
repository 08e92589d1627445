"""The strip under the list: the chosen backup in two lines, and what can be done with it. Leaves nothing on disk."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.labels import OneLine


@dataclass(frozen=True, slots=True)
class StripView:
    """``when`` is drawn in the heavier weight, ``facts`` follow on the same line, ``file`` stands below."""

    when: str
    facts: str
    file: str


class Strip(QFrame):
    """Shows one backup's facts; its buttons are the caller's own, put in with ``add_button``."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("backupStrip")
        self.setProperty("role", "strip")
        self._line = OneLine(font=theme.fonts.plain, strong=theme.fonts.strong, name="stripFacts")
        self._file = OneLine(font=theme.fonts.plain, muted=True, name="stripFile")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self._line)
        words.addWidget(self._file)
        words.addStretch(1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addLayout(self._buttons)

    def add_button(self, button: QPushButton | QWidget) -> None:
        """Put a button at the right, after those already there."""
        self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_view(self, view: StripView | None) -> None:
        """Show a backup; None empties the lines and keeps their room."""
        shown = view or StripView("", "", "")
        self._line.set_words(shown.facts, shown.when)
        self._file.set_words(shown.file)
