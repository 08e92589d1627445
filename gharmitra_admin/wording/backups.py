"""One backup in words: why it was made, how far it is proven, what the strip and the details say. Leaves nothing on disk."""

from __future__ import annotations

from datetime import datetime

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.notices import Notice, NoticeCode
from gharmitra_admin.engine.parts.books import Figures
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.parts.documents.checking import DocumentsChecked
from gharmitra_admin.engine.parts.manifest import Kind
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.retention import Reason
from gharmitra_admin.wording import errors, values
from gharmitra_admin.wording.language import Words, mark

LABEL_SUGGESTIONS = (
    mark("Before bulk entry"),
    mark("Before year closing"),
    mark("Before an update"),
    mark("Before changing settings"),
    mark("Month end"),
)
_WHY = {
    Kind.AUTOMATIC: mark("When GharMitra started"),
    Kind.MANUAL: mark("By you"),
    Kind.LOGOUT: mark("At logout"),
    Kind.SCHEDULED: mark("Daily"),
    Kind.PRE_RESTORE: mark("Before a restore"),
}
_STATES = {
    Status.COPIED: mark("Copied, not checked yet"),
    Status.CHECKED: mark("Checked"),
    Status.PROVEN: mark("Restore-tested"),
    Status.UNCHECKED: mark("Not checked yet"),
}
_REASONS = {
    Reason.KEPT: mark("kept"),
    Reason.LAST: mark("one of the last {last}"),
    Reason.LAST_AT_LOGOUT: mark("one of the last {last} made at logout"),
    Reason.DAY: mark("the newest of its day"),
    Reason.MONTH_END: mark("the last of its month"),
    Reason.YEAR_END: mark("the last of its financial year"),
    Reason.NEWEST_CHECKED: mark("the newest checked one"),
    Reason.NEWEST_PROVEN: mark("the newest restore-tested one"),
    Reason.SAFETY: mark("made before a restore"),
    Reason.SET_APART: mark("set apart, for support"),
    Reason.NOT_WHOLE: mark("damaged; only you delete it"),
    Reason.UNCHECKED: mark("not checked yet"),
    Reason.ADOPTED: mark("not made by this program"),
    Reason.FROZEN_BOOKS_DAMAGED: mark("nothing is removed while the books look damaged"),
    Reason.FROZEN_SHRUNK: mark("nothing is removed while many entries are missing"),
    Reason.FROZEN_CLOCK: mark("nothing is removed because this PC's clock has jumped"),
    Reason.FROZEN_SETTINGS: mark("nothing is removed while the settings cannot be read"),
}
_STAGED_BECAUSE = mark("The books could only be read by way of a copy, because nothing could be written beside {path}{because}")
_NOTICES = {
    NoticeCode.AUDIT_UNWRITABLE: mark(
        "The activity record could not be written ({path}: {reason}). It was done all the same; no backup was removed."
    ),
    NoticeCode.AUDIT_END_UNWRITABLE: mark("It was done, but the activity record could not be written: {path}{because}"),
    NoticeCode.ROTATION_FROZEN: mark("No earlier backup was removed: {why}."),
    NoticeCode.RETENTION_FAILED: mark("Removing old backups could not be finished: {path}{because}"),
    NoticeCode.BOOKS_SHRUNK: mark(
        "{gone} of {before} rows of {table} are no longer in the books since the backup before. If you did not delete them, do not work on."
        " Earlier backups are held back from removal."
    ),
    NoticeCode.SECOND_TRY: mark("The first copy came out wrong ({problem}) and was removed; the second one is whole."),
    NoticeCode.FOREIGN_KEYS: mark("Rows of the books that point to rows that are not there: {count}. The backup holds them as they are."),
    NoticeCode.WAL_VANISHED: mark(
        "A file that belongs to the books has gone since the last backup: {path} Entries may be missing from them."
    ),
    NoticeCode.STAGED: mark("The books could only be read by way of a copy, because they were left open by a program that was killed."),
    NoticeCode.BACKUP_VANISHED: mark("Another program removed the backup {name}."),
    NoticeCode.BROUGHT_BACK: mark("Another program removed the backup {name}; it was brought back."),
    NoticeCode.INTERRUPTED_EARLIER: mark("Earlier work was cut off and has been tidied up."),
    NoticeCode.RESTORE_CUT_OFF: mark("The restore on {at} was cut off. The books are complete, as they were before it."),
    NoticeCode.RESTORE_FINISHED: mark("The restore on {at} was cut off and has been finished. The books are as in {name}."),
    NoticeCode.RESTORE_UNSETTLED: mark(
        "The restore that was cut off could not be settled yet: {path}{because} Do not start GharMitra; the safety backup {name} is there."
    ),
    NoticeCode.AUDIT_ROWS_NOT_CARRIED: mark("GharMitra's own activity list could not be carried into the activity record{because}."),
    NoticeCode.OLDER_SCHEMA: mark("The backup was made by another version of GharMitra: {what}"),
    NoticeCode.CANNOT_TELL: mark("Whether another program has the books open cannot be told for {count} programs of other users."),
    NoticeCode.BOOKS_WERE_DAMAGED: mark("The books that were replaced were damaged. They were put aside as they were: {name}"),
    NoticeCode.DOCUMENTS_SKIPPED: mark("Not in this backup, because they could not be copied ({count}): {names}{because}"),
    NoticeCode.DOCUMENTS_NOT_PUT_BACK: mark(
        "The books were restored. Documents that could not be put back ({count}): {names}{because} They are in the backup."
    ),
    NoticeCode.DOCUMENTS_NOT_COPIED: mark(
        "The books were copied. Documents that are missing or damaged in the backups folder, and so not in the copy ({count}): {names}"
    ),
    NoticeCode.HELD_FAILED: mark("A second hold on the newest backup could not be made: {path}{because}"),
    NoticeCode.HOW_TO_FAILED: mark("The page on how to go back without this program could not be written: {path}{because}"),
    NoticeCode.COPY_NOT_NOTED: mark("The copy was made, but a note of it could not be written: {path}{because}"),
    NoticeCode.SAME_DRIVE: mark("{path} is on the same drive as the books: if that drive fails, both are lost. Use another drive as well."),
    NoticeCode.NOT_PRIVATE: mark("Anybody who can use this drive can read what lies on it: {path}"),
    NoticeCode.SETTING_IGNORED: mark("The setting {name} is {value}, which cannot be used; {default} is used instead."),
    NoticeCode.SWEEP_FAILED: mark("What an earlier run left could not be tidied up: {path}{because}"),
}


