"""Looking inside a backup: what it holds at the left, a search and the rows at the right, a flat's ledger, a receipt with its lines.

Everything is read behind the bridge; nothing can be changed here. Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gharmitra_admin.engine import BackupRecord, Contents, EngineError, Inside, Status
from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.parts.reading.flat_ledger import FlatLedger
from gharmitra_admin.engine.parts.reading.vouchers import Entry
from gharmitra_admin.gui.desk import Desk
from gharmitra_admin.gui.inside_asking import Asking
from gharmitra_admin.gui.inside_ledger import LedgerPage
from gharmitra_admin.gui.inside_list import ListPage
from gharmitra_admin.gui.inside_listing import Listing
from gharmitra_admin.gui.inside_row import RowPage, voucher_lines
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.banner import Banner, BannerView
from gharmitra_admin.gui.widgets.buttons import Button
from gharmitra_admin.gui.widgets.focus_ring import FocusRing
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.gui.widgets.place_list import PlaceList, PlaceView
from gharmitra_admin.wording import backups, errors, inside, values
from gharmitra_admin.wording.language import Words

WIDTH, HEIGHT = 1160, 664
LEDGER = "ledger"
_LEDGER_AFTER = "bills"


class LookInside(QDialog):
    """``record``: a backup, or the path of a file elsewhere. ``others``: the backups she may change over to, that one among them."""

    def __init__(
        self, parent: QWidget, theme: Theme, words: Words, desk: Desk, record: BackupRecord | Path, others: Sequence[BackupRecord] = ()
    ) -> None:
        super().__init__(parent)
        self.setObjectName("lookInsideDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words.say("Look inside"))
        self._theme, self._words, self._desk, self._record, self._others = theme, words, desk, record, others
        self._asking = Asking(desk, self)
        self._inside: Inside | None = None
        self._uncounted: list[str] = []
        self._build()
        self._listing = Listing(self._asking, self._list, theme, words, desk.now().tzinfo)
        self._connect()
        self._ring = FocusRing(self, theme)

    def open(self) -> None:
        """Show it and begin to read."""
        self.resize(self.sizeHint())
        super().open()
        self._desk.start(self._begin())

    def _build(self) -> None:
        words, theme = self._words, self._theme
        self._banner = Banner(theme)
        self._banner.setObjectName("insideBanner")
        self._banner.hide()
        self._places = PlaceList(theme, words.say("What to look at"))
        as_on = self._record.created_at.astimezone(self._desk.now().tzinfo) if isinstance(self._record, BackupRecord) else self._desk.now()
        self._list, self._ledger, self._row = ListPage(theme, words), LedgerPage(theme, words, as_on.date()), RowPage(theme, words)
        self._pages = QStackedWidget()
        for page in (self._list, self._ledger, self._row):
            self._pages.addWidget(page)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self._places)
        middle.addWidget(self._pages, 1)
        close = Button(words.say("Close"), "insideCloseButton")
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        top = QHBoxLayout()
        top.setSpacing(16)
        self._title = Label(self._titled(), font=theme.fonts.lead, name="insideTitle")
        top.addWidget(self._title, 1)
        if len(self._others) > 1:
            top.addWidget(self._choice())
        column.addLayout(top)
        column.addWidget(Label(words.say("Only to look at: nothing in it can be changed."), font=theme.fonts.plain, muted=True))
        column.addWidget(self._banner)
        column.addLayout(middle, 1)
        column.addLayout(foot)

    def _choice(self) -> QComboBox:
        """The other backups: the same receipt or ledger is then looked at in another one."""
        choice, words, now = QComboBox(), self._words, self._desk.now()
        choice.setObjectName("insideBackupChoice")
        choice.setAccessibleName(words.say("Which backup?"))
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(28)
        for other in self._others:
            choice.addItem(words.say("{when} - {why}", when=backups.made_at(words, other, now), why=backups.why(words, other)))
        choice.setCurrentIndex(next((place for place, other in enumerate(self._others) if other == self._record), -1))
        choice.activated.connect(lambda place: self._change_over(self._others[place]))
        return choice

    def _change_over(self, record: BackupRecord) -> None:
        self._asking.close()
        self._record, self._inside = record, None
        self._title.setText(self._titled())
        self._ledger.forget_flats()
        self._desk.start(self._begin())

    def _titled(self) -> str:
        if isinstance(self._record, Path):
            return self._words.say("Inside {file}", file=names.shown(self._record.name))
        when = backups.made_at(self._words, self._record, self._desk.now())
        return self._words.say("Inside the backup of {when}", when=when)

    def _connect(self) -> None:
        self._asking.failed.connect(self._failed)
        self._places.chosen.connect(self._go)
        self._ledger.asked.connect(self._ask_ledger)
        self._listing.shown.connect(lambda key, rows: self._places.set_count(key, values.number(self._words, rows)))
        self._listing.entry_found.connect(self._show_entry)
        self._listing.row_found.connect(self._show_row)
        self._row.left.connect(self._back)
        self.finished.connect(lambda _result: self._asking.close())

    def sizeHint(self) -> QSize:
        """As large as it needs, and never larger than the screen."""
        screen = self.screen().availableSize()
        scale = self._theme.fonts.scale
        return QSize(min(round(WIDTH * scale), screen.width() - 32), min(round(HEIGHT * scale), screen.height() - 48))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._places.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _begin(self) -> None:
        record = self._record
        try:
            opened = await self._desk.look_inside(record if isinstance(record, Path) else record.path)
        except EngineError as error:
            self._failed("contents", error)
            return
        if record is not self._record or not self.isVisible():
            return
        self._inside = opened
        self._listing.look_into(self._inside)
        self._asking.ask("contents", lambda cancel: self._opened().contents(cancel=cancel), self._show_contents)

    def _opened(self) -> Inside:
        assert self._inside is not None
        return self._inside

    def _show_contents(self, contents: Contents) -> None:
        words = self._words
        offered = []
        for key in contents.places:
            offered.append(PlaceView(inside.place(words, key), key))
            if key == _LEDGER_AFTER and contents.has_ledger:
                offered.append(PlaceView(inside.place(words, LEDGER), LEDGER))
        tables = sorted((inside.place(words, key), key) for key in contents.tables)
        offered += [PlaceView(words.say("All tables"))] if offered else []
        before = self._places.chosen_key
        self._places.set_places([*offered, *(PlaceView(title, key) for title, key in tables)])
        self._uncounted = [key for key in self._places.place_keys() if key != LEDGER]
        self._tell_state()
        if self._uncounted:
            self._places.choose(before if before in self._places.place_keys() else self._uncounted[0])
        self._count_next()

    def _count_next(self) -> None:
        """Count one place after the other, so that nothing she asks for waits for all of them."""
        if not self._uncounted:
            return
        key = self._uncounted.pop(0)

        def counted(rows: int | None) -> None:
            self._places.set_count(key, values.number(self._words, rows) if rows is not None else "")
            self._count_next()

        self._asking.ask("count", lambda cancel: self._opened().count(key, cancel=cancel), counted)

    def _tell_state(self) -> None:
        """Say of a damaged backup that it is one."""
        if isinstance(self._record, BackupRecord) and self._record.status is Status.DAMAGED and self._record.problem is not None:
            problem = errors.problem(self._words, self._record.problem)
            said = self._words.say("This backup is damaged: {problem}. What is shown may not be all.", problem=problem)
            self._banner.set_view(BannerView(said))
            self._banner.show()
        else:
            self._banner.hide()

    def _go(self, key: str) -> None:
        self._tell_state()
        if key != LEDGER:
            self._pages.setCurrentWidget(self._list)
            self._listing.show(key)
            return
        self._pages.setCurrentWidget(self._ledger)
        if not self._ledger.has_flats:
            self._asking.ask("flats", lambda cancel: self._opened().flats(cancel=cancel), self._ledger.set_flats)

    def _ask_ledger(self, flat: int, as_on: object, since: object) -> None:
        def shown(told: FlatLedger) -> None:
            self._ledger.set_ledger(flat, told)

        question = self._opened().ledger
        self._asking.ask("ledger", lambda cancel: question(flat, as_on=as_on, since=since, cancel=cancel), shown)  # type: ignore[arg-type]

    def _show_entry(self, entry: Entry) -> None:
        head, lines = voucher_lines(self._words, entry)
        self._row.set_view(inside.entry_title(self._words, entry), inside.entry_facts(self._words, entry), head, lines)
        self._pages.setCurrentWidget(self._row)
        self._row.take_focus()

    def _show_row(self, title: str, facts: list[tuple[str, str]]) -> None:
        self._row.set_view(title, facts)
        self._pages.setCurrentWidget(self._row)
        self._row.take_focus()

    def _back(self) -> None:
        self._pages.setCurrentWidget(self._list)
        self._list.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, kind: str, error: EngineError) -> None:
        if kind == "count":
            self._count_next()  # the place tells it when it is looked at
            return
        said = errors.message(self._words, error)
        self._banner.set_view(BannerView(f"{said.message} {said.hint}".strip(), level=Level.ACT))
        self._banner.show()
