"""Lines with a mark each: what was looked at, what follows, how far a job is. Leaves nothing on disk."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import LEAST_HEIGHT, Button
from gharmitra_admin.gui.widgets.labels import MarkLabel, Words
from gharmitra_admin.gui.widgets.levels import MARK_OF_LEVEL, Level

MARK_SIDE = 20
GAP = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``key`` is unique and never shown; ``hint`` stands muted below; ``button`` asks for something about it."""

    key: str
    level: Level
    words: str
    hint: str = ""
    button: str = ""


class _Line(QWidget):
    """One line, changed in place."""

    def __init__(self, theme: Theme, line: Line) -> None:
        super().__init__()
        self.setObjectName(f"line-{line.key}")
        self._mark = MarkLabel(theme, MARK_SIDE, *MARK_OF_LEVEL[line.level])
        self._words = Words(font=theme.fonts.plain, name=f"lineWords-{line.key}")
        self._hint = Words(font=theme.fonts.plain, muted=True)
        self.button = Button(line.button, f"lineButton-{line.key}")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addStretch(1)
        column.addWidget(self._words)
        column.addWidget(self._hint)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(column, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.show_line(line)

    def show_line(self, line: Line) -> None:
        self._mark.set_mark(*MARK_OF_LEVEL[line.level])
        self._words.setText(line.words)
        self._hint.setText(line.hint)
        self._hint.setVisible(bool(line.hint))
        self.button.set_words(line.button, f"{line.button}: {line.words}")
        self.button.setVisible(bool(line.button))
        self.setAccessibleName(f"{line.words} {line.hint}".strip())


class Lines(QWidget):
    """Shows lines as given; where their keys stay the same each is changed in place. ``asked`` carries a line's key."""

    asked = Signal(str)

    def __init__(self, theme: Theme, name: str, *, gap: int = 2) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme = theme
        self._shown: dict[str, _Line] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(gap)

    def set_lines(self, lines: Sequence[Line]) -> None:
        if [line.key for line in lines] != list(self._shown):
            self._rebuild(lines)
        for line in lines:
            self._shown[line.key].show_line(line)

    def set_buttons_enabled(self, is_enabled: bool) -> None:
        for shown in self._shown.values():
            shown.button.setEnabled(is_enabled)

    def _rebuild(self, lines: Sequence[Line]) -> None:
        for shown in self._shown.values():
            self._column.removeWidget(shown)
            shown.hide()
            shown.deleteLater()
        self._shown = {}
        for line in lines:
            shown = _Line(self._theme, line)
            shown.button.clicked.connect(lambda _checked=False, key=line.key: self.asked.emit(key))
            self._shown[line.key] = shown
            self._column.addWidget(shown)
