"""Nothing is cut off or written over: longer words, larger type, the smallest window, both looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget

from gharmitra_admin.engine import Progress, Stage
from gharmitra_admin.gui.job_state import JobState, Work
from gharmitra_admin.gui.look.theme import Look
from gharmitra_admin.gui.widgets.labels import OneLine
from gharmitra_admin.wording.language import Words, pseudo
from tests.builders.society import Society
from tests.gui.conftest import Shown

SMALLEST, USUAL = (1024, 608), (1120, 688)
PSEUDO_MARKS = set("áçéğíñóŕšúýÁÇÉĞÍÑÓŔŠÚÝ·")
# What is no sentence of ours: data, and what the system itself shows.
DATA = {"rotationRule"}


@pytest.fixture
def filled(society: Society, make_shown: Callable[..., Shown]) -> Callable[..., Shown]:
    def make(words: Words, look: Look = Look.LIGHT, points: float = 11) -> Shown:
        society.back_up(label="Before bulk entry")
        society.enter()
        society.back_up()
        shown = make_shown(words, look, points)
        shown.show_state(society, society.vault())
        return shown

    return make


def pages(shown: Shown) -> Iterator[str]:
    """Show one page after the other."""
    for place in range(3):
        shown.window.show_tabs()
        shown.window.tabs.setCurrentIndex(place)
        yield f"tab {place}"
    shown.tab.set_running(None)
    shown.window.tabs.setCurrentIndex(0)
    shown.show_job(JobState(Work.BACKUP, Progress(Stage.COPYING, 64, 100), 4.0, is_shown=True))
    yield "running"
    shown.show_job(None)
    for page in (shown.books_page, shown.first_start):
        shown.window.show_page(page)
        yield page.objectName()


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def visible(window: QWidget) -> list[QWidget]:
    return [one for one in window.findChildren(QWidget) if one.isVisible() and one.width() > 0]


def cut_off(window: QWidget) -> list[str]:
    """Controls whose words have less room than they need."""
    found = []
    for one in visible(window):
        if isinstance(one, QLabel) and not isinstance(one, OneLine) and one.text():
            needed = one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height()
            if one.height() < needed or (not one.wordWrap() and one.width() < one.sizeHint().width()):
                found.append(f"{one.objectName()}: {one.text()}")
        elif isinstance(one, QPushButton | QCheckBox) and one.text() and one.width() < one.minimumSizeHint().width():
            found.append(f"{one.objectName()}: {one.text()}")
    return found


def overlapping(window: QWidget) -> list[str]:
    """Buttons and labels of one parent that lie over one another."""
    found = []
    for parent in [window, *visible(window)]:
        kinds = QAbstractButton | QLabel | QLineEdit | QComboBox
        parts = [one for one in parent.findChildren(QWidget) if one.parent() is parent and one.isVisible() and isinstance(one, kinds)]
        for place, one in enumerate(parts):
            below = [other for other in parts[place + 1 :] if one.geometry().intersects(other.geometry())]
            found += [f"{one.objectName()} over {other.objectName()}" for other in below]
    return found


def out_of_reach(window: QWidget) -> list[str]:
    """Buttons that lie outside the window without a page that scrolls to them."""
    whole = QRect(0, 0, window.width(), window.height())
    found = []
    for one in visible(window):
        if isinstance(one, QPushButton):
            place = QRect(one.mapTo(window, one.rect().topLeft()), one.size())
            if not whole.contains(place) and not _scrolls(one):
                found.append(one.objectName())
    return found


def _scrolls(one: QWidget) -> bool:
    parent = one.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea) and (parent.verticalScrollBar().maximum() or parent.horizontalScrollBar().maximum()):
            return True
        parent = parent.parentWidget()
    return False


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
@pytest.mark.parametrize("size", [SMALLEST, USUAL])
@pytest.mark.parametrize(("language", "points"), [("english", 11), ("pseudo", 11), ("english", 22), ("pseudo", 22)])
def test_nothing_is_cut_off_or_written_over(
    filled: Callable[..., Shown], look: Look, size: tuple[int, int], language: str, points: float
) -> None:
    shown = filled(pseudo() if language == "pseudo" else Words(), look, points)
    shown.window.setMinimumSize(0, 0)
    shown.window.resize(*size)
    shown.window.show()
    for page in pages(shown):
        settle()
        assert (page, cut_off(shown.window), overlapping(shown.window), out_of_reach(shown.window)) == (page, [], [], [])


def test_every_string_of_ours_goes_through_the_catalogue(filled: Callable[..., Shown]) -> None:
    """In the pseudo-language every sentence shows its marks; what shows none was never said through it."""
    shown = filled(pseudo())
    shown.window.show()
    plain = []
    for page in pages(shown):
        settle()
        for one in visible(shown.window):
            text = one.text() if isinstance(one, QLabel | QAbstractButton) else ""
            named = one.accessibleName()
            said = [part for part in (text, named) if part and any(letter.isalpha() for letter in part)]
            plain += [f"{page}: {one.objectName()}: {part}" for part in said if not PSEUDO_MARKS & set(part)]
    allowed = ("gharmitra_backup_", "Shanti Niketan", "120 flats", "C:\\", "Jan")
    assert [line for line in plain if not any(word in line for word in allowed)] == []


def test_every_control_has_a_name_for_tests_and_one_for_ears(filled: Callable[..., Shown]) -> None:
    shown = filled(Words())
    shown.window.show()
    nameless = []
    for page in pages(shown):
        settle()
        for one in visible(shown.window):
            is_control = isinstance(one, QAbstractButton | QLineEdit | QComboBox)
            if is_control and not one.objectName().startswith("qt_") and not (one.objectName() and (one.accessibleName() or _text(one))):
                nameless.append(f"{page}: {type(one).__name__} {one.objectName()} {_text(one)}")
    assert [line for line in nameless if "ClearButton" not in line and "QToolButton" not in line] == []


def test_every_control_can_be_reached_by_the_keyboard(filled: Callable[..., Shown]) -> None:
    shown = filled(Words())
    shown.window.show()
    for page in pages(shown):
        settle()
        controls = [one for one in visible(shown.window) if isinstance(one, QPushButton) and one.isEnabled()]
        unreachable = [one.objectName() for one in controls if not one.focusPolicy() & one.focusPolicy().TabFocus]
        assert (page, unreachable) == (page, [])


def test_the_running_bar_takes_the_place_of_the_muted_line_and_nothing_below_moves(filled: Callable[..., Shown]) -> None:
    shown = filled(Words())
    shown.window.setMinimumSize(0, 0)
    shown.window.resize(*USUAL)
    shown.window.show()
    settle()
    before = shown.tab.table.mapTo(shown.window, shown.tab.table.rect().topLeft())
    shown.show_job(JobState(Work.BACKUP, Progress(Stage.COPYING, 64, 100), 4.0, is_shown=True))
    settle()
    assert shown.tab.table.mapTo(shown.window, shown.tab.table.rect().topLeft()) == before


def _text(one: QWidget) -> str:
    return one.text() if isinstance(one, QAbstractButton) else ""
