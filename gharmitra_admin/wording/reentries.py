"""The re-entry list in sentences, as a spreadsheet and as a page to print. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.engine.operations.reentry import Reentry, ReentryItem, ReentryState
from gharmitra_admin.engine.parts.books.entry import Entry
from gharmitra_admin.engine.parts.saving import Cell
from gharmitra_admin.wording import entries, paper, values
from gharmitra_admin.wording.language import Words, mark
from gharmitra_admin.wording.paper import Sheet

_HEADING = (
    mark("In the books again"), mark("What"), mark("Number on paper"), mark("Number now"), mark("Day"), mark("Flat"), mark("Amount"),
    mark("Paid by"), mark("Reference"), mark("Details"), mark("Society"),
)  # fmt: skip
_NAMED = 12
_ON_PAPER = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)


def summary(words: Words, found: Reentry) -> str:
    """12 of 37 entries are back in the books."""
    return words.count(
        "{back} of {number} entry is back in the books.",
        "{back} of {number} entries are back in the books.",
        len(found.items),
        back=found.back,
    )


def top(words: Words) -> str:
    """The line above the list."""
    return words.say(
        "Enter them in this order, before anything new, and GharMitra should give the numbers printed on the receipts."
        " A different number is marked."
    )


def state(words: Words, item: ReentryItem) -> str:
    """What became of one entry; another number than the printed one is marked."""
    if item.has_other_number:
        return words.say("▲ back under another number")
    if item.state is ReentryState.BACK:
        return words.say("✔ back")
    if item.state is ReentryState.NOT_NEEDED:
        return words.say("not needed, because {reason}", reason=item.reason)
    return words.say("○ not yet")


def corrected(words: Words, found: Reentry) -> str:
    """Say which entries are in the books as they were before a correction; empty where there are none."""
    if not found.corrected:
        return ""
    told = [_corrected(words, one) for one in found.corrected[:_NAMED]]
    named = ", ".join(told) + (" …" if len(found.corrected) > _NAMED else "")
    return words.count(
        "Not to be entered again: {number} entry is in the books as it was before it was changed: {named}. Change it there only where the"
        " later one was right.",
        "Not to be entered again: {number} entries are in the books as they were before they were changed: {named}. Change them there only"
        " where the later ones were right.",
        len(found.corrected),
        named=named,
    )


def _corrected(words: Words, one: Entry) -> str:
    was, is_now = entries.amount(words, one.paise), entries.amount(words, one.then_paise)
    return words.say("{number} (was {was}, is {now})", number=shown(one.number), was=was, now=is_now)


def not_exact(words: Words) -> str:
    """Say where the list cannot tell all."""
    return words.say("The backup that was restored is not in the list any more: entries changed since the restore may be among these.")


class ReentrySheet:
    """The words of one list. ``now``: local time."""

    def __init__(self, words: Words, now: datetime) -> None:
        self._words, self._now = words, now

    def heading(self) -> Sequence[Cell]:
        return [self._words.say(one) for one in _HEADING]

    def item(self, item: ReentryItem) -> Sequence[Cell]:
        words, entry = self._words, item.entry
        said = (state(words, item), entries.kind(words, entry), entry.number, item.back_number, entry.date, entry.flat)
        return [*said, entries.rupees(entry.paise), entries.mode(words, entry), entry.reference, entry.narration, entry.society]

    def page(self, found: Reentry) -> str:
        words = self._words
        lines = [
            words.say("Restore of {when}", when=values.moment(words, found.restored_at, self._now)),
            words.say("The replaced books are kept in {name}", name=shown(found.safety)),
            words.say("Made: {when}", when=values.moment(words, self._now, self._now)),
            summary(words, found),
            top(words),
            *([said] if (said := corrected(words, found)) else []),
            *([] if found.is_exact else [not_exact(words)]),
        ]
        heading = self.heading_on_paper()
        rows = [self.on_paper(item) for item in found.items]
        return paper.page(words, words.say("Re-entry list"), lines, [Sheet(words.say("Entries"), heading, rows, frozenset({6}))])

    def heading_on_paper(self) -> Sequence[str]:
        return [self._words.say(_HEADING[place]) for place in _ON_PAPER]

    def on_paper(self, item: ReentryItem) -> Sequence[str]:
        words, entry = self._words, item.entry
        said = (state(words, item), entries.kind(words, entry), entry.number, item.back_number, entries.day(words, entry.date), entry.flat)
        return [*said, entries.amount(words, entry.paise), entries.mode(words, entry), entry.reference, entry.narration]
