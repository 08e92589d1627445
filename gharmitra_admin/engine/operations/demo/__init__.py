"""A made-up society to try things on: books with GharMitra's tables, and documents. Nothing in it is anybody's.

Leaves ``gharmitra.db`` and ``uploads/`` in the folder it is given, or nothing. While it works, and after a kill, there is one
hidden folder ``.made-up-*.part``, which the next one made there sweeps.

The books end on the day before the clock's local day. The second of their two financial years (April to March) is the one that
holds the clock's day; both begin on the 1st of April. The same seed, size and day give the same rows and documents.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import apsw

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import BadInput, Code, NoSpace, Refused, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Report, ignore
from gharmitra_admin.engine.operations.demo import days, documents, history, people, schema
from gharmitra_admin.engine.operations.demo.days import Period
from gharmitra_admin.engine.operations.demo.writer import PAGE_BYTES, Writer, chance

BOOKS_NAME = "gharmitra.db"
SMALLEST_MB, LARGEST_MB = 1, 1024
_MB = 1_000_000
_HIDDEN_PREFIX = ".made-up-"
_TAKEN = {BOOKS_NAME, f"{BOOKS_NAME}-wal", f"{BOOKS_NAME}-shm", f"{BOOKS_NAME}-journal", documents.FOLDER}

# Measured: what books without bills take, and what a month of bills, receipts and expenses adds.
_FIRST_BYTES, _MONTH_BYTES = 560_000, 150_000
_WHILE_MAKING: Mapping[str, int | str] = {
    "page_size": PAGE_BYTES,
    "locking_mode": "exclusive",
    "synchronous": 0,
    "journal_mode": "off",
    "cache_size": -65536,
}
_COUNTER_SHARE, _COUNTER_BYTES = 0.35, 1_150  # of what is left for growth, and of one such voucher with its lines


@dataclass(frozen=True, slots=True)
class DemoSociety:
    """What was made: where, whose, how much. ``first_day`` and ``last_day`` are the books' own."""

    books: Path
    society: str
    flats: int
    vouchers: int
    receipts: int
    uploads: int
    first_day: date
    last_day: date
    size_bytes: int


def make(
    folder: Path, *, seed: int = 1, size_mb: float = 10, clock: Clock, report: Report = ignore, cancel: CancelToken = NEVER
) -> DemoSociety:
    """Make a society's folder with books of about this size (in millions of bytes, within 5 %), in WAL mode and at rest.

    Flats are always 60. Books under 4 MB have no room for bills of two whole years: there the society began later.
    Commit point: the books' name. Raises BadInput for a size that cannot be, Refused where there are books or documents already,
    NoSpace, NoAccess, Cancelled; then nothing is left.
    """
    if not SMALLEST_MB <= size_mb <= LARGEST_MB:
        raise BadInput(Code.BAD_SIZE, size_mb=size_mb, smallest=SMALLEST_MB, largest=LARGEST_MB)
    with _new_folder(folder):
        _refuse_taken(folder)
        wanted = round(size_mb * _MB)
        if (free := files.free_bytes(folder)) < wanted * 1.1:
            raise NoSpace(Code.DISK_FULL, path=folder, needed_bytes=round(wanted * 1.1), free_bytes=free)
        with _hidden(folder) as hidden:
            period = _period(clock.local(clock.now()).date(), wanted)
            made = _make(hidden, folder, seed, wanted, period, report, cancel)
            cancel.check()
            _publish(hidden, folder)
    return made


