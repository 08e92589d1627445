"""Rows of the made-up books, put in by the thousand. Leaves nothing on disk but rows in the database it is given."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import apsw

from gharmitra_admin.engine.base.job import CancelToken, Progress, Report, Stage

SOCIETY_ID = 1
ADMIN_ID = 1
PAGE_BYTES = 4096
_BATCH_ROWS = 2000
_OPENING_SECONDS, _OFFICE_SECONDS = 4 * 3600, 6 * 3600  # UTC: half past nine to half past three in India

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

Cell = str | int | float | None


def chance(seed: int, what: str) -> random.Random:
    """A stream of made-up choices of its own for each subject, so that one subject's changes leave the others as they are."""
    return random.Random(f"{seed}:{what}")  # noqa: S311 - names and amounts, not secrets


def rupees(paise: int) -> float:
    """An amount as GharMitra stores it: NUMERIC, in rupees; SQLite makes whole rupees integers."""
    return paise / 100


def month_name(day: date, between: str = " ") -> str:
    """The month and year of a day in English; ``strftime`` would use the language of the PC."""
    return f"{_MONTHS[day.month - 1]}{between}{day.year}"


def moment(day: date, share: float) -> str:
    """A time of an office day as GharMitra writes it: UTC without an offset. ``share`` 0 is the opening, 1 the closing."""
    millionths = round((_OPENING_SECONDS + _OFFICE_SECONDS * share) * 1_000_000)
    seconds, fraction = divmod(millionths, 1_000_000)
    return f"{day} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:06d}"


class Writer:
    """Gives rows their ids, keeps them until there are many, and tells how far the file has grown."""

    def __init__(self, connection: apsw.Connection, *, wanted_bytes: int, report: Report, cancel: CancelToken) -> None:
        self.wanted_bytes = wanted_bytes
        self.counts: Counter[str] = Counter()
        self._connection, self._report, self._cancel = connection, report, cancel
        self._waiting: dict[tuple[str, ...], list[tuple[Cell, ...]]] = {}
        self._rows_waiting = 0
        self._day, self._of_day = date.min, 0

    def put(self, table: str, **columns: Cell) -> int:
        """Add one row and return its id."""
        self.counts[table] += 1
        number = self.counts[table]
        self._waiting.setdefault((table, *columns), []).append((number, *columns.values()))
        self._rows_waiting += 1
        if self._rows_waiting >= _BATCH_ROWS:
            self._flush()
        return number

    def now(self, day: date) -> str:
        """The next moment of a day; later than all before it on that day, and always within office hours."""
        self._of_day = self._of_day + 1 if day == self._day else 1
        self._day = day
        return moment(day, self._of_day / (self._of_day + 40))

    def step(self) -> int:
        """Write what waits, report, and return the size in bytes. Raises Cancelled, apsw.Error."""
        self._flush()
        self._cancel.check()
        size = int(self._connection.pragma("page_count")) * PAGE_BYTES
        self._report(Progress(Stage.MAKING, min(size, self.wanted_bytes), self.wanted_bytes))
        return size

    def _flush(self) -> None:
        for (table, *names), rows in self._waiting.items():
            marks = ", ".join("?" * (len(names) + 1))
            self._connection.executemany(f"INSERT INTO {table} (id, {', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608 - our names
        self._waiting.clear()
        self._rows_waiting = 0
