"""The figures of the books: right to the paisa, year after year, and none where the database is not GharMitra's."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
import pytest

from gharmitra_admin.engine import make_demo
from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.parts.books.accounts import (
    Account,
    AccountFigures,
    BooksFigures,
    Missing,
    Movement,
    SeriesFigures,
    SocietyFigures,
    YearStatus,
)
from gharmitra_admin.engine.parts.books.dues import dues
from gharmitra_admin.engine.parts.books.reckoning import reckon
from tests.builders import gharmitra
from tests.builders.clock import FakeClock
from tests.builders.process import ask

TODAY = date(2026, 11, 26)
PAISE = "CAST(round({} * 100) AS INTEGER)"
IN_YEAR = f"""
    SELECT account_code, sum({PAISE.format("debit_amount")}), sum({PAISE.format("credit_amount")}) FROM transactions
    WHERE date BETWEEN '{{}}' AND '{{}}' GROUP BY 1 ORDER BY 1
"""
CLOSING = f"""
    SELECT code, (CASE WHEN type IN ('LIABILITY', 'CAPITAL', 'INCOME') THEN -1 ELSE 1 END) * {PAISE.format("opening_balance")}
        + coalesce((SELECT sum({PAISE.format("debit_amount")}) - sum({PAISE.format("credit_amount")}) FROM transactions AS line
                    WHERE line.account_code = account_codes.code AND date <= '{{0}}'
                    AND (account_codes.type NOT IN ('INCOME', 'EXPENSE') OR date >= '{{1}}')), 0) AS paise
    FROM account_codes WHERE paise <> 0 ORDER BY code
