"""Faults of the books: locked, missing, replaced, damaged, emptied, shrunk; each by its row in the catalogue of faults."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gharmitra_admin.engine import (
    AlertCode,
    Busy,
    Code,
    Damaged,
    EngineError,
    Kind,
    NotFound,
    NoticeCode,
    Paths,
    Progress,
    Reason,
    Refused,
    Settings,
    Stage,
    Status,
)
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.parts import live_books
from tests.builders import ledger
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask
from tests.builders.society import Society, assert_whole
from tests.faults import child
from tests.faults.books import enlarge, killed_writer, rows
from tests.faults.child import needs_root, posix_only
from tests.faults.invariant import Invariant, assert_good

_WRITE_FOR_EVER = """
import sqlite3, sys
books = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
while True:
    for statement in sys.argv[2:]:
        books.execute(statement)
    print("entered", flush=True)
"""


def at_stage(stage: Stage, action: Callable[[], object]) -> Callable[[Progress], None]:
    """A report that does something once, when the job first comes to a stage."""
    waiting = [action]

    def report(progress: Progress) -> None:
        if progress.stage is stage and waiting:
            waiting.pop()()

    return report


@pytest.fixture(params=["wal", "delete"])
def any_society(request: pytest.FixtureRequest, tmp_path: Path) -> Society:
    """A society with one good backup, in each journal mode."""
    society = societies.make(tmp_path / "society", journal=request.param)
    society.back_up()
    return society


@pytest.fixture
def with_backup(society: Society) -> Society:
    """A society in WAL mode with one good backup."""
    society.back_up()
    return society


@pytest.fixture
def large(tmp_path: Path) -> Society:
    """Books of some megabytes in WAL mode, with a few entries that stand in the -wal only: copied in many steps."""
    society = societies.make(tmp_path / "society", entries=1)
    enlarge(society.paths.books, 40000)
    return society


# Row 2: a writer in the middle of a transaction


def test_row_02_a_transaction_that_is_not_committed_is_not_in_the_backup(any_society: Society) -> None:
    before = rows(any_society.paths.books)
    with OtherProcess(any_society.paths.books) as writer:
        writer.run(*ledger.entry(700)[:-1])
        made = any_society.back_up().record
        writer.run("COMMIT")
        assert rows(any_society.paths.books) == before + 2
    assert rows(made.path) == before
    assert_whole(made.path)
    assert_good(made, made.sha256)


def test_row_02_pages_of_an_open_transaction_that_reached_the_wal_are_not_in_the_backup(with_backup: Society) -> None:
    with OtherProcess(with_backup.paths.books) as writer:
        writer.run("PRAGMA cache_size=2", "PRAGMA cache_spill=1", "BEGIN IMMEDIATE", "UPDATE ledger SET amount = amount + 1")
        assert with_backup.paths.books.with_name("gharmitra.db-wal").stat().st_size > 4096
        made = with_backup.back_up().record
        writer.run("ROLLBACK")
    assert rows(made.path) == 200
    assert_whole(made.path)


# Row 3: a heavy writer during a long copy


def test_row_03_a_commit_between_any_two_steps_makes_the_copy_neither_restart_nor_change(large: Society) -> None:
    steps: list[int] = []
    with OtherProcess(large.paths.books) as writer:
        writer.run(*ledger.entry(1))
        before = rows(large.paths.books)

        def enter(progress: Progress) -> None:
            if progress.stage is Stage.COPYING:
                writer.run(*ledger.entry(7), "PRAGMA wal_checkpoint(PASSIVE)")
                steps.append(progress.done)

        made = large.vault().backup(report=enter).record
        assert rows(large.paths.books) == before + 2 * len(steps)
    assert len(steps) >= 4
    assert steps == sorted(set(steps)), "the copy began again"
    assert rows(made.path) == before
    assert_whole(made.path)


def test_row_03_a_writer_that_never_rests_does_not_keep_the_backup_from_ending(large: Society) -> None:
    command = [sys.executable, "-c", _WRITE_FOR_EVER, str(large.paths.books), *ledger.entry(3)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        try:
            assert writer.stdout.readline() == "entered\n"
            made = [large.back_up().record for _ in range(3)]
            assert writer.poll() is None
        finally:
            writer.kill()
    for record in made:
        assert_whole(record.path)
    assert [rows(record.path) for record in made] == sorted(rows(record.path) for record in made)


# Row 4: locked books


@pytest.fixture(params=["holding", "stopped"])
def locked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Society]:
    """Books in rollback mode that another program holds for itself; in one case that program stands still."""
    if request.param == "stopped" and os.name == "nt":
        pytest.skip("Windows has no signal that makes a process stand still")
    society = societies.make(tmp_path / "society", journal="delete")
    society.back_up()
    holder = OtherProcess(society.paths.books)
    holder.run("BEGIN EXCLUSIVE", "UPDATE accounts SET balance = balance")
    if request.param == "stopped":
        os.kill(holder.pid, signal.SIGSTOP)
    yield society
    holder.kill()


def test_row_04_a_locked_book_is_busy_and_leaves_no_empty_backup(locked: Society) -> None:
    invariant = Invariant(locked)
    files = {path.name for path in locked.paths.backups.rglob("*")}
    told = child.back_up(locked, "--wait", "0.3")
    assert {path.name for path in locked.paths.backups.rglob("*")} == files
    invariant.holds(told, Code.BOOKS_BUSY, path=locked.paths.books)


def test_row_04_when_the_lock_is_gone_the_next_backup_works(tmp_path: Path) -> None:
    society = societies.make(tmp_path / "society", journal="delete")
    society.back_up()
    invariant = Invariant(society)
    with OtherProcess(society.paths.books) as holder:
        holder.run("BEGIN EXCLUSIVE")
        with pytest.raises(Busy) as told:
            society.vault(books_wait_seconds=0.01).backup()
        holder.run("ROLLBACK")
        invariant.holds(told.value, Code.BOOKS_BUSY, path=society.paths.books)
        invariant.assert_next_run_works()


def test_row_04_books_held_exclusively_in_wal_mode_are_busy_or_copied_right(with_backup: Society) -> None:
    invariant = Invariant(with_backup)
    with OtherProcess(with_backup.paths.books) as holder:
        holder.run("PRAGMA locking_mode=EXCLUSIVE", *ledger.entry(5), *ledger.entry(6)[:-1])
        try:
            made = with_backup.vault(books_wait_seconds=0.01).backup().record
        except EngineError as error:
            invariant.holds(error, Code.BOOKS_BUSY, path=with_backup.paths.books, books_as_they_were=False)
        else:
            assert rows(made.path) == 202
            assert_whole(made.path)
    invariant.assert_next_run_works()


# Row 5: missing, renamed, recreated


def test_row_05_missing_books_are_not_found_and_not_made_anew(with_backup: Society) -> None:
    aside = with_backup.paths.books.rename(with_backup.paths.home / "aside.db")
    invariant = Invariant(with_backup)
    told = child.back_up(with_backup)
    assert not with_backup.paths.books.exists()
    invariant.holds(told, Code.BOOKS_NOT_FOUND, path=with_backup.paths.books)
    aside.rename(with_backup.paths.books)
    invariant.assert_next_run_works()


def test_row_05_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    away = tmp_path / "drive" / "society" / "gharmitra.db"
    absent = Society(Paths.of(away), FakeClock(), Settings())
    told = child.back_up(absent)
    assert (told.code, told.path) == (Code.BOOKS_NOT_FOUND.value, str(away))
    assert list(tmp_path.iterdir()) == []


def test_row_05_books_that_go_between_the_look_and_the_opening_are_not_made_anew(
    any_society: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    invariant = Invariant(any_society)
    connect, books = live_books.connect, any_society.paths.books
    aside = any_society.paths.home / "aside.db"

    def connect_too_late(path: Path, mode: str) -> object:
        if path == books and books.exists():
            books.rename(aside)
        return connect(path, mode)

    with monkeypatch.context() as patch:
        patch.setattr(live_books, "connect", connect_too_late)
        with pytest.raises(NotFound) as told:
            any_society.vault().backup()
    assert not books.exists()
    aside.rename(books)
    invariant.holds(told.value, Code.BOOKS_NOT_FOUND, path=books)
    invariant.assert_next_run_works()


@posix_only
def test_row_05_books_renamed_away_while_they_are_copied_are_not_found(any_society: Society) -> None:
    invariant = Invariant(any_society)
    books, aside = any_society.paths.books, any_society.paths.home / "aside.db"
    with pytest.raises(NotFound) as told:
        any_society.vault().backup(report=at_stage(Stage.COPYING, lambda: books.rename(aside)))
    assert not books.exists()
    aside.rename(books)
    invariant.holds(told.value, Code.BOOKS_NOT_FOUND, path=books)
    invariant.assert_next_run_works()


@posix_only
def test_row_05_books_removed_and_made_anew_while_they_are_copied_are_told(any_society: Society) -> None:
    invariant = Invariant(any_society)
    books, aside = any_society.paths.books, any_society.paths.home / "aside.db"

    def make_anew() -> None:
        books.rename(aside)
        ledger.make(books, entries=1)

    with pytest.raises(Damaged) as told:
        any_society.vault().backup(report=at_stage(Stage.COPYING, make_anew))
    aside.replace(books)
    invariant.holds(told.value, Code.BOOKS_REPLACED, path=books)
    invariant.assert_next_run_works()


# Row 7: another file takes the books' name


@pytest.fixture
def other_books(tmp_path: Path) -> Path:
    """Whole books of somebody else, on the same disk."""
    return ledger.make(tmp_path / "elsewhere" / "other.db", entries=30)


@posix_only
def test_row_07_books_replaced_while_they_are_copied_are_told_and_nothing_is_kept(any_society: Society, other_books: Path) -> None:
    invariant = Invariant(any_society)
    books = any_society.paths.books
    with pytest.raises(Damaged) as told:
        any_society.vault().backup(report=at_stage(Stage.COPYING, lambda: other_books.replace(books)))
    invariant.holds(told.value, Code.BOOKS_REPLACED, path=books, books_as_they_were=False)
    assert rows(invariant.assert_next_run_works().path) == 60


@posix_only
@pytest.mark.parametrize("at_opening", [1, 2])
def test_row_07_books_replaced_just_before_the_copy_are_told_or_copied_whole(
    any_society: Society, other_books: Path, at_opening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first or the second opening of the books; where there is no second one, nothing is replaced."""
    invariant = Invariant(any_society)
    connect, books, openings = live_books.connect, any_society.paths.books, []

    def connect_too_late(path: Path, mode: str) -> object:
        openings.append(path)
        if len(openings) == at_opening:
            other_books.replace(books)
        return connect(path, mode)

    with monkeypatch.context() as patch:
        patch.setattr(live_books, "connect", connect_too_late)
        if at_opening == 2 and not _opens_twice(books):
            assert rows(any_society.vault().backup().record.path) == 200
            return
        with pytest.raises(Damaged) as told:
            any_society.vault().backup()
    invariant.holds(told.value, Code.BOOKS_REPLACED, path=books, books_as_they_were=False)
    assert rows(invariant.assert_next_run_works().path) == 60


