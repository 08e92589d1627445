"""What going back would lead to, found in books that people really changed, and told apart from what only looks like it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from gharmitra_admin.engine.operations import compare
from gharmitra_admin.engine.parts.books import attached
from gharmitra_admin.engine.parts.books.consequences import ConsequenceCode, Consequences
from gharmitra_admin.engine.parts.books.dues_change import DuesChange
from gharmitra_admin.engine.parts.books.entry import Entry
from gharmitra_admin.engine.parts.books.logins import LoginWhat
from tests.builders import gharmitra, receipts
from tests.conftest import SHARED_DATA

BASE = (
    gharmitra.society(1, "Shanti Niketan CHS"),
    gharmitra.flat(1, "A-101"),
    gharmitra.flat(2, "A-102"),
    gharmitra.voucher("JV-0001", "2026-10-01", ("1100", "500.10", 0, 1), ("1100", "700.20", 0, 2), ("4000", 0, "1200.30")),
    gharmitra.voucher("RV-0009", "2026-10-05", ("1020", "100.00", 0), ("1100", 0, "100.00", 1)),
)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Books as they are, and a backup of them; each test changes one."""
    return gharmitra.make(tmp_path / "now.db", *BASE), gharmitra.make(tmp_path / "then.db", *BASE)


def follows(now: Path, then: Path, **given: object) -> Consequences:
    return compare.closed_files(now, then, never=None, **given).consequences  # type: ignore[arg-type]


def user(number: int, email: str, role: str, password: str = "x") -> str:
    return (
        "INSERT INTO users (id, society_id, email, password_hash, name, apartment_number, role, terms_accepted, privacy_accepted, "
        f"created_at, updated_at) VALUES ({number}, 1, '{email}', '{password}', 'N', '-', '{role}', 1, 1, {gharmitra.AT})"
    )


def online(number: int, payment: str, status: str, rupees: str, gateway: str = "RAZORPAY", refund: str = "NULL") -> str:
    return (
        "INSERT INTO online_payments (id, society_id, bill_id, flat_id, member_id, gateway, razorpay_payment_id, amount, currency, "
        "convenience_fee, total_amount, status, is_refunded, refund_amount, created_at, webhook_received) VALUES "
        f"({number}, 1, 1, 1, 1, '{gateway}', {payment}, {rupees}, 'INR', 0, {rupees}, '{status}', {refund} IS NOT NULL, {refund}, '', 0)"
    )


def paper(number: int, url: str) -> str:
    return (
        "INSERT INTO voucher_attachments (id, society_id, journal_entry_id, file_name, file_url, uploaded_by, created_at) "
        f"VALUES ({number}, 1, 1, 'bill {number}.pdf', '{url}', 1, '2026')"
    )


def test_nothing_follows_where_nothing_differs(pair: tuple[Path, Path]) -> None:
    assert follows(*pair) == Consequences(societies=("Shanti Niketan CHS",))
    assert follows(*pair).codes() == ()


def test_dues_change_by_flat_both_ways_and_to_the_paisa(pair: tuple[Path, Path]) -> None:
    now, then = pair
    gharmitra.script(now, gharmitra.voucher("RV-0010", "2026-11-01", ("1100", 0, "0.10", 1)))
    gharmitra.script(then, gharmitra.voucher("RV-0011", "2026-11-01", ("1100", 0, "700.20", 2)), gharmitra.flat(3, "B-1"))
    found = follows(now, then).dues
    assert found == (DuesChange("A-101", 1, 40000, 40010), DuesChange("A-102", 1, 70020, 0))
    assert [flat.is_more for flat in found] == [True, False]


def test_a_receipt_that_was_reversed_since_shows_as_due_though_no_line_of_the_reversal_names_the_flat(pair: tuple[Path, Path]) -> None:
    now, then = pair
    gharmitra.script(now, gharmitra.reversal("JV-0002", "RV-0009", "2026-11-01"))
    assert follows(now, then).dues == (DuesChange("A-101", 1, 50010, 40010),)
    assert follows(then, now).dues == (DuesChange("A-101", 1, 40010, 50010),)
    gharmitra.script(then, "DELETE FROM transactions WHERE flat_id = 1 AND credit_amount > 0")
    assert follows(now, then).dues == ()  # reversed, or never entered: the flat owes the same


