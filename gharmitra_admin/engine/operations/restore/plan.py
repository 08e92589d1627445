"""What speaks for and against going back to a backup now, one finding after another. Looks only: leaves nothing on disk."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.base.power import Power
from gharmitra_admin.engine.parts import live_books, room, tables, verify
from gharmitra_admin.engine.parts.books import whose
from gharmitra_admin.engine.parts.books.whose import SocietyMark
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.salvage.rows import LOST_AND_FOUND
from gharmitra_admin.engine.parts.verify import Findings

STRANGER_LIMIT_SECONDS = 60.0  # for a file that this program did not make; a hostile one could draw its check out


class FindingCode(enum.Enum):
    """One word each; the values that belong to a code stand behind it."""

    BACKUP_WHOLE = "backup_whole"
    BACKUP_DAMAGED = "backup_damaged"  # name, problem
    SAME_SOCIETY = "same_society"  # society, societies
    OTHER_SOCIETY = "other_society"  # name, theirs, ours
    OTHER_NAME = "other_name"  # theirs, ours: the same society, called otherwise then
    BOOKS_OF_OTHERS = "books_of_others"  # theirs, ours: our own backup, and books of another society in the books' place
    NOT_THESE_BOOKS = "not_these_books"  # name
    SOCIETY_NOT_TOLD = "society_not_told"
    SAME_SCHEMA = "same_schema"
    OLDER_SCHEMA = "older_schema"  # what
    NEWER_SCHEMA = "newer_schema"  # name, what
    ROOM = "room"  # needed_bytes, free_bytes
    NO_ROOM = "no_room"  # path, needed_bytes, free_bytes
    NOT_IN_USE = "not_in_use"
    SERVED_HERE = "served_here"  # by the server that asks: it lets go of the books for the restore
    IN_USE = "in_use"  # path, programs
    BACKEND_RUNS = "backend_runs"  # pids, ports
    CANNOT_TELL = "cannot_tell"  # count, ports
    BOOKS_DAMAGED = "books_damaged"  # path, error: they are put aside as they are
    BOOKS_MISSING = "books_missing"  # path
    PLUGGED_IN = "plugged_in"
    ON_BATTERY = "on_battery"  # percent
    RECORD_WRITABLE = "record_writable"
    RECORD_UNWRITABLE = "record_unwritable"  # path


class Weight(enum.Enum):
    """What a finding means for going on."""

    FINE = "fine"
    WARNING = "warning"
    BLOCKER = "blocker"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    code: FindingCode
    weight: Weight
    values: Mapping[str, object] = field(default_factory=dict)


def _fine(code: FindingCode, **values: object) -> Finding:
    return Finding(code, Weight.FINE, values)


def _warning(code: FindingCode, **values: object) -> Finding:
    return Finding(code, Weight.WARNING, values)


def _blocker(code: FindingCode, **values: object) -> Finding:
    return Finding(code, Weight.BLOCKER, values)


@dataclass(frozen=True, slots=True)
class Inside:
    """What a database says of itself: whose it is, its tables with their columns, and its rows."""

    societies: tuple[SocietyMark, ...]
    columns: Mapping[str, tuple[str, ...]]


def inside(connection: apsw.Connection) -> Inside:
    """Look into an open database. Raises apsw.Error, UnicodeDecodeError."""
    return Inside(whose.societies(connection), {name: shape.columns for name, shape in tables.shapes(connection).items()})


def of_backup(
    paths: Paths, record: BackupRecord, *, clock: Clock, report: Report = ignore, cancel: CancelToken = NEVER
) -> tuple[Finding, Findings]:
    """Read the backup again from its bytes, all of it, now. Raises NotFound, Refused, Cancelled."""
    found = verify.closed_file(
        record.path,
        never=paths.books_identity(),
        manifest=record.manifest,
        limit_seconds=None if record.is_made else STRANGER_LIMIT_SECONDS,
        clock=clock,
        report=report,
        cancel=cancel,
    )
    if found.problem is not None:
        return _blocker(FindingCode.BACKUP_DAMAGED, name=record.filename, problem=found.problem), found
    return _fine(FindingCode.BACKUP_WHOLE), found


def of_books(paths: Paths, *, clock: Clock, wait_seconds: float, cancel: CancelToken = NEVER) -> tuple[Inside | None, EngineError | None]:
    """Look into the books as they are; None and the reason where they cannot be opened."""
    try:
        with (
            live_books.held(paths.books, scratch=paths.scratch, clock=clock, wait_seconds=wait_seconds, cancel=cancel) as books,
            sqlite.sorted_sqlite_errors(paths.books),
        ):
            return inside(books.connection), None
    except EngineError as error:
        cancel.check()
        return None, error


def inside_closed(file: Path) -> Inside:
    """Look into a closed file. Raises Damaged, NoAccess."""
    with closing(sqlite.open_closed(file)) as connection, sqlite.sorted_sqlite_errors(file):
        return inside(connection)


def of_identity(record: BackupRecord, now: Inside | None, known: Inside | None = None) -> list[Finding]:
    """Tell whether the backup is one of these books, and whether this GharMitra knows its tables. Raises Damaged, NoAccess.

    ``known``: what the last good backup says of them, where they themselves cannot be read any more.
    """
    then = inside_closed(record.path)
    if now is None and known is not None:
        return [_whose(record, known, then)]
    if now is None:
        return [_fine(FindingCode.SAME_SOCIETY, **_societies(then)) if record.is_made else _warning(FindingCode.SOCIETY_NOT_TOLD)]
    return [_whose(record, now, then), _schema(record, now, then)]


def _societies(then: Inside) -> dict[str, object]:
    return {"society": then.societies[0].name if then.societies else "", "societies": len(then.societies)}


def _whose(record: BackupRecord, now: Inside, then: Inside) -> Finding:
    if now.societies and then.societies:
        theirs, ours = then.societies[0].name, now.societies[0].name
        if whose.are_same(now.societies, then.societies):
            is_named_so = whose.are_named_alike(now.societies, then.societies)
            return (
                _fine(FindingCode.SAME_SOCIETY, **_societies(then))
                if is_named_so
                else _warning(FindingCode.OTHER_NAME, theirs=theirs, ours=ours)
            )
        if record.is_made:
            return _warning(FindingCode.BOOKS_OF_OTHERS, theirs=theirs, ours=ours)
        return _blocker(FindingCode.OTHER_SOCIETY, name=record.filename, theirs=theirs, ours=ours)
    if bool(now.societies) != bool(then.societies) and not record.is_made:
        return _blocker(FindingCode.NOT_THESE_BOOKS, name=record.filename)
    shared = now.columns.keys() & then.columns.keys()
    if now.columns and not shared:
        return _blocker(FindingCode.NOT_THESE_BOOKS, name=record.filename)
    return _fine(FindingCode.SAME_SOCIETY, **_societies(then)) if record.is_made else _warning(FindingCode.SOCIETY_NOT_TOLD)


def _schema(record: BackupRecord, now: Inside, then: Inside) -> Finding:
    """A backup of these books cannot be from a newer GharMitra than wrote them; any other one can, and the old one would not open it."""
    strange, lacking = _only(then, now), _only(now, then)
    if strange and not record.is_made:
        return _blocker(FindingCode.NEWER_SCHEMA, name=record.filename, what=strange)
    if strange or lacking:
        return _warning(FindingCode.OLDER_SCHEMA, what=(*lacking, *strange))
    return _fine(FindingCode.SAME_SCHEMA)


def _only(one: Inside, other: Inside) -> tuple[str, ...]:
    """Tables and columns that only one of two has, as ``table`` or ``table.column``."""
    missing = [table for table in one.columns if table not in other.columns and table != LOST_AND_FOUND]
    columns = [
        f"{table}.{name}"
        for table, own in one.columns.items()
        if table in other.columns
        for name in own
        if name not in other.columns[table]
    ]
    return tuple(sorted(missing) + sorted(columns))


def of_room(paths: Paths, new_bytes: int, *, stored_bytes: int = 0, back_bytes: int = 0) -> Finding:
    """Compare what safety copy and write need with what is free, on one drive or two. Raises NotFound, NoAccess.

    ``stored_bytes``: documents that come into the backups folder; ``back_bytes``: those that come back beside the books.
    """
    copy, write = room.for_copy(paths) + stored_bytes, room.for_write(paths, new_bytes) + back_bytes
    home, backups = files.identity(paths.home), files.identity(paths.backups)
    is_one_drive = home is not None and backups is not None and home.dev == backups.dev
    wanted = [(paths.backups, copy + write)] if is_one_drive else [(paths.backups, copy), (paths.home, write)]
    for folder, needed in wanted:
        free = files.free_bytes(folder)
        if free < needed:
            return _blocker(FindingCode.NO_ROOM, path=folder, needed_bytes=needed, free_bytes=free)
    return _fine(FindingCode.ROOM, needed_bytes=copy + write, free_bytes=files.free_bytes(paths.home))


def of_power(found: Power | None) -> list[Finding]:
    """A laptop on its battery is warned of; a PC without one has nothing to say."""
    if found is None or found.is_plugged_in is None:
        return []
    return [_fine(FindingCode.PLUGGED_IN) if found.is_plugged_in else _warning(FindingCode.ON_BATTERY, percent=found.percent)]


def of_damage(paths: Paths, error: EngineError) -> Finding:
    """Books that cannot be opened are no reason against going back: they are put aside as they are."""
    return _warning(FindingCode.BOOKS_DAMAGED, path=paths.books, error=error)


def of_missing(paths: Paths) -> Finding:
    return _warning(FindingCode.BOOKS_MISSING, path=paths.books)
