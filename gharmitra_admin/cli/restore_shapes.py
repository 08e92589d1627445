"""Fills what ``--json`` prints of a plan and of a restore. Leaves nothing on disk."""

from __future__ import annotations

from datetime import date, datetime

from gharmitra_admin.answers.comparison import KindCompared
from gharmitra_admin.answers.failure import Told
from gharmitra_admin.answers.going_back import FindingTold, PlanTold, Restored
from gharmitra_admin.engine.parts.books.consequences import Consequences
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.wording import backups, comparisons, restores, values
from gharmitra_admin.wording.language import Words


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
                values.plain_rupees(one.lost_paise),
                values.plain_rupees(one.returned_paise),
            )
            for one in (plan.comparison.kinds if plan.comparison else ())
        ],
        warnings=[Told(line.code.value, line.message) for line in follows],
        confirmation=plan.confirmation,
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
