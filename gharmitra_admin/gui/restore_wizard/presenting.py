"""Plans and results of a restore as the views of the wizard's pages: words from ``wording``, shapes from the widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.job import Stage
from gharmitra_admin.engine.operations.compare import Comparison
from gharmitra_admin.engine.operations.restore.plan import Finding, FindingCode, Weight
from gharmitra_admin.engine.parts.books.consequences import ConsequenceCode
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.vault.comparing import Difference
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.gui import presenting
from gharmitra_admin.gui.job_state import JobState
from gharmitra_admin.gui.restore_wizard.changes_page import ChangesView
from gharmitra_admin.gui.restore_wizard.confirm_page import ConfirmView
from gharmitra_admin.gui.widgets.backups_model import BackupRow
from gharmitra_admin.gui.widgets.figure_table import Cell
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.gui.widgets.lines import Line
from gharmitra_admin.wording import books, comparisons, errors, headlines, restore_pages, restores, values
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words

STOP = FindingCode.BACKEND_RUNS.value
_LEVELS = {Weight.FINE: Level.GOOD, Weight.WARNING: Level.LOOK, Weight.BLOCKER: Level.ACT}


def rows(words: Words, records: Sequence[BackupRecord], differences: Mapping[str, Difference], now: datetime) -> list[BackupRow]:
    """Page 1: each backup with how far it is from the books."""
    return [_row(words, record, differences.get(record.filename), now) for record in records]


def _row(words: Words, record: BackupRecord, found: Difference | None, now: datetime) -> BackupRow:
    row = presenting.rows(words, [record], now)[0].row
    if record.problem is not None:
        return BackupRow(row.name, row.when, row.why, row.kept_word, row.state, words.say("Cannot be used"), "")
    return BackupRow(row.name, row.when, row.why, row.kept_word, row.state, row.state_word, restore_pages.difference(words, found))


def changes(words: Words, plan: Plan, now: datetime, *, lead: str = "") -> ChangesView:
    """Page 2."""
    lead = lead or restore_pages.goes_back(words, plan.record, now)
    if (unusable := restore_pages.unusable(words, plan.findings)) is not None:
        return _only_a_line(words.say("This one cannot be used."), unusable)
    if plan.comparison is None:
        said = restore_pages.not_compared(words, plan.findings)
        is_way = all(one.weight is not Weight.BLOCKER for one in plan.findings)
        return _only_a_line(words.say("What would change cannot be told."), said, lead=lead, level=Level.LOOK if is_way else Level.ACT)
    heads = ("", "", words.say("leave the books"), words.say("come back"), words.say("change back"))
    table = tuple(_changed(words, plan.comparison, kinds, title) for kinds, title in restore_pages.ROWS_OF_PAGE_2)
    note = words.say("Each entry is counted once. Amounts of different kinds are not added together.")
    return ChangesView(lead, restore_pages.will_differ(words, plan.comparison), heads, table, note, _consequences(words, plan, now))


def _changed(words: Words, found: Comparison, kinds: Sequence[object], title: str) -> tuple[Cell, ...]:
    own = [kind for kind in found.kinds if kind.kind in kinds]
    lost, returned = sum(kind.lost for kind in own), sum(kind.returned for kind in own)
    lost_paise = own[0].lost_paise if len(kinds) == 1 and own else None
    returned_paise = own[0].returned_paise if len(kinds) == 1 and own else None
    back = values.number(words, returned)
    if returned and returned_paise:
        back = words.say("{number} ({amount})", number=back, amount=values.rupees(words, returned_paise))
    return (
        Cell(words.say(title)),
        _number(words, lost),
        Cell(values.rupees(words, lost_paise) if lost and lost_paise is not None else ""),
        Cell(back, strong=bool(returned), muted=not returned),
        _number(words, sum(kind.changed for kind in own)),
    )


def _number(words: Words, number: int) -> Cell:
    return Cell(values.number(words, number), strong=number > 0, muted=number == 0)


def _consequences(words: Words, plan: Plan, now: datetime) -> tuple[Line, ...]:
    assert plan.comparison is not None
    made_on = plan.record.created_at.astimezone(now.tzinfo).date()
    lines = []
    for one in comparisons.consequences(words, plan.comparison.consequences, made_on, now.date()):
        button = words.say("See flats") if one.code is ConsequenceCode.DUES else ""
        lines.append(Line(one.code.value, Level.LOOK, one.message, button=button))
    lines += [Line(f"schema{place}", Level.LOOK, said) for place, said in enumerate(books.schema(words, plan.comparison))]
    if any(kind.lost for kind in plan.comparison.kinds):
        said = words.say("Nothing is thrown away: these entries are set aside and listed for re-entry.")
        lines.append(Line("aside", Level.GOOD, said))
    return tuple(lines)


def _only_a_line(headline: str, said: Message, *, lead: str = "", level: Level = Level.ACT) -> ChangesView:
    """Page 2 where there is nothing to count."""
    return ChangesView(lead, headline, (), (), "", (Line("why", level, said.message, said.hint),))


def why_not_on(words: Words, plan: Plan) -> str:
    """What keeps page 2 from going on, in words; empty where nothing does."""
    if (unusable := restore_pages.unusable(words, plan.findings)) is not None:
        return unusable.message
    return restore_pages.not_compared(words, plan.findings).message if plan.comparison is None and not plan.is_ready else ""


def readiness(words: Words, plan: Plan) -> list[Line]:
    """Page 3: one line for each thing that was looked at."""
    findings = {one.code: one for one in plan.findings}
    lines = []
    for one in plan.findings:
        if one.code is FindingCode.BACKUP_WHOLE and (whose := findings.get(FindingCode.SAME_SOCIETY)) is not None:
            said = restore_pages.whole_and_whose(words, restores.finding(words, one), whose)
            lines.append(Line(one.code.value, Level.GOOD, said))
        elif one.code not in {FindingCode.SAME_SOCIETY, FindingCode.SAME_SCHEMA, FindingCode.RECORD_WRITABLE}:
            lines.append(_found(words, one))
    lines.append(Line("safety", Level.NOT_YET, restore_pages.kept_first(words, plan.findings)))
    return lines


def _found(words: Words, one: Finding) -> Line:
    said = restores.finding(words, one)
    if one.code is FindingCode.BACKEND_RUNS:
        return Line(STOP, Level.ACT, said.message, "", words.say("Stop GharMitra"))
    return Line(one.code.value, _LEVELS[one.weight], said.message, said.hint)


def first_blocker(words: Words, plan: Plan) -> str:
    """What keeps "Next" grey, in words; empty where nothing does."""
    return next((restores.finding(words, one).message for one in plan.findings if one.weight is Weight.BLOCKER), "")


def working(words: Words, job: JobState | None) -> tuple[str, float | None, list[Line], str, bool]:
    """Page 5: headline, how far, the four lines, what may be done, and whether it is too late to cancel."""
    progress = job.progress if job is not None else None
    stages = [stage for stage, _said in restore_pages.steps(words)]
    at = stages.index(progress.stage) if progress is not None and progress.stage in stages else 0
    lines = []
    for place, (stage, said) in enumerate(restore_pages.steps(words)):
        level = Level.GOOD if place < at else Level.WORKING if place == at else Level.NOT_YET
        words_now = headlines.stage(words, Stage.SAVING) if place == at and stage is Stage.SAVING else said
        lines.append(Line(stage.value, level, words_now[:1].upper() + words_now[1:]))
    is_behind = progress is not None and progress.stage in restore_pages.BEHIND_THE_COMMIT
    done = progress.done / progress.total if progress is not None and progress.total > 0 else None
    headline = restore_pages.running(words, progress, job.left_seconds if job is not None else None)
    if job is not None and job.waits_for:
        headline = job.waits_for
    if job is not None and job.is_cancelling and not is_behind:
        headline = words.say("Stopping...")
    return headline, done, lines, restore_pages.advice(words, is_behind=is_behind), is_behind


def number_of(plan: Plan) -> int:
    """What the person types: every entry that will be different."""
    return plan.comparison.entries_different if plan.comparison is not None else 0


def confirmation(words: Words, plan: Plan, now: datetime, *, undo_at: datetime | None, is_short: bool) -> ConfirmView:
    """Page 4. ``is_short``: an undo with nothing entered since asks for no number."""
    if undo_at is None:
        return ConfirmView(
            restore_pages.question(words, plan.record, now), restore_pages.cost(words, plan.comparison), number_of(plan), is_sum(plan)
        )
    question = restore_pages.undo_question(words, undo_at, now)
    if is_short:
        return ConfirmView(question, words.say("The books go back to just before it. Nothing has been entered since."), 0)
    text = f"{words.say('The books go back to just before it.')} {restore_pages.cost(words, plan.comparison, is_undo=True)}"
    return ConfirmView(question, text, number_of(plan), is_sum(plan))


def is_sum(plan: Plan) -> bool:
    """Whether the number to type is a sum of several in the sentence above it."""
    kinds = plan.comparison.kinds if plan.comparison is not None else ()
    return sum(any(getattr(kind, way) for kind in kinds) for way in ("lost", "returned", "changed")) > 1


def failed(words: Words, error: EngineError) -> ChangesView:
    """Page 2 where not even a plan could be made."""
    return _only_a_line(words.say("What would change cannot be told."), errors.message(words, error))
