"""Faults of the disk that backups are written to: full, failing, write-protected; each by its row in the catalogue of faults."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from gharmitra_admin.engine import Code, EngineError, Kind, NoSpace, Problem, Progress, Refused, Stage, Status
from gharmitra_admin.engine.parts import catalogue
from tests.builders import society as societies
from tests.builders.society import Society
from tests.faults import child
from tests.faults.books import enlarge, killed_writer, rows
from tests.faults.child import Injection, needs_root, needs_strace
from tests.faults.invariant import Invariant, assert_good, assert_tidy

_MEGABYTE = 1 << 20


@pytest.fixture
def at_rest(tmp_path: Path) -> Society:
    """Books of more than a megabyte and one good backup: the copy takes six writes and its header."""
    society = societies.make(tmp_path / "society")
    enlarge(society.paths.books, 8000)
    society.back_up()
    return society


@pytest.fixture
def in_use(at_rest: Society) -> Society:
    """The same with entries in the -wal: SQLite itself writes the copy, page by page."""
    killed_writer(at_rest.paths.books)
    return at_rest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where strace writes what it saw."""
    return tmp_path / "strace.log"


def hidden_manifest(society: Society) -> Path:
    return society.paths.manifests / f".{child.next_name(society)}.json.part"


def fill(folder: Path) -> Path:
    """Use up all the room of a disk."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                again_and_again(partial(file.write, b"x" * size))
    return filler


def again_and_again(action: Callable[[], object]) -> None:
    while True:
        action()


# Row 14: no room, at some byte, once and for ever


@needs_strace
@pytest.mark.parametrize("when", ["1", "1+", "3", "3+", "6"])
def test_row_14_no_room_at_a_write_of_the_copy(at_rest: Society, log: Path, when: str) -> None:
    invariant = Invariant(at_rest)
    hidden = child.hidden_copy(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), f"write:error=ENOSPC:when={when}"), log).told
    assert not hidden.exists()
    invariant.holds(told, Code.DISK_FULL, path=hidden)
    invariant.assert_next_run_works()


@needs_strace
@pytest.mark.parametrize("when", ["1", "50", "50+"])
def test_row_14_no_room_while_sqlite_writes_the_copy(in_use: Society, log: Path, when: str) -> None:
    invariant = Invariant(in_use)
    hidden = child.hidden_copy(in_use)
    told = child.back_up_with(in_use, Injection((hidden,), f"pwrite64:error=ENOSPC:when={when}"), log).told
    assert not hidden.exists()
    invariant.holds(told, Code.DISK_FULL, path=hidden)
    assert rows(invariant.assert_next_run_works().path) == 8210


@needs_strace
def test_row_14_no_room_for_the_manifest(at_rest: Society, log: Path) -> None:
    invariant = Invariant(at_rest)
    hidden = hidden_manifest(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), "write:error=ENOSPC"), log).told
    assert not child.hidden_copy(at_rest).exists()
    invariant.holds(told, Code.DISK_FULL, path=hidden)
    invariant.assert_next_run_works()


@needs_strace
def test_row_14_no_room_for_the_activity_record_costs_no_backup_and_removes_none(at_rest: Society, log: Path) -> None:
    invariant = Invariant(at_rest)
    told = child.back_up_with(at_rest, Injection((at_rest.paths.audit,), "write:error=ENOSPC"), log).told
    assert told.ok, told
    assert "audit_unwritable" in told.warnings
    invariant.assert_backups_kept()
    invariant.assert_next_run_works()


@needs_root
def test_row_14_a_disk_too_small_is_told_before_anything_is_written(at_rest: Society) -> None:
    with child.small_disk(at_rest.paths.backups, f"size={3 * _MEGABYTE}"):
        at_rest.back_up()
        invariant = Invariant(at_rest)
        files = at_rest.everything().keys()
        told = child.back_up(at_rest)
        assert at_rest.everything().keys() == files
        invariant.holds(told, Code.DISK_FULL, path=at_rest.paths.backups)
        assert told.message is not None
        assert "free" in told.message
        assert "needed" in told.message


@needs_root
@pytest.mark.parametrize("is_in_use", [False, True])
def test_row_14_a_disk_that_fills_up_while_the_copy_is_made(at_rest: Society, is_in_use: bool) -> None:
    with child.small_disk(at_rest.paths.backups, f"size={8 * _MEGABYTE}") as disk:
        at_rest.back_up()
        if is_in_use:
            killed_writer(at_rest.paths.books)
        invariant = Invariant(at_rest)
        fillers: list[Path] = []

        def report(progress: Progress) -> None:
            if progress.stage is Stage.COPYING and not fillers:
                fillers.append(fill(disk))

        hidden = child.hidden_copy(at_rest)
        with pytest.raises(NoSpace) as told:
            at_rest.vault().backup(report=report)
        fillers[0].unlink()
        invariant.holds(told.value, Code.DISK_FULL, path=hidden)
        assert {"needed_bytes", "free_bytes"} <= told.value.values.keys()
        invariant.assert_next_run_works()


# Row 15: no more names


@needs_root
def test_row_15_a_disk_without_room_for_more_files_never_parts_a_backup_from_its_manifest(at_rest: Society) -> None:
    with child.small_disk(at_rest.paths.backups, f"size={64 * _MEGABYTE},nr_inodes=60") as disk:
        at_rest.back_up()
        failed = 0
        for free in range(12):
            invariant = Invariant(at_rest)
            taken = take_inodes(disk, leave=free)
            try:
                made = at_rest.vault().backup().record
            except EngineError as error:
                failed += 1
                give_back(taken)
                invariant.holds(error, Code.DISK_FULL)
            else:
                assert_good(made, made.sha256)
                give_back(taken)
                invariant.assert_backups_kept()
            at_rest.vault()
            assert_tidy(at_rest)
            at_rest.clock.forward(minutes=1)
        assert 3 <= failed < 12, "no count of free names made it fail, or none let it work"
        invariant.assert_next_run_works()


def take_inodes(disk: Path, *, leave: int) -> list[Path]:
    """Use up the disk's room for names but so many."""
    taken: list[Path] = []

    def take_one() -> None:
        path = disk / f"taken{len(taken)}"
        path.touch()
        taken.append(path)

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        again_and_again(take_one)
    assert len(taken) >= leave
    for path in taken[:leave]:
        path.unlink()
    return taken[leave:]


