"""The same engine with one thing done in the wrong order, each a mistake that is easily made: the sweep must find every one.

Kept so that the sweep itself is known to work: a net that catches nothing proves nothing. Only ``sweep_child`` puts them in, in a
process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.operations import backup, rotate
from gharmitra_admin.engine.parts import leftovers, manifest, snapshot
from gharmitra_admin.engine.parts.audit import Outcome


def named_first() -> None:
    """The copy grows under its final name, as a plain ``sqlite3 .backup`` does."""
    hidden_name, publish = files.hidden_name, files.publish

    def in_the_open(path: Path) -> Path:
        return path if path.suffix == ".db" else hidden_name(path)

    def already_there(hidden: Path, final: Path) -> None:
        if hidden != final:
            publish(hidden, final)

    files.hidden_name, files.publish = in_the_open, already_there


def manifest_first() -> None:
    """The manifest gets its name before the file that it speaks of."""
    publish = files.publish

    def other_way_round(paths: Any, hidden: Path, written: Any, **_: Any) -> Any:
        listed = manifest.manifest_path(paths.manifests, written.filename)
        files.write_new(files.hidden_name(listed), manifest.encode(written))
        publish(files.hidden_name(listed), listed)
        publish(hidden, paths.backups / written.filename)
        return paths.backups / written.filename

    backup.publish = other_way_round  # type: ignore[assignment]


def removed_unrecorded() -> None:
    """Rotation removes the file first and writes of it afterwards: a kill between leaves a manifest of nothing."""

    def file_first(paths: Any, records: Any, audit: Any, *, job: str, why: str) -> tuple[str, ...]:
        for record in records:
            files.remove(record.path)
            audit.append(leftovers.REMOVE, Outcome.FINISHED, job=job, why=why, removed=[record.filename])
            leftovers.forget(paths, record.path.name)
        return tuple(record.filename for record in records)

    rotate.remove = file_first


def failed_sync_hidden() -> None:
    """An fsync that failed is passed over, as if the bytes were on the disk."""
    sync_file, sync_folder = snapshot.NewCopy.sync, files.sync_folder

    def not_looked_at(copy: snapshot.NewCopy) -> None:
        with suppress(EngineError):
            sync_file(copy)

    def folder_not_looked_at(path: Path) -> None:
        with suppress(EngineError):
            sync_folder(path)

    snapshot.NewCopy.sync, files.sync_folder = not_looked_at, folder_not_looked_at  # type: ignore[assignment, method-assign]


VARIANTS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {variant.__name__: variant for variant in (named_first, manifest_first, removed_unrecorded, failed_sync_hidden)}
)
