"""The re-entry list: what left the books with a restore, and which of it is in them again. A pure choice; leaves nothing on disk.

An entry is in the books again where one of the same kind, day, flat and amount was entered since; each entered one counts once.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gharmitra_admin.engine.parts.books.entry import Direction, Entry
from gharmitra_admin.engine.parts.books.meaning import EntryKind
from gharmitra_admin.engine.parts.worksheet import NotNeeded

_NUMBERED = frozenset({EntryKind.RECEIPT, EntryKind.PAYMENT, EntryKind.JOURNAL})
Same = tuple[object, ...]


class ReentryState(enum.Enum):
    """What became of an entry that left the books."""

    MISSING = "missing"
    BACK = "back"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class ReentryItem:
    """One entry of the list. ``key`` names it; ``back_number``: the number it got, where it is back; ``reason``: why it is not needed."""

    key: str
    entry: Entry
    state: ReentryState
    back_number: str = ""
    reason: str = ""

    @property
    def has_other_number(self) -> bool:
        """Whether it is back under another number than the printed one."""
        return self.state is ReentryState.BACK and self.entry.kind in _NUMBERED and self.back_number != self.entry.number


@dataclass(frozen=True, slots=True)
class Reentry:
    """The list of one restore, in the order in which to enter. ``safety`` names the backup that holds the replaced books.

    ``corrected``: entries that are in the books as they were before a later correction; they are not to be entered again.
    ``is_exact`` False: the restored backup is away, so that what was entered or changed since is told from the books alone.
    """

    restored_at: datetime
    backup: str
    safety: str
    items: tuple[ReentryItem, ...]
    corrected: tuple[Entry, ...] = ()
    is_exact: bool = True

    @property
    def back(self) -> int:
        return sum(item.state is ReentryState.BACK for item in self.items)

    @property
    def not_needed(self) -> int:
        return sum(item.state is ReentryState.NOT_NEEDED for item in self.items)


def left(found: Sequence[Entry]) -> list[Entry]:
    """Choose from what differs what left the books: also an entry in whose place another stands now."""
    return [one for one in found if one.direction is Direction.LEFT or (one.direction is Direction.CHANGED and one.is_replaced)]


def corrected(found: Sequence[Entry]) -> tuple[Entry, ...]:
    """Choose what is one and the same entry, whose day, flat or amount had been corrected after the backup."""
    return tuple(one for one in found if one.differs_in_substance and one.is_same_making)


def items(lost: Sequence[Entry], fresh: Sequence[Entry], said: Mapping[str, NotNeeded]) -> tuple[ReentryItem, ...]:
    """Tick what is in the books again. ``lost`` in the order of the list; ``fresh``: what was entered since, in any order."""
    keys = _keys(lost)
    taken = _matched(lost, fresh)
    found = []
    for place, (key, entry) in enumerate(zip(keys, lost, strict=True)):
        if (match := taken.get(place)) is not None:
            found.append(ReentryItem(key, entry, ReentryState.BACK, back_number=match.number))
        elif key in said:
            found.append(ReentryItem(key, entry, ReentryState.NOT_NEEDED, reason=said[key].reason))
        else:
            found.append(ReentryItem(key, entry, ReentryState.MISSING))
    return tuple(found)


def _matched(lost: Sequence[Entry], fresh: Sequence[Entry]) -> dict[int, Entry]:
    """The entered one for each place of the list: first those of the same number, then in order."""
    by_number: dict[Same, deque[int]] = defaultdict(deque)
    for place, one in enumerate(fresh):
        by_number[*_same(one), one.number].append(place)
    matched: dict[int, Entry] = {}
    used: set[int] = set()
    for place, entry in enumerate(lost):
        if waiting := by_number.get((*_same(entry), entry.number)):
            used.add(waiting[0])
            matched[place] = fresh[waiting.popleft()]
    others: dict[Same, deque[int]] = defaultdict(deque)
    for place, one in enumerate(fresh):
        if place not in used:
            others[_same(one)].append(place)
    for place, entry in enumerate(lost):
        if place not in matched and (waiting := others.get(_same(entry))):
            matched[place] = fresh[waiting.popleft()]
    return matched


def _same(entry: Entry) -> Same:
    """What makes two entries the same to a person; without an amount also what it is called."""
    name = entry.number if entry.paise is None else ""
    return entry.kind, entry.society, entry.date, entry.flat, entry.paise, entry.table if name else "", name


def _keys(lost: Sequence[Entry]) -> list[str]:
    """Name every entry by what it says, in the same words every time the list is made."""
    seen: Counter[str] = Counter()
    keys = []
    for entry in lost:
        parts = (entry.kind.value, entry.society, entry.number, entry.date, entry.flat, "" if entry.paise is None else str(entry.paise))
        key = " | ".join(parts)
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key} | {seen[key]}")
    return keys
