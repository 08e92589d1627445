"""The name of a new backup: its moment in local time, and unique across all folders. Leaves nothing on disk."""

from __future__ import annotations

from datetime import datetime

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import catalogue
from gharmitra_admin.engine.parts.catalogue import Listing
from gharmitra_admin.engine.parts.manifest import Kind


def free_name(paths: Paths, listing: Listing, kind: Kind, now: datetime) -> str:
    """Find the name of this second that no folder, manifest or held file has: `_2`, `_3` for a second one or a repeated hour."""
    prefix = names.SAFETY_PREFIX if kind is Kind.PRE_RESTORE else names.PREFIX
    taken = {record.path.name for record in listing.records} | {manifest.filename for manifest in listing.vanished}
    count = 1
    while True:
        number = "" if count == 1 else f"_{count}"
        filename = f"{prefix}_{names.stamp(now)}{number}{catalogue.SUFFIX}"
        places = [*(folder / filename for folder in (*paths.folders_of_backups, paths.held)), paths.manifests / f"{filename}.json"]
        if filename not in taken and not any(place.exists() or place.is_symlink() for place in places):
            return filename
        count += 1
