"""The few questions: which backup to delete, what one is for, what support may want to know. Leaves nothing on disk.

Esc always means: nothing changed. A button that destroys is never the default of Enter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording.language import Words

WIDTH, DETAIL_WIDTH = 560, 600
LABEL_LIMIT = 120


class Question(QDialog):
    """A title, a text and buttons that repeat the verb of the question; ``chosen`` is called with the pressed button's name."""

    def __init__(
        self, parent: QWidget, theme: Theme, *, name: str, title: str, text: str, buttons: Sequence[tuple[str, str]], safe: str
    ) -> None:
        """``buttons`` are (words, object name) from left to right; ``safe`` names the one that Enter presses."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self.pressed = ""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 24, 24, 24)
        self.column.setSpacing(16)
        self.column.addWidget(Label(title, font=theme.fonts.lead, name=f"{name}Title"))
        if text:
            self.column.addWidget(Label(text, font=theme.fonts.plain, name=f"{name}Text"))
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        for words, button_name in buttons:
            button = Button(words, button_name, Kind.MAIN if button_name == safe else Kind.PLAIN)
            button.clicked.connect(lambda _checked=False, pressed=button_name: self._press(pressed))
            foot.addWidget(button)
            if button_name == safe:
                button.setDefault(True)
                button.setFocus()
        self._foot = foot
        self.column.addLayout(foot)

    def enable(self, button_name: str, is_enabled: bool) -> None:
        """Let a button be pressed, or not yet."""
        if (button := self.findChild(Button, button_name)) is not None:
            button.setEnabled(is_enabled)

    def add(self, part: QWidget) -> None:
        """Put something between the text and the buttons."""
        self.column.insertWidget(self.column.count() - 1, part)

    def ask(self, answered: Callable[[str], None]) -> None:
        """Show it; the answer is the name of the pressed button, empty for Esc."""
        self.finished.connect(lambda _result: answered(self.pressed))
        self.open()

    def _press(self, name: str) -> None:
        self.pressed = name
        self.accept()


def confirm_delete(parent: QWidget, theme: Theme, words: Words, *, when: str, text: str, answered: Callable[[bool], None]) -> None:
    """Ask before a backup is deleted."""
    question = Question(
        parent,
        theme,
        name="deleteDialog",
        title=words.say("Delete the backup of {when}?", when=when),
        text=text,
        buttons=((words.say("Keep it"), "keepItButton"), (words.say("Delete this backup"), "deleteThisButton")),
        safe="keepItButton",
    )
    question.ask(lambda pressed: answered(pressed == "deleteThisButton"))


def ask_label(
    parent: QWidget,
    theme: Theme,
    words: Words,
    *,
    when: str,
    current: str,
    suggestions: Sequence[str],
    answered: Callable[[str | None], None],
) -> None:
    """Ask what a backup is for; None where nothing shall change."""
    question = Question(
        parent,
        theme,
        name="labelDialog",
        title=words.say("What is the backup of {when} for?", when=when),
        text=words.say("A labelled backup is kept until you delete it."),
        buttons=((words.say("Cancel"), "labelCancelButton"), (words.say("Save label"), "labelSaveButton")),
        safe="labelSaveButton",
    )
    edit = QComboBox()
    edit.setObjectName("changeLabelEdit")
    edit.setAccessibleName(words.say("What is it for?"))
    edit.setEditable(True)
    edit.addItems(list(suggestions))
    edit.setCurrentText(current)
    line = edit.lineEdit()
    assert line is not None
    line.setMaxLength(LABEL_LIMIT)
    line.selectAll()
    question.add(edit)
    edit.setFocus()
    question.ask(lambda pressed: answered(edit.currentText().strip() if pressed == "labelSaveButton" else None))


def show_details(parent: QWidget, theme: Theme, words: Words, *, when: str, rows: Sequence[tuple[str, str]]) -> QDialog:
    """Show everything that is known of one backup, ready to be copied."""
    question = Question(
        parent,
        theme,
        name="detailsDialog",
        title=words.say("The backup of {when}", when=when),
        text="",
        buttons=((words.say("Copy these lines"), "detailsCopyButton"), (words.say("Close"), "detailsCloseButton")),
        safe="detailsCloseButton",
    )
    sheet = QWidget()
    grid = QGridLayout(sheet)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(24)
    grid.setColumnStretch(1, 1)
    for place, (name, value) in enumerate(rows):
        title = QLabel(name)
        title.setProperty("role", "muted")
        # A field, since a path or a hash has no spaces to break at: it can be selected, and scrolls.
        shown = QLineEdit(value)
        shown.setObjectName(f"detail{place}")
        shown.setAccessibleName(name)
        shown.setProperty("flat", True)
        shown.setFont(theme.fonts.table)
        shown.setReadOnly(True)
        shown.setCursorPosition(0)
        shown.setMinimumWidth(DETAIL_WIDTH)
        title.setBuddy(shown)
        grid.addWidget(title, place, 0)
        grid.addWidget(shown, place, 1)
    question.add(sheet)
    lines = "\n".join(f"{name}: {value}" for name, value in rows)
    question.ask(lambda pressed: QGuiApplication.clipboard().setText(lines) if pressed == "detailsCopyButton" else None)
    return question
