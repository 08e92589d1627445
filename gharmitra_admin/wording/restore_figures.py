"""What a treasurer knows her books by, before and after a restore. Leaves nothing on disk."""

from __future__ import annotations

from gharmitra_admin.engine.parts.books.key_figures import AccountBalance, KeyFigures
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words

Row = tuple[str, str, str, str]
_ACCOUNTS = 4  # the largest ones: a society with more finds them in GharMitra's own report


def rows(words: Words, before: KeyFigures | None, wanted: KeyFigures, now: KeyFigures) -> list[Row]:
    """Title, before, should be, now; a figure that none of the three knows is left out."""
    three = (before or KeyFigures(), wanted, now)
    found: list[Row] = [
        _row(words.say("Vouchers"), [_count(words, one.vouchers) for one in three]),
        _row(words.say("Members"), [_count(words, one.members) for one in three]),
        _row(words.say("Last receipt"), [one.last_receipt.number if one.last_receipt else "" for one in three]),
    ]
    for account in _largest(three):
        title = words.say("{name}, account {code}", name=account.name, code=account.code)
        found.append(_row(title, [_balance(words, one, account) for one in three]))
    return [row for row in found if any(row[1:])]


def looks(words: Words, now: KeyFigures) -> list[str]:
    """What to look at in GharMitra after a restore."""
    told = [words.say("log in as admin")]
    if (last := now.last_receipt) is not None:
        parts = [last.number, last.flat, values.rupees(words, last.paise) if last.paise is not None else ""]
        told.append(words.say("last receipt {receipt}", receipt=", ".join(part for part in parts if part)))
    if now.members:
        told.append(words.count("{shown} member", "{shown} members", now.members, shown=values.number(words, now.members)))
    return [*told, words.say("print one bill")]


def _largest(three: tuple[KeyFigures, ...]) -> list[AccountBalance]:
    """Each cash or bank account once, the largest first."""
    known: dict[tuple[int | None, str], AccountBalance] = {}
    for one in three:
        for account in one.balances:
            known.setdefault((account.society_id, account.code), account)
    return sorted(known.values(), key=lambda account: -abs(account.paise))[:_ACCOUNTS]


def _balance(words: Words, figures: KeyFigures, account: AccountBalance) -> str:
    own = (one for one in figures.balances if (one.society_id, one.code) == (account.society_id, account.code))
    return next((values.rupees(words, one.paise) for one in own), "")


def _count(words: Words, number: int | None) -> str:
    return "" if number is None else values.number(words, number)


def _row(title: str, said: list[str]) -> Row:
    before, wanted, now = said
    return title, before, wanted, now
