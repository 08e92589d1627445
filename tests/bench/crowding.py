"""One backup made many: a society whose list is long."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from typing import Any

from gharmitra_admin.engine import BackupRecord, Vault


def crowd(vault: Vault, record: BackupRecord, count: int, **said: Any) -> None:
    """Multiply a backup until there are so many, one an hour, each with its manifest; ``said`` stands in the manifests of the copies."""
    manifest = json.loads((vault.paths.manifests / f"{record.filename}.json").read_text("utf-8"))
    began = datetime.fromisoformat(manifest["created_at"])
    for number in range(1, count):
        when = began - timedelta(hours=number)
        name = f"gharmitra_backup_{when:%Y%m%d_%H%M%S}.db"
        shutil.copyfile(record.path, vault.paths.backups / name)
        told = manifest | said | {"filename": name, "sequence": 0, "created_at": when.isoformat()}
        (vault.paths.manifests / f"{name}.json").write_text(json.dumps(told), "utf-8")
