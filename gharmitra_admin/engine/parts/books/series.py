"""Voucher numbers, series by series: how many, from where to where, and which are missing. Leaves nothing on disk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from gharmitra_admin.engine.parts.books.accounts import Missing, SeriesFigures

_NUMBER = re.compile(r"(.*?)(\d{1,18})", re.DOTALL)
_REVERSAL = re.compile(r"(.+?)-R\d*", re.DOTALL)  # GharMitra numbers the reversal of RV-0007 as RV-0007-R, a second one as -R2
_GAPS, _SERIES = 100, 100  # as many are told
_RUNS = 50_000  # numbers in disorder are sorted in portions of this size


@dataclass(slots=True)
class _Series:
    """``runs``: numbers that follow on each other, from and to; a series without a gap is one run, however long."""

    runs: list[list[int]] = field(default_factory=list)
    is_wild: bool = False  # more gaps than any series of people's has: no more is told of it
    width: int = 0
    cancelled: int = 0
    reversals: int = 0

    def add(self, number: int, width: int) -> None:
        if self.is_wild:
            return
        if self.runs and self.runs[-1][1] == number - 1:
            self.runs[-1][1] = number
        else:
            self.runs.append([number, number])
            if len(self.runs) > _RUNS:
                self.runs = self.in_order()
                self.is_wild = len(self.runs) > _RUNS // 2
        self.width = width if not self.width else min(width, self.width)

    def in_order(self) -> list[list[int]]:
        joined: list[list[int]] = []
        for first, last in sorted(self.runs):
            if joined and first <= joined[-1][1] + 1:
                joined[-1][1] = max(last, joined[-1][1])
            else:
                joined.append([first, last])
        return joined


class Series:
    """Takes the voucher numbers of one society, one by one."""

    def __init__(self) -> None:
        self._found: dict[str, _Series] = {}

    def add(self, number: str, *, is_reversal: bool, is_cancelled: bool) -> None:
        """Take one. A number that ends in no digits is in no series."""
        reversal = _REVERSAL.fullmatch(number)
        found = _NUMBER.fullmatch(reversal[1] if reversal else number)
        if found is None or (found[1] not in self._found and len(self._found) >= _SERIES):
            return
        series = self._found.setdefault(found[1], _Series())
        if reversal and is_reversal:
            series.reversals += 1
        else:
            series.add(int(found[2]), len(found[2]))
        series.cancelled += is_cancelled

    def figures(self) -> tuple[SeriesFigures, ...]:
        """What was found, in the order of the prefixes."""
        return tuple(_figures(prefix, series) for prefix, series in sorted(self._found.items()) if series.runs and not series.is_wild)


def _figures(prefix: str, series: _Series) -> SeriesFigures:
    def shown(number: int) -> str:
        return f"{prefix}{number:0{series.width}d}"

    runs = series.in_order()
    gaps = [(before[1] + 1, after[0] - 1) for before, after in pairwise(runs)]
    return SeriesFigures(
        prefix=prefix,
        count=sum(last - first + 1 for first, last in runs),
        first=shown(runs[0][0]),
        last=shown(runs[-1][1]),
        missing_count=sum(last - first + 1 for first, last in gaps),
        missing=tuple(Missing(shown(first), shown(last), last - first + 1) for first, last in gaps[:_GAPS]),
        cancelled=series.cancelled,
        reversals=series.reversals,
    )
