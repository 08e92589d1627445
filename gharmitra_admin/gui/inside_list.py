"""One place of a backup as a list: a search, the table, and what can be done with the chosen rows.

Shows what it is given and says what was asked for; opens no file. Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.inside_table import InsideTable
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.wording import inside
from gharmitra_admin.wording.language import Words

SEARCH_AFTER_MS = 250
SEARCH_WIDTH, LEAST_SEARCH_WIDTH = 400, 200
LONGEST_SEARCH = 200


class TableCard(Card):
    """A table and the strip under it."""

    def __init__(self, theme: Theme, words: Words, name: str, spoken_name: str) -> None:
        super().__init__(f"{name}Card")
        self._words = words
        self.table = InsideTable(theme, spoken_name, f"{name}Table")
        self.add(self.table, 1)
        self.add_hairline()
        strip = QFrame()
        strip.setProperty("role", "strip")
        self._row = QHBoxLayout(strip)
        self._row.setContentsMargins(16, 8, 16, 8)
        self._row.setSpacing(8)
        self.note = Label(font=theme.fonts.plain, muted=True, name=f"{name}Note")
        self._row.addWidget(self.note, 1)
        self.copy = Button(words.say("Copy"), f"{name}CopyButton", tight=True, accessible=words.say("Copy the chosen rows"))
        self._row.addWidget(self.copy)
        self.copy.clicked.connect(self.table.copy_asked)
        self.copy.setEnabled(False)
        self.table.chosen_changed.connect(self._allow_copy)
        self.add(strip)

    def _allow_copy(self) -> None:
        self.copy.setEnabled(bool(self.table.count_chosen()))

    def add_button(self, button: Button) -> None:
        """Put a button before Copy."""
        self._row.insertWidget(self._row.count() - 1, button)

    def copied(self, lines: Sequence[Sequence[str]]) -> None:
        """Put rows on the clipboard; one goes as it would be typed, more go under their titles as a table."""
        titles = [[heading.title for heading in self.table.rows.head]] if len(lines) > 1 else []
        text = "\n".join("\t".join(map(inside.for_sheet, line)) for line in [*titles, *lines])
        QGuiApplication.clipboard().setText(text)
        self.note.setText(self._words.count("{number} row copied.", "{number} rows copied.", len(lines)))


class WholeTableCard(TableCard):
    """A table that is here as a whole: it copies by itself, all of it where no row is chosen."""

    def __init__(self, theme: Theme, words: Words, name: str, spoken_name: str) -> None:
        super().__init__(theme, words, name, spoken_name)
        self.table.chosen_changed.disconnect(self._allow_copy)
        self.copy.setEnabled(True)
        self.table.copy_asked.connect(self._copy)

    def _copy(self) -> None:
        rows = self.table.rows
        places = self.table.chosen_places() or range(rows.rowCount())
        found = [row for place in places if (row := rows.row(place)) is not None]
        if found:
            self.copied([rows.said(row) for row in found])


class ListPage(QWidget):
    """``searched`` comes when she has stopped typing, or at once with Enter."""

    searched = Signal(str)
    opened = Signal(int)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self.setObjectName("insideList")
        self._words = words
        self._last = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._search_row(theme))
        self.card = TableCard(theme, words, "inside", words.say("Rows"))
        self.table = self.card.table
        self._show = Button(words.say("Show all of it"), "insideShowButton", tight=True)
        self._show.clicked.connect(lambda: self.opened.emit(self.table.currentIndex().row()))
        self._show.setEnabled(False)
        self.card.add_button(self._show)
        self.table.opened.connect(self.opened)
        self.table.chosen_changed.connect(lambda: self._show.setEnabled(self.table.count_chosen() == 1))
        self.table.menu_requested.connect(self._open_menu)
        column.addWidget(self.card, 1)

    def _search_row(self, theme: Theme) -> QHBoxLayout:
        self.search = QLineEdit()
        self.search.setObjectName("insideSearch")
        self.search.setPlaceholderText(self._words.say("Number, flat, name, amount or date"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(LONGEST_SEARCH)
        self.search.setMinimumWidth(LEAST_SEARCH_WIDTH)
        self.search.setMaximumWidth(round(SEARCH_WIDTH * theme.fonts.scale))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_AFTER_MS)
        self._pause.timeout.connect(self._say_search)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.search.returnPressed.connect(self._say_search)
        self._count = Label(font=theme.fonts.plain, muted=True, name="insideCount")
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.search, 3)
        row.addWidget(self._count, 2, Qt.AlignmentFlag.AlignVCenter)
        return row

    def set_place(self, title: str) -> None:
        """Begin with another place: nothing is searched for."""
        self.search.clear()
        self._pause.stop()
        self._last = ""
        self.search.setAccessibleName(self._words.say("Find in {place}", place=title))
        self.table.setAccessibleName(title)

    def set_count(self, said: str) -> None:
        self._count.setText(said)
        self.search.setAccessibleDescription(said)

    def _say_search(self) -> None:
        self._pause.stop()
        typed = self.search.text().strip()
        if typed != self._last:
            self._last = typed
            self.searched.emit(typed)

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("insideMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(words: str, name: str) -> QAction:
            action = menu.addAction(words)
            action.setObjectName(name)
            return action

        place = self.table.currentIndex().row()
        add(self._words.say("Show all of it"), "insideShowAction").triggered.connect(lambda: self.opened.emit(place))
        add(self._words.say("Copy"), "insideCopyAction").triggered.connect(self.table.copy_asked)
        menu.popup(at)
