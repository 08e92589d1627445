"""The wizard's frame: steps on top, one page between, buttons at the foot. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.banner import PracticeStrip
from gharmitra_admin.gui.widgets.buttons import Button, Kind
from gharmitra_admin.gui.widgets.focus_ring import FocusRing
from gharmitra_admin.gui.widgets.steps import Steps
from gharmitra_admin.wording.language import Words, mark

WIDTH, HEIGHT, FRAME = 880, 672, 32
MARGIN, BETWEEN = 32, 24
FOOT_HEIGHT = 64


class Step(IntEnum):
    """The six pages; not done takes the place of done."""

    CHOOSE = 0
    CHANGES = 1
    READY = 2
    CONFIRM = 3
    WORKING = 4
    DONE = 5


STEP_NAMES = (mark("Which backup?"), mark("What changes"), mark("Getting ready"), mark("Confirm"), mark("Restoring"), mark("Done"))


@dataclass(frozen=True, slots=True)
class Foot:
    """The buttons at the foot, by their words; an empty one is not there. ``default``: Enter presses the main one."""

    main: str
    back: str = ""
    cancel: str = ""
    default: bool = True
    why_off: str = ""  # why the main one cannot be pressed


class _OneClick(Button):
    """Another page comes at the first click; the second one of a double click was not meant for it."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


class RestoreWizard(QDialog):
    """Shows pages and says what was pressed; decides nothing."""

    next_requested = Signal()
    back_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme, words: Words, title: str, *, is_practice: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("restoreWizard")
        self._words, self._title = words, title
        self._may_close = False
        self.steps = Steps(theme, [words.say(name) for name in STEP_NAMES])
        self._pages = QStackedWidget()
        self._extras: dict[Step, list[Button]] = {}
        self._ends: dict[Step, list[Button]] = {}
        self._at = Step.CHOOSE
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if is_practice:
            column.addWidget(PracticeStrip(theme, words.say("Practice: all of this is done to a copy. The books stay as they are.")))
        column.addWidget(self._body(), 1)
        column.addWidget(self._foot())
        self._ring = FocusRing(self, theme)
        screen = self.screen().availableSize()
        self.resize(min(WIDTH, screen.width()), min(HEIGHT, screen.height()) - FRAME)
        self.setMinimumSize(min(640, screen.width()), min(480, screen.height()) - FRAME)

    def _body(self) -> QWidget:
        body = QWidget()
        body.setProperty("role", "sheet")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(BETWEEN)
        steps = QHBoxLayout()
        steps.setContentsMargins(MARGIN, 0, MARGIN, 0)
        steps.addWidget(self.steps)
        column.addLayout(steps)
        column.addWidget(self._pages, 1)
        return body

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "foot")
        foot.setMinimumHeight(FOOT_HEIGHT)
        row = QHBoxLayout(foot)
        row.setContentsMargins(MARGIN, 8, MARGIN, 8)
        row.setSpacing(8)
        self._left, self._right = QHBoxLayout(), QHBoxLayout()
        for part in (self._left, self._right):
            part.setSpacing(8)
        self._cancel = Button("", "wizardCancelButton")
        self._cancel.clicked.connect(self.cancel_requested)
        self._back = _OneClick("", "wizardBackButton")
        self._back.clicked.connect(self.back_requested)
        self._next = _OneClick("", "wizardNextButton", Kind.MAIN)
        self._next.clicked.connect(self.next_requested)
        row.addLayout(self._left)
        row.addStretch(1)
        row.addLayout(self._right)
        for button in (self._cancel, self._back, self._next):
            row.addWidget(button)
        return foot

    def add_page(self, page: QWidget) -> None:
        """Add a page behind the others; its body scrolls where the window is too small."""
        page.setProperty("role", "sheet")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        if (layout := page.layout()) is not None:
            layout.setContentsMargins(MARGIN, 4, MARGIN, 16)  # room for the focus ring
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        self._pages.addWidget(area)

    def add_extra(self, step: Step, button: Button, *, at_the_right: bool = False) -> None:
        """Put a button of one page into the foot: at the left, or beside the main one."""
        (self._ends if at_the_right else self._extras).setdefault(step, []).append(button)
        (self._right if at_the_right else self._left).addWidget(button)
        button.hide()

    def show_step(self, step: Step, foot: Foot, *, place: int | None = None) -> None:
        """Show a page; ``place``: its place in the stack, where it is not that of its step."""
        self._at = step
        spoken = self._words.say("Page {number} of {all}: {name}", number=step + 1, all=len(Step), name=self._words.say(STEP_NAMES[step]))
        self.steps.set_place(step, spoken)
        self.setWindowTitle(self._words.say("{title} - page {number} of {all}", title=self._title, number=step + 1, all=len(Step)))
        self._pages.setCurrentIndex(step if place is None else place)
        for one, buttons in (*self._extras.items(), *self._ends.items()):
            for button in buttons:
                button.setVisible(one is step and button.property("off_page") is not True)
        self.set_foot(foot)

    def set_foot(self, foot: Foot) -> None:
        for button, words in ((self._cancel, foot.cancel), (self._back, foot.back), (self._next, foot.main)):
            button.set_words(words)
            button.setVisible(bool(words))
        self._next.setEnabled(not foot.why_off)
        self._next.setToolTip(foot.why_off)
        self._next.setDefault(foot.default)
        self._back.setEnabled(True)
        self._cancel.setEnabled(True)

    def set_cancel_enabled(self, is_enabled: bool) -> None:
        self._cancel.setEnabled(is_enabled)

    def set_extra_shown(self, button: Button, is_shown: bool) -> None:
        """Take a button of the foot away from its page, or bring it back."""
        button.setProperty("off_page", not is_shown)
        button.setVisible(is_shown and button in (*self._extras.get(self._at, ()), *self._ends.get(self._at, ())))

    def buttons(self) -> Sequence[Button]:
        return (self._cancel, self._back, self._next)

    def focus_next(self) -> None:
        self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_for_good(self) -> None:
        self._may_close = True
        self.close()

    def reject(self) -> None:
        """Esc, and the cross in the corner: as Cancel."""
        if self._may_close:
            super().reject()
        else:
            self.cancel_requested.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.cancel_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the main button only where it is the default: never on the page that asks for the number."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and not self._next.isDefault():
            event.ignore()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()