def _opens_twice(books: Path) -> bool:
    """Books in rollback mode are opened again for reading only."""
    return ask(books, "PRAGMA journal_mode") != [["wal"]]


@posix_only
def test_row_07_books_replaced_while_a_copy_of_them_is_staged_are_told(
    with_backup: Society, other_books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The main file would be of the old books and the -wal of the new ones."""
    books = with_backup.paths.books
    killed_writer(books).with_name("gharmitra.db-shm").unlink()
    invariant = Invariant(with_backup)
    stage = live_books._stage

    def stage_too_late(*arguments: Any) -> object:
        if other_books.exists():
            other_books.replace(books)
        return stage(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(live_books, "_stage", stage_too_late)
        with pytest.raises(Damaged) as told:
            with_backup.vault().backup()
    invariant.holds(told.value, Code.BOOKS_REPLACED, path=books, books_as_they_were=False)


# Row 6: damaged books


@pytest.fixture
def well_kept(tmp_path: Path) -> Society:
    """Six backups where rotation would keep two of them, were nothing wrong."""
    society = societies.make(tmp_path / "society")
    for _ in range(6):
        society.enter()
        society.back_up()
    society.settings = Settings(policy=Policy(last=1, days=1))
    assert sum(not verdict.stays for verdict in society.vault().preview()) >= 4
    return society


def pages_of(books: Path, table: str) -> list[int]:
    """Numbers of a table's or index's pages, counted from 1."""
    [[root]] = ask(books, f"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'")
    return [int(root)]


def overwrite(books: Path, offset: int, data: bytes) -> None:
    with books.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def damage_index(books: Path) -> None:
    """Leave every page readable and one index telling other accounts than its table."""
    with OtherProcess(books) as other:
        other.run(
            "PRAGMA writable_schema=ON",
            "UPDATE sqlite_schema SET sql = replace(sql, '(account)', '(narration)') WHERE name = 'ledger_by_account'",
        )


def damage_table(books: Path) -> None:
    [page] = pages_of(books, "ledger")
    overwrite(books, (page - 1) * 4096, b"\xa5" * 4096)


def damage_schema(books: Path) -> None:
    overwrite(books, 100, b"\xa5" * 300)


def damage_header(books: Path) -> None:
    overwrite(books, 0, b"garbage garbage ")


def damage_name(books: Path) -> None:
    """Put bytes into the schema that are no text."""
    data = books.read_bytes()
    overwrite(books, data.index(b"narration TEXT"), b"narration \xff\xfe\xff\xfe")


@pytest.mark.parametrize("damage", [damage_index, damage_table, damage_schema, damage_header, damage_name])
def test_row_06_damaged_books_make_no_checked_backup_and_rotate_nothing_away(well_kept: Society, damage: Callable[[Path], None]) -> None:
    books = well_kept.paths.books
    whole = books.read_bytes()
    damage(books)
    invariant = Invariant(well_kept)
    vault = well_kept.vault()
    with pytest.raises(Damaged) as told:
        vault.backup()
    good = [record for record in vault.records() if record.status is Status.CHECKED]
    assert {record.filename: record.sha256 for record in good} == invariant.backups
    apart = [record for record in vault.records() if record.filename not in invariant.backups]
    assert all((record.status, record.set_apart) == (Status.DAMAGED, True) for record in apart)
    invariant.assert_told_in(told.value, Code.BOOKS_DAMAGED, Code.BOOKS_NOT_A_DATABASE, path=books)
    assert vault.prune() == []
    assert all(Reason.FROZEN_BOOKS_DAMAGED in verdict.reasons for verdict in vault.preview())
    assert {AlertCode.LAST_BACKUP_FAILED, AlertCode.BOOKS_DAMAGED} & {alert.code for alert in vault.health().alerts}
    books.write_bytes(whole)
    invariant.assert_next_run_works()


def test_row_06_a_copy_of_damaged_books_is_set_apart(well_kept: Society) -> None:
    damage_index(well_kept.paths.books)
    vault = well_kept.vault()
    with pytest.raises(Damaged):
        vault.backup()
    [apart] = [record for record in vault.records() if record.set_apart]
    assert apart.path.parent == well_kept.paths.set_apart
    [result] = vault.verify([apart.filename])
    assert result.status is Status.DAMAGED


# Row 8: empty books


def empty_file(books: Path) -> None:
    books.write_bytes(b"")


def empty_schema(books: Path) -> None:
    books.unlink()
    with OtherProcess(books) as other:
        other.run("PRAGMA page_size=4096", "PRAGMA journal_mode=wal", "CREATE TABLE t (x)", "DROP TABLE t")


@pytest.mark.parametrize("empty", [empty_file, empty_schema])
@pytest.mark.parametrize("kind", [Kind.MANUAL, Kind.SCHEDULED])
def test_row_08_empty_books_are_refused_told_by_health_and_freeze_rotation(
    well_kept: Society, empty: Callable[[Path], None], kind: Kind
) -> None:
    books = well_kept.paths.books
    whole = books.read_bytes()
    empty(books)
    invariant = Invariant(well_kept)
    vault = well_kept.vault()
    with pytest.raises(Damaged) as told:
        vault.backup(kind=kind)
    invariant.holds(told.value, Code.BOOKS_EMPTY, path=books)
    assert vault.prune() == []
    assert AlertCode.LAST_BACKUP_FAILED in {alert.code for alert in vault.health().alerts}
    books.write_bytes(whole)
    invariant.assert_next_run_works()


# Row 9: many entries gone


def test_row_09_shrunken_books_are_copied_with_a_warning_and_the_last_big_backup_stays(well_kept: Society) -> None:
    big = well_kept.vault().records()[0]
    invariant = Invariant(well_kept)
    with OtherProcess(well_kept.paths.books) as other:
        other.run("DELETE FROM ledger WHERE id > 40", "UPDATE accounts SET balance = 0")
    result = well_kept.back_up()
    assert_good(result.record, result.record.sha256)
    told = {notice.code: notice.values for notice in result.warnings}
    assert told[NoticeCode.BOOKS_SHRUNK] == {
        "name": result.record.filename,
        "tables": ("ledger",),
        "table": "ledger",
        "before": 212,
        "after": 40,
    }
    assert told[NoticeCode.ROTATION_FROZEN]["name"] == result.record.filename
    assert result.removed == ()
    well_kept.enter()
    later = well_kept.back_up()
    assert later.removed == ()
    invariant.assert_backups_kept()
    vault = well_kept.vault()
    assert vault.prune() == []
    assert big.filename in {record.filename for record in vault.records()}
    assert AlertCode.BOOKS_SHRUNK in {alert.code for alert in vault.health().alerts}


def test_row_09_a_table_that_went_is_told_and_rotation_goes_on_once_that_is_acknowledged(well_kept: Society) -> None:
    with OtherProcess(well_kept.paths.books) as other:
        other.run("CREATE TABLE notes (x)", *["INSERT INTO notes VALUES (1)"] * 30)
    well_kept.back_up()
    with OtherProcess(well_kept.paths.books) as other:
        other.run("DROP TABLE notes")
    result = well_kept.back_up()
    assert result.record.shrunk == ("notes",)
    vault = well_kept.vault()
    assert vault.prune() == []
    with pytest.raises(Refused) as caught:
        vault.delete(result.record.filename)
    assert caught.value.code is Code.MARKS_A_LOSS, "deleting the mark would let rotation remove what it holds back, unexplained"
    assert vault.prune() == []
    assert vault.acknowledge(result.record.filename) == ("notes",)
    said = len(vault.audit_events())
    assert vault.acknowledge(result.record.filename) == ()
    assert len(vault.audit_events()) == said
    assert vault.prune() != []
    assert result.record.filename in {record.filename for record in vault.records()}


# Row 10: a killed writer's WAL


def test_row_10_rows_in_the_wal_of_a_killed_writer_are_in_the_backup(with_backup: Society) -> None:
    invariant = Invariant(with_backup)
    killed_writer(with_backup.paths.books)
    before = with_backup.paths.books.read_bytes(), with_backup.paths.books.with_name("gharmitra.db-wal").read_bytes()
    told = child.back_up(with_backup)
    assert told.ok, told
    assert told.warnings == ()
    assert (with_backup.paths.books.read_bytes(), with_backup.paths.books.with_name("gharmitra.db-wal").read_bytes()) == before
    made = with_backup.vault().records()[0]
    assert rows(made.path) == 210
    assert_whole(made.path)
    invariant.assert_backups_kept()


# Row 12: the WAL was deleted, or is another database's


def test_row_12_a_deleted_wal_is_told_and_the_backup_that_has_its_rows_stays(with_backup: Society) -> None:
    killed_writer(with_backup.paths.books)
    full = with_backup.back_up().record
    assert rows(full.path) == 210
    for suffix in ("-wal", "-shm"):
        with_backup.paths.books.with_name(f"gharmitra.db{suffix}").unlink()
    result = with_backup.back_up()
    assert NoticeCode.WAL_VANISHED in {notice.code for notice in result.warnings}
    assert rows(result.record.path) == 200
    assert_whole(result.record.path)
    kept = {record.filename: record for record in with_backup.vault().records()}[full.filename]
    assert_good(kept, full.sha256)


@pytest.mark.parametrize("entries", [30, 160])
def test_row_12_the_wal_of_another_database_is_told_as_damage_or_as_entries_gone(well_kept: Society, tmp_path: Path, entries: int) -> None:
    """SQLite replays it for whoever opens the books: what comes out holds together or not, and neither is taken in silence."""
    other = killed_writer(ledger.make(tmp_path / "elsewhere" / "other.db", entries=entries), entries=3)
    side = well_kept.paths.books.with_name("gharmitra.db-wal")
    shutil.copy(other.with_name("other.db-wal"), side)
    invariant = Invariant(well_kept)
    vault = well_kept.vault()
    try:
        result = vault.backup()
    except Damaged as error:
        invariant.assert_told_in(error, Code.BOOKS_DAMAGED, path=well_kept.paths.books)
        assert not [record for record in vault.records() if record.is_good and record.filename not in invariant.backups]
    else:
        assert NoticeCode.BOOKS_SHRUNK in {notice.code for notice in result.warnings}
    assert vault.prune() == []
    invariant.assert_backups_kept()
    invariant.assert_books_untouched()
    side.unlink()
    assert rows(invariant.assert_next_run_works().path) == 212


def test_row_12_a_wal_that_went_into_the_books_and_was_tidied_away_is_no_alarm(with_backup: Society) -> None:
    with OtherProcess(with_backup.paths.books) as writer:
        writer.run(*ledger.entry(5), "PRAGMA wal_checkpoint(PASSIVE)")
        with_backup.back_up()
    assert not with_backup.paths.books.with_name("gharmitra.db-wal").exists()
    assert with_backup.back_up().warnings == ()


# Row 13: books in a folder that may not be written


@needs_root
@pytest.mark.parametrize("state", ["at rest", "wal without shm", "rollback"])
def test_row_13_books_on_a_write_protected_disk_are_copied_to_another_place(tmp_path: Path, state: str) -> None:
    with child.small_disk(tmp_path / "drive", "size=8m") as drive:
        society = societies.make(drive / "society", journal="delete" if state == "rollback" else "wal")
        if state == "wal without shm":
            killed_writer(society.paths.books).with_name("gharmitra.db-shm").unlink()
        society.paths = Paths.of(society.paths.books, tmp_path / "backups")
        files = society.everything()
        with child.write_protected(drive):
            told = child.back_up(society, "--backups", str(society.paths.backups))
            assert told.ok, told
            assert "audit_unwritable" in told.warnings
            assert ("staged" in told.warnings) == (state != "rollback")
            made = society.vault().records()[0]
            assert rows(made.path) == (210 if state == "wal without shm" else 200)
            assert_whole(made.path)
        assert society.everything() == files


@needs_root
def test_row_13_books_and_backups_on_a_write_protected_disk_are_told_with_the_cause(tmp_path: Path) -> None:
    with child.small_disk(tmp_path / "drive", "size=8m") as drive:
        society = societies.make(drive / "society")
        society.back_up()
        invariant = Invariant(society)
        files = society.everything()
        with child.write_protected(drive):
            told = child.back_up(society)
            invariant.assert_told(told, Code.CANNOT_WRITE, path=None)
            assert told.message is not None
            assert "write-protected" in told.message
            assert society.everything() == files
        invariant.assert_next_run_works()
