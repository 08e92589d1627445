"""What happened, what is safe and what to do, for every failure of the engine. Leaves nothing on disk."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gharmitra_admin.engine.base.errors import Code, EngineError
from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.engine.parts.lock import Holder
from gharmitra_admin.engine.parts.manifest import Problem
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words, mark


@dataclass(frozen=True, slots=True)
class Message:
    """``message``: what happened and what is safe. ``hint``: what to do next."""

    message: str
    hint: str


_SAFE = mark("Nothing has been changed.")
_SENTENCES: Mapping[Code, tuple[str, str]] = {
    Code.BAD_NAME: (mark("“{name}” is not the name of a backup."), mark("Give one name as the list shows it, without a folder.")),
    Code.BAD_SETTING: (mark("The setting {name} cannot be {value}."), mark("Correct it in the settings file.")),
    Code.BAD_KIND: (mark("“{name}” is not a kind of backup."), mark("Use automatic, manual, logout or scheduled.")),
    Code.BAD_SIZE: (mark("Books of {size_mb} MB cannot be made."), mark("Ask for a size from {smallest} to {largest} MB.")),
    Code.NAME_TOO_LONG: (mark("The name “{name}” is too long."), mark("Use a shorter name or a folder with a shorter path.")),
    Code.LABEL_TOO_LONG: (mark("That text is too long: at most {limit} letters."), mark("Say it in fewer words.")),
    Code.BOOKS_NOT_FOUND: (
        mark("The books are not there: {path}"),
        mark("Look whether GharMitra was moved or its drive is not connected, then choose the books again."),
    ),
    Code.BACKUP_NOT_FOUND: (mark("There is no backup named {name}."), mark("Look at the list for the right name.")),
    Code.FILE_NOT_FOUND: (mark("There is no file {path}"), mark("Look whether it was moved or renamed.")),
    Code.NO_SOCIETY: (
        mark("No society has been set up on this PC yet."),
        mark("Open the window once and choose the books, or name them with --db FILE. To try it out: gharmitra-admin demo FOLDER"),
    ),
    Code.SOCIETY_NOT_FOUND: (mark("No society named {name} has been set up."), mark("Open the window to see which are.")),
    Code.NO_BACKUP_YET: (mark("There is no checked backup yet."), mark("Make one first.")),
    Code.BOOKS_BUSY: (
        mark("Another program is holding the books: {path} Nothing was copied; earlier backups are untouched."),
        mark("Wait until GharMitra has finished what it is doing, then try again."),
    ),
    Code.BOOKS_KEEP_CHANGING: (
        mark("The books changed while they were being read: {path} Nothing was kept; earlier backups are untouched."),
        mark("Try again in a minute, or close GharMitra first."),
    ),
    Code.JOB_RUNNING: (mark("{holder} Nothing was changed."), mark("Wait until it has finished, then try again.")),
    Code.LOCK_LOST: (
        mark("Another program removed {path} while work was going on. Nothing was kept; earlier backups are untouched."),
        mark("Try again. If it happens again, keep clean-up programs out of this folder."),
    ),
    Code.BOOKS_DAMAGED: (
        mark("The books have a damaged part: {path} No earlier backup will be removed."),
        mark("Make no more entries. Look at Health and write to support."),
    ),
    Code.BOOKS_EMPTY: (
        mark("The books are empty: {path} has nothing in it. No backup was made and no earlier one will be removed."),
        mark("Make no entries. Restore the newest good backup, or write to support."),
    ),
    Code.BOOKS_NOT_A_DATABASE: (
        mark("The books cannot be opened: {path} is not a database any more. No earlier backup will be removed."),
        mark("Make no entries. Restore the newest good backup, or write to support."),
    ),
    Code.BOOKS_REPLACED: (
        mark("Another file took the place of the books while they were being copied: {path} Nothing was kept."),
        mark("Look who replaced it, then make the backup again."),
    ),
    Code.COPY_DAMAGED: (
        mark("The copy came out wrong twice and was removed ({path}): {problem} The books are fine and earlier backups are untouched."),
        mark("The disk may be failing. Try another folder or drive, and write to support."),
    ),
    Code.BACKUP_DAMAGED: (mark("The backup {name} is damaged: {problem}"), mark("Use another backup. This one is left as it is.")),
    Code.BACKUP_MISSING: (mark("The file of the backup {name} is gone."), mark("Look whether it was moved; use another backup.")),
    Code.AUDIT_DAMAGED: (mark("The activity record cannot be read: {path}"), mark("Write to support; do not edit the file.")),
    Code.DISK_FULL: (
        mark("There is no room left in {path}{room}. Nothing was kept; earlier backups are untouched."),
        mark("Free some room, then try again."),
    ),
    Code.NOT_CONFIRMED: (mark("Nothing was deleted: {name} was not confirmed."), mark("Say yes when asked, or add --yes.")),
    Code.LAST_GOOD_BACKUP: (
        mark("{name} is the only checked backup. It was not deleted."),
        mark("Make another one first, then delete this one."),
    ),
    Code.NOT_A_REGULAR_FILE: (
        mark("{path} is not an ordinary file. It was not opened."),
        mark("Choose the file itself, not a link or folder."),
    ),
    Code.IS_THE_BOOKS: (mark("{path} is the books themselves."), mark("Choose a backup.")),
    Code.INSIDE_THE_SOCIETY: (
        mark("{path} lies inside the society's own folders. Nothing was copied."),
        mark("Choose a folder on another drive: a copy beside the books is lost with them."),
    ),
    Code.UNSAFE_FOLDER: (mark("Backups cannot lie in {path}"), mark("Choose a folder that is not the books themselves.")),
    Code.LOCKS_UNSUPPORTED: (
        mark("The drive of {path} cannot keep two programs from writing at once. Nothing was changed."),
        mark("Choose a folder on a drive of this PC for the backups."),
    ),
    Code.AUDIT_UNWRITABLE: (
        mark("The activity record cannot be written: {path} ({reason}) So nothing was removed."),
        mark("Free some room or allow writing there, then try again."),
    ),
    Code.BACKUP_UNCHECKED: (mark("{name} has not been checked, so it is not used for this."), mark("Check it first.")),
    Code.FOLDER_NOT_EMPTY: (mark("There are books in {path} already. They were left as they are."), mark("Choose an empty folder.")),
    Code.OTHER_COPY_THERE: (
        mark("Another file of that name lies there already: {path} It was left as it is."),
        mark("Choose another folder, or rename that file."),
    ),
    Code.CANNOT_READ: (
        mark("{path} cannot be read: {reason}. Nothing has been changed."),
        mark("Look at the drive and at who may read this file."),
    ),
    Code.CANNOT_WRITE: (
        mark("This program cannot write to {path}: {reason}. Earlier backups are untouched."),
        mark("Allow writing there, or choose another folder."),
    ),
    Code.PLACE_UNREACHABLE: (
        mark("{path} cannot be reached{because}. Nothing was kept there; the backups on this PC are untouched."),
        mark("Plug in the drive or connect the folder, then try again."),
    ),
    Code.CANCELLED: (mark("Cancelled. Nothing was kept and the books were not touched."), ""),
}

_REASONS = {
    errno.EACCES: mark("this user has no right to"),
    errno.EPERM: mark("the system does not allow it"),
    errno.EROFS: mark("the drive is write-protected"),
    errno.EIO: mark("the drive reports an error"),
    errno.ENOSPC: mark("the drive is full"),
    errno.EDQUOT if hasattr(errno, "EDQUOT") else -1: mark("this user's share of the drive is used up"),
    errno.EFBIG: mark("the file would be larger than is allowed there"),
    errno.ENODEV: mark("the drive is gone"),
    errno.ENXIO: mark("the drive is gone"),
    errno.ENOTCONN: mark("the connection is gone"),
    errno.EMFILE: mark("too many files are open"),
    errno.ENOENT: mark("it is not there"),
    errno.ENOTDIR: mark("it is not a folder"),
    errno.EBUSY: mark("another program has it open"),
}

_PROBLEMS: Mapping[Problem, str] = {
    Problem.EMPTY: mark("empty"),
    Problem.CUT_SHORT: mark("cut short"),
    Problem.TOO_LONG: mark("longer than it was"),
    Problem.HASH_DIFFERS: mark("changed since it was made"),
    Problem.NOT_A_DATABASE: mark("not a GharMitra backup"),
    Problem.ENCRYPTED: mark("not a GharMitra backup, or an encrypted one"),
    Problem.UNKNOWN_FORMAT: mark("of a format that is not known here"),
    Problem.PAGES_DAMAGED: mark("damaged inside"),
    Problem.NO_TABLES: mark("nothing in it"),
    Problem.SCHEMA_DIFFERS: mark("not what was copied"),
    Problem.ROWS_DIFFER: mark("not all entries are in it"),
    Problem.UNSETTLED: mark("part of it lies in another file"),
    Problem.TOO_BIG: mark("claims more than it holds"),
    Problem.TOO_SLOW: mark("could not be checked in reasonable time"),
    Problem.UNREADABLE: mark("cannot be read"),
    Problem.MISSING: mark("the file is gone"),
    Problem.NOT_THESE_BOOKS: mark("not a backup of these books"),
    Problem.NAME_TOO_LONG: mark("its name is too long"),
    Problem.MANIFEST_DAMAGED: mark("its record beside it is damaged"),
    Problem.BOOKS_DAMAGED: mark("a copy of damaged books"),
}

_AT_WORK = {
    "backup": mark("Another backup is running"),
    "verify": mark("Backups are being checked"),
    "copy": mark("A copy is being made"),
    "delete": mark("A backup is being deleted"),
}
_FACES = {
    "window": mark("from the window"),
    "tray": mark("from the tray"),
    "terminal": mark("from the terminal"),
    "backend": mark("from GharMitra"),
}


def problem(words: Words, what: Problem | str) -> str:
    """Say in two or three words what is wrong with a file."""
    known = what if isinstance(what, Problem) else next((one for one in Problem if one.value == what), None)
    return words.say(_PROBLEMS[known]) if known else str(what)


def reason(words: Words, error: OSError | None) -> str:
    """Say why the system refused."""
    if error is None:
        return words.say("the reason is not known")
    known = _REASONS.get(error.errno or 0)
    return words.say(known) if known else str(error.strerror or error)


def holder(words: Words, who: Holder | None) -> str:
    """Say who is at work: "Another backup is running, started at 6:01 PM from the tray."."""
    if who is None:
        return words.say("Another job is running for this society.")
    action = words.say(_AT_WORK.get(who.action, mark("Another job is running")))
    face = words.say(_FACES.get(who.who, mark("from another program")))
    try:
        since = values.time(words, datetime.fromisoformat(who.since).astimezone())
    except ValueError:
        return words.say("{action}, {face}.", action=action, face=face)
    return words.say("{action}, started at {time} {face}.", action=action, time=since, face=face)


def message(words: Words, error: EngineError) -> Message:
    """Say a failure of the engine."""
    sentence, hint = _SENTENCES[error.code]
    known = _values(words, error)
    return Message(words.say(sentence, **known), words.say(hint, **known) if hint else "")


_BOOKS = {
    Code.BOOKS_NOT_FOUND: mark("The file {name} is not in {folder} any more."),
    Code.BOOKS_DAMAGED: mark("The file {name} is damaged."),
    Code.BOOKS_EMPTY: mark("The file {name} is empty."),
    Code.BOOKS_NOT_A_DATABASE: mark("The file {name} is not a database any more."),
}


def books_reason(words: Words, error: EngineError) -> str:
    """Say under the headline why the books cannot be opened, without saying that again."""
    sentence = _BOOKS.get(error.code)
    if sentence is None or error.path is None:
        return message(words, error).message
    return words.say(sentence, name=shown(error.path.name), folder=shown_path(error.path.parent))


def program_fault(words: Words) -> Message:
    """Say that it is the program's own fault."""
    return Message(words.say("Something went wrong in this program. The books were not touched."), words.say("Write to support."))


def _values(words: Words, error: EngineError) -> dict[str, object]:
    said: dict[str, object] = dict.fromkeys(("name", "value", "limit", "problem", "holder"), "")
    said |= {name: shown(value) if isinstance(value, str) else value for name, value in error.values.items()}
    said["path"] = shown_path(error.path) if error.path is not None else words.say("the drive")
    said["reason"] = reason(words, error.reason)
    said["because"] = f" ({said['reason']})" if error.reason is not None else ""
    what = error.values.get("problem")
    if isinstance(what, Problem | str):
        said["problem"] = problem(words, what) + "."
    if error.code is Code.JOB_RUNNING:
        who = error.values.get("holder")
        said["holder"] = holder(words, who if isinstance(who, Holder) else None)
    said["room"] = _room(words, error.values)
    return said


def _room(words: Words, known: Mapping[str, object]) -> str:
    needed, free = known.get("needed_bytes"), known.get("free_bytes")
    if not isinstance(needed, int) or not isinstance(free, int):
        return ""
    return words.say(" ({free} free, {needed} needed)", free=values.size(words, free), needed=values.size(words, needed))