def test_numbers_above_the_backups_greatest_are_given_again_in_runs(pair: tuple[Path, Path]) -> None:
    now, then = pair
    for number in ("RV-0010", "RV-0011", "RV-0013", "RV-0002", "PV-0001", "JV-0002", "without", "RV-" + "9" * 30):
        gharmitra.script(now, gharmitra.voucher(number, "2026-11-01"))
    gharmitra.script(then, gharmitra.voucher("JV-0003", "2026-11-01"))
    told = [(run.first, run.last, run.count, run.on_receipts) for run in follows(now, then).numbers]
    assert told == [("RV-0010", "RV-0011", 2, True), ("RV-0013", "RV-0013", 1, True), ("PV-0001", "PV-0001", 1, False)]


def test_numbers_of_two_societies_are_two_series(tmp_path: Path) -> None:
    both = (gharmitra.society(1, "One"), gharmitra.society(2, "Two"), gharmitra.voucher("RV-0005", "2026-10-01", society_id=2))
    now, then = gharmitra.make(tmp_path / "now.db", *both), gharmitra.make(tmp_path / "then.db", *both)
    gharmitra.script(now, gharmitra.voucher("RV-0003", "2026-10-01"))
    found = follows(now, then)
    assert [(run.society, run.first) for run in found.numbers] == [(1, "RV-0003")]
    assert found.societies == ("One", "Two")
    assert found.codes() == (ConsequenceCode.SOCIETIES, ConsequenceCode.NUMBERS)


def test_a_voucher_that_only_changed_keeps_its_number(pair: tuple[Path, Path]) -> None:
    gharmitra.script(pair[0], "UPDATE journal_entries SET description = 'other'")
    assert follows(*pair).numbers == ()


def test_online_money_that_the_company_has_and_the_books_would_not(pair: tuple[Path, Path]) -> None:
    now, then = pair
    gharmitra.script(
        then, online(1, "'pay_1'", "PENDING", "10.10"), online(2, "'pay_2'", "SUCCESS", "20"), online(9, "'pay_9'", "SUCCESS", "9")
    )
    gharmitra.script(
        now,
        online(1, "'pay_1'", "SUCCESS", "10.10"),  # became paid since
        online(2, "'pay_2'", "SUCCESS", "21"),  # known to both
        online(3, "'pay_3'", "SUCCESS", "5000.00"),  # new
        online(4, "NULL", "SUCCESS", "1"),  # no number: not with a company
        online(5, "'pay_5'", "FAILED", "1"),
        online(6, "'pay_6'", "SUCCESS", "3", "PAYU"),
        online(7, "'pay_7'", "SUCCESS", "8", refund="8"),  # paid back whole
        online(8, "'pay_8'", "SUCCESS", "8", refund="2"),
        online(10, "'pay_9'", "SUCCESS", "9"),  # the same payment under another row number
    )
    found = [(one.gateway, one.count, one.paise) for one in follows(now, then).online]
    assert found == [("razorpay", 3, 501810), ("payu", 1, 300)]


def test_logins_that_work_again_no_more_or_otherwise(pair: tuple[Path, Path]) -> None:
    now, then = pair
    gharmitra.script(now, user(1, "s.rao@x", "ADMIN", "new"), user(2, "same@x", "ADMIN"), user(3, "new@x", "RESIDENT"))
    gharmitra.script(then, user(1, "s.rao@x", "RESIDENT", "old"), user(7, "same@x", "ADMIN"), user(3, "r.kulkarni@x", "ADMIN"))
    found = follows(now, then)
    assert [(one.what, one.email, one.role_now, one.role_then) for one in found.logins] == [
        (LoginWhat.WORKS_AGAIN, "r.kulkarni@x", None, "admin"),
        (LoginWhat.OTHER_ROLE, "s.rao@x", "admin", "resident"),
        (LoginWhat.WORKS_NO_MORE, "new@x", "resident", None),
    ]
    assert found.passwords == 1
    assert "old" not in repr(found)


