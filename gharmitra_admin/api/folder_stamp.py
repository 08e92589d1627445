"""Whether backups have come, gone or been noted since the list was made, without reading them. Leaves nothing on disk.

Every command writes and removes its lock's hidden files in the folder of backups, so that the folder's own time says too much:
where it has changed, the names are compared.
"""

from __future__ import annotations

import os
from collections.abc import Hashable
from pathlib import Path

from gharmitra_admin.engine.base.paths import Paths


class FolderStamp:
    """One society's folders; ``now`` is equal to an earlier one where nothing was seen to change between the two."""

    def __init__(self, paths: Paths) -> None:
        self._by_names, self._by_time = paths.folders_of_backups, paths.manifests
        self._known: dict[Path, tuple[int | None, Hashable]] = {}

    def now(self) -> Hashable:
        return (*(self._names(folder) for folder in self._by_names), _changed_at(self._by_time))

    def _names(self, folder: Path) -> Hashable:
        changed = _changed_at(folder)
        known = self._known.get(folder)
        if known is not None and known[0] == changed:
            return known[1]
        try:
            found: Hashable = frozenset(one.name for one in os.scandir(folder) if not one.name.startswith("."))
        except OSError:
            found = None
        self._known[folder] = (changed, found)
        return found


def _changed_at(folder: Path) -> int | None:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return None
