"""One row of a backup, or one voucher with its lines, as a sheet of paper. Shows what it is given. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gharmitra_admin.engine.parts.reading.vouchers import Entry
from gharmitra_admin.gui.inside_list import WholeTableCard
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.inside_model import Heading
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording import inside, values
from gharmitra_admin.wording.language import Words


class RowPage(QWidget):
    """``left`` is said when she goes back to where she came from."""

    left = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self.setObjectName("insideRow")
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._back = Button(words.say("Back to the list"), "insideBackButton")
        self._back.clicked.connect(self.left)
        self._title = Label(font=theme.fonts.lead, name="insideRowTitle")
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self._back)
        top.addWidget(self._title, 1)
        column.addLayout(top)
        self._facts = Card("insideFactsCard")
        column.addWidget(self._facts, 1)
        self.lines = WholeTableCard(theme, words, "insideLines", words.say("Lines of this voucher"))
        column.addWidget(self.lines, 1)

    def set_view(
        self, title: str, facts: Sequence[tuple[str, str]], head: Sequence[Heading] = (), lines: Sequence[tuple[str, ...]] = ()
    ) -> None:
        """Show this row; the table of lines only where there are any."""
        self._title.setText(title)
        self._facts.clear()
        self._facts.add(self._sheet(facts), 1)
        self.lines.setVisible(bool(lines))
        self.lines.table.rows.set_words(head, lines)
        self.lines.table.fit_columns()
        self.lines.note.setText("")

    def take_focus(self) -> None:
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sheet(self, facts: Sequence[tuple[str, str]]) -> QScrollArea:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for place, (name, value) in enumerate(facts):
            named = QLabel(name)
            named.setProperty("role", "muted")
            shown = Label(value, font=self._theme.fonts.table, name=f"insideFact{place}")
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
            shown.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            shown.setAccessibleName(f"{name}: {value}")
            grid.addWidget(named, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, place, 1)
        grid.setRowStretch(len(facts), 1)
        area = QScrollArea()
        area.setObjectName("insideFacts")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return area


def voucher_lines(words: Words, entry: Entry) -> tuple[list[Heading], list[tuple[str, ...]]]:
    """The lines of a voucher as a table; what each of them only says again is left out."""
    say = words.say
    says_more = any(not line.text.startswith(entry.text) for line in entry.lines if line.text)
    head = [Heading(say("Account"), is_elastic=True), Heading(say("Flat"))]
    head += [Heading(say("Particulars"), is_elastic=True)] if says_more else []
    head += [Heading(say("Debit"), is_number=True), Heading(say("Credit"), is_number=True)]
    rows = []
    for line in entry.lines:
        debit, credit = (values.rupees(words, paise) if paise else "" for paise in (line.debit_paise, line.credit_paise))
        text = (inside.plain(line.text),) if says_more else ()
        rows.append((inside.plain(f"{line.account} {line.account_name}".strip()), inside.plain(line.flat), *text, debit, credit))
    return head, rows
