"""Read what can be read of a damaged file into new books.

Leaves the new file under the name asked for, whole and checked, and nothing else; while it works, a hidden folder beside it. The damaged
file is only ever read. Commit point: the new file gets its name.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, Damaged, Refused, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts import tables, verify
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.salvage import copying, guide, raw, schema, target
from gharmitra_admin.engine.parts.salvage.copying import Copied
from gharmitra_admin.engine.parts.salvage.gather import gather
from gharmitra_admin.engine.parts.salvage.guide import Guide
from gharmitra_admin.engine.parts.salvage.records import Reader
from gharmitra_admin.engine.parts.salvage.rows import Count, Rows
from gharmitra_admin.engine.parts.salvage.schema import Schema
from gharmitra_admin.engine.parts.salvage.target import Target
from gharmitra_admin.engine.parts.salvage.trees import Uses
from gharmitra_admin.engine.parts.snapshot import NewCopy, new_copy

_ROWS_BETWEEN_LOOKS = 1000


@dataclass(frozen=True, slots=True)
class TableSaved:
    """What became of one table.

    ``expected``: rows in the backup it was compared with, None where there is none; ``lost``: of these, those whose key is not among the
    saved; ``differing``: those saved with other values. ``unsure``: saved rows that may be old, from pages whose use is not known;
    ``set_aside``: rows kept in ``lost_and_found``; ``cut``: saved rows whose end is missing.
    """

    table: str
    saved: int
    expected: int | None = None
    lost: int | None = None
    differing: int | None = None
    unsure: int = 0
    set_aside: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class SalvageResult:
    """New books made of what could be read. ``guide``: the backup that helped; ``set_aside``: rows of no table that is known."""

    path: Path
    size_bytes: int
    sha256: str
    tables: tuple[TableSaved, ...]
    set_aside: int
    guide: Path | None
    schema_is_whole: bool
    schema_from_guide: bool
    left_out: tuple[str, ...]
    unreadable_bytes: int
    foreign_key_violations: int
    took_seconds: float

    @property
    def saved(self) -> int:
        return sum(one.saved for one in self.tables)

    @property
    def lost(self) -> int | None:
        """Rows of the backup that are not among the saved; None where nothing was compared."""
        return sum(one.lost or 0 for one in self.tables) if self.guide is not None else None

    @property
    def is_complete(self) -> bool:
        """Whether nothing at all speaks against these books: no row lost, set aside, doubtful or cut, and the schema as it was."""
        doubts = [one for one in self.tables if one.lost or one.unsure or one.set_aside or one.cut]
        return not (doubts or self.set_aside or self.left_out or self.unreadable_bytes) and self.schema_is_whole


def salvage(
    source: Path,
    output: Path,
    *,
    like: Path | None,
    books: files.Identity | None,
    clock: Clock,
    report: Report = ignore,
    cancel: CancelToken = NEVER,
) -> SalvageResult:
    """Make new books at ``output``, which must not exist, of what can be read in ``source``, which may be the live books.

    ``like``: a good backup of the same books; ``books``: the identity of the live ones. Commit point: the new file gets its name.
    Raises NotFound, Refused, Damaged (nothing to rescue, or not without a backup), Busy, NoSpace, NoAccess, Cancelled.
    """
    started = clock.monotonic()
    hidden = files.hidden_name(output)
    with _scratch(output) as folder:
        copied = copying.take(source, folder, books=books, report=report, cancel=cancel)
        files.discard(hidden)
        made = _make(source, copied, hidden, like, books, report, cancel)
        with files.discarded_on_failure([hidden]):
            cancel.check()
            files.publish(hidden, output)
        files.sync_folder(output.parent)
    return _result(made, output, like, copied.unreadable_bytes, clock.monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Written:
    schema: Schema
    counts: Mapping[str | None, Count]
    left_out: tuple[str, ...]
    foreign_key_violations: int


@dataclass(frozen=True, slots=True)
class _Made(_Written):
    tables: tuple[TableSaved, ...]
    size_bytes: int
    sha256: str


def _result(made: _Made, output: Path, like: Path | None, unreadable_bytes: int, took_seconds: float) -> SalvageResult:
    return SalvageResult(
        path=output,
        size_bytes=made.size_bytes,
        sha256=made.sha256,
        tables=made.tables,
        set_aside=made.counts.get(None, Count()).set_aside,
        guide=like,
        schema_is_whole=made.schema.is_whole,
        schema_from_guide=made.schema.is_from_guide,
        left_out=made.left_out,
        unreadable_bytes=unreadable_bytes,
        foreign_key_violations=made.foreign_key_violations,
        took_seconds=took_seconds,
    )


def _make(
    source: Path, copied: Copied, hidden: Path, like: Path | None, books: files.Identity | None, report: Report, cancel: CancelToken
) -> _Made:
    """Make the new file under its hidden name, checked, compared and durable; it is removed where that fails."""
    with ExitStack() as stack:
        led = stack.enter_context(guide.opened(like, never=books, cancel=cancel)) if like is not None else None
        pages = stack.enter_context(raw.opened(copied.path, led.layout if led else None, cancel=cancel))
        if pages is None:
            raise Damaged(Code.NOTHING_TO_RESCUE, path=source, problem=_whatever(copied.path))
        copy = stack.enter_context(new_copy(hidden))
        written = _write(pages, led, copy, source, report, cancel)
        compared = _compared(hidden, led, written.counts, report, cancel)
        copy.sync()
        with sorted_os_errors(hidden, writing=False):
            size_bytes = hidden.stat().st_size
        return _Made(
            written.schema,
            written.counts,
            written.left_out,
            written.foreign_key_violations,
            tables=compared,
            size_bytes=size_bytes,
            sha256=copy.hash(cancel=cancel),
        )


@contextmanager
def _scratch(output: Path) -> Iterator[Path]:
    """A hidden folder beside the output, for the private copy; what a killed run left in it is removed first."""
    folder = files.hidden_name(output.with_name(f"{output.name}.work"))
    _clear(folder)
    with sorted_os_errors(output.parent, writing=True):
        folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        _clear(folder)


def _clear(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def _whatever(copy: Path) -> Problem:
    """Say of a file without a single page of a database what it may be."""
    return verify.what_it_may_be(files.read_whole(copy, limit_bytes=sqlite.HEADER_BYTES))


def _write(pages: raw.RawFile, led: Guide | None, copy: NewCopy, source: Path, report: Report, cancel: CancelToken) -> _Written:
    """Gather all rows into the new file and check it."""
    uses, reader = Uses(pages), Reader(pages)
    told = schema.read(pages, reader, uses, led.items if led else (), cancel)
    with target.opened(copy.path, pages.layout, pages.size_bytes, cancel=cancel) as new:
        new.connection.execute("BEGIN")
        new.make_tables(told, {item.name: item for item in led.items if item.type == "table"} if led else {})
        if not new.shapes:
            raise Damaged(Code.RESCUE_NEEDS_BACKUP, path=source)
        rows = Rows(new)
        gather(pages, reader, uses, told, rows, led.examples if led else {}, report=report, cancel=cancel)
        report(Progress(Stage.FINISHING, 0, 0))
        new.make_rest(told)
        new.connection.execute("COMMIT")
        violations = _checked(new, report)
        return _Written(told, {**dict.fromkeys(new.shapes, Count()), **rows.counts}, tuple(new.left_out), violations)


def _checked(new: Target, report: Report) -> int:
    """Check every page of the new file; count the rows that point to rows that are not there. Raises Damaged."""
    report(Progress(Stage.CHECKING, 0, 0))
    said = [str(line) for (line,) in new.connection.execute("PRAGMA integrity_check(1)")]
    if said != ["ok"]:
        raise Damaged(Code.RESCUE_FAILED, path=new.path, problem=said[0])
    try:
        return sum(1 for _ in new.connection.execute("PRAGMA foreign_key_check"))
    except apsw.SQLError:
        return 0  # a table points to one whose key is no key any more: nothing that can be counted


def _compared(
    hidden: Path, led: Guide | None, counts: Mapping[str | None, Count], report: Report, cancel: CancelToken
) -> tuple[TableSaved, ...]:
    """Tell table by table what was saved, and what of the backup is not there."""
    names = sorted(name for name in counts if name is not None)
    if led is None:
        return tuple(_told(name, counts[name]) for name in names)
    with sqlite.sorted_sqlite_errors(led.path, damaged=Code.BACKUP_DAMAGED):
        new = sqlite.open_closed(hidden)
        try:
            mine, yours = tables.shapes(new), tables.shapes(led.connection)
            found = []
            every = sorted({*names, *yours})
            for place, name in enumerate(every):
                report(Progress(Stage.COMPARING, place, len(every)))
                told = _told(name, counts.get(name, Count()))
                if name in yours:
                    theirs = tables.Side(led.connection, yours[name])
                    expected = sum(1 for _row in tables.rows(theirs, ()))
                    lost, differing = expected, 0
                    if name in mine:
                        lost, differing = _differences(tables.Side(new, mine[name]), theirs, cancel)
                    told = _told(name, counts.get(name, Count()), expected, lost, differing)
                found.append(told)
            return tuple(found)
        finally:
            new.close()


def _differences(mine: tables.Side, theirs: tables.Side, cancel: CancelToken) -> tuple[int, int]:
    lost = differing = 0
    for number, change in enumerate(tables.changes(mine, theirs)):
        if number % _ROWS_BETWEEN_LOOKS == 0:
            cancel.check()
        lost += change.now is None
        differing += change.now is not None and change.then is not None
    return lost, differing


def _told(name: str, count: Count, expected: int | None = None, lost: int | None = None, differing: int | None = None) -> TableSaved:
    return TableSaved(name, count.saved, expected, lost, differing, count.unsure, count.set_aside, count.cut)


def require_guide(path: Path, *, never: files.Identity | None) -> None:
    """Raise where a backup cannot lead a rescue: NotFound, Refused, Damaged, NoAccess."""
    with guide.opened(path, never=never, cancel=NEVER):
        return


def require_output(output: Path, forbidden: tuple[Path, ...]) -> Path:
    """Resolve where the new file will lie. Raises Refused where something has the name or it lies where backups are, NotFound."""
    with sorted_os_errors(output.parent, writing=False):
        folder = output.expanduser().parent.resolve(strict=True)
        place = folder / output.name
        is_taken = place.is_symlink() or place.exists() or not output.name
    if is_taken:
        raise Refused(Code.OUTPUT_EXISTS, path=output)
    if any(place == one or one in place.parents for one in forbidden):
        raise Refused(Code.RESCUE_AMONG_BACKUPS, path=output)
    return place
