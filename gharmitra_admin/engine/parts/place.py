"""Which folder or drive copies were carried to: a number that lies in it, since every stick may be given the same letter.

Leaves ``.gharmitra-admin-place.json`` in that folder.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import NotFound, Refused

FILE = ".gharmitra-admin-place.json"
_LIMIT_BYTES = 4096


class _Mark(msgspec.Struct, frozen=True):
    number: str


def number_of(folder: Path) -> str:
    """The number that lies there; empty where there is none that can be understood. Raises NoAccess."""
    with suppress(NotFound, Refused, msgspec.MsgspecError, UnicodeError, RecursionError):
        return msgspec.json.decode(files.read_whole(folder / FILE, limit_bytes=_LIMIT_BYTES), type=_Mark).number
    return ""


def give_number(folder: Path) -> str:
    """Let a number lie there, and tell it; the one that lies there stays. Raises NoSpace, NoAccess."""
    known = number_of(folder)
    if known:
        return known
    fresh = secrets.token_hex(8)
    files.replace_whole(folder / FILE, msgspec.json.encode(_Mark(fresh)) + b"\n")
    return fresh
