"""The health of the folder of the backups: is it one, may this user read it and write in it. Leaves nothing on disk, no trial file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, act


def alerts(paths: Paths, unreadable: EngineError | None) -> Iterator[Alert]:
    """Judge the folder. ``unreadable``: why the list could not be read."""
    backups = paths.backups
    if os.path.lexists(backups) and not _is_folder(backups):
        yield act(AlertCode.BACKUPS_NOT_A_FOLDER, path=backups)
        return
    if unreadable is not None:
        yield act(AlertCode.BACKUPS_UNREADABLE, error=unreadable)
    place = backups if _is_folder(backups) else backups.parent
    if unreadable is None and _is_folder(place) and not _may_write(place):
        yield act(AlertCode.BACKUPS_UNWRITABLE, path=place)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _may_write(folder: Path) -> bool:
    """Ask without trying: a file made and removed would change the folder. Windows tells only of what is write-protected."""
    return os.access(folder, os.W_OK | os.X_OK)
