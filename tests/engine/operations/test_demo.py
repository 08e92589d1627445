"""The made-up society: whole, balanced, the same each time, and never over anybody's books."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, date, datetime
from pathlib import Path

import apsw
import pytest

from gharmitra_admin.engine import (
    BadInput,
    Cancelled,
    CancelToken,
    Code,
    DemoSociety,
    NoAccess,
    NoSpace,
    Paths,
    Progress,
    Refused,
    Settings,
    Stage,
    Status,
    Vault,
    make_demo,
)
from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.operations.health import calendar
from tests.builders.clock import FakeClock
from tests.builders.process import ask

FLATS = 60
UNBALANCED = """
    SELECT count(*) FROM journal_entries AS voucher WHERE NOT EXISTS (
        SELECT 1 FROM transactions WHERE journal_entry_id = voucher.id
        GROUP BY journal_entry_id
        HAVING round(sum(debit_amount) - voucher.total_debit, 2) = 0 AND round(sum(credit_amount) - voucher.total_credit, 2) = 0
           AND voucher.total_debit = voucher.total_credit AND voucher.total_debit > 0 AND count(*) >= 2)
"""
GAPS = """
    SELECT substr(entry_number, 1, 2), count(*), max(CAST(substr(entry_number, 4) AS INTEGER)), count(DISTINCT entry_number)
    FROM journal_entries GROUP BY 1
