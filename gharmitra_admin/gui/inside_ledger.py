"""A flat's ledger as on a day: which flat, which day, and every line with the balance after it.

Shows what it is given and says what was asked for; opens no file. Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gharmitra_admin.engine.parts.reading import Column, Holds, PageRow, Rupees, day_typed
from gharmitra_admin.engine.parts.reading.flat_ledger import Flat, FlatLedger, year_begins
from gharmitra_admin.gui.inside_list import WholeTableCard
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.flow import Flow
from gharmitra_admin.gui.widgets.inside_model import Heading
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording import inside, values
from gharmitra_admin.wording.language import Words

FLAT_WIDTH, DAY_WIDTH = 240, 128
_TEXT = Column("", Holds.TEXT)


class LedgerPage(QWidget):
    """``asked`` carries the flat's number, the day, and the first day (None: from the beginning)."""

    asked = Signal(int, object, object)

    def __init__(self, theme: Theme, words: Words, as_on: date) -> None:
        super().__init__()
        self.setObjectName("insideLedger")
        self._theme, self._words = theme, words
        self._flats: Sequence[Flat] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._choices(as_on))
        self._headline = Label(font=theme.fonts.lead, name="insideLedgerHeadline")
        column.addWidget(self._headline)
        self.card = WholeTableCard(theme, words, "insideLedger", words.say("A flat's ledger"))
        column.addWidget(self.card, 1)

    def _choices(self, as_on: date) -> QWidget:
        say = self._words.say
        self._flat = self._combo("insideFlatChoice", say("Flat"))
        self._flat.setMinimumWidth(round(FLAT_WIDTH * self._theme.fonts.scale))
        self._day = QLineEdit(values.day(self._words, as_on))
        self._day.setObjectName("insideDayEdit")
        self._day.setAccessibleName(say("As on"))
        self._day.setFixedWidth(round(DAY_WIDTH * self._theme.fonts.scale))
        self._day.textChanged.connect(lambda _text: self.ask())
        self._since = self._combo("insideSinceChoice", say("From"))
        self._since.addItem(say("this financial year"), True)
        self._since.addItem(say("the beginning"), False)
        holder = QWidget()
        flow = Flow(holder, 16, 8)
        for name, part in ((say("Flat"), self._flat), (say("As on"), self._day), (say("From"), self._since)):
            flow.addWidget(_named(name, part))
        return holder

    def _combo(self, name: str, spoken_name: str) -> QComboBox:
        made = QComboBox()
        made.setObjectName(name)
        made.setAccessibleName(spoken_name)
        made.currentIndexChanged.connect(lambda _place: self.ask())
        return made

    def set_flats(self, flats: Sequence[Flat]) -> None:
        """Offer these flats; the one that was chosen stays so, else the first is."""
        chosen = self._flat.currentText()
        names = [inside.flat(one) for one in flats]
        self._flats = ()  # nothing is asked for while they are put in
        self._flat.clear()
        self._flat.addItems(names)
        self._flats = flats
        self._flat.setCurrentIndex(names.index(chosen) if chosen in names else 0)
        self.ask()

    def forget_flats(self) -> None:
        """Another backup is looked into: its flats are asked for anew."""
        self._flats = ()

    @property
    def has_flats(self) -> bool:
        return bool(self._flats)

    def ask(self) -> None:
        """Ask for the chosen flat's ledger, once the day is one."""
        place = self._flat.currentIndex()
        if not 0 <= place < len(self._flats):
            return
        day = day_typed(self._day.text())
        if day is None:
            self._headline.setText(self._words.say("Write the day as 31/03/2026."))
            return
        since = year_begins(day) if self._since.currentData() else None
        self.asked.emit(self._flats[place].number, day, since)

    def set_ledger(self, number: int, told: FlatLedger) -> None:
        """Show a ledger, unless another flat was chosen meanwhile."""
        flat = self._flats[self._flat.currentIndex()]
        if flat.number != number:
            return
        words = self._words
        self._headline.setText(inside.ledger_headline(words, flat, told))
        self.card.note.setText(inside.ledger_notes(words, told))
        say = words.say
        head = [Heading(say("Date")), Heading(say("Number")), Heading(say("Particulars"), is_elastic=True)]
        head += [Heading(title, is_number=True) for title in (say("Billed"), say("Received"), say("Due"))]
        self.card.table.rows.set_rows(head, self._rows(told), self._say)
        self.card.table.fit_columns()
        self.card.table.scrollToBottom()

    def _rows(self, told: FlatLedger) -> list[PageRow]:
        """Opening balance, lines and closing balance; words are made of a line when it is seen."""
        opening, closing = self._words.say("Opening balance"), self._words.say("Closing balance")
        first = [(told.since, "", opening, None, None, Rupees(told.opening_paise))] if told.since is not None else []
        lines = [
            (line.day, line.voucher, line.text, _amount(line.debit_paise), _amount(line.credit_paise), Rupees(line.balance_paise))
            for line in told.lines
        ]
        return [PageRow((), row) for row in (*first, *lines, (told.as_on, "", closing, None, None, Rupees(told.closing_paise)))]

    def _say(self, column: int, row: PageRow) -> str:
        return inside.cell(self._words, _TEXT, row.cells[column], None)


def _named(name: str, part: QWidget) -> QWidget:
    """A field with its name before it; both go into the next line together."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    label = QLabel(name)
    label.setProperty("role", "muted")
    label.setBuddy(part)
    row.addWidget(label)
    row.addWidget(part)
    return holder


def _amount(paise: int) -> Rupees | None:
    return Rupees(paise) if paise else None
