"""What each flat owes, to the paisa, as the members' account of the ledger says."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gharmitra_admin.engine.base import sqlite
from gharmitra_admin.engine.parts.books.dues import FlatDues, dues
from gharmitra_admin.engine.parts.books.ledger import exact_paise
from gharmitra_admin.engine.parts.books.meaning import paise
from tests.builders import gharmitra
from tests.builders.process import ask


def of(path: Path) -> tuple[FlatDues, ...]:
    with closing(sqlite.open_closed(path)) as connection:
        return dues(connection)


def test_bills_less_receipts_of_each_flat_whatever_its_kind_of_number(tmp_path: Path) -> None:
    path = gharmitra.make(
        tmp_path / "books.db",
        gharmitra.society(1, "One"),
        gharmitra.flat(1, "A-101"),
        gharmitra.flat(2, "A-102"),
        gharmitra.voucher(
            "JV-0001", "2026-04-01", ("1100", "0.1", 0, 1), ("1100", "0.2", 0, 1), ("1100", 4242, 0, 9), ("4000", 0, "4242.3")
        ),
        gharmitra.voucher("RV-0001", "2026-05-01", ("1020", "50.05", 0, 2), ("1100", 0, "50.05", 2), ("1100", 7, 0)),
    )
    assert of(path) == (FlatDues(1, "A-101", 1, 30), FlatDues(2, "A-102", 1, -5005), FlatDues(9, "", 1, 424200))


def test_the_real_societys_dues_are_those_of_its_account(real_books: Path) -> None:
    found = of(real_books)
    (total,) = ask(real_books, "SELECT CAST(round(current_balance * 100) AS INTEGER) FROM account_codes WHERE code = '1100'")
    per_flat = ask(
        real_books,
        "SELECT id, flat_number, (SELECT sum(CAST(round(debit_amount * 100) AS INTEGER) - CAST(round(credit_amount * 100) AS INTEGER)) "
        "FROM transactions WHERE flat_id = flats.id AND account_code = '1100') FROM flats ORDER BY id",
    )
    assert sum(flat.paise for flat in found) == int(total[0]) == 2563100
    assert [[str(flat.flat_id), flat.label, str(flat.paise)] for flat in found] == per_flat


def test_a_reversed_receipt_is_owed_again_though_the_reversal_names_no_flat(tmp_path: Path) -> None:
    bills = gharmitra.voucher("JV-0001", "2026-04-01", ("1100", 500, 0, 1), ("1100", 500, 0, 2), ("1100", 700, 0, 3), ("4000", 0, 1700))
    receipt = gharmitra.voucher("RV-0001", "2026-05-01", ("1020", 500, 0, 2), ("1100", 0, 500, 2))
    path = gharmitra.make(tmp_path / "books.db", bills, receipt, gharmitra.reversal("RV-0001-R", "RV-0001", "2026-05-02"))
    assert [flat.paise for flat in of(path)] == [50000, 50000, 70000]
    gharmitra.script(path, gharmitra.reversal("RV-0001-R-R", "RV-0001-R", "2026-05-03"))
    assert [flat.paise for flat in of(path)] == [50000, 0, 70000]
    gharmitra.script(path, gharmitra.reversal("JV-0001-R", "JV-0001", "2026-05-04"))
    assert [flat.paise for flat in of(path)] == [0, -50000, 0]


def test_reversals_that_reverse_each_other_end(tmp_path: Path) -> None:
    path = gharmitra.make(
        tmp_path / "books.db",
        gharmitra.voucher("JV-0001", "2026-04-01", ("1100", 5, 0)),
        gharmitra.voucher("JV-0002", "2026-04-01", ("1100", 0, 5)),
        "UPDATE journal_entries SET original_entry_id = 3 - id",
    )
    assert of(path) == ()


def test_strange_files_have_no_dues(tmp_path: Path) -> None:
    scripts = {
        "nothing": "CREATE TABLE t (a)",
        "columns": "CREATE TABLE flats (id); CREATE TABLE transactions (id)",
        "views": "CREATE VIEW flats AS SELECT * FROM transactions; CREATE VIEW transactions AS SELECT * FROM flats",
    }
    for name, script in scripts.items():
        assert of(gharmitra.script(tmp_path / name, script)) == ()


def test_a_letter_that_cannot_be_read_hides_no_flat(tmp_path: Path) -> None:
    path = gharmitra.make(tmp_path / "books.db", gharmitra.flat(1, "A-101"), "UPDATE flats SET flat_number = CAST(x'41ff' AS TEXT)")
    assert of(path) == (FlatDues(1, "A\ufffd", 1, 0),)


@given(
    st.one_of(
        st.integers(), st.floats(), st.text(), st.none(), st.booleans(), st.integers(-(10**13), 10**13).map(lambda whole: whole / 100)
    )
)
def test_the_quick_way_says_what_the_digits_say(value: object) -> None:
    assert exact_paise(value) == paise(value)
