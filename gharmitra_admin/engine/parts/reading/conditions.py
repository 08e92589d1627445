"""What was typed as a condition of SQL over the columns of one table; what is secret is never compared. Leaves nothing on disk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from gharmitra_admin.engine.parts.reading.cells import quoted
from gharmitra_admin.engine.parts.reading.columns import Column, Holds
from gharmitra_admin.engine.parts.reading.typed import Amount, Day, Month, Term, Word

Value = str | int
NEVER_TRUE = "0"
_GLUED = re.compile(r"(?<=[A-Za-z])(?=\d)|\s+")  # RV3512 and RV-3512 are one number to her
_SMALLEST, _LARGEST = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL that is true for the rows wanted, with the values for its question marks."""

    sql: str
    values: tuple[Value, ...] = ()


def of_terms(found: Sequence[Term], columns: Sequence[Column], zone: tzinfo | None) -> Condition:
    """The rows that answer to every term. ``zone``: where a day begins for the reader."""
    parts = [_any(_of_bill(term, columns) or [_of_term(term, column, zone) for column in _asked(term, columns)]) for term in found]
    return Condition(" AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.values))


def _asked(term: Term, columns: Sequence[Column]) -> Sequence[Column]:
    """A day is a row's own, where it has one, and not the one on which it was typed in."""
    if isinstance(term, Word | Amount):
        return columns
    has_own = any(column.holds is Holds.DATE for column in columns)
    return [column for column in columns if column.name != "updated_at" and not (has_own and column.name == "created_at")]


def _any(parts: Sequence[Condition | None]) -> Condition:
    told = [part for part in parts if part is not None]
    if not told:
        return Condition(NEVER_TRUE)
    return Condition("(" + " OR ".join(part.sql for part in told) + ")", tuple(value for part in told for value in part.values))


def _of_bill(term: Term, columns: Sequence[Column]) -> list[Condition | None]:
    """A bill has its month in two columns, and no other day of it is meant."""
    names = {column.name for column in columns if column.holds is Holds.NUMBER}
    if not isinstance(term, Month) or not {"month", "year"} <= names:
        return []
    return [Condition('("month" = ? AND "year" = ?)', (term.first.month, term.first.year))]


def _of_term(term: Term, column: Column, zone: tzinfo | None) -> Condition | None:
    if isinstance(term, Word):
        return _word(term, column)
    if isinstance(term, Amount):
        exact = _rupees(term.paise, column) if column.holds is Holds.AMOUNT else None
        text = _word(term.word or Word(term.text), column)
        return _any([exact, text]) if exact or text else None
    first, last = (term.day, term.day) if isinstance(term, Day) else (term.first, _last_of(term.first))
    return _between(first, last, column, zone) or _word(Word(term.text), column)


def _word(word: Word, column: Column) -> Condition | None:
    name, pattern = quoted(column.name), _pattern(word.text)
    if column.refers is not None:
        link = column.refers
        known = " || ' ' || ".join(f"coalesce({quoted(one)}, '')" for one in link.searched)
        there = f"SELECT {quoted(link.key)} FROM main.{quoted(link.table)} WHERE {known} LIKE ? ESCAPE '\\'"  # noqa: S608 - names are quoted
        return Condition(f"{name} IN ({there})", (pattern,))
    if column.holds in {Holds.TEXT, Holds.CHOICE, Holds.DATE}:
        return Condition(f"{name} LIKE ? ESCAPE '\\'", (pattern,))
    is_own = column.name == "id" or column.name.endswith("_id")  # the program's numbers, which nobody looks for
    if column.holds is Holds.NUMBER and not is_own and word.number is not None and _SMALLEST <= word.number <= _LARGEST:
        return Condition(f"{name} = ?", (word.number,))
    return None


def _pattern(text: str) -> str:
    escaped = [re.sub(r"([%_\\])", r"\\\1", part) for part in _GLUED.split(text)]
    return "%" + "%".join(escaped) + "%"


def _rupees(paise: int, column: Column) -> Condition:
    # Stored as a fraction, an amount lies within a hair of its paise.
    return Condition(f"abs(abs({quoted(column.name)}) * 100.0 - CAST(? AS REAL)) < 0.5", (str(paise),))


def _between(first: date, last: date, column: Column, zone: tzinfo | None) -> Condition | None:
    name = quoted(column.name)
    if column.holds is Holds.DATE:
        return Condition(f"({name} >= ? AND substr({name}, 1, 10) <= ?)", (first.isoformat(), last.isoformat()))
    if column.holds is not Holds.MOMENT:
        return None
    try:
        begins = datetime.combine(first, time(), zone).astimezone(UTC)
        ends = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return Condition(f"(replace({name}, 'T', ' ') >= ? AND replace({name}, 'T', ' ') < ?)", (_stored(begins), _stored(ends)))


def _stored(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _last_of(first: date) -> date:
    following = first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    return following - timedelta(days=1)
