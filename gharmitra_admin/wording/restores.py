"""Going back: what was looked at, what was done, and the last restore, in sentences. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.engine.operations.restore.plan import Finding, FindingCode
from gharmitra_admin.engine.parts.history import LastRestore
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.wording import errors, values
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words, mark

_FINDINGS: Mapping[FindingCode, tuple[str, str]] = {
    FindingCode.BACKUP_WHOLE: (mark("The backup is whole (read again just now)."), ""),
    FindingCode.BACKUP_DAMAGED: (mark("The backup {name} is damaged: {problem}."), mark("Use another backup.")),
    FindingCode.SAME_SOCIETY: (mark("It belongs to {society}."), ""),
    FindingCode.OTHER_SOCIETY: (
        mark("This backup is of {theirs}, not of {ours}. It cannot replace these books."),
        mark("Choose a backup of {ours}."),
    ),
    FindingCode.OTHER_NAME: (
        mark("The backup is of {theirs}; the books now are of {ours}. It is the same society by its number."),
        mark("Go on only where the society was renamed since."),
    ),
    FindingCode.BOOKS_OF_OTHERS: (
        mark("The books in their place now are of {ours}; this backup, made here, is of {theirs}."),
        mark("Going back brings {theirs} again."),
    ),
    FindingCode.NOT_THESE_BOOKS: (mark("{name} is not a backup of these books."), mark("Choose another backup.")),
    FindingCode.SOCIETY_NOT_TOLD: (
        mark("Whether this file is a backup of these books cannot be told from it."),
        mark("Go on only where you know where it comes from."),
    ),
    FindingCode.SAME_SCHEMA: (mark("It was made with the same version of GharMitra."), ""),
    FindingCode.OLDER_SCHEMA: (
        mark("It was made with another version of GharMitra. Different are: {what}"),
        mark("GharMitra brings it up to date when it starts."),
    ),
    FindingCode.NEWER_SCHEMA: (
        mark("This backup is from a newer GharMitra than the one on this PC ({what})."),
        mark("Update GharMitra first."),
    ),
    FindingCode.ROOM: (mark("Room: {needed} needed, {free} free."), ""),
    FindingCode.NO_ROOM: (mark("There is no room in {path}: {free} free, {needed} needed."), mark("Free some room.")),
    FindingCode.NOT_IN_USE: (mark("No other program has the books open."), ""),
    FindingCode.SERVED_HERE: (mark("GharMitra itself closes the books for the restore, and opens them again after it."), ""),
    FindingCode.IN_USE: (mark("Another program has the books open{programs}."), mark("Close GharMitra on this PC.")),
    FindingCode.BACKEND_RUNS: (
        mark("GharMitra is running. It must close for a few minutes."),
        mark("Stop GharMitra on this PC. In the window there is a button for it."),
    ),
    FindingCode.CANNOT_TELL: (
        mark("Whether another program has the books open cannot be told for all programs of this PC."),
        mark("Make sure yourself that GharMitra is closed."),
    ),
    FindingCode.BOOKS_DAMAGED: (
        mark("The present books cannot be opened: {error}"),
        mark("They are put aside as they are, and cannot be brought back by an undo."),
    ),
    FindingCode.BOOKS_MISSING: (mark("The books are not there: {path}"), mark("They are made anew from the backup.")),
    FindingCode.PLUGGED_IN: (mark("Power: charger connected."), ""),
    FindingCode.ON_BATTERY: (mark("Power: this PC runs on its battery, {percent} % full."), mark("Connect the charger before you go on.")),
    FindingCode.RECORD_WRITABLE: (mark("The activity record can be written."), ""),
    FindingCode.RECORD_UNWRITABLE: (mark("The activity record cannot be written: {path}"), mark("Allow writing there.")),
}


_NO_BACKUP = frozenset({Problem.NOT_A_DATABASE, Problem.EMPTY, Problem.NO_TABLES, Problem.UNKNOWN_FORMAT})


def finding(words: Words, one: Finding) -> Message:
    """Say one thing that was looked at, and what to do about it where something is to be done."""
    sentence, hint = _FINDINGS[one.code]
    if one.code is FindingCode.SAME_SOCIETY and not one.values.get("society"):
        sentence = mark("It belongs to these books.")
    if one.code is FindingCode.BACKUP_DAMAGED and one.values.get("problem") in _NO_BACKUP:
        return Message(words.say("This file is not a GharMitra backup."), words.say("Choose another file."))
    known = _values(words, one)
    said = words.say(sentence, **known)
    if one.code is FindingCode.SAME_SOCIETY and isinstance(count := one.values.get("societies"), int) and count > 1:
        said += " " + words.say("This file holds {count} societies: all of them go back.", count=count)
    return Message(said, words.say(hint, **known) if hint else "")


def _values(words: Words, one: Finding) -> dict[str, object]:
    known: dict[str, object] = {name: shown(str(value)) for name, value in one.values.items()}
    for long, short in (("needed_bytes", "needed"), ("free_bytes", "free")):
        if isinstance(size := one.values.get(long), int):
            known[short] = values.size(words, size)
    if isinstance(problem := one.values.get("problem"), Problem):
        known["problem"] = errors.problem(words, problem)
    if isinstance(what := one.values.get("what"), tuple):
        known["what"] = errors.names(what)
    if isinstance(error := one.values.get("error"), EngineError):
        known["error"] = errors.books_reason(words, error)
    programs = one.values.get("programs")
    known["programs"] = f" ({', '.join(map(shown, programs))})" if isinstance(programs, tuple) and programs else ""
    return known


def done(words: Words, when: str) -> str:
    """Say that the books are what the backup holds."""
    return words.say("The books are as on {when}.", when=when)


def last(words: Words, found: LastRestore, back_to: str, now: datetime) -> str:
    """The last restore, in the Restore tab."""
    at = values.moment(words, found.at, now)
    if found.undone_at is not None:
        undone = values.moment(words, found.undone_at, now)
        return words.say("Last restore: {at}, back to {back_to}; undone {undone}.", at=at, back_to=back_to, undone=undone)
    return words.say("Last restore: {at}, back to {back_to}", at=at, back_to=back_to)


def asked(words: Words, when: str, number: int) -> str:
    """Ask for the number that shows that the sentence was read."""
    entries = words.count("{number} entry will be different", "{number} entries will be different", number)
    return words.say("Replace the books with the backup of {when}? {entries}. You can undo this.", when=when, entries=entries)
