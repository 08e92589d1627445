"""The exit codes of every command, and the lines of ``--help`` that tell them. Leaves nothing on disk."""

from __future__ import annotations

from gharmitra_admin.engine.base import errors
from gharmitra_admin.engine.base.errors import EngineError

DONE, BUG, USAGE, WARNINGS, DAMAGED, CANCELLED = 0, 1, 2, 3, 12, 130

_OF_ERRORS: tuple[tuple[type[EngineError], int], ...] = (
    (errors.BadInput, USAGE),
    (errors.NotFound, 10),
    (errors.Busy, 11),
    (errors.Damaged, DAMAGED),
    (errors.NoSpace, 13),
    (errors.Refused, 14),
    (errors.NoAccess, 15),
    (errors.Unreachable, 16),
    (errors.Cancelled, CANCELLED),
)

MEANINGS = {
    DONE: "done",
    BUG: "a fault of this program",
    USAGE: "wrong words",
    WARNINGS: "done, with warnings",
    10: "not found",
    11: "busy or in use",
    DAMAGED: "damaged",
    13: "no space",
    14: "refused",
    15: "cannot read or write",
    16: "place unreachable",
    CANCELLED: "cancelled",
}


def of(error: EngineError) -> int:
    """The exit code of a failure."""
    return next(code for kind, code in _OF_ERRORS if isinstance(error, kind))


def told(*codes: int) -> str:
    """The last line of a command's help."""
    return "Exit codes: " + " · ".join(f"{code} {MEANINGS[code]}" for code in sorted({DONE, BUG, USAGE, *codes}))
