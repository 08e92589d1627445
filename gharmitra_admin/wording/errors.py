"""What happened, what is safe and what to do, for every failure of the engine. Leaves nothing on disk."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gharmitra_admin.engine.base.errors import Code, EngineError
from gharmitra_admin.engine.base.files import PART
from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.engine.parts.lock import Holder
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.wording import values
from gharmitra_admin.wording.error_sentences import SENTENCES
from gharmitra_admin.wording.language import Words, mark


@dataclass(frozen=True, slots=True)
class Message:
    """``message``: what happened and what is safe. ``hint``: what to do next."""

    message: str
    hint: str


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
    "restore": mark("The books are being put back to a backup"),
    "undo": mark("A restore is being undone"),
    "compare": mark("Books and a backup are being compared"),
    "reentry": mark("The re-entry list is being made"),
    "plan": mark("Books and a backup are being compared"),
    "salvage": mark("A damaged file is being rescued"),
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
    sentence, hint = SENTENCES[error.code]
    known = _values(words, error)
    if error.code is Code.DISK_FULL and error.values.get("not_replaced"):
        sentence = mark("There is no room left in {path}{room}.")
    said = words.say(sentence, **known)
    if error.values.get("not_replaced"):
        said = words.say("The books were not replaced. They are as they were before. Reason: {said}", said=said)
    return Message(said, words.say(hint, **known) if hint else "")


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
    said["path"] = shown_path(_known_to_people(error.path)) if error.path is not None else words.say("the drive")
    said["reason"] = reason(words, error.reason)
    said["because"] = f" ({said['reason']})" if error.reason is not None else ""
    what = error.values.get("problem")
    if isinstance(what, Problem | str):
        said["problem"] = problem(words, what) + "."
    if error.code is Code.JOB_RUNNING:
        who = error.values.get("holder")
        said["holder"] = holder(words, who if isinstance(who, Holder) else None)
    programs = error.values.get("programs")
    said["programs"] = f" ({', '.join(map(shown, programs))})" if isinstance(programs, tuple) and programs else ""
    if isinstance(parts := error.values.get("what"), tuple):
        said["what"] = names(parts)
    said["room"] = _room(words, error.values)
    return said


def _known_to_people(path: Path) -> Path:
    """A file that is only being made is nobody's to look for: its folder is."""
    return path.parent if path.name.startswith(".") and path.name.endswith(PART) else path


def names(parts: tuple[object, ...]) -> str:
    """Say some names one after the other, the first dozen where there are more."""
    return ", ".join(shown(str(part)) for part in parts[:12]) + (" …" if len(parts) > 12 else "")


def _room(words: Words, known: Mapping[str, object]) -> str:
    needed, free = known.get("needed_bytes"), known.get("free_bytes")
    if not isinstance(needed, int) or not isinstance(free, int):
        return ""
    return words.say(" ({free} free, {needed} needed)", free=values.size(words, free), needed=values.size(words, needed))