def documents_checked(words: Words, found: DocumentsChecked | None) -> str:
    """Say which stored documents of a backup are not what they were; empty where nothing is wrong."""
    if found is None or not found.wrong:
        return ""
    if not found.names:
        return words.say("its list of documents is missing or damaged; its books are not touched by this")
    said = mark("documents missing or damaged: {wrong} of {count} ({names}); its books are not touched by this")
    wrong, count = values.number(words, found.wrong), values.number(words, found.count)
    return words.say(said, wrong=wrong, count=count, names=errors.names(found.names))


def why(words: Words, record: BackupRecord) -> str:
    """Why it was made; a label replaces it."""
    if record.label:
        return record.label
    if record.set_apart and record.kind is None:
        return words.say("The damaged books, put aside")
    if record.kind is None:
        return words.say("Found in the folder")
    return words.say(_WHY[record.kind])


def state(words: Words, record: BackupRecord) -> str:
    """How far it has been proven, and what is wrong with it where something is."""
    if record.status is Status.DAMAGED:
        return words.say("Damaged: {problem}", problem=errors.problem(words, record.problem or Problem.PAGES_DAMAGED))
    if record.problem is Problem.UNREADABLE:
        return words.say("Cannot be read")
    if record.problem is not None:
        return words.say("Cannot be used: {problem}", problem=errors.problem(words, record.problem))
    return words.say(_STATES[record.status])


def facts(words: Words, figures: Figures | None) -> str:
    """What the books held: "3,988 vouchers, last receipt RV-3512, 25 documents"."""
    if figures is None:
        return ""
    parts = []
    if figures.vouchers is not None:
        parts.append(words.count("{shown} voucher", "{shown} vouchers", figures.vouchers, shown=values.number(words, figures.vouchers)))
    if figures.last_receipt:
        parts.append(words.say("last receipt {number}", number=figures.last_receipt))
    if figures.documents is not None:
        shown = values.number(words, figures.documents)
        parts.append(words.count("{shown} document", "{shown} documents", figures.documents, shown=shown))
    return ", ".join(parts)


