"""What the window is doing just now, and what may be pressed meanwhile: one function of one state. Leaves nothing on disk."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from gharmitra_admin.engine.base.job import Progress


class Work(enum.Enum):
    """Why the worker is busy."""

    BACKUP = "backup"
    VERIFY = "verify"
    COPY = "copy"
    HEALTH = "health"
    CHANGE = "change"
    DEMO = "demo"
    COMPARE = "compare"
    RESTORE = "restore"
    STOP = "stop"
    START = "start"
    PRACTISE = "practise"
    SALVAGE = "salvage"
    SEARCH = "search"
    IDLE_CHECK = "idle_check"  # found files being checked while nobody asks for anything; gives way to everything


@dataclass(frozen=True, slots=True)
class JobState:
    """One running job. ``is_shown``: it has run long enough for a bar. ``waits_for``: who is at work before it, in words."""

    work: Work
    progress: Progress | None = None
    left_seconds: float | None = None
    is_shown: bool = False
    is_cancelling: bool = False
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be pressed."""

    create: bool
    on_row: bool
    health: bool
    cancel: bool


def allowed(job: JobState | None) -> Allowed:
    """Tell what may be pressed while this job runs; None: no job runs."""
    if job is None or job.work is Work.IDLE_CHECK:
        return Allowed(create=True, on_row=True, health=True, cancel=False)
    return Allowed(create=False, on_row=False, health=False, cancel=not job.is_cancelling and job.work is not Work.CHANGE)
