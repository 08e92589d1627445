"""The flow of practising: a scratch society, a copy of the books of now with copies of their newest backups, to try a restore on.

Leaves that society in the folder it is given; the books and their backups are only read.
"""

from __future__ import annotations

from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, EngineError, NoSpace, NotFound
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import live_books, snapshot
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.documents import carrying
from gharmitra_admin.engine.vault.readiness import CANNOT_BE_OPENED
from gharmitra_admin.engine.vault.session import Context, turn

_WAIT_SECONDS = 10.0
_BACKUPS = 3
_COPIES_OF_THE_BOOKS = 3  # themselves, the safety backup of the practice, and the journal of its write


def scratch_society(context: Context, folder: Path, report: Report, cancel: CancelToken) -> Paths:
    """Make it. Raises NotFound where there is no whole backup to practise with, Busy, NoSpace, NoAccess, Damaged, Cancelled."""
    with turn(context, "practise", wait_seconds=_WAIT_SECONDS, cancel=cancel) as current:
        records = [record for record in current.listing().records if record.is_good and record.manifest is not None][:_BACKUPS]
        if not records:
            raise NotFound(Code.NO_BACKUP_YET)
        scratch = Paths.of(folder / context.paths.books.name)
        _require_room(context, scratch, records)
        for part in (scratch.backups, scratch.kept, scratch.manifests):
            files.make_private_folder(part)
        for record in records:
            _copy(context, scratch, record, cancel)
        try:
            _copy_books(context, scratch, report, cancel)
        except EngineError as error:
            if error.code not in CANNOT_BE_OPENED:
                raise
            files.copy_file(records[0].path, scratch.books, never=context.paths.books_identity(), cancel=cancel)
        return scratch


def _require_room(context: Context, scratch: Paths, records: list[BackupRecord]) -> None:
    books = context.paths.books
    size = books.stat().st_size if books.is_file() else records[0].size_bytes
    needed = _COPIES_OF_THE_BOOKS * size + sum(record.size_bytes for record in records)
    free = files.free_bytes(scratch.home)
    if free < needed:
        raise NoSpace(Code.DISK_FULL, path=scratch.home, needed_bytes=needed, free_bytes=free)


def _copy(context: Context, scratch: Paths, record: BackupRecord, cancel: CancelToken) -> None:
    """One backup with its documents and what is written down of it."""
    filename, never = record.path.name, context.paths.books_identity()
    target = (scratch.kept if record.path.parent == context.paths.kept else scratch.backups) / filename
    cargo = carrying.look(context.paths.documents, record.manifest.documents if record.manifest else None, scratch.documents)
    with carrying.carried(context.paths.documents, cargo, scratch.documents, cancel=cancel):
        files.copy_file(record.path, target, never=never, cancel=cancel)
        written = manifests.manifest_path(context.paths.manifests, filename)
        files.copy_file(written, manifests.manifest_path(scratch.manifests, filename), never=never)


def _copy_books(context: Context, scratch: Paths, report: Report, cancel: CancelToken) -> None:
    paths = context.paths
    with (
        snapshot.new_copy(scratch.books) as copy,
        live_books.held(
            paths.books, scratch=paths.scratch, clock=context.clock, wait_seconds=context.books_wait_seconds, cancel=cancel
        ) as live,
    ):
        snapshot.take(live, copy, report=report, cancel=cancel)
