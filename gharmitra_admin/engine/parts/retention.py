"""Which backups rotation may remove: a pure choice, each verdict with its reasons. Leaves nothing on disk.

Order is by sequence and never by the clock; the rungs "one a day" and "month ends" count days and months that have backups,
so that no step of the clock can empty them. Only backups that this program made and checked fill a place; files that were found
and adopted are somebody's own and stay.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.parts.manifest import Kind, Problem

MONTH_ENDS = 24
_STEP_BACK, _LEAP = timedelta(minutes=5), timedelta(days=366)


class Reason(enum.Enum):
    """Why a backup stays."""

    KEPT = "kept"
    LAST = "last"
    DAY = "day"
    MONTH_END = "month_end"
    YEAR_END = "year_end"
    NEWEST_CHECKED = "newest_checked"
    NEWEST_PROVEN = "newest_proven"
    SAFETY = "safety"
    ADOPTED = "adopted"
    SET_APART = "set_apart"
    NOT_WHOLE = "not_whole"
    UNCHECKED = "unchecked"
    FROZEN_BOOKS_DAMAGED = "frozen_books_damaged"
    FROZEN_SHRUNK = "frozen_shrunk"
    FROZEN_CLOCK = "frozen_clock"
    FROZEN_SETTINGS = "frozen_settings"


FROZEN = frozenset({Reason.FROZEN_BOOKS_DAMAGED, Reason.FROZEN_SHRUNK, Reason.FROZEN_CLOCK, Reason.FROZEN_SETTINGS})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one backup stays; it stays for every reason named, and goes where there is none."""

    record: BackupRecord
    reasons: tuple[Reason, ...]

    @property
    def stays(self) -> bool:
        return bool(self.reasons)


def choose(records: Sequence[BackupRecord], policy: Policy, now: datetime, *, frozen: Reason | None = None) -> list[Verdict]:
    """Choose what stays, for records newest first. Applied twice it says the same; it never empties a list that has a good backup.

    ``frozen`` is what the caller knows from elsewhere (the last backup found damaged books, the settings cannot be read); while
    anything freezes rotation, everything stays.
    """
    reasons: dict[int, list[Reason]] = {index: _own_reasons(record) for index, record in enumerate(records)}
    _pin_newest(records, reasons)
    rotating = [index for index, record in enumerate(records) if _rotates(record)]
    for index in rotating[: max(1, policy.last)]:
        reasons[index].append(Reason.LAST)
    _keep_rungs(records, rotating, policy, reasons)
    frost = frozen or freeze(records, now)
    if frost is not None:
        for found in reasons.values():
            found.append(frost)
    return [Verdict(record, tuple(reasons[index])) for index, record in enumerate(records)]


def freeze(records: Sequence[BackupRecord], now: datetime) -> Reason | None:
    """Tell what forbids any removal now: damaged books, entries gone that nobody has explained, a clock that jumped."""
    made = [record for record in records if record.is_made]
    if made and made[0].problem is Problem.BOOKS_DAMAGED:
        return Reason.FROZEN_BOOKS_DAMAGED
    if any(record.shrunk for record in records):
        return Reason.FROZEN_SHRUNK
    moments = [now, *(record.created_at for record in made[:2])]
    for later, earlier in pairwise(moments):
        if later < earlier - _STEP_BACK or later - earlier > _LEAP:
            return Reason.FROZEN_CLOCK
    return None


def _rotates(record: BackupRecord) -> bool:
    return record.is_good and record.is_made and not record.kept and record.kind is not Kind.PRE_RESTORE


def _own_reasons(record: BackupRecord) -> list[Reason]:
    found = []
    if record.kept:
        found.append(Reason.KEPT)
    if record.kind is Kind.PRE_RESTORE:
        found.append(Reason.SAFETY)
    if record.set_apart:
        found.append(Reason.SET_APART)
    elif record.status is Status.DAMAGED:
        found.append(Reason.NOT_WHOLE)
    elif record.status is Status.UNCHECKED or record.status is Status.COPIED:
        found.append(Reason.UNCHECKED)
    elif not record.is_made:
        found.append(Reason.ADOPTED)
    return found


def _pin_newest(records: Sequence[BackupRecord], reasons: dict[int, list[Reason]]) -> None:
    good = next((index for index, record in enumerate(records) if record.is_good), None)
    proven = next((index for index, record in enumerate(records) if record.is_good and record.status is Status.PROVEN), None)
    if good is not None:
        reasons[good].append(Reason.NEWEST_CHECKED)
    if proven is not None:
        reasons[proven].append(Reason.NEWEST_PROVEN)


def _keep_rungs(records: Sequence[BackupRecord], rotating: list[int], policy: Policy, reasons: dict[int, list[Reason]]) -> None:
    """Keep the newest of each of the last days and month ends, and of every financial year (April to March)."""
    days: set[object] = set()
    months: set[object] = set()
    years: set[object] = set()
    for index in rotating:
        moment = records[index].created_at
        for seen, rung, limit, reason in (
            (days, moment.date(), policy.days, Reason.DAY),
            (months, (moment.year, moment.month), MONTH_ENDS, Reason.MONTH_END),
            (years, moment.year - (moment.month < 4), None, Reason.YEAR_END),
        ):
            if rung not in seen and (limit is None or len(seen) < limit):
                seen.add(rung)
                reasons[index].append(reason)
