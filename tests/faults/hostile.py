"""Files that a backup folder should never hold, made by us: each function leaves one hostile file where it is told."""

from __future__ import annotations

import os
import random
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

from tests.builders import ledger

PAGE_SIZE_AT, RESERVED_AT, VERSIONS_AT, PAGE_COUNT_AT = 16, 20, 18, 28
TERABYTE = 1 << 40


def whole(path: Path, *, entries: int = 60, page_size: int = 4096) -> Path:
    """Books at rest in rollback mode, whole: what the hostile ones are made of."""
    return ledger.make(path, journal="delete", entries=entries, page_size=page_size)


def script(path: Path, statements: str) -> Path:
    """Make a database with statements no application would run; the name of the file may be anything."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(statements)
    finally:
        connection.close()
    return path


def patched(path: Path, *changes: tuple[int, bytes]) -> Path:
    """Put bytes at offsets of a file, keeping its length."""
    data = bytearray(path.read_bytes())
    for offset, new in changes:
        data[offset : offset + len(new)] = new
    path.write_bytes(data)
    return path


def text(path: Path) -> Path:
    path.write_text("Dear treasurer, the backup is attached.\n" * 200)
    return path


def header_only(path: Path) -> Path:
    whole(path)
    path.write_bytes(path.read_bytes()[:100])
    return path


def other_format(path: Path, magic: bytes) -> Path:
    """A file of another program: its magic and then plain bytes."""
    path.write_bytes(magic + b"\0" * (8192 - len(magic)))
    return path


def age_file(path: Path, seed: int = 1) -> Path:
    """A file as the age tool writes it: readable header, sealed rest."""
    header = (
        b"age-encryption.org/v1\n-> X25519 0123456789abcdef0123456789abcdef0123456789A\n--- 0123456789abcdef0123456789abcdef0123456789A\n"
    )
    path.write_bytes(header + random.Random(seed).randbytes(12_000))
    return path


def sqlcipher_file(path: Path, seed: int = 2) -> Path:
    """A file as SQLCipher writes it: salt and sealed pages, no readable byte, a whole number of pages."""
    path.write_bytes(random.Random(seed).randbytes(4096 * 5))
    return path


def sparse(path: Path, size_bytes: int = TERABYTE) -> Path:
    """A whole database whose header and length claim a terabyte, with a few pages stored. Raises OSError where there is no such file."""
    whole(path, page_size=65536)
    patched(path, (PAGE_COUNT_AT, struct.pack(">I", size_bytes // 65536)))
    os.truncate(path, size_bytes)
    return path


def expression_bomb(path: Path, *, rows: int = 3000, work: int = 20_000) -> Path:
    """An index whose every entry costs much to compute and is right: a few kilobytes of file, as many seconds of checking as one likes.

    It is built with a cheap expression of the same value, and the schema is then rewritten to the costly one.
    """
    cheap, costly = "a * 0", f"length(replace(hex(zeroblob({work} + a * 0)), ''0'', ''''))"
    return script(
        path,
        f"""
        CREATE TABLE t (a INTEGER);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO t SELECT i % 3 FROM n;
        CREATE INDEX bomb ON t ({cheap});
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE INDEX bomb ON t ({costly})' WHERE name = 'bomb';
        PRAGMA writable_schema = RESET;
        """,
    )


def nested_views(path: Path, *, depth: int = 39, of_table: str | None = None) -> Path:
    """Views that double at each level, the last under the name of a table that is read for the figures; of a table there, or their own."""
    levels = "\n".join(f"CREATE VIEW v{n} AS SELECT a.x AS x FROM v{n - 1} a, v{n - 1} b;" for n in range(1, depth + 1))
    last = "".join(
        f"CREATE VIEW {name} AS SELECT x AS id, x AS name, x AS date, x AS receipt_number FROM v{depth};"
        for name in ("societies", "flats", "journal_entries", "payments")
    )
    own = "CREATE TABLE one (id); INSERT INTO one VALUES (1), (2);" if of_table is None else ""
    return script(path, f"{own} CREATE VIEW v0 AS SELECT id AS x FROM {of_table or 'one'}; {levels} {last}")


def recursive_views(path: Path, *, of_table: str | None = None) -> Path:
    """Two views that need each other, and one that never ends, under the names that are read for the figures."""
    own = "CREATE TABLE t (x); INSERT INTO t VALUES (1);" if of_table is None else ""
    return script(
        path,
        own
        + """
        CREATE VIEW societies AS SELECT id, name FROM flats;
        CREATE VIEW flats AS SELECT id, name FROM societies;
        CREATE VIEW payments AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id, id AS receipt_number FROM n;
        """,
    )


def triggers(path: Path, victim: Path) -> Path:
    """A database that would write, load and attach if anything in it were trusted or run."""
    quoted = str(victim).replace("'", "''")
    return script(
        path,
        f"""
        CREATE TABLE societies (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO societies VALUES (1, 'Evil');
        CREATE TABLE seen (what);
        CREATE TRIGGER on_write AFTER INSERT ON seen BEGIN DELETE FROM societies; END;
        CREATE VIEW flats AS SELECT load_extension('{quoted}') AS id;
        CREATE VIEW payments AS SELECT writefile('{quoted}', 'x') AS id, 1 AS receipt_number;
        CREATE VIEW journal_entries AS SELECT readfile('/etc/passwd') AS date;
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema VALUES
            ('table', 'fake', 'fake', 0, 'CREATE VIRTUAL TABLE fake USING no_such_module(''{quoted.replace("'", "''")}'')');
        PRAGMA writable_schema = RESET;
        """,
    )


def evil_schema(path: Path) -> Path:
    """A schema whose text is no SQL and whose table shares its root page with another."""
    return script(
        path,
        """
        CREATE TABLE a (x); CREATE TABLE b (y); INSERT INTO a VALUES (1);
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE TABLE b (y); DROP TABLE a; --', rootpage = 2 WHERE name = 'b';
        """,
    )


def schema_that_is_no_utf8(path: Path) -> Path:
    """A table whose name in the schema is not text in any encoding; SQLite itself does not mind."""
    script(path, "CREATE TABLE plain_name_AAAA (x); INSERT INTO plain_name_AAAA VALUES (1);")
    path.write_bytes(path.read_bytes().replace(b"plain_name_AAAA", b"plain_name_\xff\xfe\xc3\x28"))
    return path


def damaged_copies(whole_file: Path, seed: int, count: int) -> list[tuple[str, bytes]]:
    """Seeded damage of many kinds to one whole file: what was done, and the bytes."""
    chance, data = random.Random(seed), whole_file.read_bytes()
    kinds: tuple[Callable[[random.Random, bytearray], None], ...] = (_flip, _flip_header, _flip_schema, _zero, _cut, _grow, _swap, _shuffle)
    made = []
    for number in range(count):
        kind, changed = chance.choice(kinds), bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            kind(chance, changed)
        made.append((f"{number}: {kind.__name__}", bytes(changed)))
    return made


def _flip(chance: random.Random, data: bytearray) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _flip_header(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(min(100, len(data)))] = chance.randrange(256)


def _flip_schema(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(100, 4096)] = chance.randrange(256)


def _zero(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    stop = min(len(data), start + chance.choice((1, 16, 512, 4096)))
    data[start:stop] = bytes(stop - start)


def _cut(chance: random.Random, data: bytearray) -> None:
    del data[max(4096, len(data) - chance.choice((1, 100, 4096, 9000))) :]


def _grow(chance: random.Random, data: bytearray) -> None:
    data += chance.randbytes(chance.choice((1, 100, 4096)))


def _swap(chance: random.Random, data: bytearray) -> None:
    pages = len(data) // 4096
    one, other = chance.randrange(pages) * 4096, chance.randrange(pages) * 4096
    data[one : one + 4096], data[other : other + 4096] = data[other : other + 4096], data[one : one + 4096]


def _shuffle(chance: random.Random, data: bytearray) -> None:
    """Put random cell pointers into one page: pointers out of the page, loops, overlaps."""
    start = chance.randrange(len(data) // 4096) * 4096
    for offset in range(8, 40):
        data[start + offset] = chance.randrange(256)
