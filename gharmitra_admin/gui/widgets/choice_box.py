"""One choice in a box of its own: a round mark, a title and a few muted lines. Leaves nothing on disk."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QRadioButton, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.labels import Words


@dataclass(frozen=True, slots=True)
class Choice:
    title: str
    lines: tuple[str, ...]

    def spoken(self) -> str:
        return ", ".join((self.title, *self.lines))


class ChoiceBox(Card):
    """A click anywhere in the box chooses it; ``radio`` goes into the caller's QButtonGroup."""

    def __init__(self, theme: Theme, choice: Choice, name: str) -> None:
        super().__init__(name)
        self.radio = QRadioButton()
        self.radio.setObjectName(f"{name}Radio")
        self.radio.setAccessibleName(choice.spoken())
        self.radio.setProperty("bare", True)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(19, 19, 19, 19)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.radio, 0, 0, 1 + len(choice.lines), 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(Words(choice.title, font=theme.fonts.strong), 0, 1)
        for place, line in enumerate(choice.lines, start=1):
            grid.addWidget(Words(line, font=theme.fonts.plain, muted=True), place, 1)
        self.add(inside)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.radio.setChecked(True)
        super().mouseReleaseEvent(event)