"""
NOTHING_ODD = {
    "a voucher whose lines do not balance": UNBALANCED,
    "a line without its voucher": "SELECT count(*) FROM transactions WHERE journal_entry_id NOT IN (SELECT id FROM journal_entries)",
    "a paid bill without its money": """
        SELECT count(*) FROM maintenance_bills AS bill
        WHERE (status = 'PAID') <> (amount = coalesce((SELECT sum(amount) FROM payments WHERE bill_id = bill.id), 0))""",
    "a receipt without its voucher": """
        SELECT count(*) FROM payments AS payment WHERE NOT EXISTS (
            SELECT 1 FROM journal_entries WHERE entry_number = receipt_number AND voucher_type = 'RECEIPT'
            AND total_debit = payment.amount AND date = payment.payment_date)""",
    "a receipt voucher without its receipt": """
        SELECT count(*) FROM journal_entries
        WHERE voucher_type = 'RECEIPT' AND entry_number NOT IN (SELECT receipt_number FROM payments)""",
    "a second bill of a flat in a month": "SELECT count(*) - count(DISTINCT flat_id * 100000 + year * 12 + month) FROM maintenance_bills",
    "arrears that are not those of the earlier bills": """
        SELECT count(*) FROM maintenance_bills WHERE round(total_amount - amount - arrears_amount, 2) <> 0 OR arrears_amount < 0""",
    "dues that are not the unpaid bills": """
        SELECT (SELECT current_balance FROM account_codes WHERE code = '1100')
            <> (SELECT coalesce(sum(amount), 0) FROM maintenance_bills WHERE status = 'UNPAID')""",
    "a head of account that is not its lines": """
        SELECT count(*) FROM account_codes AS account WHERE round(current_balance - opening_balance - (
            SELECT coalesce(sum(debit_amount - credit_amount), 0) FROM transactions WHERE account_code = account.code), 2) <> 0""",
    "cash, bank or petty cash below nothing": """
        SELECT count(*) FROM account_codes WHERE code IN ('1000', '1010', '1020') AND current_balance < 0""",
    "an online payment without its receipt": """
        SELECT count(*) FROM online_payments AS online WHERE NOT EXISTS (
            SELECT 1 FROM payments WHERE id = online.payment_id AND amount = online.total_amount AND bill_id = online.bill_id)""",
}


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, clock: FakeClock) -> DemoSociety:
    """Made once, only read."""
    return make_demo(tmp_path_factory.mktemp("made"), size_mb=5, clock=clock)


def one(books: Path, query: str) -> str:
    ((value,),) = ask(books, query)
    return str(value)


def rows_hash(books: Path) -> str:
    """A hash of every row of every table."""
    digest, connection = hashlib.sha256(), sqlite.open_closed(books)
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY id"):
            digest.update(repr((table, row)).encode())
    connection.close()
    return digest.hexdigest()


def documents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.pdf")}


def test_another_process_finds_the_books_whole(demo: DemoSociety) -> None:
    assert ask(demo.books, "PRAGMA integrity_check") == [["ok"]]
    assert ask(demo.books, "PRAGMA foreign_key_check") == []
    assert ask(demo.books, "PRAGMA journal_mode") == [["wal"]]


@pytest.mark.parametrize("what", NOTHING_ODD)
def test_there_is_not_one(demo: DemoSociety, what: str) -> None:
    assert one(demo.books, NOTHING_ODD[what]) == "0"


def test_vouchers_are_numbered_in_their_series_without_gaps(demo: DemoSociety) -> None:
    series = ask(demo.books, GAPS)
    assert [row[0] for row in series] == ["JV", "PV", "RV"]
    for _name, count, last, different in series:
        assert count == last == different


def test_the_checks_can_fail(demo: DemoSociety, tmp_path: Path) -> None:
    books = tmp_path / "copy.db"
    books.write_bytes(demo.books.read_bytes())
    connection = apsw.Connection(str(books))
    connection.execute("UPDATE transactions SET debit_amount = debit_amount + 1 WHERE id = 1")
    connection.execute("DELETE FROM payments WHERE id = 7")
    connection.close()
    odd = {what for what, query in NOTHING_ODD.items() if one(books, query) != "0"}
    assert odd >= {"a voucher whose lines do not balance", "a paid bill without its money", "a receipt voucher without its receipt"}


def test_two_financial_years_of_monthly_bills_for_every_flat(demo: DemoSociety) -> None:
    assert ask(demo.books, "SELECT start_date, end_date, is_active FROM financial_years ORDER BY id") == [
        ["2025-04-01", "2026-03-31", "0"],
        ["2026-04-01", "2027-03-31", "1"],
    ]
    months = ask(demo.books, "SELECT year, month, count(DISTINCT flat_id) FROM maintenance_bills GROUP BY 1, 2 ORDER BY 1, 2")
    wanted = [(2025, month) for month in range(4, 13)] + [(2026, month) for month in range(1, 11)]
    assert months == [[str(year), str(month), str(FLATS)] for year, month in wanted]
    assert (demo.first_day, demo.last_day) == (date(2025, 4, 1), date(2026, 11, 22))


def test_nothing_lies_in_the_future(demo: DemoSociety, clock: FakeClock) -> None:
    now = clock.now().strftime("%Y-%m-%d %H:%M:%S")
    for table in ("journal_entries", "transactions", "payments", "maintenance_bills", "audit_logs", "online_payments", "messages"):
        assert one(demo.books, f"SELECT max(created_at) FROM {table}") < now
    assert one(demo.books, "SELECT max(date) FROM journal_entries") <= "2026-11-22"


def test_what_was_told_is_what_is_there(demo: DemoSociety) -> None:
    assert one(demo.books, "SELECT name FROM societies") == demo.society
    assert one(demo.books, "SELECT count(*) FROM flats") == str(demo.flats) == str(FLATS)
    assert one(demo.books, "SELECT count(*) FROM journal_entries") == str(demo.vouchers)
    assert one(demo.books, "SELECT count(*) FROM payments") == str(demo.receipts)
    assert demo.books.stat().st_size == demo.size_bytes


def test_every_document_that_a_row_names_is_there_whole(demo: DemoSociety) -> None:
    named = ask(demo.books, "SELECT file_url, file_size FROM voucher_attachments")
    there = documents(demo.books.parent)
    assert {url: int(size) for url, size in named} == {Path(name).as_posix(): len(page) for name, page in there.items()}
    assert len(there) == demo.uploads > 0
    assert all(page.startswith(b"%PDF-") and page.endswith(b"%%EOF\n") for page in there.values())


def test_the_cross_reference_table_of_a_document_points_at_its_objects(demo: DemoSociety) -> None:
    page = next(iter(documents(demo.books.parent).values()))
    start = int(page.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    entries = page[start:].split(b"\n")[3:8]
    for number, entry in enumerate(entries, 1):
        assert page[int(entry[:10]) :].startswith(b"%d 0 obj" % number)


def test_json_columns_hold_json(demo: DemoSociety) -> None:
    for (value,) in ask(
        demo.books,
        "SELECT breakdown FROM maintenance_bills UNION SELECT new_values FROM audit_logs"
        " UNION SELECT old_values FROM audit_logs UNION SELECT bank_accounts FROM society_settings",
    ):
        json.loads(value)


def test_every_kind_of_row_that_a_treasurer_may_lose_is_there(demo: DemoSociety) -> None:
    for table in ("members", "users", "online_payments", "complaints", "meetings", "messages", "audit_logs", "vendors", "opening_balances"):
        assert int(one(demo.books, f"SELECT count(*) FROM {table}")) > 0, table


def test_its_tables_have_the_columns_that_a_real_society_has(demo: DemoSociety, real_books: Path) -> None:
    query = """SELECT t.name, c.name, c.type, c."notnull", c.pk FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
               WHERE t.type = 'table' ORDER BY t.name, c.cid"""
    ours, theirs = ask(demo.books, query), ask(real_books, query)
    tables = {row[0] for row in ours}
    assert ours == [row for row in theirs if row[0] in tables]


def test_its_values_are_of_the_kind_that_a_real_society_has(demo: DemoSociety, real_books: Path) -> None:
    for query in (
        "SELECT DISTINCT typeof(amount) FROM transactions ORDER BY 1",
        "SELECT DISTINCT length(created_at), substr(created_at, 11, 1) FROM payments",
        "SELECT DISTINCT coalesce(voucher_type, '') || substr(entry_number, 1, 3) FROM journal_entries ORDER BY 1",
        "SELECT DISTINCT type, coalesce(payment_method, '') FROM transactions WHERE account_code = '1100' ORDER BY 1, 2",
    ):
        assert {tuple(row) for row in ask(real_books, query)} <= {tuple(row) for row in ask(demo.books, query)}


def test_every_day_of_the_calendar_was_changed(demo: DemoSociety, clock: FakeClock) -> None:
    connection = sqlite.open_closed(demo.books)
    changed = calendar.changed_days(connection, clock)
    connection.close()
    assert len(changed) > calendar.DAYS * 0.9
    assert max(changed) == demo.last_day


def test_the_same_seed_size_and_day_give_the_same_rows_and_documents(demo: DemoSociety, tmp_path: Path) -> None:
    later_that_day = FakeClock(datetime(2026, 11, 23, 17, 45, tzinfo=UTC))
    again = make_demo(tmp_path, size_mb=5, clock=later_that_day)
    assert rows_hash(again.books) == rows_hash(demo.books)
    assert documents(tmp_path) == documents(demo.books.parent)


@pytest.mark.parametrize("other", [{"seed": 2}, {"clock": FakeClock(datetime(2026, 11, 24, 12, tzinfo=UTC))}, {"size_mb": 5.2}])
def test_another_seed_day_or_size_gives_other_rows(demo: DemoSociety, tmp_path: Path, clock: FakeClock, other: dict[str, object]) -> None:
    asked: dict[str, object] = {"size_mb": 5, "clock": clock, **other}
    assert rows_hash(make_demo(tmp_path, **asked).books) != rows_hash(demo.books)  # type: ignore[arg-type]


@pytest.mark.parametrize("size_mb", [1, 3, 12.5])
def test_the_size_is_as_asked_within_five_per_cent(tmp_path: Path, clock: FakeClock, size_mb: float) -> None:
    made = make_demo(tmp_path, size_mb=size_mb, clock=clock)
    assert made.books.stat().st_size == pytest.approx(size_mb * 1_000_000, rel=0.05)
    assert made.flats == FLATS
    assert one(made.books, "SELECT count(*) FROM financial_years") == "2"
    assert [one(made.books, query) for query in NOTHING_ODD.values()] == ["0"] * len(NOTHING_ODD)


@pytest.mark.full
def test_a_thousand_million_bytes_are_made_whole(tmp_path: Path, clock: FakeClock) -> None:
    made = make_demo(tmp_path, size_mb=1000, clock=clock)
    assert made.size_bytes == pytest.approx(1_000_000_000, rel=0.05)
    assert ask(made.books, "PRAGMA quick_check") == [["ok"]]
    assert one(made.books, UNBALANCED) == "0"


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (datetime(2026, 4, 1, 6, tzinfo=UTC), ["FY 2025-26", "FY 2026-27"]),
        (datetime(2026, 3, 31, 6, tzinfo=UTC), ["FY 2024-25", "FY 2025-26"]),
        (datetime(2028, 3, 1, 6, tzinfo=UTC), ["FY 2026-27", "FY 2027-28"]),
    ],
)
def test_the_second_year_is_that_of_the_clock(tmp_path: Path, today: datetime, years: list[str]) -> None:
    made = make_demo(tmp_path, size_mb=4, clock=FakeClock(today))
    assert ask(made.books, "SELECT year_name FROM financial_years ORDER BY id") == [[year] for year in years]
    assert [one(made.books, query) for query in NOTHING_ODD.values()] == ["0"] * len(NOTHING_ODD)
    assert made.size_bytes == pytest.approx(4_000_000, rel=0.05)


@pytest.mark.parametrize("name", ["gharmitra.db", "GharMitra.db", "gharmitra.db-wal", "uploads"])
def test_refused_where_something_of_a_society_is_and_left_as_it_was(tmp_path: Path, clock: FakeClock, name: str) -> None:
    (tmp_path / name).write_bytes(b"somebody's")
    with pytest.raises(Refused) as refused:
        make_demo(tmp_path, size_mb=1, clock=clock)
    assert (refused.value.code, refused.value.path) == (Code.FOLDER_NOT_EMPTY, tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"somebody's")]


def test_a_second_one_in_the_same_folder_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    first = make_demo(tmp_path, size_mb=1, clock=clock)
    before = first.books.read_bytes()
    with pytest.raises(Refused):
        make_demo(tmp_path, size_mb=1, clock=clock, seed=2)
    assert first.books.read_bytes() == before


@pytest.mark.parametrize("size_mb", [0, 0.99, 1025, -3, math.nan, math.inf])
def test_a_size_that_cannot_be_is_refused(tmp_path: Path, clock: FakeClock, size_mb: float) -> None:
    with pytest.raises(BadInput) as refused:
        make_demo(tmp_path / "new", size_mb=size_mb, clock=clock)
    assert refused.value.code is Code.BAD_SIZE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [1, 30, 60])
def test_cancelled_leaves_nothing(tmp_path: Path, clock: FakeClock, after: int) -> None:
    cancel, seen = CancelToken(), []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == after:
            cancel.ask()

    with pytest.raises(Cancelled):
        make_demo(tmp_path / "new" / "folder", size_mb=1, clock=clock, report=report, cancel=cancel)
    assert len(seen) == after
    assert list(tmp_path.iterdir()) == []


def test_a_failure_at_publishing_leaves_what_was_there(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    def report(_progress: Progress) -> None:
        (tmp_path / "gharmitra.db").write_bytes(b"came meanwhile")

    with pytest.raises(NoAccess):
        make_demo(tmp_path, size_mb=1, clock=clock, report=report)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gharmitra.db", "notes.txt"]
    assert (tmp_path / "gharmitra.db").read_bytes() == b"came meanwhile"


def test_no_room_is_told_before_anything_is_made(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "free_bytes", lambda _folder: 1_000_000)
    with pytest.raises(NoSpace) as full:
        make_demo(tmp_path / "new", size_mb=1, clock=clock)
    assert full.value.values == {"needed_bytes": 1_100_000, "free_bytes": 1_000_000}
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_one_left_is_swept_and_the_folder_holds_books_and_documents_only(tmp_path: Path, clock: FakeClock) -> None:
    left = tmp_path / ".made-up-abc.part"
    left.mkdir()
    (left / "gharmitra.db").write_bytes(b"half")
    make_demo(tmp_path, size_mb=1, clock=clock)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gharmitra.db", "uploads"]


def test_one_killed_between_its_documents_and_its_books_is_made_again(tmp_path: Path, clock: FakeClock) -> None:
    made = make_demo(tmp_path, size_mb=1, clock=clock)
    left = tmp_path / ".made-up-abc.part"
    left.mkdir()
    made.books.rename(left / "gharmitra.db")
    again = make_demo(tmp_path, size_mb=1, clock=clock, seed=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gharmitra.db", "uploads"]
    assert len(documents(tmp_path)) == again.uploads


def test_documents_of_somebody_else_are_not_swept_with_what_a_killed_one_left(tmp_path: Path, clock: FakeClock) -> None:
    left, theirs = tmp_path / ".made-up-abc.part", tmp_path / "uploads" / "theirs.pdf"
    (left / "uploads").mkdir(parents=True)
    (left / "gharmitra.db").write_bytes(b"half")
    theirs.parent.mkdir()
    theirs.write_bytes(b"theirs")
    with pytest.raises(Refused):
        make_demo(tmp_path, size_mb=1, clock=clock)
    assert theirs.read_bytes() == b"theirs"


def test_progress_rises_to_the_wanted_size(tmp_path: Path, clock: FakeClock) -> None:
    seen: list[Progress] = []
    make_demo(tmp_path, size_mb=2, clock=clock, report=seen.append)
    assert {(progress.stage, progress.total) for progress in seen} == {(Stage.MAKING, 2_000_000)}
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert seen[-1].done == 2_000_000


def test_a_backup_of_it_is_checked_and_knows_its_figures(tmp_path: Path, clock: FakeClock) -> None:
    made = make_demo(tmp_path, size_mb=2, clock=clock)
    vault = Vault.open(Paths.of(made.books), settings=Settings(), clock=FakeClock(), who="treasurer", face="terminal")
    record = vault.backup(label="First").record
    assert record.status is Status.CHECKED
    assert record.figures is not None
    assert record.figures.society == made.society == "Sahyadri Heights CHS (made-up)"
    assert (record.figures.societies, record.figures.flats) == (1, FLATS)
    assert (record.figures.vouchers, record.figures.receipts, record.figures.documents) == (made.vouchers, made.receipts, made.uploads)
    assert record.figures.last_receipt == f"RV-{made.receipts:04d}"
    assert record.figures.last_entry == one(made.books, "SELECT max(date) FROM journal_entries")
    assert ask(record.path, "PRAGMA integrity_check") == [["ok"]]
