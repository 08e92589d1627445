"""The health of the disk: is there room for the next backup. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Iterator

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.base.settings import Thresholds
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, act, look


def free_bytes(paths: Paths) -> int | None:
    """Room left where the backups lie, or will lie; None where it cannot be told."""
    for folder in (paths.backups, paths.backups.parent, paths.home):
        try:
            return files.free_bytes(folder)
        except EngineError:
            continue
    return None


def alerts(free: int | None, needed: int, thresholds: Thresholds) -> Iterator[Alert]:
    """Judge the room left against the next backup and the threshold."""
    if free is None:
        return
    if free < needed:
        yield act(AlertCode.NO_ROOM_FOR_NEXT, free_bytes=free, needed_bytes=needed)
    elif free < thresholds.min_free_bytes:
        yield look(AlertCode.DISK_LOW, free_bytes=free)
