"""What a rescue brought, table by table, and what can be done with it. Opens no file. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.figure_table import Cell, FigureTable
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.gui.widgets.lines import Line, Lines
from gharmitra_admin.wording.language import Words

WIDTH, HEIGHT = 760, 600


@dataclass(frozen=True, slots=True)
class SalvageView:
    """All of it. ``lines``: what must be known before relying on the new books."""

    headline: str
    text: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[Line, ...]


class SalvageDialog(QDialog):
    """Shows it; ``restore_requested``: go on to the wizard with the new file."""

    restore_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme, words: Words, view: SalvageView) -> None:
        super().__init__(parent)
        self.setObjectName("salvageDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words.say("Rescue what can be read"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(Label(view.headline, font=theme.fonts.lead, name="salvageHeadline"))
        column.addWidget(Label(view.text, font=theme.fonts.plain, muted=True, name="salvageText"))
        column.addWidget(self._sheet(theme, words, view), 1)
        column.addLayout(self._foot(words))
        screen = self.screen().availableSize()
        self.resize(min(WIDTH, screen.width()), min(HEIGHT, screen.height() - 32))

    def _sheet(self, theme: Theme, words: Words, view: SalvageView) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        lines = Lines(theme, "salvageLines")
        lines.set_lines(_numbered(view.lines))
        lines.setVisible(bool(view.lines))
        table = FigureTable(theme, "salvageTable", words.say("What was rescued"))
        table.set_table(view.heads, view.rows)
        column.addWidget(lines)
        column.addWidget(table)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area

    def _foot(self, words: Words) -> QHBoxLayout:
        restore = Button(words.say("Restore these rescued books..."), "restoreRescuedButton")
        restore.clicked.connect(self._on_restore)
        close = Button(words.say("Close"), "salvageCloseButton", Kind.MAIN)
        close.clicked.connect(self.close)
        close.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(restore)
        row.addWidget(close)
        return row

    def _on_restore(self) -> None:
        self.close()
        self.restore_requested.emit()


def _numbered(lines: Sequence[Line]) -> list[Line]:
    return [Line(f"doubt{place}", Level.LOOK, one.words) for place, one in enumerate(lines)]