def give_back(taken: list[Path]) -> None:
    for path in taken:
        path.unlink()


# Row 16: a disk that fails while it is written


@needs_strace
@pytest.mark.parametrize("when", ["1", "4+"])
def test_row_16_a_failing_write_of_the_copy(at_rest: Society, log: Path, when: str) -> None:
    invariant = Invariant(at_rest)
    hidden = child.hidden_copy(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), f"write:error=EIO:when={when}"), log).told
    assert not hidden.exists()
    invariant.holds(told, Code.CANNOT_WRITE, path=hidden)
    assert told.message is not None
    assert "the drive reports an error" in told.message
    invariant.assert_next_run_works()


@needs_strace
@pytest.mark.parametrize("when", ["1", "60"])
def test_row_16_a_failing_write_while_sqlite_writes_the_copy(in_use: Society, log: Path, when: str) -> None:
    invariant = Invariant(in_use)
    hidden = child.hidden_copy(in_use)
    told = child.back_up_with(in_use, Injection((hidden,), f"pwrite64:error=EIO:when={when}"), log).told
    assert not hidden.exists()
    invariant.holds(told, Code.CANNOT_WRITE, path=hidden)
    assert told.message is not None
    assert "the drive reports an error" in told.message
    invariant.assert_next_run_works()


@needs_strace
def test_row_16_a_failing_write_of_the_manifest(at_rest: Society, log: Path) -> None:
    invariant = Invariant(at_rest)
    hidden = hidden_manifest(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), "write:error=EIO"), log).told
    invariant.holds(told, Code.CANNOT_WRITE, path=hidden)
    invariant.assert_next_run_works()


# Row 17: a disk that fails while it is read


