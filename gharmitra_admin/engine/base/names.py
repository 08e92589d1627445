"""Names of files: the dates in them, and a printable form for names that are not. Leaves nothing on disk."""

from __future__ import annotations

import getpass
import os
import re
import unicodedata
from datetime import datetime, tzinfo
from pathlib import Path

from gharmitra_admin.engine.base.errors import BadInput, Code

NAME_LIMIT_BYTES = 255
PREFIX, SAFETY_PREFIX = "gharmitra_backup", "pre_restore_safety"
_STAMPED = re.compile(rf"({PREFIX}|{SAFETY_PREFIX})_(\d{{8}}_\d{{6}})(_\d+)?\.db")
_ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|\\)")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199  # beyond these a name was made up, and its date breaks calendars
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def stamp(local: datetime) -> str:
    """The moment as it stands in a backup's name: local time, as users know it."""
    return local.strftime("%Y%m%d_%H%M%S")


def stamped_time(name: str, zone: tzinfo | None) -> datetime | None:
    """Read the local time out of a backup's name; None where the name has none."""
    found = _STAMPED.fullmatch(name)
    if not found:
        return None
    try:
        moment = datetime.strptime(found[2], "%Y%m%d_%H%M%S").replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def is_safety(name: str) -> bool:
    """Whether a restore made this file of what it was about to replace, as its name says."""
    return name.startswith(f"{SAFETY_PREFIX}_")


def shown(name: str) -> str:
    """The name with control, direction and invalid characters backslash-escaped, so that it cannot mislead or break a line."""
    return "".join(_shown_character(character) for character in name)


def _shown_character(character: str) -> str:
    number = ord(character)
    if character == "\\":
        return "\\\\"
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    if unicodedata.category(character) not in _UNPRINTABLE:
        return character
    if number < 0x80:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def shown_path(path: Path) -> str:
    """A path with each of its names escaped so; what parts them stays as the system writes it."""
    return str(Path(*[part if part == path.anchor else shown(part) for part in path.parts]))


def from_shown(text: str) -> str:
    """The real name behind an escaped one."""
    return _ESCAPED.sub(_real_character, text)


def _real_character(found: re.Match[str]) -> str:
    code = found[1]
    if code == "\\":
        return "\\"
    number = int(code[1:], 16)
    if code[0] == "x":
        return chr(number + 0xDC00) if number >= 0x80 else chr(number)
    return chr(number) if number <= 0x10FFFF else found[0]


def require_path(text: str) -> str:
    """Return the text if it can be the path of a file at all. Raises BadInput."""
    try:
        is_path = bool(text) and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise BadInput(Code.BAD_NAME, name=shown(text))
    return text


def require_plain(name: str) -> str:
    """Return the name if it is one name in a folder: no separator, no way up, no NUL, not too long. Raises BadInput."""
    is_path = "/" in name or (bool(os.altsep) and os.sep in from_shown(name))
    if not name or name in {".", ".."} or is_path or "\0" in name or re.match(r"[A-Za-z]:", name):
        raise BadInput(Code.BAD_NAME, name=shown(name))
    if len(name.encode("utf-8", "surrogatepass")) > NAME_LIMIT_BYTES:
        raise BadInput(Code.NAME_TOO_LONG, name=shown(name[:40]) + "...", limit=NAME_LIMIT_BYTES)
    return name


def who_is_here() -> str:
    """The name of the person at this PC, as the activity record has it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"
