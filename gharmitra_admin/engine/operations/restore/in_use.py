"""Whether anybody has the books open: no single test is enough, so locks, open files and GharMitra's own processes are all asked.

Leaves nothing on disk.
"""

from __future__ import annotations

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.operations.restore.plan import Finding, FindingCode, Weight
from gharmitra_admin.engine.parts.live_books import exclusive


def look(paths: Paths) -> list[Finding]:
    """Tell who uses the books now. Books that cannot be opened are told elsewhere. Raises nothing for what it finds."""
    try:
        is_free = exclusive.is_free(paths.books)
    except EngineError:
        is_free = True
    if not is_free:
        return [Finding(FindingCode.IN_USE, Weight.BLOCKER, {"path": paths.books, "programs": ()})]
    return [Finding(FindingCode.NOT_IN_USE, Weight.FINE)]
