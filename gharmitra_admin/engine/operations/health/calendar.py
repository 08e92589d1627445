"""The days of the last year: on which there was a backup, and on which there should have been one. Leaves nothing on disk."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import apsw

from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.operations.health.backups import BACKUP, is_backup
from gharmitra_admin.engine.parts.audit import Event, Outcome
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status

DAYS = 371  # 53 weeks
_TABLES = ("journal_entries", "transactions", "payments", "maintenance_bills", "members", "audit_logs")


class DayState(enum.Enum):
    """The best that can be said of one day."""

    PROVEN = "proven"
    CHECKED = "checked"
    NO_CHANGE = "no_change"
    DAMAGED = "damaged"
    CHANGED_NO_BACKUP = "changed_no_backup"
    NO_RECORD = "no_record"


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    state: DayState


def days(records: Sequence[BackupRecord], events: Sequence[Event], changed: Iterable[date], *, books: str, clock: Clock) -> tuple[Day, ...]:
    """One state for each of the last 53 weeks' days, oldest first, the last one being today.

    ``changed``: days on which something was entered; only days after the first record can be blamed.
    """
    today = clock.local(clock.now()).date()
    states: dict[date, DayState] = {}
    for event in events:
        _raise_to(states, _day_of(event, clock), _state_of(event, books))
    for record in records:
        _raise_to(states, record.created_at.date(), _state_of_record(record))
    first = min(states, default=today)
    for day in changed:
        if first < day < today:
            states.setdefault(day, DayState.CHANGED_NO_BACKUP)
    begin = today - timedelta(days=DAYS - 1)
    span = (begin + timedelta(days=number) for number in range(DAYS))
    return tuple(Day(day, states.get(day, DayState.NO_RECORD)) for day in span)


_BEST_FIRST = (DayState.PROVEN, DayState.CHECKED, DayState.NO_CHANGE, DayState.DAMAGED)


def _raise_to(states: dict[date, DayState], day: date, state: DayState | None) -> None:
    if state is not None and (day not in states or _BEST_FIRST.index(state) < _BEST_FIRST.index(states[day])):
        states[day] = state


def _day_of(event: Event, clock: Clock) -> date:
    return clock.local(datetime.fromisoformat(event.at)).date()


def _state_of(event: Event, books: str) -> DayState | None:
    if is_backup(event, books):
        return DayState.NO_CHANGE if event.details.get("unchanged") is True else DayState.CHECKED
    failed = event.action == BACKUP and event.outcome == Outcome.FAILED.value and event.books == books
    return DayState.DAMAGED if failed and event.details.get("code") == "books_damaged" else None


def _state_of_record(record: BackupRecord) -> DayState | None:
    by_status = {Status.PROVEN: DayState.PROVEN, Status.CHECKED: DayState.CHECKED, Status.DAMAGED: DayState.DAMAGED}
    return by_status.get(record.status)


def changed_days(connection: apsw.Connection, clock: Clock) -> frozenset[date]:
    """Days on which rows were entered, from the books' own times (UTC without an offset, as GharMitra writes them)."""
    since = (clock.now() - timedelta(days=DAYS)).strftime("%Y-%m-%d")
    found: set[date] = set()
    for table in _TABLES:
        query = f"SELECT DISTINCT substr(created_at, 1, 15) || '0' FROM {table} WHERE created_at >= ?"  # noqa: S608 - from our own list
        try:
            moments = [str(moment) for (moment,) in connection.execute(query, (since,))]
        except (apsw.SQLError, apsw.CorruptError, UnicodeDecodeError):
            continue
        found.update(day for moment in moments if (day := _local_day(moment, clock)) is not None)
    return frozenset(found)


def _local_day(moment: str, clock: Clock) -> date | None:
    try:
        return clock.local(datetime.fromisoformat(moment).replace(tzinfo=UTC)).date()
    except ValueError:
        return None
