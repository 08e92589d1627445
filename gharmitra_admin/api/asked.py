"""The records that our routes read; fields that they do not know are refused, never passed over. Leaves nothing on disk."""

from __future__ import annotations

from typing import Annotated

import msgspec

_NAMES_LIMIT, _TEXT_LIMIT = 1000, 1000
Text = Annotated[str, msgspec.Meta(max_length=_TEXT_LIMIT, pattern=r"^[^\x00]*$")]  # no command can be told a NUL


class BackupAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``label``: what the backup is for; a labelled one is kept."""

    label: Text | None = None


class VerifyAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which backups to check; none: all."""

    filenames: Annotated[list[str], msgspec.Meta(max_length=_NAMES_LIMIT)] = []


class RestoreAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``confirm``: the plan's confirmation value."""

    filename: str | None = None
    confirm: Text | None = None


class AcknowledgeAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is known: the entries gone since before a backup, backups that another program took away, or numbers and closings."""

    filename: str | None = None
    vanished: bool = False
    accounts: bool = False


class UndoAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``confirm``: the confirmation value of the plan of the undo."""

    confirm: Text | None = None
