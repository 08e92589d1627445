"""Rows that differ are found exactly, whatever was done to them, with and without what equal pages tell."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gharmitra_admin.engine.base.errors import Damaged
from gharmitra_admin.engine.base.sqlite import open_closed
from gharmitra_admin.engine.parts import tables
from gharmitra_admin.engine.parts.tables.pages import TABLE_LEAF

Found = dict[str, list[tables.Change]]

SCHEMA = """
CREATE TABLE bills(id INTEGER PRIMARY KEY, flat TEXT, paise INTEGER, note);
CREATE INDEX bills_by_flat ON bills(flat, paise);
CREATE TABLE papers(code TEXT PRIMARY KEY, body BLOB);
CREATE TABLE votes(meeting INT, flat TEXT, vote TEXT, PRIMARY KEY(meeting, flat)) WITHOUT ROWID;
CREATE TABLE log(line, at);
CREATE TABLE loose(a, b, PRIMARY KEY(a, b));
"""


def fill(connection: sqlite3.Connection, dice: random.Random, rows: int) -> None:
    for number in range(rows):
        connection.execute("INSERT INTO bills VALUES(?,?,?,?)", (number * 3, f"A-{number % 40}", dice.randrange(10**9), value(dice)))
        connection.execute("INSERT OR REPLACE INTO papers VALUES(?,?)", (f"P{number}", value(dice)))
        connection.execute("INSERT OR REPLACE INTO votes VALUES(?,?,?)", (number % 7, f"B-{number}", "yes"))
        connection.execute("INSERT INTO log VALUES(?,?)", (value(dice), number % 5))
        connection.execute("INSERT OR REPLACE INTO loose VALUES(?,?)", (dice.choice([None, 1, "1", 1.5]), dice.choice([None, number])))


def value(dice: random.Random) -> object:
    return dice.choice(
        [None, 0, 1, 1.0, -(1 << 63), (1 << 63) - 1, 0.1, "", "1", b"1", "मार्च", "x" * dice.randrange(60), b"y" * dice.randrange(9000)]
    )


def disturb(connection: sqlite3.Connection, dice: random.Random) -> None:
    """Do to books what people and programs do to them."""
    (count,) = connection.execute("SELECT count(*) FROM bills").fetchone()
    for _ in range(dice.randrange(1, 30)):
        number = dice.randrange(count + 5)
        statement, given = dice.choice(
            [
                ("DELETE FROM bills WHERE id = ?", (number * 3,)),
                ("UPDATE bills SET note = ? WHERE id = ?", (value(dice), number * 3)),
                (
                    "INSERT OR REPLACE INTO bills VALUES(?, 'new', 5, ?)",
                    (dice.choice([number, -number, (1 << 63) - 1, -(1 << 63)]), value(dice)),
                ),
                ("UPDATE papers SET body = ? WHERE code = ?", (value(dice), f"P{number}")),
                ("DELETE FROM papers WHERE code = ?", (f"P{number}",)),
                ("INSERT OR REPLACE INTO papers VALUES(?, ?)", (f"P{number}", value(dice))),
                ("INSERT OR REPLACE INTO votes VALUES(?, ?, 'no')", (number % 7, f"B-{number}")),
                ("INSERT INTO log VALUES(?, ?)", (value(dice), 9)),
                ("DELETE FROM log WHERE rowid = ?", (number,)),
                ("INSERT OR REPLACE INTO loose VALUES(NULL, ?)", (number,)),
                ("DELETE FROM loose WHERE b = ?", (number,)),
            ]
        )
        connection.execute(statement, given)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "now.db", tmp_path / "then.db"


@contextmanager
def books(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def found(now: Path, then: Path, *, by_pages: bool) -> Found:
    with closing(open_closed(now)) as one, closing(open_closed(then)) as other:
        mine, yours = tables.shapes(one), tables.shapes(other)
        with tables.opened(now, never=None) as my_pages, tables.opened(then, never=None) as your_pages:
            same = tables.look(my_pages, your_pages, tables.roots(one), tables.roots(other)) if by_pages else None
            return {
                name: list(tables.changes(tables.Side(one, mine[name]), tables.Side(other, yours[name]), same))
                for name in sorted({*mine} & {*yours})
            }


def expected(now: Path, then: Path) -> dict[str, Counter[object]]:
    """Rows by Python's own sqlite3 and a multiset: told apart by nothing of ours."""
    sides = []
    for path in (now, then):
        with books(path) as connection:
            connection.text_factory = bytes
            names = [name.decode() for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            sides.append({name: rows(connection, name) for name in names})
    left = {name: sides[0][name] - sides[1][name] for name in sides[0]}
    back = {name: sides[1][name] - sides[0][name] for name in sides[0]}
    return {
        name: Counter({("now", row): n for row, n in left[name].items()}) + Counter({("then", row): n for row, n in back[name].items()})
        for name in left
    }


def rows(connection: sqlite3.Connection, table: str) -> Counter[object]:
    columns = [row[1].decode() for row in connection.execute(f"PRAGMA table_info({table})")]
    quoted = ", ".join(f"quote({column})" for column in columns)
    return Counter(connection.execute(f"SELECT {quoted} FROM {table}").fetchall())


def quoted(values: tuple[object, ...]) -> object:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = bytes
        plain = [tables.shown(one) for one in values]
        return connection.execute("SELECT " + ", ".join("quote(?)" for _ in plain), plain).fetchone()


def as_counters(found_rows: Found) -> dict[str, Counter[object]]:
    told: dict[str, Counter[object]] = {}
    for name, listed in found_rows.items():
        told[name] = Counter()
        for change in listed:
            for side, values in (("now", change.now), ("then", change.then)):
                if values is not None:
                    told[name][side, quoted(values)] += 1
    return told


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("page_size", [512, 4096])
def test_every_difference_and_no_other_is_found(pair: tuple[Path, Path], seed: int, page_size: int) -> None:
    now, then = pair
    dice = random.Random(seed)
    with books(then) as connection:
        connection.execute(f"PRAGMA page_size = {page_size}")
        connection.executescript(SCHEMA)
        fill(connection, dice, dice.choice([0, 3, 200, 600]))
    now.write_bytes(then.read_bytes())
    with books(now) as connection:
        disturb(connection, dice)
    if seed % 5 == 4:
        with closing(sqlite3.connect(now)) as connection:
            connection.execute("VACUUM")
    wanted = expected(now, then)
    for by_pages in (False, True):
        assert as_counters(found(now, then, by_pages=by_pages)) == wanted, f"by_pages={by_pages}"
    for listed in found(now, then, by_pages=True).values():
        assert all(change.now != change.then for change in listed)


def test_a_changed_row_of_one_key_is_one_change(pair: tuple[Path, Path]) -> None:
    now, then = pair
    for path, paise in ((then, 100), (now, 250)):
        with books(path) as connection:
            connection.executescript(SCHEMA)
            connection.execute("INSERT INTO bills VALUES(7, 'A-1', ?, NULL)", (paise,))
    (change,) = found(now, then, by_pages=True)["bills"]
    assert change.key == (7,)
    assert change.now is not None
    assert change.then is not None
    assert (change.now[2], change.then[2]) == (250, 100)


def test_a_long_row_that_changes_only_where_it_overflows_is_found(pair: tuple[Path, Path]) -> None:
    now, then = pair
    with books(then) as connection:
        connection.executescript(SCHEMA)
        connection.execute("INSERT INTO bills VALUES(1, 'A-1', 5, ?)", (b"a" * 50_000,))
        connection.execute("INSERT INTO bills VALUES(2, 'A-2', 5, ?)", (b"b" * 50_000,))
    now.write_bytes(then.read_bytes())
    with books(now) as connection:
        connection.execute("UPDATE bills SET note = ? WHERE id = 1", (b"a" * 49_000 + b"c" * 1000,))
    listed = found(now, then, by_pages=True)["bills"]
    assert [change.key for change in listed] == [(1,)]


def test_equal_pages_are_not_read_as_rows(pair: tuple[Path, Path]) -> None:
    now, then = pair
    with books(then) as connection:
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO bills VALUES(?, 'A-1', 5, 'a note')", ((number,) for number in range(20_000)))
    now.write_bytes(then.read_bytes())
    with books(now) as connection:
        connection.execute("UPDATE bills SET paise = 6 WHERE id IN (5, 15000)")
    with (
        closing(open_closed(now)) as one,
        closing(open_closed(then)) as other,
        tables.opened(now, never=None) as mine,
        tables.opened(then, never=None) as yours,
    ):
        same = tables.look(mine, yours, tables.roots(one), tables.roots(other))
        assert same is not None
        ranges = same.ranges(tables.shapes(one)["bills"].root, tables.shapes(other)["bills"].root)
    looked_at = [number for number in range(20_000) if any(after < number <= upto for after, upto in ranges)]
    assert len(ranges) == 2
    assert {5, 15_000} <= {*looked_at}
    assert len(looked_at) < 1000


def test_another_page_size_is_compared_all_the_same(pair: tuple[Path, Path]) -> None:
    now, then = pair
    dice = random.Random(3)
    with books(then) as connection:
        connection.executescript(SCHEMA)
        fill(connection, dice, 100)
    now.write_bytes(then.read_bytes())
    with closing(sqlite3.connect(now)) as connection:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("VACUUM")
        connection.execute("DELETE FROM bills WHERE id = 3")
        connection.commit()
    listed = found(now, then, by_pages=True)
    assert [change.key for change in listed.pop("bills")] == [(3,)]
    assert not any(listed.values())


def test_columns_that_only_one_side_has_are_left_out(pair: tuple[Path, Path]) -> None:
    now, then = pair
    for path in pair:
        with books(path) as connection:
            connection.execute("CREATE TABLE flats(id INTEGER PRIMARY KEY, owner TEXT)")
            connection.execute("INSERT INTO flats VALUES(1, 'Asha')")
    with books(now) as connection:
        connection.execute("ALTER TABLE flats ADD COLUMN phone TEXT DEFAULT '-'")
    assert found(now, then, by_pages=True) == {"flats": []}


def test_a_tree_that_leads_in_a_circle_is_damage_and_no_endless_walk(pair: tuple[Path, Path]) -> None:
    now, _then = pair
    with books(now) as connection:
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO bills VALUES(?, 'A-1', 5, 'a note')", ((number,) for number in range(5_000)))
    with closing(open_closed(now)) as one:
        root = tables.shapes(one)["bills"].root
    with tables.opened(now, never=None) as pages:
        assert pages.read(root)[0] != TABLE_LEAF
        start = (root - 1) * pages.size
    data = bytearray(now.read_bytes())
    data[start + 8 : start + 12] = (1 << 30).to_bytes(4, "big")
    now.write_bytes(data)
    with tables.opened(now, never=None) as pages, pytest.raises(Damaged):
        list(pages.leaves(root))
