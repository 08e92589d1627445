"""Whatever was done to the books, counts and amounts are those of an independent computation over whole tables."""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gharmitra_admin.engine.operations import compare
from gharmitra_admin.engine.parts.books.entry import Direction, Entry
from tests.builders import gharmitra, plain_compare, receipts, small_books
from tests.builders.plain_compare import Book

TOUCHED = (
    "payments", "journal_entries", "transactions", "maintenance_bills", "flats", "members", "users", "complaints", "voucher_attachments",
    "online_payments", "audit_logs", "votes", "papers", "log",
)  # fmt: skip


def disturb(path: Path, dice: random.Random, *, steps: int) -> None:
    """Insert, delete, update, and use keys again, in any table and column."""
    with closing(sqlite3.connect(path)) as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for _ in range(steps):
            table = dice.choice([name for name in TOUCHED if name in there])
            # What reverses what is a matter of its own: the sums that prove the dues here know nothing of it.
            columns = [one[1] for one in connection.execute(f"PRAGMA table_info({table})") if one[1] != "original_entry_id"]
            names = ", ".join(columns)
            pick = f"SELECT {names} FROM {table} ORDER BY random() LIMIT 1" if table == "votes" else None
            some = f"(SELECT {columns[0]} FROM {table} LIMIT 1 OFFSET {dice.randrange(9)})"
            row = connection.execute(
                pick or f"SELECT {names} FROM {table} LIMIT 1 OFFSET ?", () if pick else (dice.randrange(9),)
            ).fetchone()
            what = dice.randrange(5)
            if what == 0:
                connection.execute(f"DELETE FROM {table} WHERE {columns[0]} IS {some}")
            elif what in {1, 2}:
                column = dice.choice(columns)
                with suppress(sqlite3.IntegrityError):  # words where only a number may be
                    connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {columns[0]} IS {some}", (value(dice, column),))
            elif row is not None:
                fresh = dict(zip(columns, row, strict=True))
                fresh[columns[0]] = dice.choice([fresh[columns[0]], dice.randrange(1, 40), (1 << 63) - 1, -(1 << 63), dice.randrange(90)])
                for column in dice.sample(columns, dice.randrange(len(columns))):
                    fresh[column] = value(dice, column, fresh[column])
                verb = "INSERT OR REPLACE" if what == 3 else "INSERT OR IGNORE"
                with suppress(sqlite3.IntegrityError):
                    connection.execute(f"{verb} INTO {table}({names}) VALUES({', '.join('?' for _ in columns)})", [*fresh.values()])
        connection.commit()


def value(dice: random.Random, column: str, old: object = None) -> object:
    if column.endswith("number") and dice.randrange(2):
        return dice.choice(["RV-", "PV-", "JV-", "X"]) + f"{dice.randrange(30):04d}"
    if column.endswith("_id") or column == "id":
        return dice.choice([old, dice.randrange(1, 12)])
    if column == "description" and dice.randrange(2):
        return dice.choice(["Maintenance bill generated for October 2026 - x", "Maintenance bill generated for nothing", "words"])
    numbers = [0, 1, dice.randrange(10**6) / 100, dice.randrange(10**6) / 1000, -5.05, (1 << 63) - 1, -(1 << 63), 0.1, 2026, 10]
    return dice.choice([old, None, *numbers, "", "1", "7.50", b"1", b"\xff", "मार्च", "RECEIPT", "PAYMENT", "1100"])


def assert_equal(now: Path, then: Path, told: str) -> None:
    entries: list[Entry] = []
    found = compare.closed_files(now, then, never=None, on_entry=entries.append)
    mine, yours = Book.read(now), Book.read(then)
    rows = {one.table: (one.lost, one.returned, one.changed, one.lost_paise or 0, one.returned_paise or 0) for one in found.tables}
    assert {name: count[:3] for name, count in rows.items()} == {
        name: count[:3] for name, count in plain_compare.tables(mine, yours).items()
    }, told
    worth = {name: count[3:] for name, count in plain_compare.tables(mine, yours).items() if name in plain_compare.AMOUNTS}
    assert {name: count[3:] for name, count in rows.items() if name in worth} == worth, told
    kinds = {one.kind.value: (one.lost, one.returned, one.changed, one.lost_paise or 0, one.returned_paise or 0) for one in found.kinds}
    assert kinds == plain_compare.kinds(mine, yours), told
    assert_entries(entries, kinds, told)
    assert_consequences(found, mine, yours, told)