@needs_strace
@pytest.mark.parametrize("call", ["pread64:error=EIO:when=2", "pread64:error=EIO:when=40+", "read:error=EIO"])
def test_row_17_a_copy_that_cannot_be_read_again_is_no_backup(at_rest: Society, log: Path, call: str) -> None:
    """pread64 is SQLite's own look at the pages, read is the hash."""
    invariant = Invariant(at_rest)
    hidden = child.hidden_copy(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), call), log).told
    assert not hidden.exists()
    invariant.holds(told, Code.CANNOT_READ, path=hidden)
    invariant.assert_next_run_works()


@needs_strace
@pytest.mark.parametrize("call", ["pread64:error=EIO:when=3+", "read:error=EIO:when=2"])
def test_row_17_a_backup_that_cannot_be_read_is_not_verified_and_not_lost(at_rest: Society, log: Path, call: str) -> None:
    invariant = Invariant(at_rest)
    [record] = at_rest.vault().records()
    command = [sys.executable, "-m", "tests.faults.run_verify", str(at_rest.paths.books)]
    traced = child.trace(command, Injection((record.path,), call), log)
    told = traced.told
    assert traced.injected
    assert not told.ok
    assert told.found == {record.filename: [Status.UNCHECKED.value, Problem.UNREADABLE.value]}
    [listed] = at_rest.vault().records()
    assert (listed.status, listed.problem) == (Status.UNCHECKED, Problem.UNREADABLE)
    [again] = at_rest.vault().verify()
    assert (again.status, again.problem) == (Status.CHECKED, None)
    invariant.assert_backups_kept()


@needs_strace
def test_row_17_no_change_is_not_said_of_a_backup_that_cannot_be_read(at_rest: Society, log: Path) -> None:
    invariant = Invariant(at_rest)
    assert child.back_up(at_rest, "--kind", Kind.SCHEDULED.value).unchanged
    [record] = at_rest.vault().records()
    told = child.back_up_with(at_rest, Injection((record.path,), "read:error=EIO"), log, "--kind", Kind.SCHEDULED.value).told
    assert told.ok, told
    assert not told.unchanged
    assert told.filename != record.filename
    invariant.assert_backups_kept()


# Row 18: a failing fsync


@needs_strace
@pytest.mark.parametrize("place", [child.hidden_copy, hidden_manifest])
def test_row_18_a_failing_fsync_fails_the_backup_and_is_not_tried_again(
    at_rest: Society, log: Path, place: Callable[[Society], Path]
) -> None:
    invariant = Invariant(at_rest)
    hidden = place(at_rest)
    traced = child.back_up_with(at_rest, Injection((hidden,), "fsync,fdatasync:error=EIO"), log)
    assert len(traced.injected) == 1, "its pages may be gone: a second fsync that succeeds would say nothing"
    assert not hidden.exists()
    invariant.holds(traced.told, Code.CANNOT_WRITE, path=hidden)
    invariant.assert_next_run_works()


@needs_strace
def test_row_18_a_failing_sync_while_a_large_copy_grows_fails_the_backup(in_use: Society, log: Path) -> None:
    enlarge(in_use.paths.books, 40000)
    killed_writer(in_use.paths.books)
    invariant = Invariant(in_use)
    hidden = child.hidden_copy(in_use)
    traced = child.back_up_with(in_use, Injection((hidden,), "fdatasync:error=EIO"), log)
    assert len(traced.injected) == 1
    invariant.holds(traced.told, Code.CANNOT_WRITE, path=hidden)
    invariant.assert_next_run_works()


@needs_strace
def test_row_18_where_the_names_cannot_be_made_durable_the_new_one_is_taken_back(at_rest: Society, log: Path) -> None:
    """One after the other, each fsync of the two folders fails: before the backup has its name, and after."""
    folders = (at_rest.paths.backups, at_rest.paths.manifests)
    failed = set()
    for when in range(1, 20):
        invariant = Invariant(at_rest)
        traced = child.trace(child.backup_command(at_rest), Injection(folders, f"fsync:error=EIO:when={when}"), log)
        told = traced.told
        if not traced.injected:
            break
        if told.ok:
            invariant.assert_backups_kept()
        else:
            failed.add(told.path)
            invariant.holds(told, Code.CANNOT_WRITE)
            assert not (at_rest.paths.backups / child.next_name(at_rest)).exists()
        at_rest.clock.forward(minutes=1)
    assert failed == {str(folder) for folder in folders}
    invariant.assert_next_run_works()


