"""Flat by flat, what would be due: now and after going back. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gharmitra_admin.engine.parts.books.dues_change import DuesChange
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.figure_table import Cell, FigureTable
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words

WIDTH, HEIGHT = 560, 480


class FlatsDialog(QDialog):
    """Shows them; Esc or Close goes back."""

    def __init__(self, parent: QWidget, theme: Theme, words: Words, flats: Sequence[DuesChange]) -> None:
        super().__init__(parent)
        self.setObjectName("flatsDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words.say("Dues of flats"))
        self.resize(WIDTH, HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        title = words.count("{number} flat will show another due.", "{number} flats will show other dues.", len(flats))
        column.addWidget(Label(title, font=theme.fonts.lead, name="flatsTitle"))
        table = FigureTable(theme, "flatsTable", words.say("Dues of flats"))
        heads = (words.say("Flat"), words.say("Due now"), words.say("Due after going back"))
        table.set_table(heads, [_row(words, flat) for flat in flats])
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(table)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(area, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = Button(words.say("Close"), "flatsCloseButton", Kind.MAIN)
        close.clicked.connect(self.close)
        close.setDefault(True)
        foot.addWidget(close)
        column.addLayout(foot)


def _due(words: Words, paise: int | None) -> str:
    if paise is None:
        return ""
    return words.say("{amount} in advance", amount=values.rupees(words, -paise)) if paise < 0 else values.rupees(words, paise)


def _row(words: Words, flat: DuesChange) -> tuple[Cell, ...]:
    now, then = (_due(words, paise) for paise in (flat.now_paise, flat.then_paise))
    return Cell(flat.flat), Cell(now), Cell(then, strong=flat.is_more)
