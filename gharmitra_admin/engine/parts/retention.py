"""Which backups rotation may remove: a pure choice, each verdict with its reasons. Leaves nothing on disk.

Order is by sequence and never by the clock; the rungs "one a day" and "month ends" count days and months that have backups,
so that no step of the clock can empty them. Only backups that this program made and checked fill a place; files that were found
and adopted are somebody's own and stay. Any user may ask for a backup at logout, as often as he likes: so those have places of their
own and never take one from others. Equal backups share a place: however often one asks for the same, no other state is pushed out.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.parts.manifest import Kind
from gharmitra_admin.engine.parts.problem import Problem

MONTH_ENDS = 24
_STEP_BACK, _LEAP = timedelta(minutes=5), timedelta(days=366)


class Reason(enum.Enum):
    """Why a backup stays."""

    KEPT = "kept"
    LAST = "last"
    LAST_AT_LOGOUT = "last_at_logout"
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
    at_logout = [index for index in rotating if _is_at_logout(records[index])]
    others = [index for index in rotating if not _is_at_logout(records[index])]
    for places, reason in ((others, Reason.LAST), (at_logout, Reason.LAST_AT_LOGOUT)):
        for index in _last(records, places, max(1, policy.last)):
            reasons[index].append(reason)
    taken = _keep_rungs(records, others, policy, reasons)
    _keep_rungs(records, at_logout, policy, reasons, taken)
    frost = frozen or freeze(records, now)
    if frost is not None:
        for found in reasons.values():
            found.append(frost)
    return [Verdict(record, tuple(reasons[index])) for index, record in enumerate(records)]


def freeze(records: Sequence[BackupRecord], now: datetime) -> Reason | None:
    """Tell what forbids any removal now: damaged books, entries gone that nobody has explained, a clock that jumped.

    A backup at logout may freeze rotation but never thaws it: what stays without it stays with it.
    """
    return _freeze(records, now) or _freeze([record for record in records if not _is_at_logout(record)], now)


def _freeze(records: Sequence[BackupRecord], now: datetime) -> Reason | None:
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


def _is_at_logout(record: BackupRecord) -> bool:
    return record.kind is Kind.LOGOUT


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
    """Pin the newest checked and the newest proven one, and those that would be the newest without the ones made at logout."""
    good = [index for index, record in enumerate(records) if record.is_good]
    proven = [index for index in good if records[index].status is Status.PROVEN]
    for found, reason in ((good, Reason.NEWEST_CHECKED), (proven, Reason.NEWEST_PROVEN)):
        others = [index for index in found if not _is_at_logout(records[index])]
        for index in {*found[:1], *others[:1]}:
            reasons[index].append(reason)


def _last(records: Sequence[BackupRecord], places: Sequence[int], limit: int) -> list[int]:
    """The last so many, and so many more that differ: equal ones fill one place together, so that pressing a button often costs nothing."""
    newest_of = dict[str | None, int]()
    for index in places:
        newest_of.setdefault(records[index].sha256, index)
    return sorted({*places[:limit], *list(newest_of.values())[:limit]})


def _keep_rungs(
    records: Sequence[BackupRecord],
    rotating: list[int],
    policy: Policy,
    reasons: dict[int, list[Reason]],
    taken: AbstractSet[tuple[Reason, object]] = frozenset(),
) -> AbstractSet[tuple[Reason, object]]:
    """Keep the newest of each of the last days and month ends, and of every financial year (April to March).

    Returns the rungs filled; those that are ``taken`` are passed over and count for nothing.
    """
    filled: dict[Reason, set[object]] = {Reason.DAY: set(), Reason.MONTH_END: set(), Reason.YEAR_END: set()}
    for index in rotating:
        moment = records[index].created_at
        for rung, limit, reason in (
            (moment.date(), policy.days, Reason.DAY),
            ((moment.year, moment.month), MONTH_ENDS, Reason.MONTH_END),
            (moment.year - (moment.month < 4), None, Reason.YEAR_END),
        ):
            seen = filled[reason]
            if rung not in seen and (reason, rung) not in taken and (limit is None or len(seen) < limit):
                seen.add(rung)
                reasons[index].append(reason)
    return {(reason, rung) for reason, seen in filled.items() for rung in seen}
