"""What the six pages of a restore say. Leaves nothing on disk."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from gharmitra_admin.engine.base.errors import Cancelled, Code, Damaged, EngineError
from gharmitra_admin.engine.base.job import Progress, Stage
from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.engine.operations.compare import Comparison
from gharmitra_admin.engine.operations.restore.plan import Finding, FindingCode
from gharmitra_admin.engine.parts.books.meaning import EntryKind
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.vault.comparing import Difference
from gharmitra_admin.engine.vault.glancing import FirstFigures
from gharmitra_admin.wording import backups, books, errors, headlines, restores, values
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words, mark

ROWS_OF_PAGE_2 = (
    ((EntryKind.RECEIPT,), mark("Receipts")),
    ((EntryKind.PAYMENT,), mark("Payments")),
    ((EntryKind.JOURNAL,), mark("Journals")),
    ((EntryKind.BILL, EntryKind.MEMBER), mark("Bills, members")),
    ((EntryKind.OTHER,), mark("Other")),
)
_STEPS = (
    (Stage.SAVING, mark("Safety backup made and checked")),
    (Stage.REPLACING, mark("Replacing the books")),
    (Stage.CHECKING_BOOKS, mark("Checking every page")),
    (Stage.COUNTING, mark("Counting entries and balances")),
)
_AT_FIRST_SIGHT = frozenset({"payments", "journal_entries", "maintenance_bills", "members", "flats", "complaints"})
_UNUSABLE = frozenset({FindingCode.BACKUP_DAMAGED, FindingCode.OTHER_SOCIETY, FindingCode.NOT_THESE_BOOKS, FindingCode.NEWER_SCHEMA})
BEHIND_THE_COMMIT = frozenset({Stage.REPLACING, Stage.CHECKING_BOOKS, Stage.COUNTING})


def difference(words: Words, found: Difference | None) -> str:
    """How far a backup is from the books: "37 entries different"; nothing while it is not known."""
    if found is None:
        return ""
    if found.entries is None or found.rows is None:
        return words.say("cannot be compared")
    if found.entries:
        number = values.number(words, found.entries)
        return words.count("{shown} entry different", "{shown} entries different", found.entries, shown=number)
    return words.say("same as now") if not found.rows else words.say("no entry different")


def goes_back(words: Words, record: BackupRecord, now: datetime) -> str:
    when = backups.made_at(words, record, now)
    if record.origin is None and record.sequence == 0:
        return words.say("The books go back to {when} (file {name}).", when=when, name=record.filename)
    return words.say("The books go back to {when}.", when=when)


def will_differ(words: Words, found: Comparison) -> str:
    """The number that will be asked for."""
    number = found.entries_different
    if number == 0:
        return words.say("No entry will be different.")
    return words.count("{shown} entry will be different.", "{shown} entries will be different.", number, shown=values.number(words, number))


def first_look(words: Words, found: FirstFigures) -> str:
    """What the numbers of rows tell before everything was compared; empty where they are equal."""
    told = [
        words.say("{title} {difference}", title=books.title(words, one.table), difference=f"{one.now - one.then:+,}")
        for one in found.tables
        if one.table in _AT_FIRST_SIGHT
    ]
    return words.say("At first sight, in the books since: {parts}. Still counting.", parts=", ".join(told)) if told else ""


def unusable(words: Words, findings: Iterable[Finding]) -> Message | None:
    """Why this file can never take the books' place, whoever closes what; None where it can."""
    return next((restores.finding(words, one) for one in findings if one.code in _UNUSABLE), None)


def not_compared(words: Words, findings: Iterable[Finding]) -> Message:
    """Why what would change cannot be told, and what to do."""
    for one in findings:
        if one.code in {FindingCode.BACKUP_DAMAGED, FindingCode.BOOKS_DAMAGED, FindingCode.BOOKS_MISSING}:
            return restores.finding(words, one)
    return Message(words.say("What would change cannot be told: another program holds the books."), words.say("Close it, then go back."))


def whole_and_whose(words: Words, whole: Message, society: Finding) -> str:
    """One line of page 3 for two findings that are both fine."""
    name = society.values.get("society")
    if not name:
        return words.say("The backup is whole (read again just now) and belongs to these books.")
    said = words.say("The backup is whole (read again just now) and belongs to {society}.", society=shown(str(name)))
    count = society.values.get("societies")
    if isinstance(count, int) and count > 1:
        said += " " + words.say("This file holds {count} societies: all of them go back.", count=count)
    return said if whole.message else ""