def assert_entries(entries: list[Entry], kinds: dict[str, tuple[int, int, int, int, int]], told: str) -> None:
    """The entries themselves are as many, and worth as much, as was counted."""
    counts = Counter((entry.kind.value, entry.direction) for entry in entries)
    expected = {(kind, way): count[place] for kind, count in kinds.items() for place, way in enumerate(Direction) if count[place]}
    assert counts == expected, told
    for kind, count in kinds.items():
        for place, way in ((3, Direction.LEFT), (4, Direction.BACK)):
            assert sum(one.paise or 0 for one in entries if one.kind.value == kind and one.direction is way) == count[place], told


def assert_consequences(found: compare.Comparison, mine: Book, yours: Book, told: str) -> None:
    again = set()
    for run in found.consequences.numbers:
        first, last = (re.fullmatch(r"(?s)(.*?)(\d+)", number) for number in (run.first, run.last))
        assert first, told
        assert last, told
        serials = {(run.society, first[1], serial) for serial in range(int(first[2]), int(last[2]) + 1)}
        assert len(serials) == run.count, told
        again |= serials
    assert again == plain_compare.numbers_again(mine, yours), told
    owed, owed_then = plain_compare.dues(mine), plain_compare.dues(yours)
    expected = Counter((owed.get(flat, 0), owed_then.get(flat, 0)) for flat in {*owed, *owed_then})
    expected -= Counter({pair: count for pair, count in expected.items() if pair[0] == pair[1]})
    assert Counter((one.now_paise or 0, one.then_paise or 0) for one in found.consequences.dues) == expected, told


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_books.make(tmp_path_factory.mktemp("base") / "base.db")


@pytest.mark.parametrize("seed", range(40))
def test_small_books_after_anything(tmp_path: Path, base: Path, seed: int) -> None:
    dice = random.Random(seed)
    now, then = tmp_path / "now.db", tmp_path / "then.db"
    for path in (now, then):
        path.write_bytes(base.read_bytes())
    disturb(now, dice, steps=dice.randrange(1, 40))
    if dice.randrange(3):
        disturb(then, dice, steps=dice.randrange(1, 40))
    assert_equal(now, then, f"seed {seed}")


@pytest.mark.parametrize("seed", range(3))
def test_the_real_society_after_anything(tmp_path: Path, real_books: Path, seed: int) -> None:
    then = tmp_path / "then.db"
    then.write_bytes(real_books.read_bytes())
    dice = random.Random(1000 + seed)
    receipts.add_receipts(real_books, dice.randrange(1, 20))
    disturb(real_books, dice, steps=60)
    if seed:
        disturb(then, dice, steps=60)
    assert_equal(real_books, then, f"seed {seed}")


def test_entries_of_a_receipt_say_all_that_is_needed_to_enter_it_again(tmp_path: Path, base: Path) -> None:
    now, then = tmp_path / "now.db", tmp_path / "then.db"
    now.write_bytes(base.read_bytes())
    then.write_bytes(base.read_bytes())
    entered = receipts.add_receipts(now, 3, rupees=1200.5)
    entries: list[Entry] = []
    compare.closed_files(now, then, never=None, on_entry=entries.append)
    assert [one.number for one in entries] == list(entered.numbers)
    assert [one.flat for one in entries] == list(entered.flats)
    first = entries[0]
    assert (first.date, first.paise, first.mode, first.reference) == ("2026-11-23", 120050, "BANK_TRANSFER", "UPI0008")
    assert (first.society, first.direction, first.table) == ("One", Direction.LEFT, "payments")
    assert first.narration.startswith("Maintenance receipt A-")


def test_a_changed_line_shows_its_whole_entry(tmp_path: Path, base: Path) -> None:
    now, then = tmp_path / "now.db", tmp_path / "then.db"
    now.write_bytes(base.read_bytes())
    then.write_bytes(base.read_bytes())
    gharmitra.script(
        now,
        "UPDATE transactions SET amount = 1 WHERE journal_entry_id = (SELECT id FROM journal_entries WHERE entry_number = 'RV-0002')",
        "UPDATE maintenance_bills SET amount = amount + 1 WHERE id = 3",
    )
    entries: list[Entry] = []
    compare.closed_files(now, then, never=None, on_entry=entries.append)
    receipt, bill = entries
    assert (receipt.number, receipt.direction, receipt.paise, receipt.then_paise) == ("RV-0002", Direction.CHANGED, *[receipt.paise] * 2)
    assert receipt.paise
    assert receipt.flat
    assert (bill.number, bill.flat, bill.date, bill.paise, bill.then_paise) == ("A-3 2026-09", "A-3", "2026-09", 30145, 30045)
