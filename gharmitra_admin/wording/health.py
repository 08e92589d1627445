"""The Health page in words: its rows, each with its parts and its lines for support, and the days of the year. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from gharmitra_admin.engine.operations.health import HealthReport
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, Severity
from gharmitra_admin.engine.operations.health.calendar import DayState
from gharmitra_admin.engine.parts.catalogue import Status
from gharmitra_admin.wording import alerts, values
from gharmitra_admin.wording.headlines import Headline, Level
from gharmitra_admin.wording.language import Words, mark

BACKUPS, BOOKS, ACCOUNTS, DOCUMENTS, COPIES, ACTIVITY = "backups", "books", "accounts", "documents", "copies", "activity"
_ROW_OF = {
    AlertCode.NO_BACKUP_YET: BACKUPS,
    AlertCode.NO_BACKUP_WITH_CHANGES: BACKUPS,
    AlertCode.LAST_BACKUP_FAILED: BACKUPS,
    AlertCode.BACKUPS_NOT_A_FOLDER: BACKUPS,
    AlertCode.BACKUPS_UNREADABLE: BACKUPS,
    AlertCode.BACKUPS_UNWRITABLE: BACKUPS,
    AlertCode.BACKUP_VANISHED: BACKUPS,
    AlertCode.BACKUP_DAMAGED: BACKUPS,
    AlertCode.ROTATION_FROZEN: BACKUPS,
    AlertCode.NOT_BALANCED: ACCOUNTS,
    AlertCode.CLOSING_CHANGED: ACCOUNTS,
    AlertCode.NUMBERS_MISSING: ACCOUNTS,
    AlertCode.DOCUMENTS_MISSING: DOCUMENTS,
    AlertCode.DOCUMENTS_CHANGED: DOCUMENTS,
    AlertCode.DOCUMENTS_LOST: DOCUMENTS,
    AlertCode.NO_COPY_ELSEWHERE: COPIES,
    AlertCode.COPY_OLD: COPIES,
    AlertCode.AUDIT_BROKEN: ACTIVITY,
    AlertCode.AUDIT_UNREADABLE: ACTIVITY,
}
LEVELS = {Severity.GOOD: Level.GOOD, Severity.LOOK: Level.LOOK, Severity.ACT: Level.ACT}
DAYS = {
    DayState.PROVEN: mark("restore-tested"),
    DayState.CHECKED: mark("checked"),
    DayState.NO_CHANGE: mark("no change, still matches"),
    DayState.DAMAGED: mark("damaged"),
    DayState.CHANGED_NO_BACKUP: mark("changed, but no backup"),
    DayState.NO_RECORD: mark("blank: no record"),
}
_NO_RECORD = mark("no record")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``parts`` are what it opens into, ``support`` is behind "Details for support". ``is_known_asked``: may be set aside.

    ``is_note``: it is noted rather than known.
    """

    key: str
    level: Level
    title: str
    sentence: str
    parts: tuple[tuple[Level | None, str], ...] = ()
    support: tuple[str, ...] = ()
    is_known_asked: bool = False
    is_note: bool = False


def headline(words: Words, report: HealthReport) -> Headline:
    """Follow the worst row."""
    acts = sum(1 for row in rows(words, report) if row.level is Level.ACT)
    looks = sum(1 for row in rows(words, report) if row.level is Level.LOOK)
    looked = words.say("Looked at {when}.", when=values.moment(words, report.checked_at, report.checked_at))
    if acts:
        return Headline(Level.ACT, words.count("{number} to act on now.", "{number} to act on now.", acts), looked)
    if looks:
        return Headline(Level.LOOK, words.count("{number} to look at.", "{number} to look at.", looks), looked)
    return Headline(Level.GOOD, words.say("All is well."), looked)


def rows(words: Words, report: HealthReport) -> list[Row]:
    """All rows in their order; books that are not GharMitra's have no row of accounts."""
    accounts = [_accounts(words, report)] if report.books.figures and report.books.figures.vouchers is not None else []
    return [
        _backups(words, report),
        _books(words, report),
        *accounts,
        _documents(words, report),
        _copies(words, report),
        _activity(words, report),
    ]


def _mine(report: HealthReport, key: str) -> list[Alert]:
    return [alert for alert in report.alerts if _ROW_OF.get(alert.code, BOOKS) == key]


def _told(words: Words, report: HealthReport, key: str) -> tuple[Level, str, tuple[tuple[Level | None, str], ...]]:
    """The level of a row, its worst sentence, and every alert of it with what to do."""
    mine = _mine(report, key)
    said = [(alert, alerts.message(words, alert, report.checked_at)) for alert in mine]
    parts = tuple((LEVELS[alert.severity], f"{one.message} {one.hint}".rstrip()) for alert, one in said)
    level = LEVELS[max((alert.severity for alert in mine), default=Severity.GOOD)]
    return level, said[0][1].message if said else "", parts


def _backups(words: Words, report: HealthReport) -> Row:
    level, sentence, parts = _told(words, report, BACKUPS)
    newest = report.newest_good
    if newest is not None and not sentence:
        when = values.moment(words, report.last_protected or newest.created_at, report.checked_at)
        tested = words.say("Last {when}; checked; a test restore worked.", when=when)
        sentence = tested if newest.status is Status.PROVEN else words.say("Last {when}; checked.", when=when)
    count = words.count("{number} checked backup.", "{number} checked backups.", report.backup_count)
    support = tuple(f"{newest.filename}  {newest.sha256}" for newest in (newest,) if newest is not None)
    is_gone = any(alert.code is AlertCode.BACKUP_VANISHED for alert in _mine(report, BACKUPS))
    return Row(BACKUPS, level, words.say("Backups"), sentence, (*parts, (None, count)), support, is_known_asked=is_gone)


