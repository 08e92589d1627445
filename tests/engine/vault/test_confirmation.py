"""The value of a plan: the same for the same plan, another one for whatever a person would have been shown otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gharmitra_admin.engine.operations.restore.plan import FindingCode
from tests.builders import damage
from tests.builders.process import OtherProcess
from tests.builders.receipts import add_receipts
from tests.builders.society import Society


def test_it_is_the_same_as_long_as_the_plan_is(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    first = society.vault().plan(name)
    society.clock.forward(days=3)
    assert society.vault().plan(name).confirmation == first.confirmation
    assert len(first.confirmation) == 16
    assert first.sha256 == first.record.sha256


def test_another_number_or_another_amount_is_another_plan(real_books: Path) -> None:
    society = Society.of(real_books)
    name = society.back_up().record.filename
    values = [society.vault().plan(name).confirmation]
    add_receipts(real_books, 1, rupees=100)
    values.append(society.vault().plan(name).confirmation)
    with OtherProcess(real_books) as other:
        other.run("UPDATE payments SET amount = amount + 1 WHERE id = (SELECT max(id) FROM payments)")
    plan = society.vault().plan(name)
    assert plan.comparison is not None
    assert plan.comparison.entries_different == 1
    values.append(plan.confirmation)
    assert len(set(values)) == 3


def test_another_backup_of_the_same_books_is_another_plan(society: Society) -> None:
    first, second = society.back_up().record.filename, society.back_up().record.filename
    one, two = society.vault().plan(first), society.vault().plan(second)
    assert one.comparison == two.comparison
    assert one.confirmation != two.confirmation
    assert replace(one, sha256="other bytes").confirmation != one.confirmation


def test_books_that_cannot_be_read_have_a_value_of_their_own(society: Society) -> None:
    name = society.back_up().record.filename
    readable = society.vault().plan(name).confirmation
    damage.lost_header(society.paths.books)
    plan = society.vault().plan(name)
    assert plan.comparison is None
    assert FindingCode.BOOKS_DAMAGED in {finding.code for finding in plan.findings}
    assert plan.confirmation not in {readable, ""}
