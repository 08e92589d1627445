"""The accounts in health: what does not balance, what changed after closing, what is missing; and what is known is told no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from gharmitra_admin.engine import Alert, AlertCode, Paths, Settings, Severity, Vault
from gharmitra_admin.wording import alerts, health
from gharmitra_admin.wording.headlines import Level
from gharmitra_admin.wording.language import Words
from tests.builders import gharmitra
from tests.builders.clock import FakeClock
from tests.builders.society import Society

WORDS = Words()
OF_ACCOUNTS = {AlertCode.NOT_BALANCED, AlertCode.CLOSING_CHANGED, AlertCode.NUMBERS_MISSING}
DELETE_RV_2 = "DELETE FROM transactions WHERE journal_entry_id = 2; DELETE FROM journal_entries WHERE id = 2"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Books of one society, one year of which can be closed, with three receipts."""
    books = gharmitra.make(
        tmp_path / "society" / "gharmitra.db",
        gharmitra.society(1, "One CHS"),
        gharmitra.account("1020", "Bank", "ASSET", 4660000),
        gharmitra.account("4000", "Maintenance", "INCOME"),
        gharmitra.year("FY 2025-26", "2025-04-01", "2026-03-31"),
        *(gharmitra.voucher(f"RV-{number:04d}", f"202{number + 4}-05-01", ("1020", 10, 0), ("4000", 0, 10)) for number in (1, 2, 3)),
    )
    return Vault.open(Paths.of(books), settings=Settings(), clock=FakeClock(), who="treasurer", face="terminal", books_wait_seconds=1)


def told(vault: Vault) -> list[Alert]:
    return [alert for alert in vault.health().alerts if alert.code in OF_ACCOUNTS]


def said(vault: Vault) -> list[str]:
    report = vault.health()
    return [alerts.message(WORDS, alert, report.checked_at).message for alert in report.alerts if alert.code in OF_ACCOUNTS]


def row(vault: Vault) -> health.Row:
    (found,) = [one for one in health.rows(WORDS, vault.health()) if one.key == health.ACCOUNTS]
    return found


def test_good_accounts_are_one_good_row(vault: Vault) -> None:
    assert told(vault) == []
    assert (row(vault).level, row(vault).sentence) == (Level.GOOD, "All vouchers balance, and no number is missing.")


def test_the_real_societys_are_good(real_books: Path) -> None:
    vault = Vault.open(Paths.of(real_books), settings=Settings(), clock=FakeClock(), who="treasurer", face="terminal")
    assert told(vault) == []
    assert row(vault).level is Level.GOOD


def test_books_that_are_not_gharmitras_have_no_row_of_accounts(society: Society) -> None:
    assert health.ACCOUNTS not in [one.key for one in health.rows(WORDS, society.vault().health())]


def test_a_missing_number_is_looked_at_until_someone_knows_of_it(vault: Vault) -> None:
    gharmitra.script(vault.paths.books, DELETE_RV_2)
    (alert,) = told(vault)
    assert (alert.severity, alert.values["names"]) == (Severity.LOOK, ("RV-0002",))
    assert said(vault) == ["RV-0002 is missing from the series. It may have been cancelled."]
    assert row(vault).sentence.startswith("1 to look at: RV-0002 is missing")
    assert row(vault).is_known_asked
    assert vault.acknowledge_accounts() == ("missing 1 RV-0002 RV-0002",)
    assert told(vault) == []
    gharmitra.script(vault.paths.books, gharmitra.voucher("RV-0008", "2026-06-01", ("1020", 1, 0), ("4000", 0, 1)))
    assert said(vault) == ["4 numbers are missing (RV-0004 - RV-0007) from the series. It may have been cancelled."]
    assert "acknowledge" in [event.action for event in vault.audit_events()]


def test_a_voucher_that_does_not_balance_must_be_acted_upon_and_cannot_be_known_away(vault: Vault) -> None:
    gharmitra.script(vault.paths.books, "UPDATE transactions SET debit_amount = 9.99 WHERE journal_entry_id IN (1, 2) AND debit_amount > 0")
    (alert,) = told(vault)
    assert (alert.severity, alert.values["count"]) == (Severity.ACT, 2)
    assert said(vault) == ["2 vouchers do not balance: debit and credit differ. RV-0001, RV-0002."]
    assert vault.acknowledge_accounts() == ()
    assert not row(vault).is_known_asked
    assert told(vault) == [alert]


def test_a_closed_year_that_changed_is_held_against_the_backup_of_its_closing(vault: Vault) -> None:
    vault.backup()
    gharmitra.script(vault.paths.books, "UPDATE financial_years SET status = 'FINAL_CLOSE'")
    vault.backup()
    assert told(vault) == []
    entered = gharmitra.voucher("RV-0004", "2026-03-31", ("1020", 0, "2422.32"), ("4000", "2422.32", 0))
    gharmitra.script(vault.paths.books, entered)
    vault.backup()
    (alert,) = told(vault)
    assert (alert.severity, alert.values["count"]) == (Severity.ACT, 2)
    assert said(vault) == [
        "The figures of 2025-26 differ from those at its final closing. Bank was ₹46,60,010.00, is ₹46,57,587.68.",
    ]
    assert row(vault).is_note
    assert len(vault.acknowledge_accounts()) == 2
    assert told(vault) == []
    gharmitra.script(vault.paths.books, "UPDATE transactions SET debit_amount = 11 WHERE journal_entry_id = 1 AND debit_amount > 0")
    assert AlertCode.CLOSING_CHANGED in [alert.code for alert in told(vault)]


def test_in_a_shared_file_the_society_is_named(vault: Vault) -> None:
    gharmitra.script(
        vault.paths.books,
        gharmitra.society(2, "Two CHS"),
        gharmitra.voucher("PV-1", "2026-05-01", ("1020", 1, 0), ("4000", 0, 2), society_id=2),
    )
    assert said(vault) == ["Two CHS: 1 voucher does not balance: debit and credit differ. PV-1."]
