"""What someone should look at: said of what is wrong, and of nothing else."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.parts.books.accounts import BooksFigures, Missing
from gharmitra_admin.engine.parts.books.problems import ClosingChanged, NotBalanced, NumbersMissing, problems
from gharmitra_admin.engine.parts.books.reckoning import reckon
from tests.builders import gharmitra

CLOSE = "UPDATE financial_years SET status = 'FINAL_CLOSE'"


def of(path: Path) -> BooksFigures:
    with closing(sqlite.open_closed(path)) as connection:
        found = reckon(connection, today=date(2026, 11, 26))
    assert found is not None
    return found


def books(path: Path) -> Path:
    return gharmitra.make(
        path,
        gharmitra.society(1, "One CHS"),
        gharmitra.account("1020", "Bank", "ASSET", 4660000),
        gharmitra.account("4000", "Maintenance", "INCOME"),
        gharmitra.year("FY 2025-26", "2025-04-01", "2026-03-31"),
        gharmitra.voucher("RV-0411", "2025-05-01", ("1020", 10, 0), ("4000", 0, 10)),
        gharmitra.voucher("RV-0412", "2026-05-01", ("1020", 10, 0), ("4000", 0, 10)),
        gharmitra.voucher("RV-0413", "2026-05-01", ("1020", 10, 0), ("4000", 0, 10)),
    )


def test_good_books_have_none(tmp_path: Path) -> None:
    path = books(tmp_path / "books.db")
    open_then = of(path)
    gharmitra.script(path, CLOSE)
    assert problems(of(path), [open_then, of(path)]) == ()


def test_a_missing_number_and_a_voucher_that_does_not_balance(tmp_path: Path) -> None:
    path = books(tmp_path / "books.db")
    gharmitra.script(
        path,
        "DELETE FROM transactions WHERE journal_entry_id = 2; DELETE FROM journal_entries WHERE id = 2",
        "UPDATE transactions SET debit_amount = 9 WHERE journal_entry_id = 3 AND debit_amount > 0",
    )
    assert problems(of(path)) == (
        NotBalanced(1, "One CHS", 1, ("RV-0413",)),
        NumbersMissing(1, "One CHS", "RV-", 1, (Missing("RV-0412", "RV-0412", 1),)),
    )


def test_a_closed_year_is_held_against_its_closing_not_against_the_days_before_or_after(tmp_path: Path) -> None:
    path = books(tmp_path / "books.db")
    open_then = of(gharmitra.script(path, "UPDATE transactions SET debit_amount = 1 WHERE id = 1"))
    at_closing = of(gharmitra.script(path, "UPDATE transactions SET debit_amount = 10 WHERE id = 1", CLOSE))
    changed = of(gharmitra.script(path, gharmitra.voucher("RV-0414", "2026-03-31", ("1020", 0, 5), ("4000", 5, 0))))
    expected = (
        ClosingChanged(1, "One CHS", "2025-26", "1020", "Bank", 466001000, 466000500),
        ClosingChanged(1, "One CHS", "2025-26", "4000", "Maintenance", -1000, -500),
    )
    assert problems(changed, [open_then, at_closing, changed]) == expected
    assert problems(at_closing, [open_then, at_closing]) == ()


def test_a_closed_year_that_is_gone_is_told(tmp_path: Path) -> None:
    path = books(tmp_path / "books.db")
    at_closing = of(gharmitra.script(path, CLOSE))
    gharmitra.script(path, "DELETE FROM transactions", "DELETE FROM journal_entries", "DELETE FROM financial_years")
    gharmitra.script(path, "UPDATE account_codes SET opening_balance = 0")
    assert [(found.code, found.is_paise) for found in problems(of(path), [at_closing]) if isinstance(found, ClosingChanged)] == [
        ("1020", 0), ("4000", 0),
    ]  # fmt: skip
