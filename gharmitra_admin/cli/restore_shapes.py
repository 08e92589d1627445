"""What ``--json`` prints of a plan and of a restore. Fields are only ever added. Leaves nothing on disk."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from gharmitra_admin.cli.compare_shapes import KindCompared
from gharmitra_admin.cli.shapes import Told
from gharmitra_admin.engine.parts.books.consequences import Consequences
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.wording import backups, books, comparisons, restores
from gharmitra_admin.wording.language import Words


class FindingTold(msgspec.Struct, frozen=True):
    """One thing that was looked at: fine, warning or blocker."""

    code: str
    weight: str
    message: str
    hint: str


class PlanTold(msgspec.Struct, frozen=True):
    """What going back would change, and what is in the way. ``entries_different`` None: it could not be told."""

    backup: str
    ready: bool
    findings: list[FindingTold]
    entries_different: int | None
    kinds: list[KindCompared]
    warnings: list[Told]


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


def planned(words: Words, plan: Plan, today: date) -> PlanTold:
    """The answer of ``--dry-run``."""
    told = [(one, restores.finding(words, one)) for one in plan.findings]
    found = plan.comparison.consequences if plan.comparison else Consequences()
    follows = comparisons.consequences(words, found, plan.record.created_at.date(), today)
    return PlanTold(
        backup=plan.record.filename,
        ready=plan.is_ready,
        findings=[FindingTold(one.code.value, one.weight.value, said.message, said.hint) for one, said in told],
        entries_different=plan.comparison.entries_different if plan.comparison else None,
        kinds=[
            KindCompared(
                one.kind.value,
                one.lost,
                one.returned,
                one.changed,
                books.plain_rupees(one.lost_paise),
                books.plain_rupees(one.returned_paise),
            )
            for one in (plan.comparison.kinds if plan.comparison else ())
        ],
        warnings=[Told(line.code.value, line.message) for line in follows],
    )


def restored(words: Words, result: RestoreResult, now: datetime) -> Restored:
    """The answer of restore and undo."""
    return Restored(
        message=restores.done(words, backups.made_at(words, result.record, now)),
        restored=result.record.filename,
        safety_backup=result.safety,
        integrity="ok",
        rows_before=result.rows_before,
        rows_after=result.rows_after,
        entries_different=result.comparison.entries_different if result.comparison else None,
        took_seconds=round(result.took_seconds, 3),
        warnings=[Told(one.code.value, backups.notice(words, one)) for one in result.warnings],
        documents_put_back=result.documents,
    )
