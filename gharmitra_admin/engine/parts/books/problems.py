"""What in the figures of the books someone should look at. Pure: it compares figures, and asks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gharmitra_admin.engine.parts.books.accounts import BooksFigures, Missing, SocietyFigures, YearFigures, YearStatus


@dataclass(frozen=True, slots=True)
class NumbersMissing:
    """Numbers of one series that are not there; ``gaps`` are the first hundred of them. They may have been cancelled."""

    society_id: int
    society: str
    prefix: str
    count: int
    gaps: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class NotBalanced:
    """Vouchers whose debit is not their credit, the first twenty by number; a voucher of which only lines are left has none."""

    society_id: int
    society: str
    count: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosingChanged:
    """An account closed a finally closed year with another amount than when it was closed; in paise, a debit above zero."""

    society_id: int
    society: str
    year: str
    code: str
    name: str
    was_paise: int
    is_paise: int


Problem = NumbersMissing | NotBalanced | ClosingChanged


def problems(figures: BooksFigures, earlier: Sequence[BooksFigures] = ()) -> tuple[Problem, ...]:
    """Judge the figures, society by society: first what does not balance, then changed closings, then missing numbers.

    ``earlier``: figures of backups, oldest first. A finally closed year is held against the first in which it was finally closed.
    """
    return tuple(problem for society in figures.societies for problem in _of(society, earlier))


def _of(society: SocietyFigures, earlier: Sequence[BooksFigures]) -> Iterator[Problem]:
    if society.unbalanced_count:
        yield NotBalanced(society.id, society.name, society.unbalanced_count, society.unbalanced)
    before = [one for figures in earlier for one in figures.societies if one.id == society.id]
    for first_day, closed in _closed_years(before).items():
        now = next((year for year in society.years if year.first == first_day), None)
        yield from _changed(society, closed, now)
    for series in society.series:
        if series.missing_count:
            yield NumbersMissing(society.id, society.name, series.prefix, series.missing_count, series.missing)


def _closed_years(before: Sequence[SocietyFigures]) -> dict[str, tuple[SocietyFigures, YearFigures]]:
    """Every year as it was when it was finally closed, by its first day."""
    found: dict[str, tuple[SocietyFigures, YearFigures]] = {}
    for society in before:
        for year in society.years:
            if year.status is YearStatus.FINALLY_CLOSED:
                found.setdefault(year.first, (society, year))
    return found


def _changed(society: SocietyFigures, closed: tuple[SocietyFigures, YearFigures], now: YearFigures | None) -> Iterator[ClosingChanged]:
    then, year = closed
    codes = {row.code for row in (*year.accounts, *(now.accounts if now else ()))}
    for code in sorted(codes):
        was, is_now = year.closing(code), now.closing(code) if now else 0
        if was != is_now:
            name = society.name_of(code) or then.name_of(code)
            yield ClosingChanged(society.id, society.name, year.name, code, name, was, is_now)