"""


def of(path: Path, today: date = TODAY) -> BooksFigures | None:
    with closing(sqlite.open_closed(path)) as connection:
        return reckon(connection, today=today)


def one(path: Path, today: date = TODAY) -> SocietyFigures:
    found = of(path, today)
    assert found is not None
    (society,) = found.societies
    return society


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("made-up"), size_mb=4, clock=FakeClock()).books


@pytest.fixture(params=["real_books", "made_up"])
def books(request: pytest.FixtureRequest) -> Path:
    """A real society's books where they are at hand, and a made-up one's."""
    return Path(request.getfixturevalue(request.param))


def test_every_account_in_every_year_is_as_counted_by_another_program(books: Path) -> None:
    found = one(books)
    assert len(found.years) >= 2
    for year in found.years:
        moved = [[row.code, str(row.debit), str(row.credit)] for row in year.accounts if row.debit or row.credit]
        assert moved == ask(books, IN_YEAR.format(year.first, year.last))
        assert [[row.code, str(row.closing)] for row in year.accounts if row.closing] == ask(books, CLOSING.format(year.last, year.first))
        assert year.debit == year.credit > 0
        vouchers = "SELECT sum(date BETWEEN '{0}' AND '{1}'), sum(date > '{1}') FROM journal_entries"
        assert [[str(year.vouchers), str(year.later_vouchers)]] == ask(books, vouchers.format(year.first, year.last))


def test_closings_roll_over_and_every_year_balances(books: Path) -> None:
    found = one(books)
    types = {account.code: account.type for account in found.accounts}
    for before, after in zip(found.years, found.years[1:], strict=False):
        assert after.first > before.last
        carried = {row.code: row.closing for row in before.accounts if types[row.code] not in {"INCOME", "EXPENSE"} and row.closing}
        assert {row.code: row.opening for row in after.accounts if row.opening} == carried
        result = sum(row.closing for row in before.accounts if types[row.code] in {"INCOME", "EXPENSE"})
        assert after.brought_forward == before.brought_forward + result
    for year in found.years:
        assert sum(row.opening for row in year.accounts) + year.brought_forward == found.opening_difference
        assert sum(row.closing for row in year.accounts) + year.brought_forward == found.opening_difference


def test_series_dues_and_people_of_the_real_society(real_books: Path) -> None:
    found = one(real_books)
    numbers = ask(real_books, "SELECT substr(entry_number, 1, 3), count(*), max(entry_number) FROM journal_entries GROUP BY 1 ORDER BY 1")
    assert [[series.prefix, str(series.count), series.last] for series in found.series] == numbers
    assert found.series[2] == SeriesFigures("RV-", 3512, "RV-0001", "RV-3512")
    assert (found.vouchers, found.flats, found.members, found.documents) == (3988, 120, 120, 25)
    assert (found.unbalanced_count, found.undated_lines, found.unread_amounts, found.loose_lines, found.opening_difference) == (0,) * 5
    with closing(sqlite.open_closed(real_books)) as connection:
        assert found.dues == tuple(flat for flat in dues(connection) if flat.paise)
    assert sum(flat.paise for flat in found.dues) + found.dues_of_no_flat == found.years[-1].closing("1100") == 2563100
    assert [year.status for year in found.years] == [YearStatus.OPEN] * 3
    books = of(real_books)
    assert books is not None
    assert books.to_date(found)["1020"] == 465757768
    assert found.name_of("1020") == "Bank Account - Current Account (Society Operations)"


def small(path: Path, *more: str) -> Path:
    return gharmitra.make(
        path,
        gharmitra.society(1, "One CHS"),
        gharmitra.account("1020", "Bank", "ASSET", 1000),
        gharmitra.account("3100", "Corpus", "CAPITAL", "999.5"),
        gharmitra.account("4000", "Maintenance", "INCOME"),
        gharmitra.account("5000", "Repairs", "EXPENSE"),
        gharmitra.year("FY 2024-25", "2024-04-01", "2025-03-31", "FINAL_CLOSE"),
        gharmitra.year("FY 2025-26", "2025-04-01", "2026-03-31", "PROVISIONAL_CLOSE"),
        *more,
    )


def test_income_and_expense_begin_again_and_what_they_came_to_is_brought_forward(tmp_path: Path) -> None:
    path = small(
        tmp_path / "books.db",
        gharmitra.voucher("RV-0001", "2025-03-31", ("1020", "300.10", 0), ("4000", 0, "300.10")),
        gharmitra.voucher("PV-0001", "2025-04-01", ("5000", 100, 0), ("1020", 0, 100)),
    )
    found = one(path)
    first, second, third = found.years
    assert (first.name, first.status, second.name, second.status) == (
        "2024-25", YearStatus.FINALLY_CLOSED, "2025-26", YearStatus.PROVISIONALLY_CLOSED,
    )  # fmt: skip
    assert (third.name, third.first, third.last, third.status, third.vouchers) == ("2026-27", "2026-04-01", "2027-03-31", None, 0)
    assert first.accounts == (
        AccountFigures("1020", 100000, 30010, 0, 130010),
        AccountFigures("3100", -99950, 0, 0, -99950),
        AccountFigures("4000", 0, 0, 30010, -30010),
    )
    assert second.accounts == (
        AccountFigures("1020", 130010, 0, 10000, 120010),
        AccountFigures("3100", -99950, 0, 0, -99950),
        AccountFigures("5000", 0, 10000, 0, 10000),
    )
    assert (first.brought_forward, second.brought_forward, third.brought_forward) == (0, -30010, -20010)
    assert third.accounts == (AccountFigures("1020", 120010, 0, 0, 120010), AccountFigures("3100", -99950, 0, 0, -99950))
    assert (first.vouchers, first.later_vouchers, found.opening_difference) == (1, 1, 50)
    assert found.accounts[0] == Account("1020", "Bank", "ASSET")


def test_what_is_dated_after_the_day_of_the_figures_is_told_apart(tmp_path: Path) -> None:
    path = small(
        tmp_path / "books.db",
        gharmitra.voucher("RV-0001", "2026-11-26", ("1020", 10, 0), ("4000", 0, 10)),
        gharmitra.voucher("RV-0002", "2026-11-27", ("1020", 20, 0), ("4000", 0, 20)),
        gharmitra.voucher("RV-0003", "2027-04-01", ("1020", 40, 0), ("4000", 0, 40)),
    )
    books, found = of(path), one(path)
    assert found.later_vouchers == 2
    assert found.later == (Movement("1020", 2000, 0), Movement("4000", 0, 2000))
    assert [(year.name, year.closing("1020")) for year in found.years][2:] == [("2026-27", 103000), ("2027-28", 107000)]
    assert books is not None
    assert books.to_date(found) == {"1020": 101000, "3100": -99950, "4000": -1000}


def test_an_opening_entered_for_the_first_year_is_the_opening(tmp_path: Path) -> None:
    columns = "society_id, financial_year_id, account_head_id, account_name, opening_balance, balance_type, status, created_at"
    path = small(
        tmp_path / "books.db",
        *(
            f"INSERT INTO opening_balances ({columns}, calculated_from_previous_year, manual_entry) "
            f"VALUES (1, {year}, {account}, 'x', {amount}, '{side}', 'PROVISIONAL', '2026-01-01', {calculated}, 0)"
            for year, account, amount, side, calculated in ((1, 1, 70, "CREDIT", 0), (1, 2, 5, "CREDIT", 1), (2, 1, 99, "DEBIT", 1))
        ),
    )
    assert [(row.code, row.opening) for row in one(path).years[0].accounts] == [("1020", -7000), ("3100", -99950)]
    assert [row.opening for row in one(path).years[1].accounts] == [-7000, -99950]


def test_missing_numbers_cancelled_vouchers_and_their_reversals(tmp_path: Path) -> None:
    numbers = ["RV-0009", "RV-0002", "RV-0003", "RV-0005", "QV-1", "JE-ADJ-2025-001", "RV-10001", "as written"]
    path = small(
        tmp_path / "books.db",
        *(gharmitra.voucher(number, "2026-05-01", ("1020", 1, 0), ("4000", 0, 1)) for number in numbers),
        gharmitra.reversal("RV-0002-R", "RV-0002", "2026-05-02"),
        gharmitra.reversal("RV-0003-R2", "RV-0003", "2026-05-02"),
    )
    assert one(path).series == (
        SeriesFigures("JE-ADJ-2025-", 1, "JE-ADJ-2025-001", "JE-ADJ-2025-001"),
        SeriesFigures("QV-", 1, "QV-1", "QV-1"),
        SeriesFigures(
            "RV-", 5, "RV-0002", "RV-10001", 9995,
            (Missing("RV-0004", "RV-0004", 1), Missing("RV-0006", "RV-0008", 3), Missing("RV-0010", "RV-10000", 9991)), 2, 2,
        ),
    )  # fmt: skip


def test_what_does_not_balance_or_cannot_be_read_is_counted_not_hidden(tmp_path: Path) -> None:
    path = small(
        tmp_path / "books.db",
        gharmitra.voucher("RV-0001", "2026-05-01", ("1020", 10, 0), ("4000", 0, "9.99")),
        gharmitra.voucher("RV-0002", "2026-05-01", ("1020", 10, 0), ("4000", 0, 10)),
        gharmitra.voucher("RV-0003", "2026-05-01", ("1020", 10, 0), ("4000", 0, 10)),
        gharmitra.voucher("RV-0004", "2026-05-01", ("1020", 5, 0), ("4000", 0, 5)),
        gharmitra.voucher("RV-0005", "2026-05-01", ("1020", 5, 0)),
        "UPDATE journal_entries SET total_debit = 1 WHERE entry_number = 'RV-0002'",
        "UPDATE transactions SET date = 'soon' WHERE journal_entry_id = 3",
        "UPDATE transactions SET journal_entry_id = NULL WHERE journal_entry_id = 4 AND account_code = '1020'",
        "UPDATE transactions SET debit_amount = 'much', credit_amount = 9e999 WHERE journal_entry_id = 4",
        "DELETE FROM journal_entries WHERE entry_number = 'RV-0005'",
    )
    found = one(path)
    assert (found.unbalanced_count, found.unbalanced) == (3, ("RV-0001", "RV-0002"))
    assert (found.undated_lines, found.unread_amounts, found.loose_lines, found.loose) == (2, 2, 1, 500)


def test_every_society_of_a_file_is_reckoned_and_named(tmp_path: Path) -> None:
    path = small(
        tmp_path / "books.db",
        gharmitra.society(2, "Two CHS"),
        gharmitra.account("1020", "Current account", "ASSET", 7, society_id=2),
        gharmitra.flat(5, "B-1", society_id=2),
        gharmitra.year("2026", "2026-01-01", "2026-12-31", society_id=2),
        gharmitra.voucher("RV-0001", "2026-02-01", ("1020", 1, 0), ("1100", 0, 1, 5), society_id=2),
        gharmitra.voucher("RV-0009", "2026-02-01", ("1020", 1, 0), ("1100", 0, 1), society_id=3),
    )
    books = of(path)
    assert books is not None
    assert [(society.id, society.name, society.vouchers) for society in books.societies] == [
        (1, "One CHS", 0),
        (2, "Two CHS", 1),
        (3, "", 1),
    ]
    second, third = books.societies[1:]
    assert [(year.name, year.closing("1020"), year.closing("1100")) for year in second.years] == [("2026", 800, -100)]
    assert [(flat.flat_id, flat.paise) for flat in second.dues] == [(5, -100)]
    assert (third.dues_of_no_flat, third.accounts[0]) == (-100, Account("1020", "", ""))


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE ledger (id, amount)",
        "CREATE TABLE transactions (id, society_id, amount)",
        "CREATE VIEW transactions AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS society_id FROM n",
    ],
)
def test_a_database_that_is_not_gharmitras_has_no_figures(tmp_path: Path, script: str) -> None:
    assert of(gharmitra.script(tmp_path / "other.db", script)) is None


def test_a_ledger_alone_is_reckoned_as_far_as_it_goes(tmp_path: Path) -> None:
    columns = "society_id, account_code, date, debit_amount, credit_amount, flat_id, journal_entry_id"
    path = gharmitra.script(
        tmp_path / "other.db",
        f"CREATE TABLE transactions ({columns})",
        "INSERT INTO transactions VALUES (1, x'ff', '0202-05-01', 1, 0, 'x', 1), (NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    found = one(path)
    assert [(year.name, year.closing("\ufffd")) for year in found.years] == [("0202-03", 100), ("2026-27", 100)]
    assert found.unbalanced_count == 1


def test_more_accounts_than_any_society_has_are_nobodys_books(tmp_path: Path) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000) INSERT INTO transactions"
    path = gharmitra.script(
        tmp_path / "other.db",
        "CREATE TABLE transactions (society_id, account_code, date, debit_amount, credit_amount, flat_id, journal_entry_id)",
        f"{many} SELECT 1, i, '2026-05-01', 1, 0, NULL, NULL FROM n",
    )
    assert of(path) is None


def test_the_figures_survive_their_own_writing(books: Path) -> None:
    found = of(books)
    assert msgspec.json.decode(msgspec.json.encode(found), type=BooksFigures) == found