def test_roles_of_the_societys_own_making_and_logins_switched_off(pair: tuple[Path, Path]) -> None:
    for path in pair:
        gharmitra.script(
            path,
            "ALTER TABLE users ADD COLUMN is_active BOOLEAN DEFAULT 1",
            "CREATE TABLE custom_roles(id INTEGER PRIMARY KEY, role_name TEXT, is_active INT)",
            "CREATE TABLE user_role_assignments(id INTEGER PRIMARY KEY, user_id INT, role_id INT, is_active INT)",
            "INSERT INTO custom_roles VALUES(1, 'Cashier', 1)",
            user(1, "a@x", "RESIDENT"),
            user(2, "b@x", "RESIDENT"),
        )
    now, then = pair
    gharmitra.script(now, "UPDATE users SET is_active = 0 WHERE id = 2")
    gharmitra.script(then, "INSERT INTO user_role_assignments VALUES(1, 1, 1, 1)")
    assert [(one.what, one.email, one.role_then) for one in follows(now, then).logins] == [
        (LoginWhat.WORKS_AGAIN, "b@x", "resident"),
        (LoginWhat.OTHER_ROLE, "a@x", "resident, Cashier"),
    ]


def test_documents_that_lose_their_row_or_have_no_file(pair: tuple[Path, Path], tmp_path: Path) -> None:
    now, then = pair
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads/there.pdf").write_bytes(b"x")
    (tmp_path.parent / "outside.pdf").write_bytes(b"x")
    gharmitra.script(now, paper(1, "uploads/both.pdf"), paper(2, "uploads/new.pdf"), paper(4, "https://elsewhere/x.pdf"))
    gharmitra.script(
        then, paper(3, "uploads/both.pdf"), paper(2, "uploads/there.pdf"), paper(5, "uploads/away.pdf"), paper(6, "../outside.pdf")
    )
    found = follows(now, then, is_there=attached.below(tmp_path))
    assert [(one.url, one.name) for one in found.documents_without_row] == [("uploads/new.pdf", "bill 2.pdf")]
    assert [one.url for one in found.documents_without_file] == ["../outside.pdf", "uploads/away.pdf"]


def test_strange_tables_under_gharmitras_names_raise_nothing(tmp_path: Path) -> None:
    now, then = tmp_path / "now.db", tmp_path / "then.db"
    strange = (
        "CREATE TABLE users(a, role); CREATE TABLE flats(x); CREATE TABLE societies(n); CREATE TABLE payments(receipt_number, society_id);"
        "CREATE TABLE online_payments(status, razorpay_payment_id); CREATE TABLE transactions(flat_id);"
        "CREATE TABLE voucher_attachments(file_url, file_name)"
    )
    for path in (now, then):
        gharmitra.script(path, strange)
    gharmitra.script(
        now,
        "INSERT INTO users VALUES(1, x'00')",
        "INSERT INTO flats VALUES(NULL)",
        "INSERT INTO societies VALUES(CAST(x'ff' AS TEXT))",
        "INSERT INTO payments VALUES(CAST(x'ff31' AS TEXT), x'00'), (x'31', NULL), (7, 7)",
        "INSERT INTO online_payments VALUES(x'00', x'01')",
        "INSERT INTO transactions VALUES('x')",
        "INSERT INTO voucher_attachments VALUES(x'00', 1), (char(0), NULL)",
    )
    for one, other in ((now, then), (then, now)):
        found = compare.closed_files(one, other, never=None, is_there=attached.below(tmp_path))
        assert len(found.tables) == 7
        assert found.consequences.logins == ()


