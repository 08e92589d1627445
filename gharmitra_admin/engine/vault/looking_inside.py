"""The flow of looking inside: which file a name means. Leaves nothing on disk."""

from __future__ import annotations

from pathlib import Path

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.operations.look_inside import Inside
from gharmitra_admin.engine.vault.session import Context


def at(context: Context, name: str) -> Inside:
    """Find a backup by its name in the list, or any file by its absolute path; nothing is opened yet."""
    never, path = context.paths.books_identity(), Path(names.require_path(name))
    if path.is_absolute():
        return Inside(path, name=names.shown(path.name), never=never, clock=context.clock)
    record = context.listing().find(name)
    return Inside(record.path, name=record.filename, never=never, clock=context.clock)
