"""Which texts may be the name of a backup at all, before anything is opened or looked for. Leaves nothing on disk."""

from __future__ import annotations

import os
import re
import unicodedata

from gharmitra_admin.engine.base.names import NAME_LIMIT_BYTES, from_shown, shown

# Signs that look like a separator or a dot, or become one where a system folds letters.
_LOOKALIKES = frozenset("\u2044\u2215\u29f8\uff0f\u2571\u29f5\ufe68\uff3c\u2216\u29f9\u2024\u2025\u2026\ufe52\uff0e\u3002")
_ENCODED = re.compile(r"%(?:25)*(?:2[ef]|5c|00)", re.IGNORECASE)  # what another program may turn into a dot, a separator or a NUL
_DRIVE = re.compile(r".:", re.DOTALL)  # Python takes any sign before a colon for a drive
_SHOWN_LIMIT = 10 * NAME_LIMIT_BYTES  # an escaped sign takes ten letters


def is_name(text: str, *, on_windows: bool = os.name == "nt") -> bool:
    """Whether this could be a name of the list, as the list writes it: one file's name, with nothing in it that leads elsewhere."""
    if not text or len(text) > _SHOWN_LIMIT:
        return False
    real = from_shown(text)
    if shown(real) != text or "\0" in real or _leads_elsewhere(real, on_windows=on_windows):
        return False
    try:
        return len(real.encode("utf-8", "surrogateescape")) <= NAME_LIMIT_BYTES
    except UnicodeEncodeError:
        return False


def _leads_elsewhere(real: str, *, on_windows: bool) -> bool:
    if "/" in real or (on_windows and "\\" in real) or _DRIVE.match(real) or not real.strip(". "):
        return True
    folded = unicodedata.normalize("NFKC", real)
    more = any(folded.count(separator) > real.count(separator) for separator in "/\\")
    return more or bool(_LOOKALIKES & set(real)) or _ENCODED.search(real) is not None
