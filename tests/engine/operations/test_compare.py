"""Two backups of one society are compared exactly: rows and paise, whatever the schema of either."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gharmitra_admin.engine import Cancelled, Damaged
from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.operations import compare
from gharmitra_admin.engine.parts.books.meaning import EntryKind, meaning, paise
from tests.conftest import SHARED_DATA


def test_the_real_society_against_an_empty_one_loses_its_receipts_once(tmp_path: Path, real_books: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.write_bytes((SHARED_DATA / "gharmitra_empty.db").read_bytes())
    found = {one.table: one for one in compare.closed_files(real_books, empty, never=None).tables}
    with closing(sqlite3.connect(real_books)) as connection:
        for table, amount in (("payments", "amount"), ("journal_entries", "total_debit"), ("maintenance_bills", "amount")):
            count, total = connection.execute(f"SELECT count(*), sum(CAST(round({amount} * 100) AS INTEGER)) FROM {table}").fetchone()
            assert (found[table].lost, found[table].lost_paise) == (count, total)
    assert found["payments"].lost == 3512


def test_nothing_differs_between_a_file_and_its_copy(tmp_path: Path, real_books: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(real_books.read_bytes())
    assert compare.closed_files(real_books, copy, never=None) == compare.Comparison((), (), ())


def test_tables_and_columns_of_one_side_are_named(tmp_path: Path) -> None:
    now, then = tmp_path / "now.db", tmp_path / "then.db"
    with closing(sqlite3.connect(now)) as connection:
        connection.executescript("CREATE TABLE payments(id INTEGER PRIMARY KEY, amount NUMERIC, upi TEXT); CREATE TABLE fresh(a);")
        connection.executescript("INSERT INTO payments VALUES(1, 10.10, 'x'), (2, 5, NULL); INSERT INTO fresh VALUES(1), (2);")
    with closing(sqlite3.connect(then)) as connection:
        connection.executescript("CREATE TABLE payments(id INTEGER PRIMARY KEY, amount NUMERIC, cheque TEXT);")
        connection.executescript("CREATE TABLE online_payments(total_amount NUMERIC);")
        connection.executescript("INSERT INTO payments VALUES(1, 10.10, 'y'), (3, 7.05, NULL);")
        connection.executescript("INSERT INTO online_payments VALUES(0.1), (0.2);")
    found = compare.closed_files(now, then, never=None)
    assert (found.tables_only_now, found.tables_only_then) == (("fresh",), ("online_payments",))
    fresh, online, receipts = found.tables
    assert (fresh.lost, fresh.lost_paise) == (2, None)
    assert (online.returned, online.returned_paise) == (2, 30)
    assert receipts == compare.TableDifference("payments", 1, 1, 0, 500, 705, ("upi",), ("cheque",))


def test_a_file_that_is_no_database_is_damage(tmp_path: Path, real_books: Path) -> None:
    torn = tmp_path / "torn.db"
    torn.write_bytes(b"GharMitra" * 1000)
    with pytest.raises(Damaged):
        compare.closed_files(real_books, torn, never=None)


def test_it_can_be_called_off(tmp_path: Path, real_books: Path) -> None:
    asked = CancelToken()
    asked.ask()
    with pytest.raises(Cancelled):
        compare.closed_files(real_books, real_books, never=None, cancel=asked)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, 10),
        (1.005, 101),
        (10**15, 10**17),
        (-2.5, -250),
        ("37666.00", 3766600),
        (None, None),
        ("-", None),
        (float("inf"), None),
        (b"5", None),
    ],
)
def test_paise_are_what_the_digits_say(value: object, expected: int | None) -> None:
    assert paise(value) == expected


def test_what_is_not_gharmitras_means_nothing_and_is_no_entry() -> None:
    assert meaning("somebody_elses").kind is None
    assert meaning("payments").kind is EntryKind.RECEIPT
