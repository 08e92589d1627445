"""A backup file that lies elsewhere, on a drive or in another backups folder: its manifest and documents there. Leaves nothing on disk."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.documents import store
from gharmitra_admin.engine.parts.manifest import Documents, Manifest

COPIED_HERE = "from_elsewhere.db"  # a backup of another drive lies here, hidden, while it is being restored
_MANIFESTS = "manifests"


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside such a file: its manifest, and the folder that stores its documents."""

    manifest: Manifest
    store: Path

    @property
    def documents(self) -> Documents | None:
        return self.manifest.documents


def beside(path: Path, sha256: str) -> Beside | None:
    """Find the manifest of the file with these bytes, as a copy on a drive or a whole backups folder has it; None where there is none."""
    folder = path.parent
    for listed, at in ((folder, folder), (folder / _MANIFESTS, folder), (folder.parent / _MANIFESTS, folder.parent)):
        with suppress(EngineError):
            found = manifests.read(manifests.manifest_path(listed, path.name))
            if found.sha256 == sha256:
                return Beside(found, at / store.FOLDER)
    return None
