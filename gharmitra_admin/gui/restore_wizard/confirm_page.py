"""Page 4: the question, and the number that shows that it was read. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording.language import Words

NUMBER_WIDTH = 128


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """``number`` 0: nothing has to be typed."""

    question: str
    text: str
    number: int
    is_sum: bool = False


class ConfirmPage(QWidget):
    """Says each change of what is typed; whether it is right, the flow decides."""

    typed = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._words = words
        self._question = Label(font=theme.fonts.headline, name="confirmQuestion")
        self._text = Label(font=theme.fonts.lead, name="confirmText")
        self._ask = QLabel(words.say("To show that you have read it, type the number of entries:"))
        self._ask.setWordWrap(True)
        self._edit = QLineEdit()
        self._edit.setObjectName("confirmEdit")
        self._edit.setProperty("role", "number")
        self._edit.setAccessibleName(words.say("The number of entries"))
        self._edit.setFont(theme.fonts.number)
        self._edit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._edit.setMaxLength(16)
        self._edit.setFixedWidth(round(NUMBER_WIDTH * theme.fonts.scale))
        self._edit.textChanged.connect(self.typed)
        self._ask.setBuddy(self._edit)
        self._wrong = Label(font=theme.fonts.plain, name="confirmWrong")
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self._question)
        column.addWidget(self._text)
        column.addSpacing(24)
        column.addWidget(self._ask)
        column.addWidget(self._edit)
        column.addWidget(self._wrong)
        column.addStretch(1)

    def set_view(self, view: ConfirmView) -> None:
        self._question.setText(view.question)
        self._text.setText(view.text)
        one = self._words.say("To show that you have read it, type the number of entries:")
        self._ask.setText(self._words.say("To show that you have read it, type how many it is together:") if view.is_sum else one)
        for part in (self._ask, self._edit):
            part.setVisible(view.number > 0)
        self._edit.clear()
        self.set_wrong("")

    def set_wrong(self, words: str) -> None:
        self._wrong.setText(words)

    def focus_number(self) -> None:
        self._edit.setFocus(Qt.FocusReason.TabFocusReason)
