"""The one notice under a headline, and the strip that says "this is practice". Leaves nothing on disk."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import LEAST_HEIGHT, Button
from gharmitra_admin.gui.widgets.labels import MarkLabel, Words
from gharmitra_admin.gui.widgets.levels import MARK_OF_LEVEL, Level


@dataclass(frozen=True, slots=True)
class BannerView:
    words: str
    button_words: str = ""
    level: Level = Level.LOOK


class Banner(QWidget):
    """Mark, words and at most one plain button, in line with the headline's words."""

    pressed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("statusBanner")
        self._mark = MarkLabel(theme, 20, *MARK_OF_LEVEL[Level.LOOK])
        self._words = Words(font=theme.fonts.plain, name="statusBannerWords")
        self._button = Button("", "statusBannerButton")
        self._button.clicked.connect(self.pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(10)
        row.addWidget(self._words)
        row.addSpacing(16)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(LEAST_HEIGHT)

    def set_view(self, view: BannerView) -> None:
        self._mark.set_mark(*MARK_OF_LEVEL[view.level])
        self._words.setText(view.words)
        self.setAccessibleName(view.words)
        self._button.set_words(view.button_words)
        self._button.setVisible(bool(view.button_words))


class PracticeStrip(QLabel):
    """The one full-width strip, under the tabs, while the society is a made-up one."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__(words)
        self.setObjectName("practiceStrip")
        self.setProperty("role", "practice")
        self.setFont(theme.fonts.plain)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
