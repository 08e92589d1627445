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
from tests.builders import receipts
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
    found = compare.closed_files(real_books, copy, never=None)
    assert found == compare.Comparison((), (), (), (), found.consequences)
    assert found.consequences.codes() == ()


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


def in_kinds(found: compare.Comparison) -> dict[str, tuple[int, int, int, int | None]]:
    return {kind.kind.value: (kind.lost, kind.returned, kind.changed, kind.lost_paise) for kind in found.kinds}


def test_receipts_entered_since_are_counted_once_each_and_their_rupees_once(tmp_path: Path, real_books: Path) -> None:
    then = tmp_path / "then.db"
    then.write_bytes(real_books.read_bytes())
    total = receipts.add_receipts(real_books, 37).paise
    found = compare.closed_files(real_books, then, never=None)
    assert in_kinds(found) == {"receipt": (37, 0, 0, total)}
    assert found.entries_different == 37
    back = compare.closed_files(then, real_books, never=None)
    assert [(kind.kind.value, kind.lost, kind.returned, kind.returned_paise) for kind in back.kinds] == [("receipt", 0, 37, total)]


def test_the_real_society_against_an_empty_one_in_entries(tmp_path: Path, real_books: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.write_bytes((SHARED_DATA / "gharmitra_empty.db").read_bytes())
    kinds = in_kinds(compare.closed_files(real_books, empty, never=None))
    with closing(sqlite3.connect(real_books)) as connection:

        def value(query: str) -> int:
            return int(connection.execute(query).fetchone()[0])

        posted = "SELECT DISTINCT journal_entry_id FROM transactions WHERE description LIKE 'Maintenance bill generated for %'"
        plain = f"FROM journal_entries WHERE voucher_type IS NULL AND id NOT IN ({posted})"
        expected = {
            "receipt": (3512, value("SELECT sum(CAST(round(amount * 100) AS INTEGER)) FROM payments")),
            "payment": (
                392,
                value("SELECT sum(CAST(round(total_debit * 100) AS INTEGER)) FROM journal_entries WHERE voucher_type = 'PAYMENT'"),
            ),
            "journal": (value(f"SELECT count(*) {plain}"), value(f"SELECT sum(CAST(round(total_debit * 100) AS INTEGER)) {plain}")),
            "bill": (3360, value("SELECT sum(CAST(round(amount * 100) AS INTEGER)) FROM maintenance_bills")),
        }
    assert {name: (kinds[name][0], kinds[name][3]) for name in expected} == expected


def test_one_changed_ledger_line_is_one_changed_entry(tmp_path: Path, real_books: Path) -> None:
    then = tmp_path / "then.db"
    then.write_bytes(real_books.read_bytes())
    with closing(sqlite3.connect(real_books)) as connection:
        connection.execute(
            "UPDATE transactions SET amount = amount + 1"
            " WHERE journal_entry_id = (SELECT id FROM journal_entries WHERE entry_number = 'PV-0007')"
        )
        connection.execute("UPDATE maintenance_bills SET amount = amount + 1 WHERE id = 9")
        connection.commit()
    assert in_kinds(compare.closed_files(real_books, then, never=None)) == {"payment": (0, 0, 1, 0), "bill": (0, 0, 1, 0)}


def test_rows_of_a_strange_schema_without_an_id_are_one_entry_each(tmp_path: Path) -> None:
    now, then = tmp_path / "now.db", tmp_path / "then.db"
    for path in (now, then):
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("CREATE TABLE complaints(title TEXT); CREATE TABLE payments(a); CREATE TABLE transactions(b);")
    with closing(sqlite3.connect(now)) as connection:
        connection.executemany("INSERT INTO complaints VALUES(?)", ((f"lift {number}",) for number in range(50)))
        connection.execute("INSERT INTO transactions VALUES(1)")
        connection.commit()
    assert in_kinds(compare.closed_files(now, then, never=None))["other"][:3] == (50, 0, 0)