def _make(hidden: Path, folder: Path, seed: int, wanted: int, period: Period, report: Report, cancel: CancelToken) -> DemoSociety:
    path = hidden / BOOKS_NAME
    with sqlite.sorted_sqlite_errors(path, writing=True), _opened(path) as connection:
        schema.create(connection)
        writer = Writer(connection, wanted_bytes=wanted, report=report, cancel=cancel)
        society = people.settle(writer, chance(seed, "people"), period.first, _years(period.last + timedelta(days=1)))
        told = days.tell(writer, society, period, chance(seed, "days"))
        uploads = documents.attach(writer, hidden / documents.FOLDER, told.expenses, chance(seed, "documents"))
        history.fill(writer, society, period, told, chance(seed, "history"))
    size = path.stat().st_size
    vouchers = writer.counts["journal_entries"]
    return DemoSociety(
        folder / BOOKS_NAME, people.SOCIETY, len(society.flats), vouchers, told.receipts, uploads, period.first, period.last, size
    )


def _years(today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """The financial year before that of the day, and that of the day."""
    began = today.year if today.month >= 4 else today.year - 1
    before, this = ((date(year, 4, 1), date(year + 1, 3, 31)) for year in (began - 1, began))
    return before, this


def _period(today: date, wanted: int) -> Period:
    """The days that books of this size have room for, and how many counter vouchers help them grow."""
    last, earliest = today - timedelta(days=1), _years(today)[0][0]
    months = max(2, int((wanted - _FIRST_BYTES) / _MONTH_BYTES))
    first = max(earliest, _months_back(last, months))
    used = _FIRST_BYTES + _MONTH_BYTES * ((last.year - first.year) * 12 + last.month - first.month)
    return Period(first, last, max(0, int((wanted - used) * _COUNTER_SHARE / _COUNTER_BYTES)))


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


@contextmanager
def _opened(path: Path) -> Iterator[apsw.Connection]:
    """Books that nobody else can see yet: no journal while rows go in, WAL mode once they are there, and on the disk."""
    os.close(files.create(path))
    connection = apsw.Connection(sqlite.uri(path, mode="rw"), flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE)
    try:
        for pragma, value in _WHILE_MAKING.items():
            connection.pragma(pragma, value)
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
        connection.pragma("journal_mode", "wal")
    finally:
        connection.close()
    with sorted_os_errors(path, writing=True), path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """The folder, made where it is not there; what was made is taken away again on failure."""
    with sorted_os_errors(folder, writing=True):
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        files.make_private_folder(folder)
        yield
    except BaseException:
        for place in missing:
            with suppress(OSError):
                place.rmdir()
        raise


def _refuse_taken(folder: Path) -> None:
    """Raise Refused where books or documents are, after sweeping what a killed one left."""
    with files.scanned(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_HIDDEN_PREFIX) and entry.name.endswith(files.PART):
                _sweep(Path(entry.path), folder)
    with files.scanned(folder) as entries:
        if any(entry.name.lower() in _TAKEN for entry in entries):
            raise Refused(Code.FOLDER_NOT_EMPTY, path=folder)


def _sweep(left: Path, folder: Path) -> None:
    """Remove a hidden folder, and the documents that it has lost: one killed just before its books got their name published them."""
    lost_documents = (left / BOOKS_NAME).exists() and not (left / documents.FOLDER).exists()
    if lost_documents and not (folder / BOOKS_NAME).exists():
        shutil.rmtree(folder / documents.FOLDER, ignore_errors=True)
    shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _hidden(folder: Path) -> Iterator[Path]:
    """A hidden folder of our own, taken away at the end whatever happened."""
    with sorted_os_errors(folder, writing=True):
        hidden = Path(tempfile.mkdtemp(prefix=_HIDDEN_PREFIX, suffix=files.PART, dir=folder))
        (hidden / documents.FOLDER).mkdir()
    try:
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _publish(hidden: Path, folder: Path) -> None:
    uploads = folder / documents.FOLDER
    with sorted_os_errors(uploads, writing=True):
        (hidden / documents.FOLDER).rename(uploads)
    try:
        files.publish(hidden / BOOKS_NAME, folder / BOOKS_NAME)
    except BaseException:
        shutil.rmtree(uploads, ignore_errors=True)
        raise
    files.sync_folder(folder)


make_demo = make  # its name at the engine's front, where "make" would say too little
