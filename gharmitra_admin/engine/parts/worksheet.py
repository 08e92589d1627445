"""What a person says of entries on the re-entry list: "not needed, because ...". Beside the manifests, by the safety backup's name.

Leaves ``manifests/FILE.reentry.notes.json``, durable, only where something was said; fields of a newer program stay in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Damaged, NotFound, Refused
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import manifest as manifests


class NotNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """One entry that is not to be entered again. ``key`` names it on the list; ``at`` is ISO 8601 with an offset."""

    key: str
    reason: str
    at: str
    who: str


class _Sheet(msgspec.Struct, frozen=True, kw_only=True):
    not_needed: tuple[NotNeeded, ...] = ()


def read(paths: Paths, safety: str) -> dict[str, NotNeeded]:
    """Read what was said, by the keys of the entries; nothing where the file is damaged. Raises NoAccess."""
    try:
        said = msgspec.json.decode(files.read_whole(_path(paths, safety)), type=_Sheet).not_needed
    except (NotFound, Refused, msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}
    return {one.key: one for one in said}


def say(paths: Paths, safety: str, said: NotNeeded) -> None:
    """Write down that an entry is not needed; an empty reason takes that back. A damaged file is set aside. Raises NoSpace, NoAccess."""
    path = _path(paths, safety)
    files.make_private_folder(paths.manifests)
    whole = _raw(path)
    others = [one for one in whole.get("not_needed", ()) if one.get("key") != said.key]
    whole["not_needed"] = [*others, *([msgspec.to_builtins(said)] if said.reason else [])]
    files.replace_whole(path, msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n")


def _path(paths: Paths, safety: str) -> Path:
    return manifests.notes_path(paths.manifests, f"{safety}.reentry")


def _raw(path: Path) -> dict[str, Any]:
    """The whole file with what is not known here."""
    try:
        data = files.read_whole(path)
        msgspec.json.decode(data, type=_Sheet)
        return msgspec.json.decode(data, type=dict[str, Any])
    except NotFound:
        return {}
    except (Damaged, Refused, msgspec.MsgspecError, UnicodeError, RecursionError):
        manifests.set_aside(path)
        return {}