def kept_first(words: Words, findings: Iterable[Finding]) -> str:
    """What becomes of the present books before anything is replaced."""
    codes = {one.code for one in findings}
    if FindingCode.BOOKS_MISSING in codes:
        return words.say("There are no present books to be kept.")
    if FindingCode.BOOKS_DAMAGED in codes:
        return words.say("The damaged books are put aside as they are first, by itself.")
    return words.say("A safety backup of the present books is made first, by itself.")


def question(words: Words, record: BackupRecord, now: datetime) -> str:
    return words.say("Replace the books with the backup of {when}?", when=backups.made_at(words, record, now))


def undo_question(words: Words, at: datetime, now: datetime) -> str:
    return words.say("Undo the restore of {when}?", when=values.moment(words, at, now))


def cost(words: Words, found: Comparison | None, *, is_undo: bool = False) -> str:
    """The sentence above the number: "37 entries leave the books (receipts ₹1,11,000.00). They are set aside, and you can undo this."."""
    if found is None:
        return words.say("What the present books hold cannot be read any more. They are put aside as they are.")
    if found.entries_different == 0:
        return words.say("No entry is different.") if is_undo else words.say("No entry is different. You can undo this.")
    parts = []
    lost, returned = sum(kind.lost for kind in found.kinds), sum(kind.returned for kind in found.kinds)
    changed = sum(kind.changed for kind in found.kinds)
    if lost:
        said = words.count("{shown} entry leaves the books", "{shown} entries leave the books", lost, shown=values.number(words, lost))
        amounts = _amounts(words, [(kind.kind, kind.lost_paise) for kind in found.kinds if kind.lost])
        parts.append(said + amounts)
    if returned:
        said = words.count("{shown} entry comes back", "{shown} entries come back", returned, shown=values.number(words, returned))
        parts.append(said + _amounts(words, [(kind.kind, kind.returned_paise) for kind in found.kinds if kind.returned]))
    if changed:
        number = values.number(words, changed)
        parts.append(words.count("{shown} entry changes back", "{shown} entries change back", changed, shown=number))
    if is_undo:
        aside = words.say("What leaves them is set aside and listed for re-entry.") if lost else ""
    else:
        aside = words.say("They are set aside, and you can undo this.") if lost else words.say("You can undo this.")
    everything = ""
    if len(parts) > 1:
        everything = " " + words.say("Together: {number} entries.", number=values.number(words, found.entries_different))
    return f"{', '.join(parts)}.{everything} {aside}".rstrip()


def _amounts(words: Words, amounts: Sequence[tuple[EntryKind, int | None]]) -> str:
    told = [
        words.say("{kind} {amount}", kind=words.say(books.KINDS[kind]).lower(), amount=values.rupees(words, paise))
        for kind, paise in amounts
        if paise
    ]
    return f" ({', '.join(told)})" if told else ""


def typed_number(text: str) -> str:
    """What was typed, its digits of any script as plain ones, without the commas of thousands and lakhs."""
    plain = (str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text.strip())
    return "".join(sign for sign in plain if sign not in ",. \u00a0\u202f")


def steps(words: Words) -> list[tuple[Stage, str]]:
    """The four lines of page 5."""
    return [(stage, words.say(said)) for stage, said in _STEPS]


def running(words: Words, progress: Progress | None, left_seconds: float | None) -> str:
    """The headline of page 5."""
    return words.say("Restoring...") if progress is None else headlines.running(words, words.say("Restoring"), progress, left_seconds)


def advice(words: Words, *, is_behind: bool) -> str:
    """What may be done while it works."""
    if not is_behind:
        return words.say("You can still cancel. Nothing has been replaced.")
    return words.say(
        "Please do not switch off. After a power cut the program finishes or goes back by itself at the next start, and tells you which."
    )


def not_done(words: Words, error: EngineError) -> tuple[str, str]:
    """Headline and text where the books were not replaced."""
    if isinstance(error, Damaged) and error.code is Code.RESTORE_HALF:
        said = errors.message(words, error)
        return words.say("The restore could not be finished."), f"{said.message} {said.hint}".rstrip()
    headline = words.say("The books were not replaced.")
    if isinstance(error, Cancelled):
        return headline, words.say("They are as they were before. You cancelled it.")
    error.values.pop("not_replaced", None)
    said = errors.message(words, error)
    return headline, f"{words.say('They are as they were before. Reason: {said}', said=said.message)} {said.hint}".rstrip()


def for_the_others(words: Words) -> str:
    """The message before."""
    return words.say("GharMitra will be closed for a few minutes. Please log out and enter nothing until I write again.")


def for_the_others_after(words: Words, when: str) -> str:
    """The message after."""
    return words.say("GharMitra's books are as on {when}. Please check your last entries, and enter again what is missing.", when=when)
