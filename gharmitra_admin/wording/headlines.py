"""The one sentence on top of the window, which the tray says too. Leaves nothing on disk."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from gharmitra_admin.engine.base.errors import Damaged
from gharmitra_admin.engine.base.job import Progress, Stage
from gharmitra_admin.engine.parts.audit import Event, Outcome
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.vault.looking import SocietyState
from gharmitra_admin.wording import alerts, errors, values
from gharmitra_admin.wording.language import Words, mark


class Level(enum.Enum):
    """What shape stands before a sentence."""

    GOOD = "good"
    LOOK = "look"
    ACT = "act"
    WORKING = "working"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Headline:
    """The sentence, what is safe under it, and the shape. ``asks``: it wants to be acted on ("create", "look")."""

    level: Level
    sentence: str
    second: str = ""
    asks: str = ""


_STAGES = {
    Stage.WAITING: mark("waiting"),
    Stage.COPYING: mark("copying"),
    Stage.CHECKING: mark("checking"),
    Stage.COMPARING: mark("comparing"),
    Stage.FINISHING: mark("finishing"),
    Stage.CARRYING: mark("copying"),
    Stage.READING_BACK: mark("reading it back"),
    Stage.SAVING: mark("making the safety backup"),
    Stage.REPLACING: mark("replacing the books"),
    Stage.CHECKING_BOOKS: mark("checking every page"),
    Stage.COUNTING: mark("counting entries and balances"),
    Stage.DOCUMENTS: mark("documents"),
    Stage.MAKING: mark("writing the made-up books"),
    Stage.RESCUING: mark("reading what can be read"),
}


def headline(words: Words, state: SocietyState, now: datetime) -> Headline:
    """Say how the society stands: the worst thing first."""
    if state.books_error is not None:
        return _unreadable(words, state)
    newest = state.newest_good
    failed = _failed(state.last_ended)
    if failed is not None and (newest is None or _moment(failed) > newest.created_at):
        reason = alerts.failure(words, str(failed.details.get("code")))
        second = (
            words.say("Earlier backups are untouched.")
            if newest is not None
            else words.say("Nothing was kept and the books are untouched.")
        )
        at = values.moment(words, _moment(failed), now)
        return Headline(Level.ACT, words.say("The last backup, {when}, did not work: {reason}.", when=at, reason=reason), second, "create")
    if newest is None:
        return Headline(Level.NOT_YET, words.say("No backup yet."), words.say("The books are on this PC only once."), "create")
    if state.changed_since:
        when = values.moment(words, newest.created_at, now)
        return Headline(
            Level.LOOK,
            words.say("The books have changed since the last backup, {when}.", when=when),
            words.say("What was entered since then is in no backup yet."),
            "create",
        )
    return _backed_up(words, state, state.compared_with or newest, now)


def _unreadable(words: Words, state: SocietyState) -> Headline:
    error = state.books_error
    assert error is not None
    second = words.say("Your earlier backups are untouched and none will be removed.")
    if isinstance(error, Damaged):
        return Headline(Level.ACT, words.say("The books look damaged."), second, "look")
    return Headline(Level.ACT, words.say("The books cannot be opened."), errors.books_reason(words, error), "look")


def _backed_up(words: Words, state: SocietyState, newest: BackupRecord, now: datetime) -> Headline:
    parts = []
    if newest.status is Status.PROVEN:
        parts.append(words.say("A test restore of it worked."))
    when = values.moment(words, newest.created_at, now)
    if state.changed_since is None:
        sentence = words.say("Backed up {when}, and checked.", when=when)
        parts.append(words.say("Whether anything was entered since cannot be told just now."))
    elif newest.created_at.astimezone(now.tzinfo).date() != now.date():
        sentence = words.say("No change since the backup of {when}.", when=when)
        parts.append(words.say("It still matches."))
    else:
        sentence = words.say("Backed up {when}, and checked.", when=when)
        parts.append(words.say("Nothing has been entered since."))
    return Headline(Level.GOOD, sentence, " ".join(parts))


def _failed(event: Event | None) -> Event | None:
    if event is None or event.outcome != Outcome.FAILED.value or event.details.get("code") in {"cancelled", "job_running"}:
        return None
    return event


def _moment(event: Event) -> datetime:
    return datetime.fromisoformat(event.at)


def stage(words: Words, which: Stage) -> str:
    return words.say(_STAGES[which])


def running(words: Words, what: str, progress: Progress, left_seconds: float | None) -> str:
    """Say what goes on: "Making a backup: copying, 64 %, about 4 seconds left"."""
    parts = [stage(words, progress.stage)]
    if progress.total > 0:
        parts.append(values.percent(words, min(100, int(100 * progress.done / progress.total))))
    if left_seconds is not None:
        parts.append(words.say("{duration} left", duration=values.duration(words, left_seconds)))
    return words.say("{what}: {parts}", what=what, parts=", ".join(parts))


def tray(words: Words, said: Headline, more: str = "") -> str:
    """The tray's tooltip; ``more`` is why its shape is worse than the headline's."""
    sentence = said.sentence.rstrip(".") if not more else f"{said.sentence} {more}"
    return words.say("GharMitra Admin: {sentence}", sentence=sentence[:1].lower() + sentence[1:])
