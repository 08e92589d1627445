"""The rows of Health: a mark, a name, a sentence, perhaps a button; each opens into its parts. Leaves nothing on disk."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind, MarkButton
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.labels import MarkLabel, Words
from gharmitra_admin.gui.widgets.levels import MARK_OF_LEVEL, Level

ROW_HEIGHT = 44
COMPACT_ROW_HEIGHT = 40
TITLE_WIDTH = 180
MARK_SIDE = 20
GAP = 12
LEFT = 16


@dataclass(frozen=True, slots=True)
class HealthPart:
    """One line that a row opens into."""

    words: str
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One row; ``key`` is unique and never shown. ``support`` are the lines behind the button "Details for support"."""

    key: str
    level: Level
    title: str
    words: str
    button_words: str = ""
    details: tuple[HealthPart, ...] = ()
    support_words: str = ""
    support: tuple[str, ...] = ()

    def spoken(self) -> str:
        return f"{self.title}: {self.words}"


class _Parts(QWidget):
    """What a row opens into."""

    def __init__(self, theme: Theme, row: HealthRow, left: int) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(left, 0, 16, GAP)
        column.setSpacing(8)
        for part in row.details:
            column.addLayout(self._line(theme, part))
        if row.support:
            column.addWidget(self._support(theme, row), 0, Qt.AlignmentFlag.AlignLeft)

    def _line(self, theme: Theme, part: HealthPart) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(GAP)
        if part.level is not None:
            line.addWidget(MarkLabel(theme, MARK_SIDE, *MARK_OF_LEVEL[part.level]), 0, Qt.AlignmentFlag.AlignTop)
        words = Words(part.words, font=theme.fonts.plain, muted=part.level is None)
        line.addWidget(words, 1)
        return line

    def _support(self, theme: Theme, row: HealthRow) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        shown = QLabel("\n".join(row.support))
        shown.setFont(theme.fonts.table)
        shown.setProperty("role", "muted")
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        shown.setWordWrap(True)
        shown.hide()
        button = Button(row.support_words, f"healthSupport-{row.key}", Kind.LINK)
        button.clicked.connect(lambda: shown.setVisible(not shown.isVisible()))
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(shown)
        return holder