def reasons(words: Words, given: tuple[Reason, ...], *, last: int) -> str:
    """Why rotation leaves a backup where it is."""
    return ", ".join(words.say(_REASONS[one], last=last) for one in given)


def rotation_rule(words: Words, *, last: int, days: int) -> str:
    """The rule under the list."""
    week = words.say("a week") if days == 7 else words.count("{number} day", "{number} days", days)
    return words.say("Stay: the last {last}, one a day for {days}, month and year ends, and all you keep.", last=last, days=week)


def notice(words: Words, given: Notice) -> str:
    """Say what a job told beside its success."""
    known: dict[str, object] = {name: str(value) for name, value in given.values.items()}
    said = given.values.get("problem")
    if isinstance(said, Problem):
        known["problem"] = errors.problem(words, said)
    error = given.values.get("error")
    reason = error.reason if isinstance(error, EngineError) else given.values.get("reason")
    known["reason"] = errors.reason(words, reason if isinstance(reason, OSError) else None)
    known["because"] = f" ({known['reason']})" if isinstance(reason, OSError) else ""
    for several in ("what", "names"):
        if isinstance(given_names := given.values.get(several), tuple):
            known[several] = errors.names(given_names)
    frozen = given.values.get("why")
    if isinstance(frozen, str):
        known["why"] = words.say(_REASONS[Reason(frozen)])
    if isinstance(at := given.values.get("at"), str):
        moment = datetime.fromisoformat(at).astimezone()
        known["at"] = words.say("{date}, {time}", date=values.day(words, moment.date()), time=values.time(words, moment))
    if given.code is NoticeCode.BOOKS_SHRUNK:
        known |= _shrunk(words, given)
    sentence = _STAGED_BECAUSE if given.code is NoticeCode.STAGED and known["because"] else _NOTICES[given.code]
    return words.say(sentence, **known)


def marked(given: Notice) -> str | None:
    """The backup beside which somebody may say that the entries that are gone were taken out on purpose; None where there is none."""
    is_meant = given.code is NoticeCode.BOOKS_SHRUNK or given.values.get("why") == Reason.FROZEN_SHRUNK.value
    return str(given.values["name"]) if is_meant and given.values.get("name") else None


def _shrunk(words: Words, given: Notice) -> dict[str, object]:
    before, after = given.values["before"], given.values["after"]
    assert isinstance(before, int)
    assert isinstance(after, int)
    return {"before": values.number(words, before), "gone": values.number(words, before - after)}


def made_at(words: Words, record: BackupRecord, now: datetime) -> str:
    """When it was made."""
    return values.moment(words, record.created_at, now)


def details(words: Words, record: BackupRecord, now: datetime) -> list[tuple[str, str]]:
    """Everything that support may ask about one backup: names and values."""
    manifest = record.manifest
    rows: list[tuple[str, str]] = [
        (words.say("File"), str(record.path)),
        (words.say("Made"), made_at(words, record, now)),
        (words.say("Why"), why(words, record)),
        (words.say("State"), state(words, record)),
        (words.say("Size"), words.say("{bytes} bytes", bytes=values.number(words, record.size_bytes))),
    ]
    if record.sha256:
        rows.append((words.say("SHA-256"), record.sha256))
    if record.checked_at is not None:
        rows.append((words.say("Last read and checked"), values.moment(words, record.checked_at, now)))
    if manifest is not None:
        rows += [
            (words.say("Tables, rows"), f"{values.number(words, len(manifest.rows))}, {values.number(words, sum(manifest.rows.values()))}"),
            (words.say("Pages"), f"{values.number(words, manifest.page_count)} x {values.number(words, manifest.page_size)}"),
            (words.say("Rows that point to nothing"), values.number(words, manifest.checks.foreign_key_violations)),
            (words.say("Number in order"), values.number(words, record.sequence)),
        ]
    rows += [(words.say("Copy"), f"{copy.to}, {values.moment(words, datetime.fromisoformat(copy.at), now)}") for copy in record.copies]
    return rows