def _books(words: Words, report: HealthReport) -> Row:
    level, sentence, parts = _told(words, report, BOOKS)
    books = report.books
    size = values.size(words, books.size_bytes)
    if not sentence:
        whole = words.say("Whole.") if books.integrity == "ok" else words.say("Not checked page by page this time.")
        sentence = words.say("{state} {size}", state=whole, size=size)
        if report.free_bytes is not None:
            free = values.size(words, report.free_bytes)
            sentence = words.say("{state} {size}; {free} free on this PC.", state=whole, size=size, free=free)
    support = [
        words.say("Journal mode: {mode}", mode=books.journal_mode.value if books.journal_mode else "?"),
        words.say("Integrity: {said}", said=books.integrity),
        words.say("Empty space in the file: {percent}", percent=values.percent(words, books.fragmentation_percent, decimals=1)),
        words.say("Waiting beside the file: {size}", size=values.size(words, books.wal_bytes)),
        words.say("GharMitra's SQLite: {version}", version=report.backend_sqlite or words.say("not known")),
    ]
    return Row(BOOKS, level, words.say("Books"), sentence, parts, tuple(support))


def _accounts(words: Words, report: HealthReport) -> Row:
    level, sentence, parts = _told(words, report, ACCOUNTS)
    mine = {alert.code for alert in _mine(report, ACCOUNTS)}
    if not sentence and report.books.accounts is None:
        sentence = words.say("Not looked at this time.")
    elif not sentence:
        sentence = words.say("All vouchers balance, and no number is missing.")
    elif level is Level.LOOK:
        sentence = words.count("{number} to look at: {sentence}", "{number} to look at: {sentence}", len(parts), sentence=sentence)
    is_note = AlertCode.CLOSING_CHANGED in mine
    is_asked = is_note or AlertCode.NUMBERS_MISSING in mine
    return Row(ACCOUNTS, level, words.say("Accounts"), sentence, parts, is_known_asked=is_asked, is_note=is_note)


def _documents(words: Words, report: HealthReport) -> Row:
    level, sentence, parts = _told(words, report, DOCUMENTS)
    found = report.documents
    title = words.say("Documents")
    if found is None:
        return Row(DOCUMENTS, level, title, sentence or words.say("Not looked at: the books could not be read."), parts)
    count, agreement = found.agreement.attached, found.agreement
    shown = values.number(words, count)
    if not sentence and not count:
        sentence = words.say("No files are attached.")
    elif not sentence and found.changed is None:
        sentence = words.count("{shown} attached file is there.", "All {shown} attached files are there.", count, shown=shown)
    elif not sentence:
        sentence = words.count(
            "{shown} attached file is there, unchanged.", "All {shown} attached files are there, unchanged.", count, shown=shown
        )
    more = []
    if number := len(agreement.unnamed):
        more.append((None, words.count("{number} file that no entry names.", "{number} files that no entry names.", number)))
    if number := len(agreement.outside):
        said = words.count(
            "{number} attached file lies elsewhere and is in no backup.",
            "{number} attached files lie elsewhere and are in no backup.",
            number,
        )
        more.append((None, said))
    return Row(DOCUMENTS, level, title, sentence, (*parts, *more), (*agreement.unnamed[:20], *agreement.outside[:20]))


def _copies(words: Words, report: HealthReport) -> Row:
    level, sentence, parts = _told(words, report, COPIES)
    copy = report.last_copy
    if any(alert.code is AlertCode.NO_COPY_ELSEWHERE for alert in _mine(report, COPIES)):
        sentence = words.say("None. If this PC fails or is stolen, all is gone.")
    elif copy is None:
        sentence = words.say("None yet.")
    elif not sentence:
        when = values.moment(words, datetime.fromisoformat(copy.at), report.checked_at)
        sentence = words.say("Last {when}, in {place}.", when=when, place=copy.to)
    return Row(COPIES, level, words.say("Copies elsewhere"), sentence, parts)


def _activity(words: Words, report: HealthReport) -> Row:
    level, sentence, parts = _told(words, report, ACTIVITY)
    audit = report.audit
    if audit is None:
        return Row(ACTIVITY, level, words.say("Activity record"), sentence or words.say("Nothing recorded yet."), parts)
    lines = words.count("{shown} line", "{shown} lines", audit.events, shown=values.number(words, audit.events))
    if not sentence and audit.events:
        sentence = words.say("{lines}, in order. Number to compare on paper: {head}.", lines=lines, head=audit.head.short)
    elif not sentence:
        sentence = words.say("Nothing recorded yet.")
    return Row(ACTIVITY, level, words.say("Activity record"), sentence, parts, (f"{audit.head.seq}:{audit.head.hash}",))


def banner(words: Words, report: HealthReport) -> tuple[Alert, str] | None:
    """The worst thing that the headline does not say already, and how many more there are."""
    waiting = alerts.for_banner(report.alerts)
    if not waiting:
        return None
    sentence = alerts.message(words, waiting[0], report.checked_at).message
    if len(waiting) > 1:
        more = words.count("and {number} more", "and {number} more", len(waiting) - 1)
        sentence = words.say("{sentence} ({more})", sentence=sentence, more=more)
    return waiting[0], sentence


def day(words: Words, when: date, state: DayState) -> str:
    """One day of the calendar: "18/11/2026: checked"."""
    what = _NO_RECORD if state is DayState.NO_RECORD else DAYS[state]
    return words.say("{date}: {what}", date=values.day(words, when), what=words.say(what))
