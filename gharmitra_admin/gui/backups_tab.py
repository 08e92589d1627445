"""The Backups tab: how things stand, Create Backup, the list and the strip under it.

Shows what it is given and says what was asked for; opens no file. Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QLabel, QLineEdit, QMenu, QWidget

from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.backups_model import BackupRow, HeadWords
from gharmitra_admin.gui.widgets.backups_table import BackupsTable
from gharmitra_admin.gui.widgets.buttons import Button, Kind, MarkButton
from gharmitra_admin.gui.widgets.card import Card
from gharmitra_admin.gui.widgets.headline import HeadlineBlock, HeadlineView, RunningView
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.gui.widgets.page import Page
from gharmitra_admin.gui.widgets.strip import Strip, StripView
from gharmitra_admin.wording.language import Words

FILTER_ABOVE_ROWS = 30
LABEL_WIDTH = 320
LABEL_LIMIT = 120


@dataclass(frozen=True, slots=True)
class RowView:
    """One backup as this tab shows it: its row, its strip, and what its menu offers."""

    row: BackupRow
    strip: StripView
    is_kept: bool
    is_shrunk: bool = False
    is_unusable: bool = False


class BackupsTab(Page):
    """Intents carry the chosen backup's name."""

    create_requested = Signal(str)
    restore_requested = Signal(str)
    verify_requested = Signal(str)
    copy_requested = Signal(str)
    inside_requested = Signal(str)
    label_requested = Signal(str)
    keep_requested = Signal(str, bool)
    acknowledge_requested = Signal(str)
    show_requested = Signal(str)
    details_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__("backupsPage")
        self._words = words
        self._theme = theme
        self._views: dict[str, RowView] = {}
        self._on_row = True
        self._pressed = QElapsedTimer()
        self.headline = HeadlineBlock(theme)
        self.add(self.headline)
        self.headline.set_view(HeadlineView(Level.NOT_YET, words.say("Looking at the books...")))
        self.add(self._create_row())
        self.add(self._card(), stretch=1)
        self._rule = Label(font=theme.fonts.plain, muted=True, name="rotationRule")
        self.add(self._rule, small_gap=True)
        self.setTabOrder(self._create, self._label)
        self.set_allowed(create=False, on_row=False)

    def set_suggestions(self, suggestions: Sequence[str]) -> None:
        """Offer these under "What is it for?"; what stands there stays."""
        written = self._label.currentText()
        self._label.clear()
        self._label.addItems(list(suggestions))
        self._label.setCurrentIndex(-1)
        self._label.setEditText(written)

    def _create_row(self) -> QHBoxLayout:
        words = self._words
        self._create = Button(words.say("Create Backup"), "createBackupButton", Kind.MAIN, big=True)
        self._create.clicked.connect(self._on_create)
        self._what_for = QLabel(words.say("What is it for? (optional)"))
        self._what_for.setProperty("role", "muted")
        self._label = QComboBox()
        self._label.setObjectName("labelEdit")
        self._label.setAccessibleName(words.say("What is it for?"))
        self._label.setEditable(True)
        self._label.setFixedWidth(LABEL_WIDTH)
        edit = self._label.lineEdit()
        assert edit is not None
        edit.setObjectName("labelEditText")
        edit.setMaxLength(LABEL_LIMIT)
        edit.setAccessibleName(words.say("What is it for?"))
        edit.returnPressed.connect(self._on_create)
        self._what_for.setBuddy(self._label)
        row = QHBoxLayout()
        row.setSpacing(0)
        for part, gap in ((self._create, 24), (self._what_for, 12), (self._label, 0)):
            row.addWidget(part)
            row.addSpacing(gap)
        row.addStretch(1)
        row.addSpacing(24)
        row.addWidget(self._filter_field())
        return row

    def _filter_field(self) -> QWidget:
        self._filter = QLineEdit()
        self._filter.setObjectName("filterEdit")
        self._filter.setPlaceholderText(self._words.say("Find a date, a reason or a state"))
        self._filter.setAccessibleName(self._words.say("Find in the list"))
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(lambda _text: self._show_rows())
        self._filter.setMaximumWidth(LABEL_WIDTH)
        self._filter.hide()
        return self._filter

    def _card(self) -> Card:
        words = self._words
        head = HeadWords(words.say("When"), words.say("Why"), words.say("State"), words.say("Size"))
        self.table = BackupsTable(self._theme, head, words.say("Backups"))
        self.table.chosen.connect(self._update_strip)
        self.table.opened.connect(self.details_requested)
        self.table.menu_requested.connect(self._open_menu)
        self.compact_changed.connect(self.table.set_compact)
        self._strip = Strip(self._theme)
        self._restore = Button(words.say("Restore..."), "rowRestoreButton", tight=True)
        self._restore.clicked.connect(lambda: self.restore_requested.emit(self.table.chosen_name))
        self._verify = Button(words.say("Check again"), "verifyButton", tight=True)
        self._verify.clicked.connect(lambda: self.verify_requested.emit(self.table.chosen_name))
        self._copy = Button(words.say("Copy to..."), "copyToButton", tight=True)
        self._copy.clicked.connect(lambda: self.copy_requested.emit(self.table.chosen_name))
        self._inside = Button(words.say("Look inside"), "lookInsideButton", tight=True)
        self._inside.clicked.connect(lambda: self.inside_requested.emit(self.table.chosen_name))
        self._more = MarkButton(self._theme, Mark.DOWN, "", "moreButton", accessible=words.say("More for this backup"))
        self._more.clicked.connect(self._open_menu_of_strip)
        for button in (self._restore, self._verify, self._copy, self._inside, self._more):
            self._strip.add_button(button)
        card = Card("backupsCard")
        card.add(self.table, 1)
        card.add_hairline()
        card.add(self._strip)
        return card

    def set_headline(self, view: HeadlineView, *, create_is_main: bool) -> None:
        self.headline.set_view(view)
        self._create.set_main(create_is_main)

    def set_running(self, view: RunningView | None) -> None:
        self.headline.set_running(view)

    def set_rows(self, views: Sequence[RowView], rule: str) -> None:
        """Show these backups; the chosen one stays chosen, the newest is where none was."""
        self._views = {view.row.name: view for view in views}
        self._rule.setText(rule)
        self._filter.setVisible(len(views) > FILTER_ABOVE_ROWS)
        self._show_rows()
        if not self.table.chosen_name and views:
            self.table.choose(views[0].row.name)
        self._update_strip(self.table.chosen_name)

    def set_allowed(self, *, create: bool, on_row: bool) -> None:
        self._create.setEnabled(create)
        self._label.setEnabled(create)
        self._on_row = on_row
        self._update_strip(self.table.chosen_name)

    def clear_label(self) -> None:
        self._label.setCurrentIndex(-1)
        self._label.clearEditText()

    def choose(self, name: str) -> None:
        self.table.choose(name)

    def focus_create(self) -> None:
        self._create.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_rows(self) -> None:
        wanted = self._filter.text().casefold().split() if self._filter.isVisibleTo(self) else []
        rows = [view.row for view in self._views.values()]
        self.table.set_rows([row for row in rows if all(word in row.spoken().casefold() for word in wanted)])

    def _on_create(self) -> None:
        # A small society is backed up before the second click of a double click arrives: that one is not another wish.
        is_double = self._pressed.isValid() and self._pressed.elapsed() < QApplication.doubleClickInterval()
        if is_double or not self._create.isEnabled():
            return
        self._pressed.start()
        # Off at once: the job itself starts only at the loop's next turn, and a second click would start another.
        self.set_allowed(create=False, on_row=False)
        self.create_requested.emit(self._label.currentText().strip())

    def _update_strip(self, name: str) -> None:
        view = self._views.get(name)
        self._strip.set_view(view.strip if view else None)
        for button in (self._restore, self._verify, self._copy, self._inside, self._more):
            button.setEnabled(self._on_row and view is not None)
        self._restore.setEnabled(self._on_row and view is not None and not view.is_unusable)

    def _open_menu_of_strip(self) -> None:
        self._open_menu(self.table.chosen_name, self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _open_menu(self, name: str, at: QPoint) -> None:
        view = self._views.get(name)
        if view is not None and self._on_row:
            self.menu(view).popup(at)

    def menu(self, view: RowView) -> QMenu:
        """The menu of one backup."""
        say, name = self._words.say, view.row.name
        menu = QMenu(self)
        menu.setObjectName("rowMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(words: str, object_name: str) -> QAction:
            action = menu.addAction(words)
            action.setObjectName(object_name)
            return action

        add(say("Check again"), "rowVerifyAction").triggered.connect(lambda: self.verify_requested.emit(name))
        add(say("Change label..."), "rowLabelAction").triggered.connect(lambda: self.label_requested.emit(name))
        keep = add(say("Stop keeping") if view.is_kept else say("Keep"), "rowKeepAction")
        keep.triggered.connect(lambda: self.keep_requested.emit(name, not view.is_kept))
        if view.is_shrunk:
            add(say("I did this: the entries were taken out on purpose"), "rowAcknowledgeAction").triggered.connect(
                lambda: self.acknowledge_requested.emit(name)
            )
        add(say("Show in folder"), "rowShowAction").triggered.connect(lambda: self.show_requested.emit(name))
        add(say("Details for support"), "rowDetailsAction").triggered.connect(lambda: self.details_requested.emit(name))
        menu.addSeparator()
        add(say("Delete..."), "rowDeleteAction").triggered.connect(lambda: self.delete_requested.emit(name))
        return menu
