"""What follows from going back to a backup, a line for each kind of consequence that there is. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.engine.parts.books.attached import Attached
from gharmitra_admin.engine.parts.books.consequences import ConsequenceCode, Consequences
from gharmitra_admin.engine.parts.books.logins import LoginChange, LoginWhat
from gharmitra_admin.engine.parts.books.numbers import NumbersAgain
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.wording import errors, values
from gharmitra_admin.wording.language import Words, mark

_NAMED = 3  # so many are named in one line; the rest is counted
_ON_RECEIPTS = mark("{ranges} will be given again. They are on members' receipts.")
_LOGINS = {
    LoginWhat.WORKS_AGAIN: (mark("{names} will work again."), mark("{names} will work again.")),
    LoginWhat.WORKS_NO_MORE: (mark("{names} will not work any more."), mark("{names} will not work any more.")),
}
_ROLES = {
    "super_admin": mark("super admin"),
    "admin": mark("admin"),
    "accountant": mark("accountant"),
    "resident": mark("resident"),
    "chairman": mark("chairman"),
    "secretary": mark("secretary"),
    "treasurer": mark("treasurer"),
    "auditor": mark("auditor"),
    "security": mark("security"),
}
_GATEWAYS = {"razorpay": "Razorpay", "payu": "PayU", "phonepe": "PhonePe", "cashfree": "Cashfree", "stripe": "Stripe", "paytm": "Paytm"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what it is about."""

    code: ConsequenceCode
    message: str


def consequences(words: Words, found: Consequences, made_on: date, today: date) -> list[Line]:
    """Say every consequence that applies, the most far-reaching first. ``made_on``: the day of the backup."""
    said: Mapping[ConsequenceCode, Callable[[], str]] = {
        ConsequenceCode.SOCIETIES: lambda: societies(words, found.societies),
        ConsequenceCode.DUES: lambda: _dues(words, found),
        ConsequenceCode.NUMBERS: lambda: _numbers(words, found.numbers),
        ConsequenceCode.ONLINE: lambda: _online(words, found),
        ConsequenceCode.LOGINS: lambda: _logins(words, found, made_on, today),
        ConsequenceCode.DOCUMENTS_WITHOUT_ROW: lambda: _without_row(words, found.documents_without_row),
        ConsequenceCode.DOCUMENTS_WITHOUT_FILE: lambda: _without_file(words, found.documents_without_file),
    }
    return [Line(code, said[code]()) for code in found.codes()]


def damaged(words: Words, *records: BackupRecord | None) -> list[str]:
    """Say of every backup that is known to be damaged that it is: what it is said to hold may be wrong."""
    said = mark("{name} is damaged ({problem}). What it is compared with may be wrong; going back to it will be refused.")
    known = [(record, record.problem) for record in records if record is not None and record.problem is not None]
    return [words.say(said, name=shown(record.filename), problem=errors.problem(words, problem)) for record, problem in known]


def societies(words: Words, names: Sequence[str]) -> str:
    """Name every society of a file that holds more than one."""
    told = ", ".join(map(shown, names))
    if len(names) == 2:
        return words.say("This file holds 2 societies. Both go back: {names}.", names=told)
    return words.say("This file holds {count} societies. All {count} go back: {names}.", count=len(names), names=told)


def cut(words: Words, listed: int, number: int) -> str:
    """Say that not all entries are listed here."""
    return words.say(
        "Listed are the first {listed} of {number} entries. The spreadsheet file has all of them.",
        listed=values.number(words, listed),
        number=values.number(words, number),
    )


def _dues(words: Words, found: Consequences) -> str:
    more = sum(flat.is_more for flat in found.dues)
    less = len(found.dues) - more
    parts = []
    if more:
        parts.append(words.count("{number} flat will show more due.", "{number} flats will show more due.", more))
    if less:
        parts.append(words.count("{number} flat will show less due.", "{number} flats will show less due.", less))
    return words.say("Dues: {parts}", parts=" ".join(parts))


