"""Damages of a database file, the same for the same seed: the classes of random corruption that salvage is measured with."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from gharmitra_admin.engine.base import sqlite

PAGE = 4096
Damage = Callable[[bytearray, random.Random], None]
Rows = dict[str, Counter[tuple[Any, ...]]]


def _pages(data: bytearray, chance: random.Random, number: int) -> list[int]:
    """Some pages but the first, as offsets."""
    return [page * PAGE for page in chance.sample(range(1, len(data) // PAGE), number)]


def bit(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(100, len(data))] ^= 1 << chance.randrange(8)


def bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(40):
        bit(data, chance)


def zeroed_page(data: bytearray, chance: random.Random) -> None:
    for at in _pages(data, chance, 1):
        data[at : at + PAGE] = bytes(PAGE)


def zeroed_pages(data: bytearray, chance: random.Random) -> None:
    for at in _pages(data, chance, 5):
        data[at : at + PAGE] = bytes(PAGE)


def random_pages(data: bytearray, chance: random.Random) -> None:
    for at in _pages(data, chance, 5):
        data[at : at + PAGE] = chance.randbytes(PAGE)


def swapped_pages(data: bytearray, chance: random.Random) -> None:
    one, other = _pages(data, chance, 2)
    data[one : one + PAGE], data[other : other + PAGE] = data[other : other + PAGE], data[one : one + PAGE]


def zeroed_sector(data: bytearray, chance: random.Random) -> None:
    at = 512 * chance.randrange(8, len(data) // 512)
    data[at : at + 512] = bytes(512)


def cut_to_half(data: bytearray, chance: random.Random) -> None:
    del data[len(data) // 2 + chance.randrange(PAGE) :]


def interior_pages(data: bytearray, chance: random.Random) -> None:
    """Every page that leads to others is lost, but the first."""
    for at in range(PAGE, len(data), PAGE):
        if data[at] == 0x05:
            data[at : at + PAGE] = chance.randbytes(PAGE)


def free_list(data: bytearray, chance: random.Random) -> None:
    """The list of free pages begins at a page that is in use."""
    data[32:36] = chance.randrange(2, len(data) // PAGE).to_bytes(4)


def zeroed_first_page(data: bytearray, _chance: random.Random) -> None:
    data[:PAGE] = bytes(PAGE)


def random_first_page(data: bytearray, chance: random.Random) -> None:
    data[:PAGE] = chance.randbytes(PAGE)


def lost_schema(data: bytearray, chance: random.Random) -> None:
    """The first page, and every other page of the schema."""
    zeroed_first_page(data, chance)
    for at in range(PAGE, len(data), PAGE):
        if data[at] == 0x0D and b"CREATE " in data[at : at + PAGE]:
            data[at : at + PAGE] = bytes(PAGE)


CLASSES: tuple[Damage, ...] = (
    bit, bits, zeroed_page, zeroed_pages, random_pages, swapped_pages, zeroed_sector, cut_to_half, interior_pages, free_list,
)  # fmt: skip
WITHOUT_FIRST_PAGE: tuple[Damage, ...] = (zeroed_first_page, random_first_page, lost_schema)


def damaged(source: Path, target: Path, damage: Damage, seed: int) -> Path:
    """Write a damaged copy of a whole database."""
    data = bytearray(source.read_bytes())
    damage(data, random.Random(f"{damage.__name__} {seed}"))
    target.write_bytes(data)
    return target


def rows_of(path: Path) -> Rows:
    """Every row of every table, with the kinds of its values; text as its bytes."""
    with closing(sqlite.open_closed(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")]
        found: Rows = {}
        for name in names:
            asked_of = connection.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1", (name,))
            columns = ['"' + column.replace('"', '""') + '"' for (column,) in asked_of]
            asked = ", ".join(f"typeof({one}), CASE typeof({one}) WHEN 'text' THEN CAST({one} AS BLOB) ELSE {one} END" for one in columns)
            found[name] = Counter(connection.execute(f'SELECT {asked} FROM "{name}"'))
        return found


def kept(before: Rows, after: Rows) -> int:
    """How many rows are in both, exactly as they were, in their own tables."""
    return sum((counted & after.get(name, Counter())).total() for name, counted in before.items())


def recovered(shell: Path, damaged_file: Path, target: Path) -> Rows:
    """What SQLite's own shell recovers."""
    said = subprocess.run([shell, damaged_file, ".recover"], check=False, capture_output=True)
    target.unlink(missing_ok=True)
    subprocess.run([shell, target], check=False, capture_output=True, input=said.stdout)
    try:
        return rows_of(target)
    except (*sqlite.DAMAGE, *sqlite.UNREACHED):
        return {}


def shell_that_recovers(whole: Path, scratch: Path, named: str | None) -> Path | None:
    """SQLite's shell, where there is one whose ``.recover`` works on a whole file at all (Debian 12's does not)."""
    found = named or shutil.which("sqlite3")
    if found is None:
        return None
    shell = Path(found)
    before = rows_of(whole)
    return shell if kept(before, recovered(shell, whole, scratch)) == sum(one.total() for one in before.values()) else None
