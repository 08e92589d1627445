"""Remove what rotation may remove, and the documents that nothing names then; each removal in the activity record before it happens.

Leaves the backups that have a reason to stay. A removal cut off in the middle is finished at the next opening.
"""

from __future__ import annotations

from collections.abc import Sequence

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, EngineError, Refused
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import leftovers, verify
from gharmitra_admin.engine.parts.audit import Audit, Outcome
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.documents import unnamed
from gharmitra_admin.engine.parts.manifest import Documents

_NAMED_IN_ONE_LINE = 25  # a line of the activity record is of bounded length, and a removal that it does not name is not recorded


def remove(paths: Paths, records: Sequence[BackupRecord], audit: Audit, *, job: str, why: str) -> tuple[str, ...]:
    """Remove these backups and what is written about them, and return their names. Commit points: the activity record's lines.

    Raises Refused where the activity record cannot be written: then nothing more is removed. Raises NoAccess.
    """
    done: tuple[str, ...] = ()
    for begin in range(0, len(records), _NAMED_IN_ONE_LINE):
        done += _remove(paths, records[begin : begin + _NAMED_IN_ONE_LINE], audit, job=f"{job}{begin or ''}", why=why)
    if records:
        unnamed.remove(paths, audit, job=job, why=why, freed=_freed(records))
    return done


def _freed(records: Sequence[BackupRecord]) -> list[Documents] | None:
    """What documents these had; None where one cannot tell."""
    if any(record.manifest is None for record in records):
        return None
    return [record.manifest.documents for record in records if record.manifest and record.manifest.documents]


def _remove(paths: Paths, records: Sequence[BackupRecord], audit: Audit, *, job: str, why: str) -> tuple[str, ...]:
    removed = [f"{record.path.name} {_hash(paths, record)}" for record in records]
    try:
        audit.append(leftovers.REMOVE, Outcome.STARTED, job=job, why=why, removed=removed)
    except EngineError as error:
        raise Refused(Code.AUDIT_UNWRITABLE, path=paths.audit, reason=error.reason) from error
    for record in records:
        files.remove(record.path)
        leftovers.forget(paths, record.path.name)
    audit.append(leftovers.REMOVE, Outcome.FINISHED, job=job, why=why, removed=removed)
    return tuple(record.filename for record in records)


def _hash(paths: Paths, record: BackupRecord) -> str:
    """What is being removed, for the record; a sparse terabyte that somebody put there is removed without reading it."""
    if record.sha256 is not None:
        return record.sha256
    try:
        return "" if verify.is_sparse(record.path.lstat()) else files.hash_file(record.path, never=paths.books_identity())
    except (EngineError, OSError):
        return ""
