"""What two databases of one society do not share, table by table and entry by entry, and what follows from it. Leaves nothing on disk.

What would leave the books, come back and change back is exact on every table, by primary key and content, never by dates.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.errors import Code, NoSpace
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.operations.compare import rows
from gharmitra_admin.engine.operations.compare.rows import TableDifference, Take
from gharmitra_admin.engine.parts import tables
from gharmitra_admin.engine.parts.books import attached, consequences
from gharmitra_admin.engine.parts.books.attached import IsThere
from gharmitra_admin.engine.parts.books.consequences import Consequences, Gathering
from gharmitra_admin.engine.parts.books.entries import OF_ENTRIES, Entries, KindDifference, Vouchers
from gharmitra_admin.engine.parts.books.entry import Entry
from gharmitra_admin.engine.parts.books.meaning import KEPT_BY_ITSELF
from gharmitra_admin.engine.parts.books.named import Names
from gharmitra_admin.engine.parts.live_books import LiveBooks

_ENTRIES_BETWEEN_CHECKS = 1000
OnEntry: TypeAlias = Callable[[Entry], None]
__all__ = ["Comparison", "OnEntry", "TableDifference", "closed_files", "held_books"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All tables that differ, in order of their names. ``tables_only_now`` would be gone, ``tables_only_then`` would come back."""

    tables: tuple[TableDifference, ...]
    kinds: tuple[KindDifference, ...]
    tables_only_now: tuple[str, ...]
    tables_only_then: tuple[str, ...]
    consequences: Consequences = field(default_factory=Consequences)

    @property
    def entries_different(self) -> int:
        """All kinds, all directions: what a person is asked to type before going back."""
        return sum(kind.lost + kind.returned + kind.changed for kind in self.kinds)

    @property
    def is_of_no_consequence(self) -> bool:
        """Whether nothing differs but what GharMitra writes down by itself."""
        return {table.table for table in self.tables} <= KEPT_BY_ITSELF and not (self.tables_only_now or self.tables_only_then)


def closed_files(
    now: Path,
    then: Path,
    *,
    never: files.Identity | None,
    is_there: IsThere = attached.anywhere,
    on_entry: OnEntry | None = None,
    report: Report = ignore,
    cancel: CancelToken = NEVER,
) -> Comparison:
    """Compare two files that nobody writes. ``never``: the live books, which must not be opened so.

    ``is_there`` tells whether a file that a row names is on the disk. ``on_entry`` is handed every entry that differs, by kind and number,
    once all are counted; where nobody asks, none is read. However many there are, memory stays flat.
    Raises NotFound, Refused, Damaged, NoAccess, NoSpace, Cancelled.
    """
    with ExitStack() as stack:
        my_pages = stack.enter_context(tables.opened(now, never=never))
        stack.enter_context(sqlite.sorted_sqlite_errors(now))
        mine = stack.enter_context(closing(sqlite.open_closed(now)))
        return _with_closed(mine, my_pages, then, never, is_there, on_entry, report, cancel)


def held_books(
    now: LiveBooks,
    then: Path,
    *,
    never: files.Identity | None,
    is_there: IsThere = attached.anywhere,
    on_entry: OnEntry | None = None,
    report: Report = ignore,
    cancel: CancelToken = NEVER,
) -> Comparison:
    """Compare a held moment of the books, whose main file must be all of it, with a closed file: the same without a copy of the books."""
    return _with_closed(now.connection, tables.of_held(now), then, never, is_there, on_entry, report, cancel)


def _with_closed(
    mine: apsw.Connection,
    my_pages: tables.Pages,
    then: Path,
    never: files.Identity | None,
    is_there: IsThere,
    on_entry: OnEntry | None,
    report: Report,
    cancel: CancelToken,
) -> Comparison:
    with ExitStack() as stack:
        your_pages = stack.enter_context(tables.opened(then, never=never))
        stack.enter_context(sqlite.sorted_sqlite_errors(then))
        yours = stack.enter_context(closing(sqlite.open_closed(then)))
        same = tables.look(my_pages, your_pages, tables.roots(mine), tables.roots(yours), report=report, cancel=cancel)
        return _compared(mine, yours, same, is_there, on_entry, report, cancel)


def _compared(
    now: apsw.Connection,
    then: apsw.Connection,
    same: tables.SamePages | None,
    is_there: IsThere,
    on_entry: OnEntry | None,
    report: Report,
    cancel: CancelToken,
) -> Comparison:
    with _told_of_scratch(), closing(Entries(Vouchers(now), Vouchers(then), with_details=on_entry is not None)) as entries:
        found = _differences(now, then, same, entries, Gathering(now, then, is_there), report, cancel)
        if on_entry is not None:
            for number, entry in enumerate(entries.each((Names(now), Names(then)))):
                if number % _ENTRIES_BETWEEN_CHECKS == 0:
                    cancel.check()
                on_entry(entry)
        return found


@contextmanager
def _told_of_scratch() -> Iterator[None]:
    """Only the scratch database of the entries writes: a full disk is the one where the system keeps its temporary files."""
    try:
        yield
    except apsw.FullError as error:
        raise NoSpace(Code.DISK_FULL, path=Path(tempfile.gettempdir())) from error


def _differences(
    now: apsw.Connection,
    then: apsw.Connection,
    same: tables.SamePages | None,
    entries: Entries,
    gathering: Gathering,
    report: Report,
    cancel: CancelToken,
) -> Comparison:
    mine, yours = tables.shapes(now), tables.shapes(then)
    names = sorted({*mine, *yours})
    found = []
    for place, name in enumerate(names):
        cancel.check()
        report(Progress(Stage.COMPARING, place, len(names)))
        takers = _takers(name, entries, gathering)
        if name in mine and name in yours:
            one = rows.of_both(tables.Side(now, mine[name]), tables.Side(then, yours[name]), same, takers, cancel)
        elif name in mine:
            one = rows.of_one(tables.Side(now, mine[name]), takers, cancel, is_lost=True)
        else:
            one = rows.of_one(tables.Side(then, yours[name]), takers, cancel, is_lost=False)
        if one is not None:
            found.append(one)
    only_now, only_then = sorted({*mine} - {*yours}), sorted({*yours} - {*mine})
    follows = gathering.end(frozenset(one.table for one in found))
    return Comparison(tuple(found), entries.kinds(), tuple(only_now), tuple(only_then), follows)


def _takers(table: str, entries: Entries, gathering: Gathering) -> tuple[Take, ...]:
    wanted = ((table in OF_ENTRIES, entries.add), (table in consequences.TABLES, gathering.add))
    return tuple(take for is_wanted, take in wanted if is_wanted)
