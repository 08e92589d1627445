"""The few figures a treasurer looks at first after a restore."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.parts.books.key_figures import AccountBalance, KeyFigures, LastReceipt, key_figures
from tests.builders import gharmitra


def of(path: Path) -> KeyFigures:
    with closing(sqlite.open_closed(path)) as connection:
        return key_figures(connection)


def test_the_real_societys_are_those_of_its_screens(real_books: Path) -> None:
    assert of(real_books) == KeyFigures(
        3988,
        120,
        LastReceipt("RV-3512", "C-1004", 424200),
        (
            AccountBalance(1, "1000", "Cash in Hand", 500000),
            AccountBalance(1, "1010", "Petty Cash", 283744713),
            AccountBalance(1, "1020", "Bank Account - Current Account (Society Operations)", 465757768),
        ),
    )


def test_balances_are_of_each_societys_own_lines(tmp_path: Path) -> None:
    path = gharmitra.make(
        tmp_path / "books.db",
        gharmitra.account("1020", "Bank", "ASSET", "0.1"),
        gharmitra.account("1030", "Unused", "ASSET"),
        gharmitra.account("5034", "Bank charges", "EXPENSE"),
        gharmitra.account("1020", "Bank two", "ASSET", society_id=2),
        gharmitra.account("1999", "Old till (cash)", "ASSET", 3, society_id=2),
        gharmitra.voucher("RV-0001", "2026-05-01", ("1020", "0.2", 0), ("5034", 0, "0.2")),
        gharmitra.voucher("RV-0002", "2026-05-01", ("1020", 0, 5), ("5034", 5, 0), society_id=2),
    )
    assert [(one.society_id, one.name, one.paise) for one in of(path).balances] == [
        (1, "Bank", 30), (2, "Bank two", -500), (2, "Old till (cash)", 300),
    ]  # fmt: skip
    assert (of(path).vouchers, of(path).members, of(path).last_receipt) == (2, 0, None)


def test_another_programs_database_has_none(tmp_path: Path) -> None:
    assert of(gharmitra.script(tmp_path / "other.db", "CREATE TABLE payments (a); CREATE TABLE account_codes (b)")) == KeyFigures()
