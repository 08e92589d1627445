"""What two databases of one society do not share, table by table and entry by entry. Leaves nothing on disk.

What would leave the books, come back and change back is exact on every table, by primary key and content, never by dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts import tables
from gharmitra_admin.engine.parts.books.entries import OF_ENTRIES, Entries, KindDifference, Vouchers
from gharmitra_admin.engine.parts.books.meaning import meaning, paise


@dataclass(frozen=True, slots=True)
class TableDifference:
    """One table that differs. Rows ``lost``: in the books now, absent after going back; amounts in paise, None where it has none.

    ``only_now`` and ``only_then``: columns that only one side has; they are not compared.
    """

    table: str
    lost: int
    returned: int
    changed: int
    lost_paise: int | None = None
    returned_paise: int | None = None
    only_now: tuple[str, ...] = ()
    only_then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """All tables that differ, in order of their names. ``tables_only_now`` would be gone, ``tables_only_then`` would come back."""

    tables: tuple[TableDifference, ...]
    kinds: tuple[KindDifference, ...]
    tables_only_now: tuple[str, ...]
    tables_only_then: tuple[str, ...]

    @property
    def entries_different(self) -> int:
        """All kinds, all directions: what a person is asked to type before going back."""
        return sum(kind.lost + kind.returned + kind.changed for kind in self.kinds)


def closed_files(
    now: Path, then: Path, *, never: files.Identity | None, report: Report = ignore, cancel: CancelToken = NEVER
) -> Comparison:
    """Compare two files that nobody writes. ``never``: the live books, which must not be opened so.

    Raises NotFound, Refused, Damaged, NoAccess, Cancelled.
    """
    with ExitStack() as stack:
        my_pages = stack.enter_context(tables.opened(now, never=never))
        your_pages = stack.enter_context(tables.opened(then, never=never))
        stack.enter_context(sqlite.sorted_sqlite_errors(then, writing=False))
        mine = stack.enter_context(closing(sqlite.open_closed(now)))
        yours = stack.enter_context(closing(sqlite.open_closed(then)))
        same = tables.look(my_pages, your_pages, tables.roots(mine), tables.roots(yours), report=report, cancel=cancel)
        return _compared(mine, yours, same, report, cancel)


def _compared(
    now: apsw.Connection, then: apsw.Connection, same: tables.SamePages | None, report: Report, cancel: CancelToken
) -> Comparison:
    mine, yours = tables.shapes(now), tables.shapes(then)
    names = sorted({*mine, *yours})
    found = []
    entries = Entries(Vouchers(now), Vouchers(then))
    for place, name in enumerate(names):
        cancel.check()
        report(Progress(Stage.COMPARING, place, len(names)))
        if name in mine and name in yours:
            one = _of_table(tables.Side(now, mine[name]), tables.Side(then, yours[name]), same, cancel, entries)
        elif name in mine:
            one = _whole_table(tables.Side(now, mine[name]), is_lost=True, entries=entries)
        else:
            one = _whole_table(tables.Side(then, yours[name]), is_lost=False, entries=entries)
        if one is not None:
            found.append(one)
    only_now, only_then = sorted({*mine} - {*yours}), sorted({*yours} - {*mine})
    return Comparison(tuple(found), entries.kinds(), tuple(only_now), tuple(only_then))


def _of_table(
    now: tables.Side, then: tables.Side, same: tables.SamePages | None, cancel: CancelToken, entries: Entries
) -> TableDifference | None:
    columns = tables.common_columns(now.shape, then.shape)
    amount = meaning(now.shape.name).amount
    place = columns.index(amount) if amount in columns else None
    only_now = tuple(column for column in now.shape.columns if column not in columns)
    only_then = tuple(column for column in then.shape.columns if column not in columns)
    lost = returned = changed = lost_paise = returned_paise = 0
    is_of_entries = now.shape.name in OF_ENTRIES
    for change in _watched(tables.changes(now, then, same), cancel):
        if is_of_entries:
            entries.add(now.shape.name, _named(columns, change.now), _named(columns, change.then))
        if change.then is None and change.now is not None:
            lost += 1
            lost_paise += _amount(change.now, place)
        elif change.now is None and change.then is not None:
            returned += 1
            returned_paise += _amount(change.then, place)
        else:
            changed += 1
    if not (lost or returned or changed or only_now or only_then):
        return None
    has_amount = place is not None
    return TableDifference(
        now.shape.name,
        lost,
        returned,
        changed,
        lost_paise=lost_paise if has_amount else None,
        returned_paise=returned_paise if has_amount else None,
        only_now=only_now,
        only_then=only_then,
    )


def _named(columns: tuple[str, ...], row: tuple[object, ...] | None) -> dict[str, object] | None:
    return None if row is None else {column: tables.shown(value) for column, value in zip(columns, row, strict=True)}


def _watched(changes: Iterator[tables.Change], cancel: CancelToken) -> Iterator[tables.Change]:
    for number, change in enumerate(changes):
        if number % 1000 == 0:
            cancel.check()
        yield change


def _amount(row: tuple[object, ...], place: int | None) -> int:
    return paise(tables.shown(row[place])) or 0 if place is not None else 0


def _whole_table(side: tables.Side, *, is_lost: bool, entries: Entries) -> TableDifference:
    """A table that only one side has: every row of it."""
    name, columns = side.shape.name, side.shape.columns
    amount = meaning(name).amount
    wanted = columns if name in OF_ENTRIES else (amount,) if amount in columns else ()
    place = wanted.index(amount) if amount in wanted else None
    count = total = 0
    for row in tables.rows(side, wanted):
        count += 1
        total += _amount(row, place)
        if name in OF_ENTRIES:
            named = _named(wanted, row)
            entries.add(name, named if is_lost else None, None if is_lost else named)
    rupees = None if place is None else total
    if is_lost:
        return TableDifference(name, count, 0, 0, lost_paise=rupees)
    return TableDifference(name, 0, count, 0, returned_paise=rupees)
