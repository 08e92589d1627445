"""The plan of a restore and its result. Fields are only ever added."""

from __future__ import annotations

import msgspec

from gharmitra_admin.answers.comparison import KindCompared
from gharmitra_admin.answers.failure import Told


class FindingTold(msgspec.Struct, frozen=True):
    """One thing that was looked at: fine, warning or blocker."""

    code: str
    weight: str
    message: str
    hint: str


class PlanTold(msgspec.Struct, frozen=True):
    """What going back would change, and what is in the way. ``entries_different`` None: it could not be told.

    ``confirmation``: the value that stands for all of it; who gives it back has seen this plan and no other.
    """

    backup: str
    ready: bool
    findings: list[FindingTold]
    entries_different: int | None
    kinds: list[KindCompared]
    warnings: list[Told]
    confirmation: str


class Restored(msgspec.Struct, frozen=True):
    """One restore. ``rows_before`` None: the books that were replaced could not be read."""

    message: str
    restored: str
    safety_backup: str | None
    integrity: str
    rows_before: int | None
    rows_after: int
    entries_different: int | None
    took_seconds: float
    warnings: list[Told]
    documents_put_back: int
