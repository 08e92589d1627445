"""A finished restore as the view of page 6: figures before, as they should be and now, and what to look at. Leaves nothing on disk."""

from __future__ import annotations

from datetime import datetime

from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.gui.look.marks import Mark
from gharmitra_admin.gui.restore_wizard.done_page import DoneView
from gharmitra_admin.gui.widgets.figure_table import Cell
from gharmitra_admin.gui.widgets.levels import Level
from gharmitra_admin.wording import backups, paper, restore_figures, restores, values
from gharmitra_admin.wording.language import Words
from gharmitra_admin.wording.paper import Sheet


def done(words: Words, result: RestoreResult, now: datetime, *, is_undo: bool) -> DoneView:
    """The books are as wanted."""
    told = tuple(backups.notice(words, one) for one in result.warnings)
    when = backups.made_at(words, result.record, now)
    headline = words.say("The restore is undone. The books are as just before it.") if is_undo else restores.done(words, when)
    return DoneView(
        Level.GOOD,
        headline,
        heads=("", words.say("before"), words.say("should be"), words.say("now"), ""),
        rows=_rows(words, result),
        note=_note(words, result, now),
        looks=tuple(restore_figures.looks(words, result.now)),
        notices=told,
    )


def practised(words: Words, result: RestoreResult, now: datetime) -> DoneView:
    """The end of a practice: the same figures, of the copy."""
    text = words.say(
        "That was the practice: it took {took}. The real books were not touched.", took=values.duration(words, result.took_seconds)
    )
    when = backups.made_at(words, result.record, now)
    headline = words.say("The copy is as on {when}.", when=when)
    heads = ("", words.say("before"), words.say("should be"), words.say("now"), "")
    return DoneView(Level.GOOD, headline, text, heads=heads, rows=_rows(words, result))


def page(words: Words, view: DoneView, made: datetime) -> str:
    """The end of a restore on paper."""
    lines = [words.say("Made: {when}", when=values.moment(words, made, made)), view.text, view.note, *view.notices]
    heads = ("", words.say("before"), words.say("should be"), words.say("now"))
    rows = [[cell.words for cell in row[:4]] for row in view.rows]
    sheets = [Sheet(words.say("Figures"), heads, rows, frozenset({1, 2, 3}))] if rows else []
    return paper.page(words, view.headline, [line for line in lines if line], sheets)


def _rows(words: Words, result: RestoreResult) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    for title, before, wanted, present in restore_figures.rows(words, result.before, result.wanted, result.now):
        is_right = wanted == present
        mark = Cell("", mark=Mark.TICK) if is_right else Cell("", mark=Mark.SQUARE, ink="act")
        rows.append((Cell(title), Cell(before, muted=True), Cell(wanted), Cell(present, strong=True), mark))
    return tuple(rows)


def _note(words: Words, result: RestoreResult, now: datetime) -> str:
    parts = []
    lost = sum(kind.lost for kind in result.comparison.kinds) if result.comparison else 0
    if lost:
        number = values.number(words, lost)
        parts.append(words.count("{shown} entry is set aside.", "{shown} entries are set aside.", lost, shown=number))
    if result.is_undoable:
        parts.append(words.say("Safety backup: {when}.", when=values.moment(words, now, now)))
    return " ".join(parts)