# Row 21: not allowed to write


@needs_root
def test_row_21_a_write_protected_disk(at_rest: Society) -> None:
    with child.small_disk(at_rest.paths.backups, f"size={16 * _MEGABYTE}") as disk:
        at_rest.back_up()
        invariant = Invariant(at_rest)
        with child.write_protected(disk):
            told = child.back_up(at_rest)
            invariant.holds(told, Code.CANNOT_WRITE)
        assert told.message is not None
        assert "write-protected" in told.message
        invariant.assert_next_run_works()


@needs_strace
@pytest.mark.parametrize(("error", "words"), [("EACCES", "no right"), ("EPERM", "does not allow"), ("EROFS", "write-protected")])
@pytest.mark.parametrize("place", [child.hidden_copy, hidden_manifest])
def test_row_21_a_file_that_may_not_be_made(at_rest: Society, log: Path, place: Callable[[Society], Path], error: str, words: str) -> None:
    invariant = Invariant(at_rest)
    hidden = place(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), f"openat:error={error}"), log).told
    invariant.holds(told, Code.CANNOT_WRITE, path=hidden)
    assert told.message is not None
    assert words in told.message
    invariant.assert_next_run_works()


@needs_strace
@pytest.mark.parametrize("error", ["EACCES", "EROFS"])
def test_row_21_a_name_that_may_not_be_given(at_rest: Society, log: Path, error: str) -> None:
    invariant = Invariant(at_rest)
    final = at_rest.paths.backups / child.next_name(at_rest)
    told = child.back_up_with(at_rest, Injection((final,), f"link:error={error}"), log).told
    assert not child.hidden_copy(at_rest).exists()
    invariant.holds(told, Code.CANNOT_WRITE, path=final)
    invariant.assert_next_run_works()


@needs_root
@pytest.mark.parametrize(("folder", "flag"), [("backups", "i"), ("backups", "a"), ("manifests", "i")])
def test_row_21_a_folder_in_which_nothing_may_change(at_rest: Society, folder: str, flag: str) -> None:
    """``a``: files may be made there, but none may be renamed or removed."""
    invariant = Invariant(at_rest)
    with child.attribute(getattr(at_rest.paths, folder), flag):
        told = child.back_up(at_rest)
        invariant.assert_backups_kept()
    invariant.holds(told, Code.CANNOT_WRITE)
    assert told.message is not None
    assert "does not allow" in told.message
    invariant.assert_next_run_works()


@needs_root
def test_row_21_a_folder_from_which_nothing_may_be_removed_costs_no_backup(at_rest: Society) -> None:
    invariant = Invariant(at_rest)
    with child.attribute(at_rest.paths.manifests, "a"):
        told = child.back_up(at_rest)
        assert told.ok, told
        invariant.assert_backups_kept()
    at_rest.clock.forward(minutes=1)
    invariant.assert_next_run_works()
    assert told.filename in {record.filename for record in listed(at_rest)}


@needs_root
def test_row_21_an_old_backup_that_may_not_change_costs_no_new_one(at_rest: Society) -> None:
    invariant = Invariant(at_rest)
    [old] = at_rest.vault().records()
    with child.attribute(old.path, "i"):
        told = child.back_up(at_rest)
        assert told.ok, told
        invariant.assert_backups_kept()
    invariant.assert_backups_kept()
    at_rest.clock.forward(minutes=1)
    invariant.assert_next_run_works()


# Row 22: writes that store less than they say


@needs_strace
def test_row_22_a_write_that_stored_nothing_though_it_told_so_is_found_and_done_again(at_rest: Society, log: Path) -> None:
    invariant = Invariant(at_rest)
    told = child.back_up_with(at_rest, Injection((child.hidden_copy(at_rest),), "write:retval=100:when=2"), log).told
    assert told.ok, told
    assert "second_try" in told.warnings
    invariant.assert_backups_kept()
    [made] = [record for record in listed(at_rest) if record.filename == told.filename]
    assert_good(made, hashlib.sha256(made.path.read_bytes()).hexdigest())
    assert rows(made.path) == rows(at_rest.paths.books)