class _Row(QWidget):
    """One row of the sheet, changed in place."""

    asked = Signal(str)
    opened = Signal(str, bool)
    step = Signal(int)

    def __init__(self, theme: Theme, row: HealthRow) -> None:
        super().__init__()
        self.setObjectName(f"healthRow-{row.key}")
        self._theme = theme
        self._row = row
        self._parts: _Parts | None = None
        self._underlined = False
        self._mark = MarkLabel(theme, MARK_SIDE, *MARK_OF_LEVEL[row.level])
        self._title = QLabel(row.title)
        self._title.setFont(theme.fonts.strong)
        self._words = Words(row.words, font=theme.fonts.table)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._ask = Button("", f"healthRowAction-{row.key}")
        self._ask.clicked.connect(lambda: self.asked.emit(self._row.key))
        self._open = MarkButton(theme, Mark.RIGHT, "", f"healthRowOpen-{row.key}", Kind.QUIET, ink="muted")
        self._open.setCheckable(True)
        self._open.toggled.connect(self._on_toggled)
        policy = self._open.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._open.setSizePolicy(policy)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._line = QWidget()
        self._lay_out()
        self._column.addWidget(self._line)
        self.show_row(row)

    def _lay_out(self) -> None:
        line = QHBoxLayout(self._line)
        line.setContentsMargins(LEFT, 0, 10, 0)
        line.setSpacing(0)
        line.addWidget(self._mark)
        line.addSpacing(GAP)
        line.addWidget(self._title)
        line.addSpacing(GAP)
        line.addWidget(self._words, 1)
        line.addSpacing(GAP)
        line.addWidget(self._ask)
        line.addSpacing(6)
        line.addWidget(self._open)

    def show_row(self, row: HealthRow) -> None:
        parts_changed = (row.details, row.support) != (self._row.details, self._row.support)
        self._row = row
        self.setAccessibleName(row.spoken())
        self._mark.set_mark(*MARK_OF_LEVEL[row.level])
        self._title.setText(row.title)
        self._words.setText(row.words)
        self._ask.set_words(row.button_words, f"{row.button_words}: {row.title}")
        self._ask.setVisible(bool(row.button_words))
        self._open.setAccessibleName(row.spoken())
        self._open.setVisible(bool(row.details or row.support))
        if parts_changed and self._parts is not None:
            self._drop_parts()
            self._on_toggled(self._open.isChecked())

    def set_title_width(self, width: int) -> None:
        self._title.setFixedWidth(width)

    def set_height(self, height: int) -> None:
        self._line.setMinimumHeight(max(height, self._title.fontMetrics().height() + 20))

    def set_underlined(self, underlined: bool) -> None:
        if underlined != self._underlined:
            self._underlined = underlined
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._underlined:
            painter = QPainter(self)
            painter.fillRect(LEFT, self.height() - 1, self.width() - 2 * LEFT, 1, QColor(self._theme.tokens.line))
            painter.end()

    def title_width(self) -> int:
        return QFontMetrics(self._theme.fonts.strong).horizontalAdvance(self._row.title) + 2

    def focus_opener(self, reason: Qt.FocusReason) -> None:
        self._open.setFocus(reason)

    def _on_toggled(self, is_open: bool) -> None:
        self._open.set_mark(Mark.DOWN if is_open else Mark.RIGHT)
        if is_open and self._parts is None:
            self._parts = _Parts(self._theme, self._row, self._words.x())
            self._column.addWidget(self._parts)
        if self._parts is not None:
            self._parts.setVisible(is_open)
        self.opened.emit(self._row.key, is_open)

    def _drop_parts(self) -> None:
        if self._parts is not None:
            self._column.removeWidget(self._parts)
            self._parts.deleteLater()
            self._parts = None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the line opens it, not only one on the arrow."""
        is_on_line = self._line.geometry().contains(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and self._open.isVisible() and is_on_line:
            self._open.toggle()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.step.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Right, Qt.Key.Key_Left} and self._open.isVisible():
            self._open.setChecked(key == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)


class HealthRows(Card):
    """The sheet of rows. ``asked`` carries the key of the row whose button was pressed, ``opened`` key and state."""

    asked = Signal(str)
    opened = Signal(str, bool)

    def __init__(self, theme: Theme, spoken_name: str) -> None:
        super().__init__("healthTable", pad=2)
        self.setAccessibleName(spoken_name)
        self._theme = theme
        self._height = ROW_HEIGHT
        self._shown: dict[str, _Row] = {}

    def set_rows(self, rows: Sequence[HealthRow]) -> None:
        """Show these rows; where their keys are the same as before, each is changed in place and stays open."""
        if [row.key for row in rows] == list(self._shown):
            for row in rows:
                self._shown[row.key].show_row(row)
        else:
            self._rebuild(rows)
        self._line_up()

    def set_compact(self, compact: bool) -> None:
        self._height = COMPACT_ROW_HEIGHT if compact else ROW_HEIGHT
        self._line_up()

    def _rebuild(self, rows: Sequence[HealthRow]) -> None:
        self.clear()
        self._shown = {}
        for row in rows:
            widget = _Row(self._theme, row)
            widget.asked.connect(self.asked)
            widget.opened.connect(self.opened)
            widget.step.connect(lambda by, key=row.key: self._step(key, by))
            self._shown[row.key] = widget
            self.add(widget)

    def _line_up(self) -> None:
        width = max([TITLE_WIDTH, *(row.title_width() for row in self._shown.values())])
        last = len(self._shown) - 1
        for place, row in enumerate(self._shown.values()):
            row.set_title_width(width)
            row.set_height(self._height)
            row.set_underlined(place < last)

    def _step(self, key: str, by: int) -> None:
        keys = list(self._shown)
        place = keys.index(key) + by
        if 0 <= place < len(keys):
            self._shown[keys[place]].focus_opener(Qt.FocusReason.TabFocusReason)
