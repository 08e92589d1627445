"""What the list of one place does: its rows found, its pages fetched as they are looked at, its rows copied and opened.

Leaves nothing on disk; what is copied goes to the clipboard.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gharmitra_admin.engine import CancelToken, Inside
from gharmitra_admin.engine.operations.look_inside import Found
from gharmitra_admin.engine.parts.books.places import by_key
from gharmitra_admin.engine.parts.reading import PAGE_ROWS, PageRow
from gharmitra_admin.engine.parts.reading.vouchers import Entry
from gharmitra_admin.gui.inside_asking import Asking
from gharmitra_admin.gui.inside_list import ListPage
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.inside_model import Heading, Say
from gharmitra_admin.wording import inside, values
from gharmitra_admin.wording.language import Words

MOST_COPIED = 5000
_VOUCHERS = {"payments": "receipt_number", "journal_entries": "entry_number"}
First = tuple[Found, tuple[PageRow, ...]]


class Listing(QObject):
    """``entry_found`` carries a voucher; ``row_found`` the title and the fields of any other row."""

    entry_found = Signal(object)
    row_found = Signal(str, object)
    shown = Signal(str, int)  # a place without a search, and how many rows it has

    def __init__(self, asking: Asking, page: ListPage, theme: Theme, words: Words, zone: object) -> None:
        super().__init__(page)
        self._asking, self._page, self._theme, self._words, self._zone = asking, page, theme, words, zone
        self._inside: Inside | None = None
        self._place = ""
        self._found: Found | None = None
        self._missed: list[int] = []
        page.searched.connect(self._search)
        page.opened.connect(self._open)
        page.table.copy_asked.connect(self._copy)
        page.table.rows.page_wanted.connect(self._want)

    def look_into(self, opened: Inside) -> None:
        self._inside = opened

    def show(self, place: str) -> None:
        """Show a place from its first row."""
        self._place = place
        self._page.set_place(inside.place(self._words, place))
        self._search("")

    def _search(self, typed: str) -> None:
        looked, place = self._inside, self._place
        if looked is None:
            return

        def question(cancel: CancelToken) -> First:
            found = looked.find(place, typed, cancel=cancel)
            return found, looked.page(found, 0, cancel=cancel)

        self._asking.call_off("page")
        self._asking.call_off("copy")
        self._page.set_count(self._words.say("Looking..."))
        self._asking.ask("find", question, self._show_found)

    def _show_found(self, answer: First) -> None:
        self._found, rows = answer
        found, words = self._found, self._words
        self._missed.clear()
        head = [Heading(inside.column(words, _table_key(found.place), one.name), inside.is_number(one)) for one in found.columns]
        self._page.table.rows.set_table(head, found.rows, self._say(found), rows)
        self._page.table.fit_columns()
        self._page.set_count(inside.found(words, found.rows, is_search=bool(found.search)))
        self._page.card.note.setText("")
        if not found.search:
            self.shown.emit(found.place, found.rows)

    def _say(self, found: Found) -> Say:
        return lambda column, row: inside.cell(self._words, found.columns[column], row.cells[column], self._zone)  # type: ignore[arg-type]

    def _want(self, number: int) -> None:
        self._missed.append(number)
        self._fetch()

    def _fetch(self) -> None:
        """Fetch the page that is looked at now; those that were only flown over may be missed again."""
        looked, found, rows = self._inside, self._found, self._page.table.rows
        if self._asking.is_asking("page") or looked is None or found is None:
            return
        in_view = set(self._page.table.shown_pages())
        while self._missed:
            number = self._missed.pop()
            if number in in_view and not rows.has_page(number):
                self._asking.ask("page", lambda cancel: looked.page(found, number, cancel=cancel), lambda got: self._put(number, got))  # noqa: B023
                return
            rows.forget(number)

    def _put(self, number: int, got: tuple[PageRow, ...]) -> None:
        self._page.table.rows.put_page(number, got)
        self._fetch()

    def _open(self, place: int) -> None:
        looked, found, row = self._inside, self._found, self._page.table.rows.row(place)
        if looked is None or found is None or row is None:
            return
        number = self._number(found, row)

        def question(cancel: CancelToken) -> tuple[Entry, ...] | PageRow:
            entries = looked.entry(number, cancel=cancel) if number else ()
            return entries or looked.row(found, row, cancel=cancel)

        self._asking.ask("row", question, lambda answer: self._show_row(found, answer))

    def _number(self, found: Found, row: PageRow) -> str:
        """The number printed on it, where it is a receipt or a voucher."""
        place = by_key(found.place)
        wanted = _VOUCHERS.get(place.table) if place else None
        names = [one.name for one in found.columns]
        return str(row.cells[names.index(wanted)] or "") if wanted in names else ""

    def _show_row(self, found: Found, answer: tuple[Entry, ...] | PageRow) -> None:
        if isinstance(answer, tuple):
            self.entry_found.emit(answer[0])
            return
        words = self._words
        titles = [inside.column(words, _table_key(found.place), one.name) for one in found.columns]
        said = [inside.cell(words, one, cell, self._zone) for one, cell in zip(found.columns, answer.cells, strict=True)]  # type: ignore[arg-type]
        self.row_found.emit(inside.place(words, found.place), [(title, text) for title, text in zip(titles, said, strict=True) if text])

    def _copy(self) -> None:
        looked, found, table, words = self._inside, self._found, self._page.table, self._words
        count = table.count_chosen()
        if looked is None or found is None or not count:
            return
        if count > MOST_COPIED:
            most = values.number(words, MOST_COPIED)
            self._page.card.note.setText(words.say("{most} rows can be copied at once. Choose fewer.", most=most))
            return
        places, say = table.chosen_places(), self._say(found)

        def question(cancel: CancelToken) -> list[list[str]]:
            pages = {number: looked.page(found, number, cancel=cancel) for number in {place // PAGE_ROWS for place in places}}
            rows = [pages[place // PAGE_ROWS][place % PAGE_ROWS] for place in places]
            return [[say(column, row) for column in range(len(found.columns))] for row in rows]

        self._asking.ask("copy", question, self._page.card.copied)


def _table_key(place: str) -> str:
    """The titles of a column depend on its table, whatever place shows it."""
    found = by_key(place)
    return f"table:{found.table}" if found else place
