"""Page 5: how far the restore is, and whether it can still be called off. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.lines import Line, Lines
from gharmitra_admin.wording.language import Words


class WorkingPage(QWidget):
    """Four lines, a bar, and one sentence about switching off."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._headline = Label(font=theme.fonts.running_headline, name="workingHeadline")
        self._bar = QProgressBar()
        self._bar.setObjectName("wizardProgress")
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(words.say("How far it is"))
        self._lines = Lines(theme, "workingLines", gap=4)
        self._advice = Label(font=theme.fonts.strong, name="workingAdvice")
        column = QVBoxLayout(self)
        column.setSpacing(16)
        for part in (self._headline, self._bar, self._lines, self._advice):
            column.addWidget(part)
        column.addStretch(1)

    def set_view(self, headline: str, done: float | None, lines: Sequence[Line], advice: str) -> None:
        self._headline.setText(headline)
        self._bar.setMaximum(0 if done is None else 1000)
        if done is not None:
            self._bar.setValue(round(done * 1000))
        self._lines.set_lines(lines)
        self._advice.setText(advice)
