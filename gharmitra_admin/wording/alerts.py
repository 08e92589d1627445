"""What health has to say, as a sentence and what to do about it. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from gharmitra_admin.engine.base.errors import Code, EngineError, NoSpace
from gharmitra_admin.engine.base.names import shown_path
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode
from gharmitra_admin.engine.parts.retention import Reason
from gharmitra_admin.wording import errors, values
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words, mark

_SENTENCES: Mapping[AlertCode, tuple[str, str]] = {
    AlertCode.NO_BACKUP_YET: (mark("No backup yet."), mark("Make a backup now.")),
    AlertCode.NO_BACKUP_WITH_CHANGES: (
        mark("The books have changed, and the last backup is {days} days old."),
        mark("Make a backup now."),
    ),
    AlertCode.LAST_BACKUP_FAILED: (
        mark("The last backup, {at}, did not work: {failure}. Earlier backups are untouched."),
        mark("Make a backup now; if it fails again, it says what to do."),
    ),
    AlertCode.BACKUPS_NOT_A_FOLDER: (
        mark("A file stands where the folder of the backups should be: {path}. No backup can be made or read."),
        mark("Rename that file or move it away; the folder is made with the next backup."),
    ),
    AlertCode.BACKUPS_UNREADABLE: (
        mark("Which backups there are cannot be told. {error}"),
        mark("Allow this user to read that folder, or look whether its drive is in order."),
    ),
    AlertCode.BACKUPS_UNWRITABLE: (
        mark("This program may not write in {path}, so no backup can be made. Earlier backups are untouched."),
        mark("Allow this user to write there."),
    ),
    AlertCode.BACKUP_VANISHED: (
        mark("Another program removed {count} from the backups folder: {names}."),
        mark("Find out which program cleans up that folder, and stop it."),
    ),
    AlertCode.BACKUP_DAMAGED: (mark("{count} damaged: {names}."), mark("Use another backup. Damaged ones are not removed by themselves.")),
    AlertCode.ROTATION_FROZEN: (mark("No old backup is being removed: {why}."), mark("Look at the books first.")),
    AlertCode.BOOKS_SHRUNK: (
        mark("Many entries are missing from the books in the backup of {at} that were there in the one before ({tables})."),
        mark("If you did not delete them, do not work on. If you did, say so beside that backup: {name}"),
    ),
    AlertCode.BOOKS_DAMAGED: (
        mark("The books look damaged. Your earlier backups are untouched and none will be removed."),
        mark("Make no more entries. Write to support before you do anything else."),
    ),
    AlertCode.BOOKS_UNREADABLE: (mark("The books cannot be read: {error}"), mark("Look whether GharMitra itself still opens them.")),
    AlertCode.BOOKS_GONE: (
        mark("The books are not there: {path}."),
        mark("Look whether GharMitra was moved or its drive is not connected. If they are lost, put them back from a backup."),
    ),
    AlertCode.BOOKS_LARGE: (mark("The books have grown to {size}."), mark("Nothing is wrong; backups take longer and need more room.")),
    AlertCode.FRAGMENTED: (
        mark("{percent} of the books' file is empty space."),
        mark("Nothing is wrong; GharMitra's support can make the file smaller."),
    ),
    AlertCode.LARGE_WAL: (
        mark("{size} of entries wait beside the books' file."),
        mark("Close GharMitra once and start it again; if it stays, write to support."),
    ),
    AlertCode.NOT_BALANCED: (
        mark("{count}: debit and credit differ. {names}"),
        mark("Open it in GharMitra and look at its lines, or ask your CA."),
    ),
    AlertCode.CLOSING_CHANGED: (
        mark("The figures of {year} differ from those at its final closing. {account} was {was}, is {is_now}."),
        mark("If the auditor asked for this, note it."),
    ),
    AlertCode.NUMBERS_MISSING: (
        mark("{missing} from the series. It may have been cancelled."),
        mark("Ask who entered that day's vouchers."),
    ),
    AlertCode.DISK_LOW: (mark("Only {free} are free on the drive of the backups."), mark("Free some room.")),
    AlertCode.NO_ROOM_FOR_NEXT: (
        mark("There is no room for the next backup: {free} free, {needed} needed."),
        mark("Free some room now."),
    ),
    AlertCode.SQLITE_AT_RISK: (
        mark("GharMitra runs with SQLite {version}, which in rare cases can damage books that two programs use at once."),
        mark("Ask support for an update of GharMitra."),
    ),
    AlertCode.DOCUMENTS_MISSING: (
        mark("{count} missing: {names}."),
        mark("Ask who removed them. The newest backup has {kept} of them."),
    ),
    AlertCode.DOCUMENTS_CHANGED: (
        mark("{count} changed since the newest backup: {names}."),
        mark("Ask who replaced them. The backup has them as they were."),
    ),
    AlertCode.DOCUMENTS_LOST: (
        mark("Stored documents of backups that are missing or damaged: {count}."),
        mark("Make a backup now: it stores again what is still attached."),
    ),
    AlertCode.NO_COPY_ELSEWHERE: (mark("No copy outside this PC yet."), mark("Copy a backup to a drive and keep it elsewhere.")),
    AlertCode.COPY_OLD: (mark("The last copy outside this PC is {days} days old."), mark("Copy a backup to a drive again.")),
    AlertCode.AUDIT_BROKEN: (
        mark("The activity record was changed by something else at {problems}."),
        mark("Write to support, and tell the committee: someone or something has edited the record."),
    ),
    AlertCode.AUDIT_UNREADABLE: (mark("The activity record cannot be read: {error}"), mark("Write to support; do not edit the file.")),
}


def message(words: Words, alert: Alert, now: datetime) -> Message:
    """Say one alert."""
    sentence, hint = _SENTENCES[alert.code]
    known = _values(words, alert, now)
    if alert.code is AlertCode.BACKUP_VANISHED:
        known["count"] = words.count("{number} backup", "{number} backups", _number_of_names(alert))
    elif alert.code is AlertCode.BACKUP_DAMAGED:
        known["count"] = words.count("{number} backup is", "{number} backups are", _number_of_names(alert))
    elif alert.code in {AlertCode.NOT_BALANCED, AlertCode.CLOSING_CHANGED, AlertCode.NUMBERS_MISSING}:
        known |= _of_accounts(words, alert)
    elif alert.code is AlertCode.DOCUMENTS_MISSING:
        known["count"] = words.count("{number} attached file is", "{number} attached files are", _number_of_names(alert))
    elif alert.code is AlertCode.DOCUMENTS_CHANGED:
        known["count"] = words.count("{number} attached file has", "{number} attached files have", _number_of_names(alert))
    said = words.say(sentence, **known)
    if "society" in known:
        said = words.say("{society}: {sentence}", society=known["society"], sentence=said)
    return Message(said, words.say(hint, **known))


def _of_accounts(words: Words, alert: Alert) -> dict[str, object]:
    """The words of what the accounts have to say."""
    number, names = alert.values.get("count"), alert.values.get("names", alert.values.get("numbers"))
    count = number if isinstance(number, int) else 0
    shown = values.number(words, count)
    if alert.code is AlertCode.NOT_BALANCED:
        few = _few(words, names, count)
        return {
            "count": words.count("{shown} voucher does not balance", "{shown} vouchers do not balance", count, shown=shown),
            "names": f"{few}." if few else "",
        }
    if alert.code is AlertCode.NUMBERS_MISSING:
        few = _few(words, names, 0)
        return {"missing": words.count("{few} is missing", "{shown} numbers are missing ({few})", count, shown=shown, few=few)}
    was, is_now = alert.values.get("was_paise"), alert.values.get("is_paise")
    rupees = {"was": was, "is_now": is_now}
    return {name: values.rupees(words, paise) for name, paise in rupees.items() if isinstance(paise, int)}


def _number_of_names(alert: Alert) -> int:
    names = alert.values.get("names", ())
    return len(names) if isinstance(names, tuple) else 1


def _values(words: Words, alert: Alert, now: datetime) -> dict[str, object]:
    known: dict[str, object] = {name: _value(words, name, value, now) for name, value in alert.values.items()}
    for long, short in (("free_bytes", "free"), ("needed_bytes", "needed"), ("size_bytes", "size")):
        if isinstance(size := alert.values.get(long), int):
            known[short] = values.size(words, size)
    return known


def _value(words: Words, name: str, value: object, now: datetime) -> str:  # noqa: PLR0911 - one line for each kind of value
    if isinstance(value, datetime):
        return values.moment(words, value, now)
    if isinstance(value, EngineError):
        return errors.message(words, value).message
    if isinstance(value, Path):
        return shown_path(value)
    if isinstance(value, Reason):
        from gharmitra_admin.wording import backups  # noqa: PLC0415 - only this kind of alert needs it

        return backups.reasons(words, (value,), last=0)
    if name == "failure":
        return failure(words, str(value))
    if name == "percent" and isinstance(value, int | float):
        return values.percent(words, value)
    if name == "problems" and isinstance(value, tuple):
        lines = sorted({problem.line for problem in value})
        shown = ", ".join(str(line) for line in lines[:5])
        return words.count("line {shown}", "lines {shown}", len(lines), shown=shown)
    if isinstance(value, tuple):
        return _few(words, value, len(value))
    return str(value)


def _few(words: Words, given: object, count: int) -> str:
    """The first three of several, and how many more there are of all ``count``."""
    every = given if isinstance(given, tuple) else ()
    few = [str(one) for one in every[:3]]
    left = max(count, len(every)) - len(few)
    return ", ".join(few + ([words.count("and {number} more", "and {number} more", left)] if left and few else []))


_FAILURES = {
    Code.DISK_FULL: mark("the disk is full"),
    Code.BOOKS_BUSY: mark("another program was holding the books"),
    Code.BOOKS_NOT_FOUND: mark("the books were not there"),
    Code.BOOKS_DAMAGED: mark("the books have a damaged part"),
    Code.BOOKS_EMPTY: mark("the books were empty"),
    Code.BOOKS_NOT_A_DATABASE: mark("the books could not be opened"),
    Code.COPY_DAMAGED: mark("the copy came out wrong twice"),
    Code.CANNOT_WRITE: mark("writing to the backups folder was not possible"),
    Code.CANNOT_READ: mark("a file could not be read"),
    Code.LOCK_LOST: mark("another program interfered in the backups folder"),
    Code.CANCELLED: mark("it was cancelled"),
}


def failure(words: Words, code: str) -> str:
    """Say in a few words why a backup failed, from the code in the activity record."""
    known = {one.value: sentence for one, sentence in _FAILURES.items()}
    return words.say(known.get(code, mark("for a reason that Health tells")))


def short_failure(words: Words, error: EngineError) -> str:
    """The same from the error itself, with the room that was missing."""
    said = failure(words, error.code.value)
    free, needed = error.values.get("free_bytes"), error.values.get("needed_bytes")
    if isinstance(error, NoSpace) and isinstance(free, int) and isinstance(needed, int):
        return words.say(
            "{failure} ({free} free, {needed} needed)", failure=said, free=values.size(words, free), needed=values.size(words, needed)
        )
    return said


# Said by the headline of the Backups tab itself; a banner would say them twice.
_SAID_BY_HEADLINE = frozenset(
    {
        AlertCode.NO_BACKUP_YET,
        AlertCode.NO_BACKUP_WITH_CHANGES,
        AlertCode.LAST_BACKUP_FAILED,
        AlertCode.BOOKS_DAMAGED,
        AlertCode.BOOKS_GONE,
        AlertCode.BOOKS_UNREADABLE,
    }
)


def for_banner(given: Sequence[Alert]) -> list[Alert]:
    """What is left to say beside the headline, the worst first."""
    return [alert for alert in given if alert.code not in _SAID_BY_HEADLINE]


def first_for_banner(given: Sequence[Alert]) -> Alert | None:
    return next(iter(for_banner(given)), None)
