"""The flow of looking inside: which file a name means. Leaves nothing on disk."""

from __future__ import annotations

from pathlib import Path

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.errors import BadInput, Code, NotFound
from gharmitra_admin.engine.operations.look_inside import Inside
from gharmitra_admin.engine.vault.session import Context


def at(context: Context, name: str) -> Inside:
    """Find a backup by its name in the list, else a file elsewhere by its absolute path; nothing is opened yet."""
    never = context.paths.books_identity()
    try:
        record = context.listing().find(name)
    except (NotFound, BadInput) as error:
        path = Path(names.require_path(name))
        if not path.is_absolute() or error.code not in {Code.BACKUP_NOT_FOUND, Code.BAD_NAME}:
            raise
        return Inside(path, name=names.shown(path.name), never=never, clock=context.clock)
    return Inside(record.path, name=record.filename, never=never, clock=context.clock)
