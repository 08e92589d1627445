"""The health of the documents: does every file that an entry names lie there, and is it what was backed up. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, look
from gharmitra_admin.engine.parts import documents
from gharmitra_admin.engine.parts.catalogue import BackupRecord
from gharmitra_admin.engine.parts.documents import checking, rows
from gharmitra_admin.engine.parts.documents.rows import Agreement


@dataclass(frozen=True, slots=True)
class DocumentsHealth:
    """What the documents look like now, beside the books' rows and the newest good backup.

    ``changed``: of those that rows name, other bytes than in that backup; None where it has no list. ``kept``: how many of the missing
    ones it has. ``wrong``: how many stored documents were found missing or damaged by a check.
    """

    agreement: Agreement
    changed: tuple[str, ...] | None = None
    kept: int = 0
    wrong: int = 0


def look_at(paths: Paths, named: tuple[str, ...], newest: BackupRecord | None, *, cancel: CancelToken = NEVER) -> DocumentsHealth:
    """Compare files, rows and the newest good backup. What cannot be read is not there. Raises Cancelled."""
    wrong = len(checking.known_wrong(paths.documents))
    said = newest.manifest.documents if newest and newest.manifest else None
    try:
        then = {one.path: one.sha256 for one in documents.read_list(paths.documents, said)} if said else None
    except EngineError:
        then = None
    if then is None:
        return DocumentsHealth(rows.agree(named, documents.names_now(paths)), wrong=wrong)
    now = {one.path: one.sha256 for one in documents.now(paths, cancel=cancel)}
    agreement = rows.agree(named, now)
    attached = set(now) - set(agreement.unnamed)
    changed = tuple(sorted(name for name in attached if name in then and then[name] != now[name]))
    return DocumentsHealth(agreement, changed, sum(1 for name in agreement.missing if name in then), wrong)


def alerts(found: DocumentsHealth) -> Iterator[Alert]:
    """Judge what was found; a file that no entry names is no alarm."""
    missing = found.agreement.missing
    if missing:
        yield look(AlertCode.DOCUMENTS_MISSING, names=missing, kept=found.kept)
    if found.changed:
        yield look(AlertCode.DOCUMENTS_CHANGED, names=found.changed)
    if found.wrong:
        yield look(AlertCode.DOCUMENTS_LOST, count=found.wrong)
