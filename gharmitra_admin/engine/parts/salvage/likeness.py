"""Which table a lost page belongs to, told by what its rows look like beside rows that are known. Leaves nothing on disk."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gharmitra_admin.engine.parts.salvage.records import Value
from gharmitra_admin.engine.parts.salvage.shape import Shape

_LEARNT_ROWS = 400
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_KINDS = 16  # of values, about: what was never seen is so much less likely
_LEAST = math.log(1e-4)


@dataclass(slots=True)
class Likeness:
    """How the rows of one table look: in each place, how often which kind of value."""

    shape: Shape
    rows: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    kinds: list[Counter[str]] = field(default_factory=list)

    def learn(self, values: Sequence[Value]) -> None:
        """Take a row that is known to be of this table as an example."""
        if self.rows >= _LEARNT_ROWS:
            return
        self.rows += 1
        self.lengths[len(values)] += 1
        while len(self.kinds) < len(values):
            self.kinds.append(Counter())
        for counted, value in zip(self.kinds, values, strict=False):
            counted[_kind(value)] += 1

    def of(self, values: Sequence[Value]) -> float | None:
        """Tell how likely a row of this table looks so, as a logarithm; None where it cannot be one."""
        if not self.shape.accepts(values):
            return None
        if not self.rows:
            return -2.0 * len(values) + (0 if len(values) == len(self.shape.stored) else _LEAST)
        total = math.log((self.lengths[len(values)] + 0.01) / (self.rows + 1))
        for counted, value in zip(self.kinds, values, strict=False):
            total += math.log((counted[_kind(value)] + 0.05) / (self.rows + 0.05 * _KINDS))
        return total + _LEAST * max(0, len(values) - len(self.kinds))


def _kind(value: Value) -> str:
    if isinstance(value, str):
        return _kind_of_text(value)
    if isinstance(value, int):
        return "flag" if value in (0, 1) else "few" if -1000 < value < 100_000 else "many"
    return type(value).__name__


def _kind_of_text(value: str) -> str:
    if _DAY.match(value):
        return "day" if len(value) == 10 else "moment"
    if value[:1] in {"{", "["}:
        return "json"
    return "digits" if value.isdigit() else f"text{min(7, len(value).bit_length())}"
