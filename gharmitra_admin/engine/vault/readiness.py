"""The plan of going back: which backup, what would change, what is in the way. Touches nothing but, for a file of another drive, a
hidden copy of it that is removed again; and a backup that is found damaged is noted to be so.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gharmitra_admin.engine.base import files, names, power
from gharmitra_admin.engine.base.errors import BadInput, Busy, Code, Damaged, EngineError, NoSpace, NotFound, Refused
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.operations.compare import Comparison
from gharmitra_admin.engine.operations.restore import documents, in_use, plan
from gharmitra_admin.engine.operations.restore.documents import Source
from gharmitra_admin.engine.operations.restore.plan import Finding, FindingCode, Inside, Weight
from gharmitra_admin.engine.parts import elsewhere, room, verify
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing, Status
from gharmitra_admin.engine.parts.manifest import Manifest
from gharmitra_admin.engine.parts.verify import Findings
from gharmitra_admin.engine.vault import comparing, verifying
from gharmitra_admin.engine.vault.session import Context, Turn, turn

_WAIT_SECONDS = 10.0
_CONFIRMATION_DIGITS = 16
CANNOT_BE_OPENED = frozenset({Code.BOOKS_NOT_FOUND, Code.BOOKS_EMPTY, Code.BOOKS_NOT_A_DATABASE, Code.BOOKS_DAMAGED})


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a person must know before going back to a backup. ``comparison`` None: the books or the backup cannot be read.

    ``sha256``: of the backup's bytes as they were read for this plan.
    """

    record: BackupRecord
    findings: tuple[Finding, ...]
    comparison: Comparison | None
    sha256: str

    @property
    def is_ready(self) -> bool:
        return not any(finding.weight is Weight.BLOCKER for finding in self.findings)

    @property
    def confirmation(self) -> str:
        """What a person was shown, as one value: another backup, or other numbers of what would change, have another one."""
        shown = (self.record.filename, self.sha256, _numbers(self.comparison) if self.comparison else None)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:_CONFIRMATION_DIGITS]


def _numbers(found: Comparison) -> tuple[object, ...]:
    kinds = [(one.kind.value, one.lost, one.returned, one.changed, one.lost_paise, one.returned_paise) for one in found.kinds]
    tables = [(one.table, one.lost, one.returned, one.changed, one.lost_paise, one.returned_paise) for one in found.tables]
    return found.entries_different, kinds, tables, found.tables_only_now, found.tables_only_then


def make(context: Context, name: str, report: Report, cancel: CancelToken) -> Plan:
    """Look at everything. Raises NotFound, BadInput, Refused, Busy, NoSpace, NoAccess, Cancelled; all else is a finding."""
    with (
        turn(context, "plan", wait_seconds=_WAIT_SECONDS, cancel=cancel) as current,
        named(context, current.listing(), name, report, cancel) as record,
    ):
        finding, found = read_again(current, record, report, cancel)
        if found.problem is not None:
            return Plan(record, (finding,), None, found.sha256)
        others = findings(context, record, source_of(context, record, name), found.size_bytes, cancel, is_planned=True)
        is_told = not any(one.code in {FindingCode.BOOKS_DAMAGED, FindingCode.BOOKS_MISSING} for one in others)
        comparison = _compared(context, record, report, cancel) if is_told else None
        return Plan(record, (finding, *others), comparison, found.sha256)


def read_again(current: Turn, record: BackupRecord, report: Report, cancel: CancelToken) -> tuple[Finding, Findings]:
    """Read the backup's own bytes, all of them, now; what is wrong with one of the list is written down, so that the list tells it.

    Raises NotFound, Refused, Cancelled.
    """
    context = current.context
    finding, found = plan.of_backup(context.paths, record, clock=context.clock, report=report, cancel=cancel)
    if found.problem is not None and record.path != files.hidden_name(context.paths.backups / elsewhere.COPIED_HERE):
        verifying.note_damage(current, record, found.problem)
    return finding, found


def _compared(context: Context, record: BackupRecord, report: Report, cancel: CancelToken) -> Comparison | None:
    try:
        return comparing.books_with(context, record.path, report, cancel)
    except (Busy, Damaged):
        return None  # in use or damaged: that is a finding of its own


def findings(
    context: Context, record: BackupRecord, source: Source, new_bytes: int, cancel: CancelToken, *, is_planned: bool = False
) -> list[Finding]:
    """Look at all but the backup's own bytes; ``is_planned``: nothing is replaced yet. Raises NotFound, NoAccess, Cancelled."""
    paths = context.paths
    now, error = plan.of_books(paths, clock=context.clock, wait_seconds=context.books_wait_seconds, cancel=cancel)
    told: list[Finding] = []
    if isinstance(error, Busy):
        return [Finding(FindingCode.IN_USE, Weight.BLOCKER, {"path": paths.books, "programs": ()})]
    if error is not None and error.code not in CANNOT_BE_OPENED:
        raise error
    if error is not None:
        told.append(plan.of_missing(paths) if error.code is Code.BOOKS_NOT_FOUND else plan.of_damage(paths, error))
    told += in_use.look(paths, pid=context.pid, drained=context.drained, is_planned=is_planned)
    told += plan.of_identity(record, now, _known(context) if now is None else None)
    needed = documents.needed(paths, source)
    told.append(plan.of_room(paths, new_bytes, stored_bytes=needed.stored_bytes, back_bytes=needed.back_bytes))
    told += plan.of_power(power.power())
    told.append(_record_writable(context))
    return told


