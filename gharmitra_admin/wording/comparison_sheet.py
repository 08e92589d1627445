"""A comparison as a spreadsheet, one row an entry or consequence, and as a page to print. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.engine.parts.books.consequences import Consequences
from gharmitra_admin.engine.parts.books.entry import Direction, Entry
from gharmitra_admin.engine.parts.books.logins import LoginWhat
from gharmitra_admin.engine.parts.saving import Cell
from gharmitra_admin.engine.vault.comparing import Compared
from gharmitra_admin.wording import backups, books, comparisons, entries, paper, values
from gharmitra_admin.wording.language import Words, mark
from gharmitra_admin.wording.paper import Sheet

_HEADING = (
    mark("What happens"), mark("What"), mark("Society"), mark("Day"), mark("Number"), mark("Flat"), mark("Amount in the books"),
    mark("Amount in the backup"), mark("Paid by"), mark("Reference"), mark("Details"),
)  # fmt: skip
_ON_PAPER = (
    mark("What happens"),
    mark("What"),
    mark("Day"),
    mark("Number"),
    mark("Flat"),
    mark("Amount"),
    mark("Paid by"),
    mark("Details"),
)
_LOGINS = {
    LoginWhat.WORKS_AGAIN: mark("works again"),
    LoginWhat.OTHER_ROLE: mark("role goes back"),
    LoginWhat.WORKS_NO_MORE: mark("works no more"),
}


class ComparisonSheet:
    """The words of one comparison. ``now``: local time."""

    def __init__(self, words: Words, now: datetime) -> None:
        self._words, self._now = words, now

    def heading(self) -> Sequence[Cell]:
        return [self._words.say(one) for one in _HEADING]

    def entry(self, entry: Entry) -> Sequence[Cell]:
        words = self._words
        now, then = entries.rupees(entry.paise), entries.rupees(entry.then_paise)
        if entry.direction is Direction.BACK:
            now, then = None, now
        said = (words.say(entries.DIRECTIONS[entry.direction]), entries.kind(words, entry), entry.society, entry.date, entry.number)
        return [*said, entry.flat, now, then, entries.mode(words, entry), entry.reference, entry.narration]

    def rest(self, found: Compared) -> Iterator[Sequence[Cell]]:
        """The consequences, in the same columns."""
        for sentence in comparisons.damaged(self._words, found.then, found.now):
            yield self._row(mark("may be wrong"), mark("Backup"), details=sentence)
        follows = found.comparison.consequences
        for flat in follows.dues:
            what = mark("will show more due") if flat.is_more else mark("will show less due")
            yield self._row(what, mark("Dues"), flat=flat.flat, now=flat.now_paise, then=flat.then_paise)
        for run in follows.numbers:
            number = run.first if run.count == 1 else self._words.say("{first} to {last}", first=run.first, last=run.last)
            yield self._row(mark("given again"), mark("Numbers"), number=number)
        for one in follows.online:
            details = self._words.count("{number} payment", "{number} payments", one.count)
            yield self._row(
                mark("not in the books"),
                mark("Online"),
                now=one.paise,
                details=f"{comparisons.gateway(self._words, one.gateway)}: {details}",
            )
        yield from self._people_and_papers(follows)

    def page(self, found: Compared, first: Sequence[Entry]) -> str:
        words, comparison = self._words, found.comparison
        when = backups.made_at(words, found.then, self._now)
        lines = [
            words.say("Society: {names}", names=", ".join(map(shown, comparison.consequences.societies)) or words.say("not known")),
            words.say("Backup: {name}, {when}", name=shown(found.then.filename), when=when),
        ]
        if found.now is not None:
            lines.append(words.say("Compared with the backup {name}", name=shown(found.now.filename)))
        lines += [f"■ {sentence}" for sentence in comparisons.damaged(words, found.then, found.now)]
        lines += [words.say("Made: {when}", when=values.moment(words, self._now, self._now)), books.cost(words, comparison)]
        lines += [f"• {books.kind(words, one)}" for one in comparison.kinds]
        follows = comparisons.consequences(words, comparison.consequences, found.then.created_at.date(), self._now.date())
        lines += [f"▲ {line.message}" for line in follows] + [f"▲ {line}" for line in books.schema(words, comparison)]
        if len(first) < comparison.entries_different:
            lines.append(comparisons.cut(words, len(first), comparison.entries_different))
        return paper.page(words, words.say("What going back changes"), lines, self._sheets(comparison.consequences, first))

    def _sheets(self, follows: Consequences, first: Sequence[Entry]) -> list[Sheet]:
        words = self._words
        sheets = []
        if follows.dues:
            rows = [(flat.flat, entries.amount(words, flat.now_paise), entries.amount(words, flat.then_paise)) for flat in follows.dues]
            heading = [words.say(one) for one in (mark("Flat"), mark("Due now"), mark("Due after going back"))]
            sheets.append(Sheet(words.say("Dues"), heading, rows, frozenset({1, 2})))
        if first:
            heading = [words.say(one) for one in _ON_PAPER]
            sheets.append(Sheet(words.say("Entries"), heading, [self._on_paper(entry) for entry in first], frozenset({5})))
        return sheets

    def _on_paper(self, entry: Entry) -> Sequence[str]:
        words = self._words
        said = (words.say(entries.DIRECTIONS[entry.direction]), entries.kind(words, entry), entries.day(words, entry.date))
        money = entries.amount(words, entry.paise)
        if entry.direction is Direction.CHANGED and entry.paise != entry.then_paise:
            money = words.say("{now}, in the backup {then}", now=money, then=entries.amount(words, entry.then_paise))
        return [*said, entry.number, entry.flat, money, entries.mode(words, entry), entry.narration]

    def _people_and_papers(self, follows: Consequences) -> Iterator[Sequence[Cell]]:
        words = self._words
        for login in follows.logins:
            roles = " → ".join(comparisons.role(words, role) for role in (login.role_now, login.role_then) if role)
            yield self._row(_LOGINS[login.what], mark("Logins"), details=f"{login.email} ({roles})")
        if follows.passwords:
            number = words.count("{number} login", "{number} logins", follows.passwords)
            yield self._row(mark("password goes back"), mark("Logins"), details=number)
        for what, files in (
            (mark("will not be in the books any more"), follows.documents_without_row),
            (mark("comes back without its file"), follows.documents_without_file),
        ):
            for one in files:
                yield self._row(what, mark("Documents"), details=f"{one.name} ({one.url})")
        if len(follows.societies) > 1:
            for name in follows.societies:
                yield self._row(mark("goes back"), mark("Society"), details=name)

    def _row(
        self, what: str, kind: str, *, number: str = "", flat: str = "", now: int | None = None, then: int | None = None, details: str = ""
    ) -> Sequence[Cell]:
        words = self._words
        return [words.say(what), words.say(kind), "", "", number, flat, entries.rupees(now), entries.rupees(then), "", "", details]
