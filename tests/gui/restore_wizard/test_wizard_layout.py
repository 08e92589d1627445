"""Every page of the wizard, filled: nothing cut off or written over, in longer words, larger type, both looks, every size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from gharmitra_admin.engine import BackupRecord, Progress, Stage
from gharmitra_admin.engine.operations import demo
from gharmitra_admin.engine.vault.comparing import Difference
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.gui.job_state import JobState, Work
from gharmitra_admin.gui.look.fonts import Fonts, system_fonts
from gharmitra_admin.gui.look.theme import Look, Theme
from gharmitra_admin.gui.restore_wizard import presenting, results
from gharmitra_admin.gui.restore_wizard.feet import Feet, Purpose
from gharmitra_admin.gui.restore_wizard.pages import Pages
from gharmitra_admin.gui.restore_wizard.wizard import Foot, RestoreWizard, Step
from gharmitra_admin.wording.language import Words, pseudo
from tests.builders.clock import FakeClock
from tests.builders.receipts import add_receipts
from tests.builders.society import Society
from tests.gui.test_layout import PSEUDO_MARKS, cut_off, out_of_reach, overlapping, settle, visible


@dataclass(frozen=True)
class Material:
    """A backup, how far it is from the books, what going back to it would change, and what it came to."""

    record: BackupRecord
    difference: Difference
    plan: Plan
    result: RestoreResult
    now: datetime


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """From a real comparison and a real restore of made-up books."""
    books = demo.make(tmp_path_factory.mktemp("wizard") / "books", size_mb=1, clock=FakeClock()).books
    society = Society.of(books)
    society.back_up(label="Before bulk entry")
    add_receipts(books, 12)
    society.clock.forward(minutes=5)
    vault = society.vault()
    record = vault.records()[0]
    plan, difference = vault.plan(record.filename), vault.differences()[0]
    return Material(record, difference, plan, vault.restore(record.filename), society.clock.local(society.clock.now()))


@pytest.fixture
def shown(material: Material, qapp: QApplication, qtbot: object) -> Callable[..., tuple[RestoreWizard, Iterator[str]]]:
    """Build a wizard, and walk through its pages."""
    record, plan, result, now = material.record, material.plan, material.result, material.now
    found = {record.filename: material.difference}
    parents: list[QWidget] = []

    def make(words: Words, look: Look = Look.LIGHT, points: float = 11) -> tuple[RestoreWizard, Iterator[str]]:
        theme = Theme(qapp, look, Fonts(system_fonts().families, points))
        parent = QWidget()
        parents.append(parent)
        qtbot.addWidget(parent)  # type: ignore[attr-defined]
        wizard = RestoreWizard(parent, theme, words, words.say("Restore"), is_practice=True)
        pages, feet = Pages(wizard, theme, words), Feet(words, Purpose.RESTORE)

        def walk() -> Iterator[str]:
            pages.choose.set_rows(presenting.rows(words, [record], found, now))
            pages.choose.set_looking(words.say("Looking how far each backup is from the books..."))
            wizard.show_step(Step.CHOOSE, feet.choose(""))
            yield "choose"
            pages.changes.set_view(presenting.changes(words, plan, now))
            wizard.show_step(Step.CHANGES, feet.changes(""))
            yield "changes"
            pages.ready.set_view(words.say("Getting ready"), presenting.readiness(words, plan))
            wizard.show_step(Step.READY, feet.ready("", is_short=False))
            yield "ready"
            pages.confirm.set_view(presenting.confirmation(words, plan, now, undo_at=None, is_short=False))
            pages.confirm.set_wrong(words.say("That is not the number in the sentence above."))
            wizard.show_step(Step.CONFIRM, feet.confirm(is_right=False, is_short=False))
            yield "confirm"
            job = JobState(Work.RESTORE, Progress(Stage.REPLACING, 3, 10), 4.0, is_shown=True)
            headline, done, lines, advice, _ = presenting.working(words, job)
            pages.working.set_view(headline, done, lines, advice)
            wizard.show_step(Step.WORKING, feet.working())
            yield "working"
            pages.done.set_view(results.done(words, result, now, is_undo=False))
            wizard.show_step(Step.DONE, Foot(words.say("Start GharMitra"), cancel=words.say("Close")))
            yield "done"

        return wizard, walk()

    return make


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
@pytest.mark.parametrize("size", [(880, 640), (1120, 688)])
@pytest.mark.parametrize(("language", "points"), [("english", 11), ("pseudo", 11), ("english", 22), ("pseudo", 22)])
def test_nothing_is_cut_off_or_written_over(
    shown: Callable[..., tuple[RestoreWizard, Iterator[str]]], look: Look, size: tuple[int, int], language: str, points: float
) -> None:
    wizard, pages = shown(pseudo() if language == "pseudo" else Words(), look, points)
    wizard.setMinimumSize(0, 0)
    wizard.resize(*size)
    wizard.show()
    for page in pages:
        settle()
        assert (page, cut_off(wizard), overlapping(wizard), out_of_reach(wizard)) == (page, [], [], [])


def test_every_string_of_ours_goes_through_the_catalogue(shown: Callable[..., tuple[RestoreWizard, Iterator[str]]]) -> None:
    wizard, pages = shown(pseudo())
    wizard.show()
    plain = []
    for page in pages:
        settle()
        for one in visible(wizard):
            said = [part for part in (getattr(one, "text", str)(), one.accessibleName()) if part and any(map(str.isalpha, part))]
            plain += [f"{page}: {one.objectName()}: {part}" for part in said if not PSEUDO_MARKS & set(part)]
    assert plain == []