NAMES = ("users", "flats", "journal_entries", "payments", "societies", "transactions", "maintenance_bills")
HOSTILE = {
    "views": ";".join(f"CREATE VIEW {name} AS SELECT 1 AS id, 1 AS society_id, 'RV-1' AS entry_number, 2 AS flat_id" for name in NAMES),
    "virtual": ";".join(f"CREATE VIRTUAL TABLE {name} USING fts5(id, flat_id, entry_number, society_id, email)" for name in NAMES),
    "computed": "CREATE TABLE journal_entries(id INTEGER PRIMARY KEY, society_id, entry_number AS ('RV-' || id) VIRTUAL, voucher_type);"
    "INSERT INTO journal_entries(id) VALUES(1); CREATE TABLE flats(id INTEGER PRIMARY KEY, flat_number, society_id);"
    "CREATE TABLE transactions(id INTEGER PRIMARY KEY, journal_entry_id, description, flat_id, account_code, debit_amount, credit_amount);"
    "INSERT INTO transactions VALUES(1, 1, 'x', 1, '1100', 9e999, 'abc'), (2, 1, x'ff', 1, '1100', 1e300, 1)",
    "collated": "CREATE TABLE journal_entries(id INTEGER PRIMARY KEY, society_id, entry_number TEXT COLLATE NOCASE, total_debit);"
    "INSERT INTO journal_entries VALUES(1, 1, 'rv-0005', 1e308), (2, NULL, 'RV-3', 9223372036854775807), (3, x'00', NULL, -0.0);"
    "CREATE TABLE payments(receipt_number PRIMARY KEY, bill_id, society_id, amount) WITHOUT ROWID;"
    "INSERT INTO payments VALUES('RV-1', NULL, NULL, 1e308), (x'00', x'00', 1, '9e999')",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_only_bears_gharmitras_names_is_compared_and_raises_nothing(pair: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    strange, empty = gharmitra.script(tmp_path / "strange.db", HOSTILE[kind]), gharmitra.script(tmp_path / "empty.db", "CREATE TABLE t(a)")
    for now, then in ((pair[0], strange), (strange, pair[0]), (strange, empty), (empty, strange)):
        entries: list[Entry] = []
        found = compare.closed_files(now, then, never=None, on_entry=entries.append)
        assert len(entries) == found.entries_different


def test_the_real_society_after_37_receipts(tmp_path: Path, real_books: Path) -> None:
    then = tmp_path / "then.db"
    then.write_bytes(real_books.read_bytes())
    entered = receipts.add_receipts(real_books, 37, rupees=3000)
    found = follows(real_books, then)
    assert [(run.first, run.last, run.count, run.on_receipts) for run in found.numbers] == [("RV-3513", "RV-3549", 37, True)]
    assert {flat.flat for flat in found.dues} == set(entered.flats)
    owed = []
    for path in (real_books, then):
        with closing(sqlite3.connect(path)) as connection:
            lines = connection.execute(
                "SELECT f.flat_number, t.debit_amount, t.credit_amount FROM transactions t JOIN flats f ON f.id = t.flat_id"
                " WHERE t.account_code = '1100'"
            ).fetchall()
        total: dict[str, Decimal] = {}
        for flat, debit, credit in lines:
            total[flat] = total.get(flat, Decimal(0)) + Decimal(str(debit or 0)) - Decimal(str(credit or 0))
        owed.append(total)
    expected = {(flat, owed[0][flat] * 100, owed[1][flat] * 100) for flat in owed[0] if owed[0][flat] != owed[1][flat]}
    assert {(one.flat, Decimal(one.now_paise or 0), Decimal(one.then_paise or 0)) for one in found.dues} == expected
    assert found.codes() == (ConsequenceCode.DUES, ConsequenceCode.NUMBERS)


def test_the_real_society_against_an_empty_one_gives_every_number_again(tmp_path: Path, real_books: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.write_bytes((SHARED_DATA / "gharmitra_empty.db").read_bytes())
    found = follows(real_books, empty)
    assert {(run.first, run.last) for run in found.numbers} == {
        ("RV-0001", "RV-3512"),
        ("PV-0001", "PV-0392"),
        ("JV-0001", "JV-0084"),
    }
    assert len(found.documents_without_row) == 25
    assert follows(empty, real_books).numbers == ()
