"""SQLite as the engine uses it: headers, hardened opening of closed files, and its failures sorted into our tree.

Leaves nothing on disk: closed files are opened immutable, so that no side file appears beside them.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from gharmitra_admin.engine.base.errors import Busy, Cancelled, Code, Damaged, NoAccess, NoSpace

MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
VERSIONS_OFFSET = 18  # file format write and read version, one byte each: 1 rollback journal, 2 WAL
VERSIONS_ROLLBACK = b"\x01\x01"
LOCK_PAGE_OFFSET = 0x40000000  # SQLite never stores anything in the page of this byte: file locks live there
_SMALLEST_PAGE, _LARGEST_PAGE = 512, 65536
_OWN_TABLES = r"""
    SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type IN ('table', 'shadow') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name
"""

UNREACHED = (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError)
DAMAGE = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class Header:
    """The first 100 bytes of a database file (SQLite, "Database File Format", section 1.3)."""

    page_size: int
    is_wal: bool
    change_counter: int
    page_count: int

    @classmethod
    def parse(cls, data: bytes) -> Header | None:
        """Read the header; None where these bytes do not begin a database of a known format."""
        if len(data) < HEADER_BYTES or not data.startswith(MAGIC):
            return None
        stored = int.from_bytes(data[16:18], "big")
        page_size = _LARGEST_PAGE if stored == 1 else stored
        power_of_two = page_size & (page_size - 1) == 0
        if not power_of_two or not _SMALLEST_PAGE <= page_size <= _LARGEST_PAGE:
            return None
        if data[18] not in (1, 2) or data[19] not in (1, 2) or data[21:24] != b"\x40\x20\x20":
            return None
        change_counter, page_count = int.from_bytes(data[24:28], "big"), int.from_bytes(data[28:32], "big")
        return cls(page_size, data[19] == 2, change_counter, page_count)


def uri(path: Path, **options: str) -> str:
    """The path as SQLite's URI, whatever bytes are in it."""
    return path.absolute().as_uri() + "?" + "&".join(f"{key}={value}" for key, value in options.items())


def open_closed(path: Path) -> apsw.Connection:
    """Open a file that nobody writes, for reading only and trusting nothing in it. Raises apsw.Error."""
    connection = apsw.Connection(uri(path, mode="ro", immutable="1"), flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READONLY)
    try:
        harden(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def harden(connection: apsw.Connection) -> None:
    """Take from a connection all that a hostile schema could use against us (SQLite, "Defense Against The Dark Arts")."""
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    for option in (
        apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA,
        apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER,
        apsw.SQLITE_DBCONFIG_ENABLE_VIEW,
        apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
    ):
        connection.config(option, 0)
    connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)
    connection.execute("PRAGMA cell_size_check=ON")


def schema_fingerprint(connection: apsw.Connection) -> str:
    """A hash of all that the schema says, in any order of its making. Raises apsw.Error, UnicodeDecodeError."""
    digest = hashlib.sha256()
    for row in sorted(str(row) for row in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")):
        digest.update(row.encode("utf-8", "backslashreplace") + b"\n")
    return digest.hexdigest()


def row_counts(connection: apsw.Connection) -> dict[str, int]:
    """Count the rows of every table that stores its own; virtual tables are left out. Raises apsw.Error, UnicodeDecodeError."""
    tables = [name for (name,) in connection.execute(_OWN_TABLES)]
    return {name: _count(connection, name) for name in tables}


def _count(connection: apsw.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    (count,) = next(iter(connection.execute(f'SELECT count(*) FROM main."{quoted}"')))  # noqa: S608 - the name is quoted
    return int(count)


def tables_differ(one: Mapping[str, int], other: Mapping[str, int]) -> tuple[str, ...]:
    """Name the tables whose row counts differ or that only one side has."""
    return tuple(sorted(name for name in {*one, *other} if one.get(name) != other.get(name)))


@contextmanager
def sorted_sqlite_errors(
    path: Path, *, busy: Code = Code.BOOKS_BUSY, damaged: Code = Code.BOOKS_DAMAGED, writing: bool = False
) -> Iterator[None]:
    """Raise a failure of SQLite in the block as the EngineError it means; what the world cannot cause flies on as a bug."""
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        raise Busy(busy, path=path) from error
    except apsw.FullError as error:
        raise NoSpace(Code.DISK_FULL, path=path) from error
    except apsw.InterruptError as error:
        raise Cancelled from error
    except DAMAGE as error:
        raise Damaged(damaged, path=path, problem=type(error).__name__) from error
    except UNREACHED as error:
        raise NoAccess(Code.CANNOT_WRITE if writing else Code.CANNOT_READ, path=path, reason=system_reason(error)) from error


def system_reason(error: apsw.Error, told: int = 0) -> OSError:
    """The system's error behind a failure of SQLite: what it ``told``, else the nearest of the kind."""
    if not told and isinstance(error, apsw.FullError):
        told = errno.ENOSPC
    nearest = errno.EIO if isinstance(error, apsw.IOError) else errno.EROFS if isinstance(error, apsw.ReadOnlyError) else errno.EACCES
    number = told or nearest
    return OSError(number, os.strerror(number))


def scratch() -> apsw.Connection:
    """A private database for sorting what is too much for memory; SQLite removes it when it is closed. Raises apsw.Error.

    It has no name in any folder: an empty name means a temporary file of SQLite's own, written only when the cache is full.
    """
    connection = apsw.Connection("")
    connection.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000; PRAGMA temp_store=FILE")
    return connection