def _numbers(words: Words, runs: Sequence[NumbersAgain]) -> str:
    receipts = [run for run in runs if run.on_receipts]
    others = [run for run in runs if not run.on_receipts]
    parts = []
    if receipts:
        is_one = sum(run.count for run in receipts) == 1
        one, many = mark("{ranges} will be given again. It is on a member's receipt."), _ON_RECEIPTS
        parts.append(words.say(one if is_one else many, ranges=_ranges(words, receipts)))
    if others:
        parts.append(words.say("{ranges} will be given again. They are on vouchers.", ranges=_ranges(words, others)))
    return words.say("Numbers: {parts}", parts=" ".join(parts))


def _ranges(words: Words, runs: Sequence[NumbersAgain]) -> str:
    told = [
        shown(run.first) if run.count == 1 else words.say("{first} to {last}", first=shown(run.first), last=shown(run.last)) for run in runs
    ]
    return _some(words, told, sum(run.count for run in runs[_NAMED:]))


def _online(words: Words, found: Consequences) -> str:
    parts = []
    for one in found.online:
        sentence = words.count(
            "{number} payment, {amount}, is with {gateway} but will not be in the books.",
            "{number} payments, {amount}, are with {gateway} but will not be in the books.",
            one.count,
            amount=values.rupees(words, one.paise),
            gateway=gateway(words, one.gateway),
        )
        parts.append(sentence)
    return words.say("Online: {parts}", parts=" ".join(parts))


def gateway(words: Words, name: str) -> str:
    """The company that took the money."""
    return _GATEWAYS.get(name, shown(name).capitalize()) or words.say("the payment company")


def _logins(words: Words, found: Consequences, made_on: date, today: date) -> str:
    parts = []
    for what, (one, many) in _LOGINS.items():
        named = [_login(words, login) for login in found.logins if login.what is what]
        if named:
            parts.append(words.count(one, many, len(named), names=_some(words, named, len(named) - _NAMED)))
    changed = [login for login in found.logins if login.what is LoginWhat.OTHER_ROLE]
    if changed:
        parts.append(
            words.say("Roles go back: {names}.", names=_some(words, [_role_back(words, one) for one in changed], len(changed) - _NAMED))
        )
    if found.passwords:
        parts.append(words.say("Passwords go back to those of {day}.", day=_short_day(words, made_on, today)))
    return words.say("Logins: {parts}", parts=" ".join(parts))


def _login(words: Words, login: LoginChange) -> str:
    return words.say("{login} ({role})", login=_known_as(login), role=role(words, login.role_then or login.role_now))


def _role_back(words: Words, login: LoginChange) -> str:
    return words.say(
        "{login} ({role}, now {before})",
        login=_known_as(login),
        role=role(words, login.role_then),
        before=role(words, login.role_now),
    )


def _known_as(login: LoginChange) -> str:
    """What stands before the @, as people log in by it."""
    return shown(login.email.split("@")[0] or login.name)


def role(words: Words, kept: str | None) -> str:
    """A role as people call it; one of the society's own making keeps its name."""
    return ", ".join(words.say(_ROLES[one]) if one in _ROLES else shown(one) for one in (kept or "").split(", "))


def _short_day(words: Words, day: date, today: date) -> str:
    """22/11, with its year where that is not this one."""
    whole = values.day(words, day)
    return whole.rsplit("/", 1)[0] if day.year == today.year else whole


def _without_row(words: Words, gone: Sequence[Attached]) -> str:
    return words.count(
        "Documents: {number} will not be in the books any more; its file stays ({names}).",
        "Documents: {number} will not be in the books any more; their files stay ({names}).",
        len(gone),
        names=_some(words, [shown(one.name) for one in gone], len(gone) - _NAMED),
    )


def _without_file(words: Words, away: Sequence[Attached]) -> str:
    return words.count(
        "Documents: {number} comes back, but its file is not there ({names}).",
        "Documents: {number} come back, but their files are not there ({names}).",
        len(away),
        names=_some(words, [shown(one.name) for one in away], len(away) - _NAMED),
    )


def _some(words: Words, named: Sequence[str], more: int) -> str:
    """Name the first few, and count ``more``."""
    told = ", ".join(named[:_NAMED])
    return (
        words.count("{told} and {number} more", "{told} and {number} more", more, told=told) if more > 0 and len(named) > _NAMED else told
    )
