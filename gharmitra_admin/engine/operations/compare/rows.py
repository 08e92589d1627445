"""One table of two databases, row by row: counted here, and handed on to who gathers entries and consequences. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.parts import tables
from gharmitra_admin.engine.parts.books.meaning import meaning, paise

Row = Mapping[str, object]
Take = Callable[[str, Row | None, Row | None], None]  # table, the row now, the row then
_ROWS_BETWEEN_CHECKS = 1000
One = TypeVar("One")


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


def of_both(
    now: tables.Side, then: tables.Side, same: tables.SamePages | None, takers: tuple[Take, ...], cancel: CancelToken
) -> TableDifference | None:
    """Compare a table that both sides have; None where nothing differs. Raises apsw.Error, Cancelled."""
    columns = tables.common_columns(now.shape, then.shape)
    place = _amount_place(now.shape.name, columns)
    only_now = tuple(column for column in now.shape.columns if column not in columns)
    only_then = tuple(column for column in then.shape.columns if column not in columns)
    lost = returned = changed = lost_paise = returned_paise = 0
    for change in _watched(tables.changes(now, then, same), cancel):
        if takers:
            row_now, row_then = _named(columns, change.now), _named(columns, change.then)
            for take in takers:
                take(now.shape.name, row_now, row_then)
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
        lost_paise if has_amount else None,
        returned_paise if has_amount else None,
        only_now,
        only_then,
    )


def of_one(side: tables.Side, takers: tuple[Take, ...], cancel: CancelToken, *, is_lost: bool) -> TableDifference:
    """Count a table that only one side has: every row of it. Raises apsw.Error, Cancelled."""
    name, columns = side.shape.name, side.shape.columns
    amount = meaning(name).amount
    wanted = columns if takers else (amount,) if amount in columns else ()
    place = _amount_place(name, wanted)
    count = total = 0
    for row in _watched(tables.rows(side, wanted), cancel):
        count += 1
        total += _amount(row, place)
        if takers:
            named = _named(wanted, row)
            for take in takers:
                take(name, named if is_lost else None, None if is_lost else named)
    rupees = None if place is None else total
    if is_lost:
        return TableDifference(name, count, 0, 0, lost_paise=rupees)
    return TableDifference(name, 0, count, 0, returned_paise=rupees)


def _amount_place(table: str, columns: tuple[str, ...]) -> int | None:
    amount = meaning(table).amount
    return columns.index(amount) if amount in columns else None


def _named(columns: tuple[str, ...], row: tuple[object, ...] | None) -> dict[str, object] | None:
    return None if row is None else {column: tables.shown(value) for column, value in zip(columns, row, strict=True)}


def _watched(changes: Iterator[One], cancel: CancelToken) -> Iterator[One]:
    for number, change in enumerate(changes):
        if number % _ROWS_BETWEEN_CHECKS == 0:
            cancel.check()
        yield change


def _amount(row: tuple[object, ...], place: int | None) -> int:
    return paise(tables.shown(row[place])) or 0 if place is not None else 0
