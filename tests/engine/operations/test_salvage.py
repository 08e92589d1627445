"""Damaged books: what can be read is saved, what is not there is told, and the damaged file keeps every byte."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gharmitra_admin.engine import Cancelled, CancelToken, Code, Damaged, EngineError, NoAccess, Problem, Progress, Refused, Stage
from gharmitra_admin.engine.operations.salvage import SalvageResult, require_output, salvage
from gharmitra_admin.engine.parts.salvage import raw
from tests.builders import corruption, ledger, varied
from tests.builders.clock import FakeClock
from tests.builders.corruption import Damage, kept, rows_of
from tests.builders.damage import hot_journal, killed_writer
from tests.builders.process import OtherProcess, ask

SHELL = os.environ.get("GHARMITRA_ADMIN_SQLITE3_SHELL")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return varied.make(tmp_path_factory.mktemp("varied") / "whole.db", rows=600)


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shell")
    plain = ledger.make(folder / "plain.db", journal="delete")
    found = corruption.shell_that_recovers(plain, folder / "recovered.db", SHELL)
    if found is None:
        pytest.skip("no SQLite shell here whose .recover works on a whole file (name one in GHARMITRA_ADMIN_SQLITE3_SHELL)")
    return found


def rescue(source: Path, folder: Path, *, like: Path | None = None, books: Path | None = None) -> SalvageResult:
    output = folder / "rescued.db"
    output.unlink(missing_ok=True)
    identity = raw.files.identity(books) if books is not None else None
    found = salvage(source, output, like=like, books=identity, clock=FakeClock())
    assert ask(output, "PRAGMA integrity_check") == [["ok"]]
    assert {path.name for path in folder.iterdir() if "rescued" in path.name} == {"rescued.db"}
    return found


def total(rows: corruption.Rows) -> int:
    return sum(counted.total() for counted in rows.values())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 1 << 30),
    page_size=st.sampled_from([512, 1024, 4096, 65536]),
    encoding=st.sampled_from(["UTF-8", "UTF-16le", "UTF-16be"]),
    rows=st.integers(0, 120),
)
def test_a_whole_file_comes_out_row_for_row_equal(seed: int, page_size: int, encoding: str, rows: int, tmp_path: Path) -> None:
    source = tmp_path / "source.db"
    source.unlink(missing_ok=True)
    varied.make(source, seed=seed, page_size=page_size, encoding=encoding, rows=rows)
    before = source.read_bytes()
    found = rescue(source, tmp_path, like=source)
    assert rows_of(tmp_path / "rescued.db") == rows_of(source)
    assert found.is_complete
    assert (found.lost, found.set_aside, found.left_out) == (0, 0, ())
    schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    assert ask(tmp_path / "rescued.db", schema) == ask(source, schema)
    for pragma in ("user_version", "application_id", "page_size", "encoding"):
        assert ask(tmp_path / "rescued.db", f"PRAGMA {pragma}") == ask(source, f"PRAGMA {pragma}")
    assert source.read_bytes() == before


def test_the_real_books_come_out_row_for_row_equal(real_books: Path, tmp_path: Path) -> None:
    found = rescue(real_books, tmp_path, like=real_books)
    assert rows_of(tmp_path / "rescued.db") == rows_of(real_books)
    assert found.is_complete


@pytest.mark.parametrize("damage", corruption.CLASSES, ids=lambda one: one.__name__)
def test_at_least_as_many_rows_as_sqlites_own_shell_recovers(damage: Damage, whole: Path, shell: Path, tmp_path: Path) -> None:
    before = rows_of(whole)
    for seed in range(2):
        source = corruption.damaged(whole, tmp_path / "damaged.db", damage, seed)
        rescue(source, tmp_path)
        ours = kept(before, rows_of(tmp_path / "rescued.db"))
        theirs = kept(before, corruption.recovered(shell, source, tmp_path / "recovered.db"))
        assert ours >= theirs, f"seed {seed}: {ours} rows, the shell {theirs}"


# What is lost at most, of all rows, in the worst of the seeds: the rows of the damaged pages themselves.
@pytest.mark.parametrize(
    ("damage", "least"),
    [
        (corruption.bit, 0.99), (corruption.bits, 0.93), (corruption.zeroed_page, 0.97), (corruption.zeroed_pages, 0.93),
        (corruption.random_pages, 0.93), (corruption.swapped_pages, 0.99), (corruption.zeroed_sector, 0.98),
        (corruption.interior_pages, 0.999), (corruption.free_list, 1.0),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)  # fmt: skip
def test_only_the_rows_of_the_damaged_places_are_lost(damage: Damage, least: float, whole: Path, tmp_path: Path) -> None:
    before = rows_of(whole)
    for seed in range(3):
        source = corruption.damaged(whole, tmp_path / "damaged.db", damage, seed)
        found = rescue(source, tmp_path, like=whole)
        after = rows_of(tmp_path / "rescued.db")
        assert kept(before, after) >= least * total(before), f"seed {seed}"
        _assert_told(found, before, after)


def _assert_told(found: SalvageResult, before: corruption.Rows, after: corruption.Rows) -> None:
    """The figures of the result are those of the file."""
    for one in found.tables:
        assert one.saved == after.get(one.table, Counter()).total(), one
        assert one.expected == before[one.table].total(), one
        assert one.lost is not None
        assert one.lost >= one.expected - one.saved, one


@pytest.mark.parametrize("damage", corruption.WITHOUT_FIRST_PAGE, ids=lambda one: one.__name__)
def test_with_a_backup_nothing_is_lost_but_what_stood_on_the_first_page(damage: Damage, whole: Path, tmp_path: Path) -> None:
    before = rows_of(whole)
    source = corruption.damaged(whole, tmp_path / "damaged.db", damage, 1)
    found = rescue(source, tmp_path, like=whole)
    assert found.schema_from_guide
    assert rows_of(tmp_path / "rescued.db") == before


@pytest.mark.parametrize("damage", corruption.WITHOUT_FIRST_PAGE, ids=lambda one: one.__name__)
def test_a_backup_that_is_older_and_laid_out_otherwise_leads_as_well(damage: Damage, whole: Path, tmp_path: Path) -> None:
    older = shutil.copy(whole, tmp_path / "older.db")
    with OtherProcess(older) as other:
        other.run("DELETE FROM ledger WHERE id > 450", "DELETE FROM accounts WHERE number > 90", "DELETE FROM documents WHERE rowid > 100")
        other.run("DELETE FROM anything WHERE a IS NULL", "VACUUM")
    source = corruption.damaged(whole, tmp_path / "damaged.db", damage, 1)
    found = rescue(source, tmp_path, like=older)
    before, after = rows_of(whole), rows_of(tmp_path / "rescued.db")
    assert kept(before, after) >= 0.95 * total(before)
    assert sum(one.unsure for one in found.tables) > 0, "which pages were free is not known any more, and that is told"


@pytest.mark.parametrize("damage", [*corruption.WITHOUT_FIRST_PAGE, corruption.interior_pages], ids=lambda one: one.__name__)
def test_the_real_books_without_their_first_page(damage: Damage, real_books: Path, tmp_path: Path) -> None:
    before = rows_of(real_books)
    source = corruption.damaged(real_books, tmp_path / "damaged.db", damage, 1)
    rescue(source, tmp_path, like=real_books)
    assert kept(before, rows_of(tmp_path / "rescued.db")) >= 0.99 * total(before)


def test_the_schema_of_the_real_books_is_found_again_without_any_backup(real_books: Path, tmp_path: Path) -> None:
    """It fills many pages: when the first one is lost, the others still tell."""
    before = rows_of(real_books)
    source = corruption.damaged(real_books, tmp_path / "damaged.db", corruption.zeroed_first_page, 1)
    found = rescue(source, tmp_path)
    assert kept(before, rows_of(tmp_path / "rescued.db")) == total(before)
    assert (found.lost, found.schema_is_whole, found.schema_from_guide) == (None, False, False)


def test_the_real_books_against_the_shell(real_books: Path, shell: Path, tmp_path: Path) -> None:
    before = rows_of(real_books)
    for damage in (corruption.bits, corruption.random_pages, corruption.swapped_pages, corruption.cut_to_half):
        source = corruption.damaged(real_books, tmp_path / "damaged.db", damage, 3)
        rescue(source, tmp_path)
        theirs = corruption.recovered(shell, source, tmp_path / "recovered.db")
        assert kept(before, rows_of(tmp_path / "rescued.db")) >= kept(before, theirs), damage.__name__


def test_rows_that_were_deleted_do_not_come_back(whole: Path, tmp_path: Path) -> None:
    """Not into a table that is whole, and of a damaged one only set aside, as doubtful."""
    source = corruption.damaged(whole, tmp_path / "damaged.db", corruption.zeroed_pages, 2)
    found = rescue(source, tmp_path, like=whole)
    before, after = rows_of(whole), rows_of(tmp_path / "rescued.db")
    for name, counted in after.items():
        if name != "lost_and_found":
            assert not counted - before[name], f"{name} has rows that the books had not"
    assert found.lost
    assert not found.is_complete


def test_rows_whose_keys_clash_are_set_aside_and_counted(tmp_path: Path) -> None:
    """Two flats got one name in the pages: a rule of the table forbids both, and none is dropped."""
    source = tmp_path / "clash.db"
    with OtherProcess(source) as other:
        other.run("CREATE TABLE flats (id INTEGER PRIMARY KEY, name TEXT UNIQUE, owner TEXT NOT NULL)")
        other.run("INSERT INTO flats VALUES (1, 'A-101', 'first'), (2, 'A-102', 'second'), (3, 'A-103', 'third')")
    data = source.read_bytes().replace(b"A-102second", b"A-101second")
    source.write_bytes(data)
    found = rescue(source, tmp_path)
    (flats,) = found.tables
    assert (flats.saved, flats.set_aside) == (2, 1)
    assert ask(tmp_path / "rescued.db", "SELECT of_table, why, number, value2, value3 FROM lost_and_found") == [
        ["flats", "taken", "2", "A-101", "second"]
    ]
    assert not found.is_complete


def test_a_row_that_lost_its_end_is_saved_and_told(tmp_path: Path) -> None:
    source = tmp_path / "cut.db"
    with OtherProcess(source) as other:
        other.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT, seen INTEGER)")
        other.run("INSERT INTO notes VALUES (1, 'short', 'x', 1), (2, 'long', printf('%.9000c', 'y'), 1)")
    data = source.read_bytes()
    source.write_bytes(data[: len(data) - 4096])
    found = rescue(source, tmp_path)
    assert [(one.saved, one.cut) for one in found.tables] == [(2, 1)]
    assert ask(tmp_path / "rescued.db", "SELECT title, length(body) > 4000, seen IS NULL FROM notes WHERE id = 2") == [["long", "1", "1"]]


# ---- what is no damaged database ----


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"x", Problem.NOT_A_DATABASE),
        (b"Only a letter to the members.\n" * 4000, Problem.NOT_A_DATABASE),
        (bytes(100_000), Problem.NOT_A_DATABASE),
        (corruption.random.Random(1).randbytes(200_000), Problem.ENCRYPTED),
        (b"age-encryption.org/v1\n" + corruption.random.Random(2).randbytes(90_000), Problem.ENCRYPTED),
    ],
    ids=["empty", "one byte", "text", "zeros", "sealed", "age"],
)
def test_a_file_in_which_nothing_is_says_so(content: bytes, problem: Problem, tmp_path: Path) -> None:
    source = tmp_path / "source.db"
    source.write_bytes(content)
    with pytest.raises(Damaged) as told:
        rescue(source, tmp_path)
    assert (told.value.code, told.value.values["problem"]) == (Code.NOTHING_TO_RESCUE, problem)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.db"]


def test_rows_without_any_schema_ask_for_a_backup(whole: Path, tmp_path: Path) -> None:
    source = corruption.damaged(whole, tmp_path / "damaged.db", corruption.zeroed_first_page, 1)
    with pytest.raises(Damaged) as told:
        rescue(source, tmp_path)
    assert told.value.code is Code.RESCUE_NEEDS_BACKUP
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.db"]


def test_a_folder_a_pipe_and_a_link_are_not_opened(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link.db"
    link.symlink_to(whole)
    sources = [tmp_path / "folder", link]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        sources.append(tmp_path / "pipe")
    for source in sources:
        with pytest.raises(Refused) as told:
            salvage(source, tmp_path / "rescued.db", like=None, books=None, clock=FakeClock())
        assert told.value.code is Code.NOT_A_REGULAR_FILE
    assert not (tmp_path / "rescued.db").exists()


def test_a_sparse_terabyte_is_not_read(tmp_path: Path) -> None:
    source = tmp_path / "huge.db"
    try:
        with source.open("wb") as file:
            file.write(b"SQLite format 3\0")
            file.truncate(1 << 40)
    except OSError:
        pytest.skip("this disk makes no sparse files")
    if source.stat().st_blocks * 512 > 1 << 30:
        pytest.skip("this disk makes no sparse files")
    with pytest.raises(Damaged) as told:
        rescue(source, tmp_path)
    assert told.value.values["problem"] is Problem.TOO_BIG


def test_the_output_is_never_written_over_anything(whole: Path, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    taken = tmp_path / "taken.db"
    taken.write_bytes(b"mine")
    dangling = tmp_path / "dangling.db"
    dangling.symlink_to(tmp_path / "nowhere")
    for place, code in (
        (taken, Code.OUTPUT_EXISTS),
        (dangling, Code.OUTPUT_EXISTS),
        (whole, Code.OUTPUT_EXISTS),
        (backups / "gharmitra_backup_20261121_180012.db", Code.RESCUE_AMONG_BACKUPS),
        (tmp_path / "other" / ".." / "backups" / "x.db", Code.FILE_NOT_FOUND),
        (tmp_path / "gharmitra.db", Code.RESCUE_AMONG_BACKUPS),
        (tmp_path / "no folder" / "x.db", Code.FILE_NOT_FOUND),
    ):
        with pytest.raises(EngineError) as told:
            require_output(place, (tmp_path / "gharmitra.db", backups))
        assert told.value.code is code, place
    assert taken.read_bytes() == b"mine"
    assert require_output(tmp_path / "free.db", (backups,)) == (tmp_path / "free.db").resolve()


def test_a_file_that_takes_the_name_meanwhile_is_not_replaced(whole: Path, tmp_path: Path) -> None:
    output = tmp_path / "rescued.db"

    def late(progress: Progress) -> None:
        if progress.stage is Stage.CHECKING:
            output.write_bytes(b"mine")

    with pytest.raises(NoAccess):
        salvage(whole, output, like=None, books=None, clock=FakeClock(), report=late)
    assert output.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["rescued.db"]


def test_cancel_at_every_stage_leaves_nothing(whole: Path, tmp_path: Path) -> None:
    seen: set[Stage] = set()
    salvage(whole, tmp_path / "first.db", like=whole, books=None, clock=FakeClock(), report=lambda one: seen.add(one.stage))
    (tmp_path / "first.db").unlink()
    assert seen >= {Stage.COPYING, Stage.RESCUING, Stage.CHECKING, Stage.COMPARING}
    for stage in seen:
        cancel = CancelToken()

        def ask_at(progress: Progress, stage: Stage = stage, cancel: CancelToken = cancel) -> None:
            if progress.stage is stage:
                cancel.ask()

        with pytest.raises(Cancelled):
            salvage(whole, tmp_path / "rescued.db", like=whole, books=None, clock=FakeClock(), report=ask_at, cancel=cancel)
        assert not list(tmp_path.iterdir()), stage


# ---- files that mean harm ----


def _page(data: bytearray, number: int) -> memoryview:
    return memoryview(data)[(number - 1) * 4096 : number * 4096]


def _all_pages_are_one(data: bytearray) -> None:
    """Every interior page leads to itself and to the first page."""
    for number in range(2, len(data) // 4096 + 1):
        page = _page(data, number)
        page[:12] = struct.pack(">BHHHBI", 5, 0, 500, 4000, 0, number)
        for place in range(500):
            page[12 + 2 * place : 14 + 2 * place] = struct.pack(">H", 1020 + 6 * place)
            page[1020 + 6 * place : 1024 + 6 * place] = struct.pack(">I", (number + place) % (len(data) // 4096))


def _cells_claim_terabytes(data: bytearray) -> None:
    for number in range(2, len(data) // 4096 + 1):
        page = _page(data, number)
        if page[0] == 13:
            for place in range(int.from_bytes(page[3:5])):
                at = int.from_bytes(page[8 + 2 * place : 10 + 2 * place])
                page[at : at + 6] = b"\xff\xff\xff\xff\xff\x7f"


def _overflow_in_a_circle(data: bytearray) -> None:
    """Every page of the file is the next overflow page of the one before, and every cell is as long as the file."""
    count = len(data) // 4096
    for number in range(2, count + 1):
        page = _page(data, number)
        if page[0] == 13:
            for place in range(int.from_bytes(page[3:5])):
                at = int.from_bytes(page[8 + 2 * place : 10 + 2 * place])
                page[at : at + 3] = b"\xc0\x80\x00"
        else:
            page[:4] = (number % count + 1).to_bytes(4)


def _free_list_in_a_circle(data: bytearray) -> None:
    data[32:40] = struct.pack(">II", 3, 0xFFFFFFFF)
    _page(data, 3)[:16] = struct.pack(">IIII", 3, 0xFFFFFFFF, 3, 3)


def _cells_overlap(data: bytearray) -> None:
    for number in range(2, len(data) // 4096 + 1):
        page = _page(data, number)
        if page[0] == 13:
            page[3:5] = (1500).to_bytes(2)
            page[8:3008] = b"".join(struct.pack(">H", 3100 - place % 90) for place in range(1500))


@pytest.mark.parametrize(
    "harm",
    [_all_pages_are_one, _cells_claim_terabytes, _overflow_in_a_circle, _free_list_in_a_circle, _cells_overlap],
    ids=lambda one: one.__name__,
)
def test_a_file_that_means_harm_costs_no_memory_and_ends(harm: Callable[[bytearray], None], whole: Path, tmp_path: Path) -> None:
    data = bytearray(whole.read_bytes())
    harm(data)
    source = tmp_path / "harm.db"
    source.write_bytes(data)
    tracemalloc.start()
    try:
        rescue(source, tmp_path, like=whole)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * len(data) + (8 << 20)


@pytest.mark.parametrize("seed", range(6))
def test_any_bytes_end_in_books_that_are_whole_or_in_a_clear_failure(seed: int, whole: Path, tmp_path: Path) -> None:
    chance = corruption.random.Random(seed)
    data = bytearray(whole.read_bytes())
    for _ in range(chance.choice([10, 1000, 30_000])):
        data[chance.randrange(len(data))] = chance.choice([0, 1, 5, 13, 127, 128, 255, chance.randrange(256)])
    source = tmp_path / "any.db"
    source.write_bytes(data)
    try:
        rescue(source, tmp_path, like=whole if seed % 2 else None)
    except Damaged as told:
        if told.code not in {Code.RESCUE_NEEDS_BACKUP, Code.NOTHING_TO_RESCUE}:
            raise


@pytest.mark.parametrize(
    "sentence",
    [
        "CREATE TABLE evil AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        "CREATE TABLE evil (x); DROP TABLE ledger",
        "CREATE TABLE evil (x); ATTACH 'attached.db' AS other; CREATE TABLE other.t (x)",
        "CREATE TABLE evil (x); PRAGMA writable_schema=ON; DELETE FROM sqlite_schema",
        "CREATE TABLE evil (x); INSERT INTO ledger (account, amount) VALUES ('bank', 1)",
        "CREATE TEMP TABLE evil (x)",
        "CREATE TABLE lost_and_found (x)",
        "CREATE TABLE evil (x CHECK (length(zeroblob(2000000000)) > 0))",
        "CREATE VIRTUAL TABLE evil USING fts5(x)",
        "CREATE TABLE evil (x",
    ],
)  # fmt: skip
def test_a_schema_that_means_harm_does_nothing(sentence: str, tmp_path: Path) -> None:
    source = ledger.make(tmp_path / "source.db", journal="delete", entries=20)
    quoted = sentence.replace("'", "''")
    name = "lost_and_found" if "lost_and_found" in sentence else "evil"
    with OtherProcess(source) as other:
        other.run("PRAGMA writable_schema=ON")
        other.run(f"INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', '{name}', '{name}', 3, '{quoted}')")
    found = rescue(source, tmp_path)
    after = rows_of(tmp_path / "rescued.db")
    assert after["ledger"].total() == 40
    assert after["accounts"].total() == 2
    assert not (tmp_path / "attached.db").exists()
    assert {one.table for one in found.tables} >= {"ledger", "accounts"}


# ---- files that others have open or left behind ----


def _everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
        if path.is_file() and not path.name.endswith("-shm")
    }


@pytest.mark.parametrize("is_live", [True, False], ids=["the books", "a file"])
def test_what_stands_in_the_wal_is_saved_and_nothing_is_touched(is_live: bool, tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "home" / "gharmitra.db", entries=50)
    killed_writer(books, entries=3)
    books.with_name("gharmitra.db-shm").unlink()
    before = _everything(books.parent)
    out = tmp_path / "out"
    out.mkdir()
    found = rescue(books, out, books=books if is_live else None)
    assert {one.table: one.saved for one in found.tables}["ledger"] == 106
    assert ask(out / "rescued.db", "SELECT sum(amount), count(*) FROM ledger") == [["0", "106"]]
    assert _everything(books.parent) == before
    assert not books.with_name("gharmitra.db-shm").exists()


@pytest.mark.parametrize("is_live", [True, False], ids=["the books", "a file"])
def test_without_a_first_page_the_wal_still_counts(is_live: bool, tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "home" / "gharmitra.db", entries=50)
    like = shutil.copy(books, tmp_path / "like.db")
    killed_writer(books, entries=3)
    with books.open("r+b") as file:
        file.write(bytes(4096))
    before = _everything(books.parent)
    out = tmp_path / "out"
    out.mkdir()
    found = rescue(books, out, like=like, books=books if is_live else None)
    assert {one.table: (one.saved, one.lost) for one in found.tables} == {"ledger": (106, 0), "accounts": (2, 0)}
    assert _everything(books.parent) == before


@pytest.mark.parametrize("is_live", [True, False], ids=["the books", "a file"])
def test_a_hot_journal_is_rolled_back_in_the_copy_only(is_live: bool, tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "home" / "gharmitra.db", journal="delete", entries=200)
    rows = rows_of(books)
    hot_journal(books)
    before = _everything(books.parent)
    out = tmp_path / "out"
    out.mkdir()
    rescue(books, out, books=books if is_live else None)
    assert rows_of(out / "rescued.db") == rows
    assert _everything(books.parent) == before


def test_books_in_use_are_read_beside_their_writer(tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "home" / "gharmitra.db", entries=50)
    out = tmp_path / "out"
    out.mkdir()
    with OtherProcess(books) as other:
        other.run(*ledger.entry(5))
        before = _everything(books.parent)
        found = rescue(books, out, books=books)
        assert _everything(books.parent) == before
        assert other.run("SELECT count(*) FROM ledger") == [["102"]]
        other.run(*ledger.entry(5))
    assert {one.table: one.saved for one in found.tables}["ledger"] == 102


_IN_A_CHILD = """
import sys, resource
from pathlib import Path
from gharmitra_admin.engine import EngineError, SystemClock
from gharmitra_admin.engine.operations.salvage import salvage
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    salvage(Path(sys.argv[1]), Path(sys.argv[2]), like=None, books=None, clock=SystemClock())
except EngineError as error:
    print(type(error).__name__, error.code.value)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit for the size of files")
@pytest.mark.parametrize("where", ["the private copy", "the new file"])
def test_a_full_disk_is_told_and_leaves_nothing(where: str, whole: Path, tmp_path: Path) -> None:
    source = Path(shutil.copy(whole, tmp_path / "source.db"))
    if where == "the new file":
        wider = "UPDATE sqlite_schema SET sql = 'CREATE INDEX ledger_by_account ON anything (a, b, c, d)', tbl_name = 'anything'"
        with OtherProcess(source) as other:
            other.run("VACUUM", "PRAGMA writable_schema=ON", f"{wider} WHERE name = 'ledger_by_account'")
    limit = source.stat().st_size if where == "the new file" else source.stat().st_size // 3
    command = [sys.executable, "-c", _IN_A_CHILD, source, tmp_path / "rescued.db", str(limit)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "NoSpace disk_full", done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.db"]
