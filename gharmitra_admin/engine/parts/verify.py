"""Whether a copy is whole: "checked" is said of nothing less than what this module looked at.

An integrity check alone passes a flipped bit in a text, a cut tail and an empty file, so size, schema, rows and hash are
looked at beside it. Leaves nothing on disk: closed files are opened immutable.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, names, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, NoAccess, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts.books import Figures, figures
from gharmitra_admin.engine.parts.books.accounts import BooksFigures
from gharmitra_admin.engine.parts.books.reckoning import reckon
from gharmitra_admin.engine.parts.fingerprint import beside, size_of
from gharmitra_admin.engine.parts.manifest import Manifest
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.snapshot import NewCopy, Source

LARGE_BYTES = 50_000_000  # above this the quick check comes first, so that plain damage is known early
_STEPS_BETWEEN_LOOKS = 20_000  # of SQLite's virtual machine: a few milliseconds
_STEPS_BETWEEN_LOOKS_AT_STRANGERS = 1000  # their schema may make one step a costly one
_SMALLEST_VALUE_LIMIT = 1 << 16
_STEPS_PER_PAGE = 360  # measured over GharMitra's schema; only the bar depends on it
_SPARSE_BYTES, _SPARSE_RATIO = 1 << 30, 0.01
_SEALED_DISTINCT_BYTES = 70  # of a header: sealed bytes have about 83 different ones among 100, text and other formats fewer than 60
_AGE_MAGIC = b"age-encryption.org/"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one file. ``problem`` None: everything that was looked at is right."""

    problem: Problem | None = None
    detail: str | None = None
    size_bytes: int = 0
    sha256: str = ""
    page_size: int = 0
    page_count: int = 0
    schema: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    foreign_key_violations: int = 0
    figures: Figures | None = None
    books: BooksFigures | None = None


def new_copy(copy: NewCopy, source: Source, *, today: date | None = None, report: Report = ignore, cancel: CancelToken = NEVER) -> Findings:
    """Make a new copy durable, hash it, check every page, and compare it with what the books said of themselves.

    The accounts are reckoned as on ``today``, where it is given.
    Raises NoSpace, NoAccess (an error while reading is never "checked"), Cancelled.
    """
    with ThreadPoolExecutor(1, "hash") as beside_the_check:
        hashing = beside_the_check.submit(_sync_and_hash, copy, cancel)
        if cancel.one_at_a_time:
            hashing.result()
        try:
            inside = _look_inside(copy.path, source.size_bytes, None, today, report, cancel)
        finally:
            sha256 = hashing.result()
    found = replace(inside, sha256=sha256)
    if found.problem is not None:
        return found
    return replace(found, problem=_against_source(found, source))


def _sync_and_hash(copy: NewCopy, cancel: CancelToken) -> str:
    copy.sync()
    return copy.hash(cancel=cancel)


def _against_source(found: Findings, source: Source) -> Problem | None:
    if found.size_bytes != source.size_bytes or found.page_count != source.page_count:
        return Problem.CUT_SHORT if found.size_bytes < source.size_bytes else Problem.TOO_LONG
    if found.schema != source.schema:
        return Problem.SCHEMA_DIFFERS
    return Problem.ROWS_DIFFER if sqlite.tables_differ(found.rows, source.rows) else None


def closed_file(
    path: Path,
    *,
    never: files.Identity | None,
    manifest: Manifest | None = None,
    limit_seconds: float | None = None,
    clock: Clock,
    report: Report = ignore,
    cancel: CancelToken = NEVER,
) -> Findings:
    """Read a finished file again, all of it, and compare it with its manifest where it has one; else its accounts are reckoned.

    ``limit_seconds`` ends a check that a hostile file draws out. A file that cannot be read is UNREADABLE, never whole.
    Raises NotFound, Refused (no regular file, or the live books under another name), Cancelled.
    """
    deadline = None if limit_seconds is None else (clock, clock.monotonic() + limit_seconds)
    try:
        found = outside(path, never=never, manifest=manifest)
        if found.problem is not None:
            return found
        sha256 = files.hash_file(path, never=never, report=report, cancel=cancel)
        found = replace(found, sha256=sha256)
        if manifest is not None and sha256 != manifest.sha256:
            return replace(found, problem=Problem.HASH_DIFFERS)
        today = clock.local(clock.now()).date() if manifest is None else None
        inside = replace(_look_inside(path, found.size_bytes, deadline, today, report, cancel), sha256=sha256)
    except NoAccess as error:
        return Findings(problem=Problem.UNREADABLE, detail=names.shown(str(error.reason or error.code.value)))
    if manifest is None:
        return inside
    if inside.problem is None:
        return replace(inside, problem=_against_manifest(inside, manifest))
    # SQLite calls a failing read damage. Bytes that hash to what was found whole are not damaged: it is the drive that fails.
    is_reading = inside.problem is Problem.PAGES_DAMAGED and manifest.checks.integrity == "ok"
    return replace(inside, problem=Problem.UNREADABLE) if is_reading else inside


def outside(path: Path, *, never: files.Identity | None, manifest: Manifest | None = None) -> Findings:
    """Look at size, header and what lies beside the file before a byte more is read: a sparse terabyte must not be hashed or copied.

    Raises NotFound, Refused, NoAccess.
    """
    descriptor = files.open_regular(path, never=never)
    try:
        with sorted_os_errors(path, writing=False):
            status = os.fstat(descriptor)
            header = os.read(descriptor, sqlite.HEADER_BYTES)
    finally:
        os.close(descriptor)
    found = Findings(size_bytes=status.st_size)
    if status.st_size == 0:
        return replace(found, problem=Problem.EMPTY)
    if is_sparse(status):
        return replace(found, problem=Problem.TOO_BIG)
    if manifest is not None and status.st_size != manifest.size_bytes:
        return replace(found, problem=Problem.CUT_SHORT if status.st_size < manifest.size_bytes else Problem.TOO_LONG)
    parsed = sqlite.Header.parse(header)
    if parsed is None:
        return _named(found, header)
    if size_of(beside(path, "-wal")) or size_of(beside(path, "-journal")):
        return replace(found, problem=Problem.UNSETTLED)
    return replace(found, problem=_size_problem(status.st_size, parsed.page_size, parsed.page_count))


