"""Which texts may be the name of a backup at all, before anything is opened or looked for. Leaves nothing on disk."""

from __future__ import annotations

import re
import unicodedata

from gharmitra_admin.engine.base.names import NAME_LIMIT_BYTES, from_shown

_SEPARATORS = frozenset("/\\")
_DRIVE = re.compile(r"[A-Za-z]:")
# Signs that look like a separator or a dot, or become one where a system folds letters.
_LOOKALIKES = frozenset("\u2044\u2215\u29f8\uff0f\u2571\u29f5\ufe68\uff3c\u2216\u29f9\u2024\u2025\u2026\ufe52\uff0e\u3002")
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHOWN_LIMIT = 4 * NAME_LIMIT_BYTES  # an escaped byte takes four letters


def is_name(text: str) -> bool:
    """Whether this could be a name of the list: one file's name, with nothing in it that leads elsewhere or hides what it is."""
    if not text or len(text) > _SHOWN_LIMIT:
        return False
    if any(unicodedata.category(sign) in _CONTROLS or sign in _LOOKALIKES for sign in text):
        return False
    real = from_shown(text)
    if "\x00" in real or _SEPARATORS & set(real) - _escaped_backslash(text):
        return False
    if _DRIVE.match(real) or not real.strip(". "):
        return False
    try:
        return len(real.encode("utf-8", "surrogateescape")) <= NAME_LIMIT_BYTES
    except UnicodeEncodeError:
        return False


def _escaped_backslash(text: str) -> set[str]:
    r"""The list writes a backslash in a name as ``\\``: only so may one come back."""
    return {"\\"} if "\\" not in re.sub(r"\\(?:\\|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})", "", text) else set()