@needs_strace
@pytest.mark.parametrize("call", ["write:retval=4096:when=2+", "write:retval=100000"])
def test_row_22_a_disk_that_stores_nothing_is_blamed_and_not_the_books(at_rest: Society, log: Path, call: str) -> None:
    invariant = Invariant(at_rest)
    hidden = child.hidden_copy(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), call), log).told
    assert not hidden.exists()
    invariant.holds(told, Code.COPY_DAMAGED, path=hidden)
    invariant.assert_next_run_works()


@needs_strace
def test_row_22_pages_that_sqlite_wrote_in_vain_are_found(in_use: Society, log: Path) -> None:
    invariant = Invariant(in_use)
    hidden = child.hidden_copy(in_use)
    told = child.back_up_with(in_use, Injection((hidden,), "pwrite64:retval=4096:when=20+"), log).told
    assert not hidden.exists()
    invariant.holds(told, Code.COPY_DAMAGED, path=hidden)
    invariant.assert_next_run_works()


# Row 23: a file may not grow any more


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")
@pytest.mark.parametrize("limit_bytes", [300_000, 1_000_001])
def test_row_23_a_limit_on_the_size_of_files_while_the_copy_is_made(at_rest: Society, limit_bytes: int) -> None:
    """The write at the limit is a short one, the next one fails."""
    invariant = Invariant(at_rest)
    hidden = child.hidden_copy(at_rest)
    told = child.back_up(at_rest, "--file-limit", str(limit_bytes))
    assert not hidden.exists()
    invariant.holds(told, Code.DISK_FULL, path=hidden)
    invariant.assert_next_run_works()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")
def test_row_23_a_limit_on_the_size_of_files_while_sqlite_writes_the_copy(in_use: Society) -> None:
    invariant = Invariant(in_use)
    hidden = child.hidden_copy(in_use)
    told = child.back_up(in_use, "--file-limit", "300000")
    assert not hidden.exists()
    invariant.holds(told, Code.DISK_FULL, path=hidden)
    invariant.assert_next_run_works()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")
def test_row_23_a_limit_so_low_that_the_books_cannot_be_opened_in_place(at_rest: Society) -> None:
    invariant = Invariant(at_rest)
    told = child.back_up(at_rest, "--file-limit", "9000")
    invariant.holds(told, Code.DISK_FULL)
    invariant.assert_next_run_works()


@needs_strace
def test_row_23_a_used_up_share_of_the_disk(at_rest: Society, log: Path) -> None:
    invariant = Invariant(at_rest)
    hidden = child.hidden_copy(at_rest)
    told = child.back_up_with(at_rest, Injection((hidden,), "write:error=EDQUOT:when=2+"), log).told
    invariant.holds(told, Code.DISK_FULL, path=hidden)
    invariant.assert_next_run_works()


def listed(society: Society) -> Iterator[catalogue.BackupRecord]:
    yield from catalogue.read(society.paths, clock=society.clock).records


def test_row_29_another_stick_under_the_same_letter_gets_nothing(society: Society, tmp_path: Path) -> None:
    stick = tmp_path / "E"
    stick.mkdir()
    society.back_up()
    vault = society.vault()
    vault.copy(None, stick)
    society.enter()
    society.clock.forward(minutes=1)
    newest = society.back_up().record.filename
    stick.rename(tmp_path / "the real one")
    stick.mkdir()
    (stick / "holiday.jpg").write_bytes(b"somebody else's")
    with pytest.raises(Refused) as told:
        vault.copy(newest, stick)
    assert told.value.code is Code.OTHER_DRIVE
    assert [path.name for path in stick.iterdir()] == ["holiday.jpg"]
    (stick / "holiday.jpg").unlink()
    stick.rmdir()
    (tmp_path / "the real one").rename(stick)
    assert vault.copy(newest, stick).path.is_file()