def _named(found: Findings, header: bytes) -> Findings:
    """Say of a file that begins as no database we know whether it is one at all, and whether it may be one that is sealed."""
    if header.startswith(sqlite.MAGIC):
        return replace(found, problem=Problem.UNKNOWN_FORMAT)
    return replace(found, problem=what_it_may_be(header))


def what_it_may_be(header: bytes) -> Problem:
    """Say of the first bytes of a file that is no database whether it may be one that is sealed."""
    is_sealed = header.startswith(_AGE_MAGIC) or len(set(header)) >= _SEALED_DISTINCT_BYTES
    return Problem.ENCRYPTED if is_sealed else Problem.NOT_A_DATABASE


def is_sparse(status: os.stat_result) -> bool:
    """Whether a file claims far more bytes than it stores: reading it all could take days."""
    stored = getattr(status, "st_blocks", None)
    return (
        stored is not None
        and stat.S_ISREG(status.st_mode)
        and status.st_size > _SPARSE_BYTES
        and stored * 512 < status.st_size * _SPARSE_RATIO
    )


def _size_problem(size_bytes: int, page_size: int, page_count: int) -> Problem | None:
    """Compare with the page count in the header, which a program of before 2010 may have left at 0."""
    if page_count == 0:
        return Problem.CUT_SHORT if size_bytes % page_size else None
    if size_bytes == page_size * page_count:
        return None
    return Problem.CUT_SHORT if size_bytes < page_size * page_count else Problem.TOO_LONG


def _against_manifest(found: Findings, manifest: Manifest) -> Problem | None:
    if found.schema != manifest.schema_fingerprint:
        return Problem.SCHEMA_DIFFERS
    return Problem.ROWS_DIFFER if sqlite.tables_differ(found.rows, manifest.rows) else None


class _OutOfTime(Exception):
    """The check was stopped at its limit."""


Deadline = tuple[Clock, float]


def _look_inside(
    path: Path, size_bytes: int, deadline: Deadline | None, today: date | None, report: Report, cancel: CancelToken
) -> Findings:
    """Check every page, then read schema, rows and figures; the accounts too where ``today`` is given.

    Damage is a finding; only reading failures are raised.
    """
    with sorted_os_errors(path, writing=False):
        found = Findings(size_bytes=path.stat().st_size)
    try:
        with _watched(path, size_bytes, deadline, report, cancel) as connection:
            for check in (["quick_check"] if size_bytes > LARGE_BYTES else []) + ["integrity_check"]:
                said = [str(line) for (line,) in connection.execute(f"PRAGMA {check}(20)")]
                if said != ["ok"]:
                    return replace(found, problem=Problem.PAGES_DAMAGED, detail=names.shown(said[0] if said else ""))
            found = replace(
                found,
                page_size=int(connection.pragma("page_size")),
                page_count=int(connection.pragma("page_count")),
                schema=sqlite.schema_fingerprint(connection),
                rows=sqlite.row_counts(connection),
                foreign_key_violations=sum(1 for _ in connection.execute("PRAGMA foreign_key_check")),
                figures=figures(connection),
                books=reckon(connection, today=today) if today is not None else None,
            )
    except sqlite.DAMAGE as error:
        problem = Problem.NOT_A_DATABASE if isinstance(error, apsw.NotADBError) else Problem.PAGES_DAMAGED
        return replace(found, problem=problem, detail=type(error).__name__)
    except _OutOfTime:
        return replace(found, problem=Problem.TOO_SLOW)
    except sqlite.UNREACHED as error:
        raise NoAccess(Code.CANNOT_READ, path=path, reason=sqlite.system_reason(error)) from error
    except (apsw.SQLError, apsw.SchemaChangeError, apsw.TooBigError, apsw.NoMemError, apsw.MismatchError) as error:
        return replace(found, problem=Problem.PAGES_DAMAGED, detail=type(error).__name__)
    return found if found.rows else replace(found, problem=Problem.NO_TABLES)


@contextmanager
def _watched(path: Path, size_bytes: int, deadline: Deadline | None, report: Report, cancel: CancelToken) -> Iterator[apsw.Connection]:
    """A closed file opened so that cancel and the time limit are seen inside SQLite's own loops."""
    connection = sqlite.open_closed(path)
    # No stored value is longer than its file, so a longer one is only ever made by a schema that means harm.
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, max(size_bytes, _SMALLEST_VALUE_LIMIT))
    page_size = int(connection.pragma("page_size"))
    steps = _STEPS_BETWEEN_LOOKS if deadline is None else _STEPS_BETWEEN_LOOKS_AT_STRANGERS
    total = max(1, size_bytes // page_size * _STEPS_PER_PAGE // steps)
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        report(Progress(Stage.CHECKING, min(looks, total) * size_bytes // total, size_bytes))
        return cancel.is_asked() or (deadline is not None and deadline[0].monotonic() > deadline[1])

    connection.set_progress_handler(look, steps)
    try:
        yield connection
    except apsw.InterruptError as error:
        cancel.check()
        raise _OutOfTime from error
    finally:
        connection.close()
