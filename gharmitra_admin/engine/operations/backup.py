"""Make one checked backup of the live books.

Leaves ``gharmitra_backup_YYYYMMDD_HHMMSS.db`` with its manifest, both durable; or nothing. Commit point: the backup gets its
name; from there on a cancel is ignored. A copy of damaged books is set apart and marked so, and rotates nothing away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, Damaged, EngineError, NoAccess, NotFound, Refused
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.base.notices import Notice, NoticeCode, notice
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import catalogue, documents, live_books, naming, room, snapshot, verify
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing
from gharmitra_admin.engine.parts.documents import Taken
from gharmitra_admin.engine.parts.fingerprint import Fingerprint
from gharmitra_admin.engine.parts.live_books import LiveBooks
from gharmitra_admin.engine.parts.manifest import Checks, FullManifest, Kind, Manifest, Origin, SourceOf
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.snapshot import NewCopy, Source
from gharmitra_admin.engine.parts.verify import Findings

QUIET_KINDS = frozenset({Kind.AUTOMATIC, Kind.SCHEDULED, Kind.LOGOUT})  # record "no change" instead of an equal file
_FEW_ROWS = 20  # below this a table may lose most of its rows in a day's ordinary work


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: why and under which label; ``audit_head`` is the activity record's head at the start.

    ``still_mine`` raises where the society's lock was lost; it is asked just before the commit point. ``opened`` hands over books that
    a restore holds already, as often as it is asked. ``baseline``: the backup the books were last put back to, None where to none.
    """

    kind: Kind
    label: str | None
    audit_head: str | None
    wait_seconds: float
    shrink_percent: float
    still_mine: Callable[[], None]
    opened: Callable[[], AbstractContextManager[LiveBooks]] | None = None
    baseline: BackupRecord | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether an equal file would say nothing new."""
        return self.kind in QUIET_KINDS and self.label is None


@dataclass(frozen=True, slots=True)
class BackupResult:
    """One finished backup; ``unchanged``: the books still match an earlier one, whose values these are."""

    record: BackupRecord
    tables: int
    rows: int
    took_seconds: float
    removed: tuple[str, ...] = ()
    warnings: tuple[Notice, ...] = ()
    unchanged: bool = False
    fingerprint: Fingerprint | None = None


def unchanged(paths: Paths, listing: Listing, *, clock: Clock, cancel: CancelToken = NEVER) -> BackupRecord | None:
    """Find the good backup that the books still match by their fingerprint alone, and the documents by their hashes; None on any doubt.

    The backup is read again and hashed: "still matches" is said of bytes that are there. Raises what reading the books raises.
    """
    newest = listing.newest_good()
    if newest is None or not newest.is_made or newest.fingerprint is None or listing.newest_made() != newest:
        return None
    if not live_books.peek(paths.books, clock=clock).same_books(newest.fingerprint):
        return None
    with suppress(EngineError):
        if files.hash_file(newest.path, never=paths.books_identity(), cancel=cancel) == newest.sha256:
            said = newest.manifest.documents if newest.manifest else None
            return newest if documents.are_as(paths, said, cancel=cancel) else None
    return None


def create(
    paths: Paths, listing: Listing, request: Request, *, clock: Clock, report: Report = ignore, cancel: CancelToken = NEVER
) -> BackupResult:
    """Copy the live books, check the copy, store the documents, and give it its name.

    A copy that comes out wrong is removed and made once more. Raises NotFound, Busy, Damaged (books or copy), NoSpace, NoAccess,
    Refused, Cancelled; whatever it raises, no new name stands in the list and every earlier backup is as it was.
    """
    began = clock.monotonic()
    now = clock.local(clock.now())
    filename = naming.free_name(paths, listing, request.kind, now)
    files.make_private_folder(paths.backups)
    files.make_private_folder(paths.manifests)
    room.require(paths.backups, room.for_copy(paths))
    copied = _take(paths, request, filename, clock, report, cancel)
    hidden, source, found = copied.hidden, copied.source, copied.found
    with files.discarded_on_failure([hidden]), documents.stored(paths, report=report, cancel=cancel) as taken:
        report(Progress(Stage.FINISHING, 0, 0))
        if request.is_quiet and found.problem is None and (match := _equal(paths, listing, hidden, taken, cancel)):
            files.discard(hidden)
            return replace(no_change(match, took_seconds=clock.monotonic() - began), fingerprint=source.fingerprint)
        shrunk = _shrunk(listing, found, request)
        told = (*copied.told, *_notices(paths, copied, listing, shrunk, filename, cancel), *taken.told)
        manifest = _manifest(paths, listing, request, filename, now, source, found, tuple(shrunk), clock.monotonic() - began, clock)
        manifest = msgspec.structs.replace(manifest, documents=taken.said)
        final = publish(paths, hidden, manifest, kept=request.label is not None, still_mine=request.still_mine)
    if manifest.problem is not None:
        raise Damaged(Code.BOOKS_DAMAGED, path=paths.books, problem=found.detail, backup=manifest.filename)
    record = next(record for record in catalogue.read(paths, clock=clock).records if record.path == final)
    return BackupResult(record, len(found.rows), sum(found.rows.values()), clock.monotonic() - began, (), told)


@dataclass(frozen=True, slots=True)
class _Copied:
    """A checked copy under its hidden name; a problem in ``found`` is one of the books, not of the copying."""

    hidden: Path
    source: Source
    found: Findings
    told: tuple[Notice, ...]


def _take(paths: Paths, request: Request, filename: str, clock: Clock, report: Report, cancel: CancelToken) -> _Copied:
    """Copy and check, a second time where the copy itself came out wrong. Raises Damaged; then no copy is left."""
    told: list[Notice] = []
    hidden = files.hidden_name(paths.backups / filename)
    for is_last_try in (False, True):
        with room.told(paths.backups, room.for_copy(paths)), snapshot.new_copy(hidden) as copy:
            source = _copy(paths, copy, request, clock, report, cancel)
            found = verify.new_copy(copy, source, today=clock.local(clock.now()).date(), report=report, cancel=cancel)
            cancel.check()
        if found.problem is None or is_last_try:
            break
        files.discard(hidden)
        told.append(notice(NoticeCode.SECOND_TRY, problem=found.problem))
    if found.problem is not None and not (found.problem is Problem.PAGES_DAMAGED and _books_are_damaged(paths, request, clock, cancel)):
        files.discard(hidden)
        if found.problem is Problem.NO_TABLES and not source.rows:
            raise Damaged(Code.BOOKS_EMPTY, path=paths.books)
        raise Damaged(Code.COPY_DAMAGED, path=hidden, name=filename, problem=found.problem)
    return _Copied(hidden, source, found, tuple(told))


def _books_are_damaged(paths: Paths, request: Request, clock: Clock, cancel: CancelToken) -> bool:
    with _opened(paths, request, clock, cancel) as books:
        return not live_books.is_whole(books, cancel=cancel)


def _opened(paths: Paths, request: Request, clock: Clock, cancel: CancelToken) -> AbstractContextManager[LiveBooks]:
    if request.opened is not None:
        return request.opened()
    return live_books.held(paths.books, scratch=paths.scratch, clock=clock, wait_seconds=request.wait_seconds, cancel=cancel)


def _equal(paths: Paths, listing: Listing, hidden: Path, taken: Taken, cancel: CancelToken) -> BackupRecord | None:
    """Find the newest good backup if it holds the same pages as this copy and the same documents."""
    match = _same_pages(paths, listing, hidden, cancel)
    said = match.manifest.documents if match and match.manifest else None
    return match if taken.is_as(paths, said) else None


def _same_pages(paths: Paths, listing: Listing, hidden: Path, cancel: CancelToken) -> BackupRecord | None:
    """Find the newest good backup if it holds the same pages as this copy: the counters had moved, not the books."""
    newest = listing.newest_good()
    if newest is None or not newest.is_made or newest != listing.newest_made():
        return None
    with suppress(NoAccess, NotFound, Refused):
        if snapshot.same_content(hidden, newest.path, never=paths.books_identity(), cancel=cancel):
            return newest
    return None


def _copy(paths: Paths, copy: NewCopy, request: Request, clock: Clock, report: Report, cancel: CancelToken) -> Source:
    with _opened(paths, request, clock, cancel) as books:
        return snapshot.take(books, copy, report=report, cancel=cancel)


def _shrunk(listing: Listing, found: Findings, request: Request) -> dict[str, tuple[int, int]]:
    """Tables that lost implausibly many rows since the newest good backup, or since they were last put back, with both counts."""
    newest = request.baseline or next((record for record in listing.records if record.is_good and record.manifest is not None), None)
    before: Mapping[str, int] = newest.manifest.rows if newest and newest.manifest else {}
    percent = request.shrink_percent
    return {
        table: (count, found.rows.get(table, 0))
        for table, count in before.items()
        if count >= _FEW_ROWS and found.rows.get(table, 0) < count * (1 - percent / 100)
    }


def _notices(
    paths: Paths, copied: _Copied, listing: Listing, shrunk: Mapping[str, tuple[int, int]], filename: str, cancel: CancelToken
) -> list[Notice]:
    told = []
    if shrunk:
        table, (before, after) = max(shrunk.items(), key=lambda item: item[1][0] - item[1][1])
        told.append(notice(NoticeCode.BOOKS_SHRUNK, name=filename, tables=tuple(shrunk), table=table, before=before, after=after))
    if copied.found.foreign_key_violations:
        told.append(notice(NoticeCode.FOREIGN_KEYS, count=copied.found.foreign_key_violations))
    newest = listing.newest_made()
    lost_wal = newest and newest.fingerprint and copied.source.fingerprint.lost_wal(newest.fingerprint)
    # A -wal whose every frame was in the main file already goes away when the last program closes: then the pages are equal.
    if lost_wal and _same_pages(paths, listing, copied.hidden, cancel) is None:
        told.append(notice(NoticeCode.WAL_VANISHED, path=paths.books))
    if copied.source.is_staged:
        told.append(notice(NoticeCode.STAGED, path=paths.books, reason=copied.source.staged_because))
    return told


def _manifest(
    paths: Paths,
    listing: Listing,
    request: Request,
    filename: str,
    now: datetime,
    source: Source,
    found: Findings,
    shrunk: tuple[str, ...],
    took_seconds: float,
    clock: Clock,
) -> Manifest:
    damaged = found.problem is not None
    return FullManifest(
        filename=filename,
        sequence=listing.next_sequence,
        origin=Origin.MADE,
        source=SourceOf(paths.books.name, found.figures.society if found.figures else None),
        kind=request.kind,
        label=request.label,
        created_at=now.isoformat(),
        size_bytes=found.size_bytes,
        page_size=source.page_size,
        page_count=source.page_count,
        sha256=found.sha256,
        schema_fingerprint=source.schema,
        rows=dict(source.rows),
        figures=found.figures,
        fingerprint=source.fingerprint,
        checks=Checks(found.detail or "failed" if damaged else "ok", found.foreign_key_violations, clock.now().isoformat()),
        problem=Problem.BOOKS_DAMAGED if damaged else None,
        shrunk=() if damaged else shrunk,
        audit_head=request.audit_head,
        took_seconds=round(took_seconds, 3),
        books=found.books,
    )


def publish(paths: Paths, hidden: Path, manifest: Manifest, *, kept: bool, still_mine: Callable[[], None]) -> Path:
    """Write the manifest under a hidden name, then name the backup (commit point), then the manifest.

    Where the disk fails behind the commit point the new name is taken back. Raises NoSpace, NoAccess.
    """
    folder = paths.set_apart if manifest.problem is not None else paths.kept if kept else paths.backups
    final, listed = folder / manifest.filename, manifests.manifest_path(paths.manifests, manifest.filename)
    hidden_manifest = files.hidden_name(listed)
    with files.discarded_on_failure([hidden, hidden_manifest]):
        files.make_private_folder(folder)
        files.discard(hidden_manifest)
        files.write_new(hidden_manifest, manifests.encode(manifest))
        still_mine()
        files.publish(hidden, final)
    try:
        files.publish(hidden_manifest, listed)
        for changed in dict.fromkeys((folder, paths.backups, paths.manifests)):
            files.sync_folder(changed)
    except EngineError:
        for made in (final, listed, hidden_manifest):
            files.discard(made)
        raise
    return final


def no_change(record: BackupRecord, *, took_seconds: float) -> BackupResult:
    """The result of finding nothing new to copy: the earlier backup's values."""
    rows = record.manifest.rows if record.manifest else {}
    return BackupResult(record, len(rows), sum(rows.values()), took_seconds, unchanged=True)
