"""Read backups again and say whether they are whole; adopt files that were made by hand or by GharMitra itself.

Leaves a note of what was found, and a manifest for each file that is adopted. Moves and deletes nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files, names
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import EngineError, NotFound, Refused
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import elsewhere, verify
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.parts.documents.checking import Checker, DocumentsChecked
from gharmitra_admin.engine.parts.manifest import Checks, FullManifest, Kind, Origin, SourceOf
from gharmitra_admin.engine.parts.problem import Problem
from gharmitra_admin.engine.parts.verify import Findings

LIMIT_SECONDS = 600.0  # for a file we did not make: longer than a whole gigabyte takes, shorter than a night


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a check found in one file."""

    filename: str
    status: Status
    problem: Problem | None = None
    detail: str | None = None
    documents: DocumentsChecked | None = None  # nothing against the copy of the books


def check(
    paths: Paths, record: BackupRecord, *, clock: Clock, report: Report = ignore, cancel: CancelToken = NEVER
) -> tuple[VerifyResult, Findings]:
    """Read one backup of the list again, all of it. Raises Cancelled; everything else that is wrong is a finding."""
    limit = None if record.is_made else LIMIT_SECONDS
    manifest = record.manifest
    try:
        found = verify.closed_file(
            record.path,
            never=paths.books_identity(),
            manifest=manifest,
            limit_seconds=limit,
            clock=clock,
            report=report,
            cancel=cancel,
        )
    except NotFound:
        return VerifyResult(record.filename, Status.DAMAGED, Problem.MISSING), Findings(problem=Problem.MISSING)
    except Refused:
        return VerifyResult(record.filename, Status.UNCHECKED, Problem.UNREADABLE), Findings(problem=Problem.UNREADABLE)
    return VerifyResult(record.filename, _status(record, found), _problem(record, found), found.detail), found


def _status(record: BackupRecord, found: Findings) -> Status:
    if found.problem is Problem.UNREADABLE:
        return Status.UNCHECKED
    if found.problem is not None or record.set_apart:
        return Status.DAMAGED
    if record.manifest is None:
        return Status.CHECKED
    return Status.PROVEN if record.status is Status.PROVEN else Status.CHECKED


def _problem(record: BackupRecord, found: Findings) -> Problem | None:
    return Problem.BOOKS_DAMAGED if record.set_apart and found.problem in {None, Problem.PAGES_DAMAGED} else found.problem


def check_elsewhere(paths: Paths, path: Path, *, clock: Clock, report: Report = ignore, cancel: CancelToken = NEVER) -> VerifyResult:
    """Read a backup file that lies elsewhere, against the manifest beside it where there is one.

    Raises NotFound, Refused (no regular file, or the live books), Cancelled.
    """
    manifest = None
    try:
        manifest = manifests.read(manifests.manifest_path(path.parent, path.name))
    except EngineError:
        manifest = None
    found = verify.closed_file(
        path, never=paths.books_identity(), manifest=manifest, limit_seconds=LIMIT_SECONDS, clock=clock, report=report, cancel=cancel
    )
    status = Status.CHECKED if found.problem is None else Status.UNCHECKED if found.problem is Problem.UNREADABLE else Status.DAMAGED
    beside = elsewhere.beside(path, found.sha256) if found.problem is None else None
    documents = Checker(beside.store, never=paths.books_identity(), cancel=cancel).check(beside.documents) if beside else None
    return VerifyResult(names.shown_path(path), status, found.problem, found.detail, documents)


def adopt(paths: Paths, record: BackupRecord, found: Findings, *, clock: Clock) -> None:
    """Write the manifest of a file that was found whole: from now on it is a backup like any other.

    A damaged manifest in its place is set aside first. Raises NoSpace, NoAccess, BadInput where the name is too long for it.
    """
    assert found.problem is None
    files.make_private_folder(paths.manifests)
    target = manifests.manifest_path(paths.manifests, record.path.name)
    if os.path.lexists(target):
        manifests.set_aside(target)
    manifest = FullManifest(
        filename=record.filename,
        sequence=record.sequence,
        origin=Origin.ADOPTED,
        source=SourceOf(paths.books.name, found.figures.society if found.figures else None),
        kind=Kind.MANUAL,
        created_at=record.created_at.isoformat(),
        size_bytes=found.size_bytes,
        page_size=found.page_size,
        page_count=found.page_count,
        sha256=found.sha256,
        schema_fingerprint=found.schema,
        rows=dict(found.rows),
        figures=found.figures,
        checks=Checks("ok", found.foreign_key_violations, clock.now().isoformat()),
        books=found.books,
    )
    hidden = files.hidden_name(target)
    files.discard(hidden)
    files.write_new(hidden, manifests.encode(manifest))
    files.publish(hidden, target)
    files.sync_folder(paths.manifests)