def _known(context: Context) -> Inside | None:
    """What the last good backup of these books says of them; None where there is none that can be read."""
    for record in context.listing().records:
        if record.is_good and record.is_made:
            with suppress(EngineError):
                return plan.inside_closed(record.path)
    return None


def _record_writable(context: Context) -> Finding:
    """A restore that could not be recorded is refused; asked of the rights only, so that nothing is written."""
    file = context.paths.audit
    nearest = next(place for place in (file, *file.parents) if place.exists())
    if os.access(nearest, os.W_OK):
        return Finding(FindingCode.RECORD_WRITABLE, Weight.FINE)
    return Finding(FindingCode.RECORD_UNWRITABLE, Weight.BLOCKER, {"path": file})


def refusal(told: Sequence[Finding]) -> EngineError | None:
    """The first blocker as a failure, in the order damaged, in use, all else; None where nothing is in the way."""
    blockers = [finding for finding in told if finding.weight is Weight.BLOCKER]
    blockers.sort(key=lambda finding: _ORDER.get(finding.code, len(_ORDER)))
    return _as_error(blockers[0]) if blockers else None


_ORDER = {FindingCode.BACKUP_DAMAGED: 0, FindingCode.BACKEND_RUNS: 1, FindingCode.IN_USE: 2}
_REFUSED = {
    FindingCode.OTHER_SOCIETY: Code.OTHER_SOCIETY,
    FindingCode.NOT_THESE_BOOKS: Code.NOT_THESE_BOOKS,
    FindingCode.NEWER_SCHEMA: Code.NEWER_SCHEMA,
    FindingCode.RECORD_UNWRITABLE: Code.AUDIT_UNWRITABLE,
}


def _as_error(finding: Finding) -> EngineError:
    where = finding.values.get("path")
    assert where is None or isinstance(where, Path)
    values: dict[str, Any] = {name: value for name, value in finding.values.items() if name != "path"}
    if finding.code is FindingCode.BACKUP_DAMAGED:
        return Damaged(Code.BACKUP_DAMAGED, path=where, **values)
    if finding.code in {FindingCode.IN_USE, FindingCode.BACKEND_RUNS}:
        return Busy(Code.BOOKS_IN_USE, path=where, **values)
    if finding.code is FindingCode.NO_ROOM:
        return NoSpace(Code.DISK_FULL, path=where, **values)
    return Refused(_REFUSED[finding.code], path=where, **values)


@contextmanager
def named(context: Context, listing: Listing, name: str, report: Report, cancel: CancelToken) -> Iterator[BackupRecord]:
    """Find a backup by its name in the list, else a file elsewhere, which is copied here for the block: its drive may be pulled out.

    One that by its size or header is no whole backup, or that has a -wal of its own, is not copied; reading it where it lies says so.
    Raises NotFound, BadInput, Refused, NoSpace, NoAccess, Cancelled.
    """
    try:
        yield listing.find(name)
        return
    except (NotFound, BadInput) as error:
        path = Path(name)
        if not path.is_absolute() or error.code not in {Code.BACKUP_NOT_FOUND, Code.BAD_NAME}:
            raise
    paths = context.paths
    found = verify.outside(path, never=paths.books_identity())
    if found.problem is not None:
        yield _stranger(path, path, "", context)
        return
    hidden = files.hidden_name(paths.backups / elsewhere.COPIED_HERE)
    files.make_private_folder(paths.backups)
    files.discard(hidden)
    room.require(paths.backups, found.size_bytes)
    try:
        digest = files.copy_file(path, hidden, never=paths.books_identity(), report=report, cancel=cancel)
        yield _known_by_its_bytes(_stranger(path, hidden, digest, context), listing, _manifest_beside(path, digest))
    finally:
        files.discard(hidden)


def _known_by_its_bytes(stranger: BackupRecord, listing: Listing, manifest: Manifest | None) -> BackupRecord:
    """A copy of a backup was made when the backup was, whatever its file says."""
    same = next((record.created_at for record in listing.records if record.sha256 == stranger.sha256), None)
    made = same or (datetime.fromisoformat(manifest.created_at) if manifest is not None else None)
    return replace(stranger, manifest=manifest, created_at=made or stranger.created_at)


def _manifest_beside(path: Path, digest: str) -> Manifest | None:
    found = elsewhere.beside(path, digest)
    return found.manifest if found else None


def source_of(context: Context, record: BackupRecord, name: str) -> Source:
    """Which documents go with a backup that was named so, and where they lie: for a file elsewhere, beside it."""
    said = record.manifest.documents if record.manifest else None
    is_elsewhere = record.path == files.hidden_name(context.paths.backups / elsewhere.COPIED_HERE)
    found = elsewhere.beside(Path(name), record.sha256 or "") if is_elsewhere else None
    return Source(said, found.store if found else context.paths.documents)


def _stranger(path: Path, read_at: Path, digest: str, context: Context) -> BackupRecord:
    moment = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    return BackupRecord(
        filename=names.shown(path.name),
        path=read_at,
        kind=None,
        label=None,
        kept=False,
        status=Status.UNCHECKED,
        problem=None,
        created_at=names.stamped_time(path.name, context.clock.local(moment).tzinfo) or context.clock.local(moment),
        size_bytes=read_at.stat().st_size,
        sha256=digest,
        sequence=0,
        origin=None,
    )
