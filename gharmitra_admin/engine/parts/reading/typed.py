"""What a treasurer types to find something: words and numbers, amounts, days and months, in her own way of writing them.

Leaves nothing on disk. Days come before months, as in India: 05/11/2026 is the fifth of November.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTH = "(?P<name>" + "|".join([*_LONG_MONTHS, "sept", *_MONTHS]) + ")"
_PHRASES = (
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH + r"[\s,.-]+(?P<year>\d{4}|\d{2})", re.IGNORECASE),
    re.compile(_MONTH + r"[\s,.-]+(?P<year>\d{4})", re.IGNORECASE),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
)
_AMOUNT = re.compile(r"(?P<mark>₹|rs\.?|inr)?(?P<digits>\d{1,3}(?:,\d{2,3})+|\d+)(?P<paise>\.\d{1,2})?(?:/-)?", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1950, 2199
_LONGEST = 200
_MOST_TERMS = 12


@dataclass(frozen=True, slots=True)
class Word:
    """Letters that stand somewhere in the row, capitals or not. ``number``: the whole number it is."""

    text: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """Rupees. ``word``: also a word where it was written as any number is."""

    paise: int
    text: str
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month. ``first`` is its first day."""

    first: date
    text: str


Term: TypeAlias = Word | Amount | Day | Month


def terms(typed: str) -> tuple[Term, ...]:
    """Take apart what was typed; a row must answer to every part of it."""
    rest, found = _digits(typed[:_LONGEST]), []
    for phrase in _PHRASES:
        for match in list(re.finditer(rf"(?<![\w/.,-])(?:{phrase.pattern})(?![\w/-])", rest, re.IGNORECASE)):
            term = _dated(match)
            if term is not None:
                found.append(term)
                rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
    return (*found, *(_plain(word) for word in rest.split()))[:_MOST_TERMS]


def day_typed(typed: str) -> date | None:
    """Read one day as she types it; None where it is none."""
    found = terms(typed)
    return found[0].day if len(found) == 1 and isinstance(found[0], Day) else None


def _digits(typed: str) -> str:
    """Devanagari and other digits as 0 to 9."""
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in typed)


def _dated(match: re.Match[str]) -> Term | None:
    parts = match.groupdict()
    name = (parts.get("name") or "")[:3].lower()
    month = _MONTHS.index(name) + 1 if name else int(parts["month"])
    year = int(parts["year"])
    year += 2000 if year < 100 else 0
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None  # a flat may be called 1-1001
    try:
        if parts.get("day"):
            return Day(date(year, month, int(parts["day"])), match[0])
        return Month(date(year, month, 1), match[0])
    except ValueError:
        return None


def _plain(word: str) -> Term:
    match = _AMOUNT.fullmatch(word)
    if match is None:
        return Word(word)
    paise = int(Decimal(match["digits"].replace(",", "") + (match["paise"] or "")) * 100)
    return Amount(paise, word, Word(word, int(word)) if word.isdecimal() else None)
