"""Looking inside: every figure as another SQLite in another process reads it, nothing written, nothing secret, no file too hostile."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Cancelled, Code, Damaged, EngineError, NotFound, Refused
from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.operations.look_inside import Found, Inside
from gharmitra_admin.engine.parts.reading import Bytes, Cut, PageRow, Rupees, Withheld
from gharmitra_admin.engine.parts.reading.flat_ledger import year_begins
from tests.builders import ledger
from tests.builders.clock import FakeClock
from tests.builders.process import ask
from tests.faults import hostile

AS_ON, SINCE = date(2026, 6, 30), date(2026, 4, 1)


def inside(path: Path, *, limit_seconds: float = 30) -> Inside:
    return Inside(path, name=path.name, never=None, clock=FakeClock(), limit_seconds=limit_seconds)


def every_row(looked: Inside, found: Found) -> list[PageRow]:
    return [row for number in range(len(found.extent.marks) + 1) for row in looked.page(found, number)]


def column(found: Found, name: str) -> int:
    return [one.name for one in found.columns].index(name)


def script(path: Path, statements: str) -> Path:
    run = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()"
    subprocess.run([sys.executable, "-c", run, str(path), statements], check=True)
    return path


def test_every_table_of_real_books_is_there_to_the_last_row(real_books: Path) -> None:
    looked = inside(real_books)
    contents = looked.contents()
    names = [name for (name,) in ask(real_books, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    assert [key.removeprefix("table:") for key in contents.tables] == names
    for key, name in zip(contents.tables, names, strict=True):
        found = looked.find(key)
        rows = every_row(looked, found)
        assert [[str(found.rows)]] == ask(real_books, f'SELECT count(*) FROM "{name}"')
        assert len(rows) == found.rows
        assert len({row.key for row in rows}) == found.rows


def test_receipts_say_what_the_table_says_rupee_for_rupee(real_books: Path) -> None:
    looked = inside(real_books)
    found = looked.find("receipts")
    rows = every_row(looked, found)
    number, amount, flat, day = (column(found, name) for name in ("receipt_number", "amount", "flat_id", "payment_date"))
    told = {}
    for row in rows:
        paid = row.cells[amount]
        assert isinstance(paid, Rupees)
        told[row.cells[number]] = [paid.paise, row.cells[flat], str(row.cells[day])]
    asked = ask(
        real_books,
        "SELECT receipt_number, p.amount, flat_number, payment_date FROM payments p JOIN flats f ON f.id = p.flat_id",
    )
    assert told == {one: [int(Decimal(rupees) * 100), where, when] for one, rupees, where, when in asked}
    assert rows[0].cells[number] == "RV-3512"


def test_payments_and_journals_are_the_vouchers_of_their_kind(real_books: Path) -> None:
    looked = inside(real_books)
    paid, journals = looked.find("payments"), looked.find("journals")
    assert [[str(paid.rows)]] == ask(real_books, "SELECT count(*) FROM journal_entries WHERE voucher_type = 'PAYMENT'")
    assert [[str(journals.rows)]] == ask(
        real_books, "SELECT count(*) FROM journal_entries WHERE coalesce(voucher_type, '') NOT IN ('PAYMENT', 'RECEIPT')"
    )


@pytest.mark.parametrize(
    ("place", "typed", "where"),
    [
        ("receipts", "RV-3512", "receipt_number = 'RV-3512'"),
        ("receipts", "rv3512", "receipt_number = 'RV-3512'"),
        ("receipts", "4,242", "CAST(round(amount * 100) AS INTEGER) = 424200"),
        ("receipts", "10/11/2026", "payment_date = '2026-11-10'"),
        ("receipts", "Nov 2026", "payment_date LIKE '2026-11-%'"),
        ("receipts", "c-1004 nov 2026", "payment_date LIKE '2026-11-%' AND flat_id = 120"),
        ("bills", "Oct 2026", "month = 10 AND year = 2026"),
        ("flats", "pooja", "owner_name LIKE '%pooja%'"),
        ("receipts", "no such word", "0"),
        ("receipts", "100%", "0"),
    ],
)
def test_a_search_finds_what_she_means(real_books: Path, place: str, typed: str, where: str) -> None:
    looked = inside(real_books)
    tables = {"receipts": "payments", "bills": "maintenance_bills", "flats": "flats"}
    found = looked.find(place, typed)
    assert [[str(found.rows)]] == ask(real_books, f"SELECT count(*) FROM {tables[place]} WHERE {where}")
    assert len(every_row(looked, found)) == found.rows


def test_a_day_of_a_moment_begins_where_the_reader_lives(real_books: Path) -> None:
    looked = inside(real_books)
    found = looked.find("complaints", "31/10/2026")
    assert [[str(found.rows)]] == ask(
        real_books, "SELECT count(*) FROM complaints WHERE created_at >= '2026-10-30 18:30:00' AND created_at < '2026-10-31 18:30:00'"
    )


def test_a_receipt_is_found_by_its_number_with_its_lines(real_books: Path) -> None:
    for typed in ("RV-3512", "rv 3512", "RV3512"):
        (entry,) = inside(real_books).entry(typed)
        assert (entry.number, entry.amount_paise, entry.day) == ("RV-3512", 424_200, date(2026, 11, 10))
        lines = [[line.account, str(line.debit_paise), str(line.credit_paise)] for line in entry.lines]
        assert lines == ask(
            real_books,
            "SELECT account_code, CAST(round(debit_amount * 100) AS INTEGER), CAST(round(credit_amount * 100) AS INTEGER)"
            " FROM transactions WHERE journal_entry_id = (SELECT id FROM journal_entries WHERE entry_number = 'RV-3512') ORDER BY id",
        )
        assert [paid.flat for paid in entry.paid] == ["C-1004"]
    assert inside(real_books).entry("RV-9999") == ()


def test_every_flats_ledger_comes_to_what_the_members_account_says(real_books: Path) -> None:
    looked = inside(real_books)
    flats = looked.flats()
    assert [flat.name for flat in flats[:3]] == ["A-101", "A-102", "A-103"]
    due = "SELECT flat_id, sum(CAST(round(debit_amount * 100) AS INTEGER) - CAST(round(credit_amount * 100) AS INTEGER)) FROM transactions"
    closing = dict(ask(real_books, f"{due} WHERE account_code = '1100' AND date <= '{AS_ON}' GROUP BY flat_id"))
    opening = dict(ask(real_books, f"{due} WHERE account_code = '1100' AND date < '{SINCE}' GROUP BY flat_id"))
    for flat in flats:
        told = looked.ledger(flat.number, as_on=AS_ON, since=SINCE)
        assert str(told.closing_paise) == closing[str(flat.number)]
        assert str(told.opening_paise) == opening[str(flat.number)]
        moved = sum(line.debit_paise - line.credit_paise for line in told.lines)
        assert told.opening_paise + moved == told.closing_paise == told.lines[-1].balance_paise
        assert all(SINCE <= line.day <= AS_ON for line in told.lines)
        whole = looked.ledger(flat.number, as_on=AS_ON)
        assert (whole.opening_paise, whole.closing_paise) == (0, told.closing_paise)


def test_the_financial_year_begins_in_april() -> None:
    assert [year_begins(day) for day in (date(2026, 3, 31), date(2026, 4, 1))] == [date(2025, 4, 1), date(2026, 4, 1)]


def test_nothing_secret_is_read_out_or_found(real_books: Path) -> None:
    (secret,) = ask(real_books, "SELECT password_hash FROM users LIMIT 1")[0]
    script(
        real_books,
        "UPDATE society_settings SET payment_gateway_key_id = 'rzp_live_gatewaykey', payment_gateway_key_secret = 'gatewaysecret';"
        'UPDATE audit_logs SET new_values = \'{"password": "hunter2", "name": "Asha"}\' WHERE id = 1;'
        "CREATE TABLE app_config (key TEXT, value TEXT); INSERT INTO app_config VALUES ('jwt_secret', 'topsecret'), ('colour', 'blue');"
        "CREATE TABLE refresh_tokens (id INTEGER PRIMARY KEY, user_id INT, content TEXT);"
        "INSERT INTO refresh_tokens VALUES (1, 1, 'opaque');",
    )
    looked = inside(real_books)
    told = ""
    for key in looked.contents().tables:
        found = looked.find(key)
        for row in every_row(looked, found):
            told += str(row.cells)
            told += str(looked.row(found, row).cells) if found.rows < 300 else ""
    for word in (secret, "gatewaykey", "gatewaysecret", "hunter2", "topsecret", "opaque"):
        assert word not in told
    assert "Asha" in told
    assert "blue" in told
    assert looked.find("table:users", secret[7:20]).rows == 0
    assert looked.find("table:society_settings", "gatewaysecret").rows == 0
    assert Withheld() in looked.page(looked.find("table:users"), 0)[0].cells


def test_looking_changes_no_byte_and_leaves_nothing_beside_the_file(real_books: Path) -> None:
    before = real_books.read_bytes(), real_books.stat().st_mtime_ns, sorted(real_books.parent.iterdir())
    looked = inside(real_books)
    looked.page(looked.find("receipts", "pooja"), 0)
    looked.ledger(looked.flats()[0].number, as_on=AS_ON)
    assert (real_books.read_bytes(), real_books.stat().st_mtime_ns, sorted(real_books.parent.iterdir())) == before


ODD = """
    CREATE TABLE "no id" ("ro wid" TEXT, rowid TEXT, _rowid_ TEXT, oid TEXT);
    CREATE TABLE words (word TEXT PRIMARY KEY COLLATE NOCASE, n) WITHOUT ROWID;
    CREATE TABLE pairs (a, b TEXT, c BLOB, PRIMARY KEY (b DESC, a)) WITHOUT ROWID;
    CREATE TABLE plain (x TEXT);
    CREATE TABLE numbers (id INTEGER PRIMARY KEY, x);
    CREATE TABLE "quo""te'd" ("sel""ect" TEXT, "Ä ö" INT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
        INSERT INTO numbers SELECT i * 9000000000000000 - 4503599627370496, i FROM n;
    INSERT INTO "no id" SELECT 'same', 'r', 'r', 'r' FROM numbers;
    INSERT INTO words SELECT CASE x % 2 WHEN 0 THEN CAST(X'c328' || CAST(x AS BLOB) AS TEXT) ELSE 'Wort' || x END, x FROM numbers;
    INSERT INTO pairs SELECT CASE x % 4 WHEN 0 THEN x WHEN 1 THEN 'x' || x WHEN 2 THEN CAST('b' || x AS BLOB) ELSE x / 7.0 END, x % 5, X'00' FROM numbers;
    INSERT INTO plain SELECT NULL FROM numbers;
    INSERT INTO "quo""te'd" SELECT x, x FROM numbers;
    DELETE FROM numbers WHERE x % 3 = 0;
"""  # noqa: E501 - statements


def test_any_way_to_name_a_row_pages_every_row_once(tmp_path: Path) -> None:
    odd = script(tmp_path / "odd.db", ODD)
    looked = inside(odd)
    assert looked.contents().places == ()
    for key in looked.contents().tables:
        found = looked.find(key)
        rows = every_row(looked, found)
        name = key.removeprefix("table:").replace('"', '""')
        assert [[str(found.rows)]] == ask(odd, f'SELECT count(*) FROM "{name}"')
        assert len(rows) == found.rows
        if rows[0].key:
            assert len({row.key for row in rows}) == found.rows
    numbers = looked.find("table:numbers")
    backwards = [number for n in reversed(range(len(numbers.extent.marks) + 1)) for number in reversed(looked.page(numbers, n))]
    assert backwards == every_row(looked, numbers)[::-1]


def test_long_texts_and_bytes_are_told_short_in_a_list_and_whole_alone(tmp_path: Path) -> None:
    made = script(
        tmp_path / "long.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, x, y); INSERT INTO t VALUES (1, printf('%.5000c', 'a'), X'0102')"
    )
    looked = inside(made)
    found = looked.find("table:t")
    (row,) = looked.page(found, 0)
    assert row.cells == (1, Cut("a" * 400), Bytes(2))
    assert looked.row(found, row).cells[1] == "a" * 5000


def test_books_that_are_not_gharmitras_are_looked_into_by_their_own_names(tmp_path: Path) -> None:
    looked = inside(ledger.make(tmp_path / "x.db", journal="delete"))
    contents = looked.contents()
    assert (contents.places, contents.has_ledger, looked.flats()) == ((), False, ())
    assert set(contents.tables) == {"table:accounts", "table:ledger"}
    assert looked.entry("RV-1") == ()
    with pytest.raises(NotFound):
        looked.find("receipts")


@pytest.mark.parametrize("make", [hostile.nested_views, hostile.recursive_views, hostile.evil_schema, hostile.schema_that_is_no_utf8])
def test_views_and_schemas_that_mean_harm_end_in_a_word_not_in_a_hang(tmp_path: Path, make: object) -> None:
    looked = inside(make(tmp_path / "h.db"), limit_seconds=5)  # type: ignore[operator]
    try:
        contents = looked.contents()
        assert contents.places == ()  # the names are views here, and no view is ever read
        for key in contents.tables:
            every_row(looked, looked.find(key, "1"))
        looked.entry("RV-1")
    except EngineError as error:
        assert error.code is Code.BACKUP_DAMAGED  # noqa: PT017 - either way is right


def test_triggers_never_run_and_nothing_is_loaded_or_written(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    looked = inside(hostile.triggers(tmp_path / "h.db", victim))
    assert [row.cells for row in every_row(looked, looked.find("table:societies"))] == [("Evil", 1)]
    assert looked.contents().tables == ("table:seen", "table:societies")
    for view in ("receipts", "flats", "table:flats", "table:fake"):
        with pytest.raises(NotFound):
            looked.find(view)
    assert not victim.exists()


def test_a_question_ends_at_its_time(tmp_path: Path) -> None:
    made = script(
        tmp_path / "slow.db",
        "CREATE TABLE t (x TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO t SELECT printf('%.300c', 'a') FROM n",
    )
    with pytest.raises(Damaged) as caught:
        inside(made, limit_seconds=-1).find("table:t", "b")
    assert caught.value.values["problem"].value == "too_slow"


def test_a_search_is_called_off(tmp_path: Path) -> None:
    made = ledger.make(tmp_path / "x.db", journal="delete", entries=2000)

    class Soon(CancelToken):
        looks = 0

        def is_asked(self) -> bool:
            self.looks += 1
            if self.looks > 2:
                self.ask()
            return super().is_asked()

    with pytest.raises(Cancelled):
        inside(made).find("table:ledger", "nothing of the kind", cancel=Soon())


def test_damage_is_told_and_the_other_tables_are_still_read(tmp_path: Path) -> None:
    made = ledger.make(tmp_path / "x.db", journal="delete", entries=3000)
    data = bytearray(made.read_bytes())
    (root,) = ask(made, "SELECT rootpage FROM sqlite_schema WHERE name = 'ledger'")[0]
    data[(int(root) - 1) * 4096 : int(root) * 4096] = bytes(4096)
    made.write_bytes(data)
    looked = inside(made)
    assert looked.find("table:accounts").rows == 2
    with pytest.raises(Damaged) as caught:
        looked.find("table:ledger")
    assert caught.value.values["name"] == "x.db"


def test_random_damage_is_always_an_answer_or_our_own_error(tmp_path: Path) -> None:
    whole = hostile.whole(tmp_path / "whole.db")
    for number, (told, data) in enumerate(hostile.damaged_copies(whole, 20261126, 150)):
        broken = tmp_path / f"{number}.db"
        broken.write_bytes(data)
        looked = inside(broken, limit_seconds=5)
        try:
            for key in looked.contents().tables:
                every_row(looked, looked.find(key, random.Random(number).choice(["", "bank", "7"])))
        except EngineError as error:
            assert error.code is Code.BACKUP_DAMAGED, told  # noqa: PT017 - either way is right
        broken.unlink()


def test_a_file_that_is_none_says_what_it_is(tmp_path: Path) -> None:
    for make, problem in ((hostile.text, "not_a_database"), (lambda path: path.write_bytes(b"") and path, "empty")):
        path = tmp_path / "f.db"
        make(path)  # type: ignore[no-untyped-call]
        with pytest.raises(Damaged) as caught:
            inside(path).contents()
        assert caught.value.values["problem"].value == problem


def test_the_live_books_are_never_opened_by_this_door(tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "gharmitra.db")
    link = tmp_path / "link.db"
    link.hardlink_to(books)
    with pytest.raises(Refused):
        Inside(link, name="x", never=files.identity(books), clock=FakeClock()).contents()


def test_a_file_whose_rest_lies_in_a_wal_is_not_shown_by_halves(tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "x.db")
    (tmp_path / "x.db-wal").write_bytes(b"frames")
    with pytest.raises(Damaged) as caught:
        inside(books).contents()
    assert caught.value.values["problem"].value == "unsettled"


def test_another_file_in_its_place_is_noticed(tmp_path: Path) -> None:
    path = ledger.make(tmp_path / "x.db", journal="delete")
    looked = inside(path)
    found = looked.find("table:ledger")
    ledger.make(tmp_path / "y.db", journal="delete", entries=500)
    shutil.move(tmp_path / "y.db", path)
    with pytest.raises(Damaged):
        looked.page(found, 0)
    path.unlink()
    with pytest.raises(NotFound):
        looked.page(found, 0)
