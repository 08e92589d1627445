"""Faults of a restore, each by its row in the catalogue of faults: other sticks, full drives, safety backups that fail, owners, undo."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from gharmitra_admin.engine import Code, EngineError, NoSpace, NotFound, Paths, Progress, Refused, Settings, Stage
from gharmitra_admin.engine.parts import intent as intents
from tests.builders import damage, made_up
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.dump import rows_of, rows_seen, side_files
from tests.builders.made_up import add_receipts
from tests.builders.process import OtherProcess
from tests.builders.society import Society
from tests.faults import child
from tests.faults.child import Injection, needs_root, needs_strace
from tests.faults.endure import mark


def test_row_29_another_stick_in_the_place_of_the_one_that_was_planned_with(made_up_society: Society, tmp_path: Path) -> None:
    """Its file has the same name: what counts is what is in it, and what the person was told before."""
    society, stick = made_up_society, tmp_path / "stick" / "gharmitra.db"
    stick.parent.mkdir()
    name = society.back_up().record.filename
    shutil.copyfile(society.paths.backups / name, stick)
    add_receipts(society, 5)
    plan = society.vault().plan(str(stick))
    assert plan.comparison is not None
    before = mark(society.paths.books)
    shutil.copyfile(society.back_up().record.path, stick)  # the same society, some days on
    with pytest.raises(Refused) as told:
        society.vault().restore(str(stick), expected=plan.comparison.entries_different)
    assert (told.value.code, told.value.values["expected"], told.value.values["found"]) == (Code.BOOKS_CHANGED, 5, 0)
    other_books = societies.make(tmp_path / "other", journal="delete").paths.books
    shutil.copyfile(other_books, stick)
    with pytest.raises(Refused) as strange:
        society.vault().restore(str(stick), expected=plan.comparison.entries_different)
    assert strange.value.code is Code.NOT_THESE_BOOKS
    assert mark(society.paths.books) == before


def test_row_29_the_folder_of_the_backups_is_that_of_another_society(made_up_society: Society, tmp_path: Path) -> None:
    """The drive letter is the same and the drive is not: a backup of these books is not there, and nothing is taken for one."""
    drive = tmp_path / "drive"
    society = Society(Paths.of(made_up_society.paths.books, drive), FakeClock(), Settings())
    name = society.back_up().record.filename
    drive.rename(tmp_path / "pulled out")
    other = societies.make(tmp_path / "other")
    other = Society(Paths.of(other.paths.books, drive), FakeClock(), Settings())
    assert other.back_up().record.filename == name
    before = mark(society.paths.books)
    with pytest.raises(EngineError) as told:
        society.vault().restore(name)
    assert told.value.code in {Code.BACKUP_NOT_FOUND, Code.NOT_THESE_BOOKS, Code.OTHER_SOCIETY, Code.BACKUP_DAMAGED}
    assert mark(society.paths.books) == before
    shutil.rmtree(drive)
    (tmp_path / "pulled out").rename(drive)
    society.clock.forward(minutes=1)
    society.vault().restore(name)
    assert rows_of(society.paths.books) == rows_of(drive / name)


@needs_root
@pytest.mark.parametrize("size_kb", [1500, 2600], ids=["seen beforehand", "filled meanwhile"])
def test_row_75_a_drive_without_room_for_the_safety_backup(made_up_society: Society, tmp_path: Path, size_kb: int) -> None:
    """Told before the first byte; or, where another program fills it in the middle, as a failure that touched nothing."""
    with child.small_disk(tmp_path / "disk", f"size={size_kb * 2}k") as disk:
        society = Society(Paths.of(made_up_society.paths.books, disk / "backups"), FakeClock(), Settings())
        name = society.back_up().record.filename
        add_receipts(society, 5)
        before = mark(society.paths.books)
        if size_kb == 1500:
            fill(disk)

        def fill_meanwhile(progress: Progress) -> None:
            if progress.stage is Stage.SAVING and progress.total and not (disk / "other").exists():
                fill(disk)

        with pytest.raises(NoSpace) as told:
            society.vault().restore(name, report=fill_meanwhile)
        assert told.value.code is Code.DISK_FULL
        assert mark(society.paths.books) == before
        assert [record.filename for record in society.vault().records()] == [name]
        (disk / "other").unlink()
        society.clock.forward(minutes=1)
        society.vault().restore(name)
        assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)


def fill(disk: Path) -> None:
    with (disk / "other").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


@needs_strace
@pytest.mark.parametrize(
    "what",
    [
        "write:retval=262144:when=1",
        "write:retval=262144:when=1+",
        "pread64:error=EIO:when=1+",
        "read:error=EIO:when=1+",
        "write:error=ENOSPC:when=1",
        "fsync:error=EIO:when=1",
    ],
)
def test_row_76_a_safety_backup_that_comes_out_wrong_stops_the_restore(made_up_society: Society, tmp_path: Path, what: str) -> None:
    """Writes that store nothing, reads and syncs that fail: the second try is a good one, or nothing is touched."""
    society = made_up_society
    name = society.back_up().record.filename
    add_receipts(society, 5)
    old, before = rows_of(society.paths.books), mark(society.paths.books)
    at = society.clock.local(society.clock.now())
    hidden = society.paths.backups / f".pre_restore_safety_{at:%Y%m%d_%H%M%S}.db.part"
    command = [sys.executable, "-m", "tests.faults.sweep_child", str(society.paths.books), "--at", at.isoformat(), "--restore", name]
    traced = child.trace(command, Injection((hidden,), what), tmp_path / "trace")
    assert traced.injected, "no call met the fault"
    society.clock.forward(minutes=10)
    if traced.told.ok:
        assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)
        society.vault().undo()
        assert rows_of(society.paths.books) == old
        return
    assert traced.told.message
    assert mark(society.paths.books) == before
    assert [record.filename for record in society.vault().records()] == [name]
    assert society.vault().notices == ()
    society.vault().restore(name)
    assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)


def test_row_77_a_program_that_opens_the_books_in_the_middle_sees_whole_states_only(society: Society) -> None:
    """Opened before, idle, it holds nothing in rollback mode; what it reads or writes meanwhile is refused, and later right."""
    name = society.back_up().record.filename
    society.enter()
    old, new = rows_of(society.paths.books), rows_of(society.paths.backups / name)
    seen: list[str | None] = []

    def look(progress: Progress) -> None:
        if progress.stage in {Stage.REPLACING, Stage.CHECKING_BOOKS} and len(seen) < 2:
            with OtherProcess(society.paths.books, timeout_seconds=0) as other, pytest.raises(AssertionError, match="locked"):
                other.run("SELECT count(*) FROM ledger")
            seen.append(rows_seen(society.paths.books))  # as it were after a power cut now

    society.vault().restore(name, report=look)
    assert set(seen) <= {old, new}
    assert seen
    assert rows_of(society.paths.books) == new


@pytest.mark.skipif(not hasattr(os, "chown"), reason="Windows has no owner to give a file to")
@pytest.mark.parametrize("way", ["through sqlite", "whole file"])
def test_row_79_owner_and_mode_and_a_linked_path_are_kept(tmp_path: Path, way: str) -> None:
    society = societies.make(tmp_path / "real")
    name = society.back_up().record.filename
    books = society.paths.books
    if way == "whole file":
        damage.lost_header(books)
    owner = (12345, 23456) if os.geteuid() == 0 else (os.getuid(), os.getgid())
    os.chown(books, *owner)
    books.chmod(0o640)
    link = tmp_path / "linked.db"
    link.symlink_to(books)
    linked = Society(Paths.of(link), society.clock, society.settings)
    linked.vault().restore(name)
    found = books.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (*owner, 0o640)
    assert link.is_symlink()
    assert link.resolve() == books
    assert rows_of(books) == rows_of(society.paths.backups / name)
    assert side_files(books) == []


def there_and_back(society: Society, add: int, *, times: int = 10) -> None:
    """Restore and undo, ten times in a row: each time every table is what it was, and so are the figures of the books."""
    name = society.back_up().record.filename
    add_receipts(society, add)
    with OtherProcess(society.paths.books) as other:
        other.run("DELETE FROM complaints WHERE id % 3 = 0", "UPDATE members SET name = name || ' (Jr.)' WHERE id % 7 = 0")
    old, new = rows_of(society.paths.books), rows_of(society.paths.backups / name)
    assert old != new
    figures = set()
    for _ in range(times):
        result = society.vault().restore(name)
        assert rows_of(society.paths.books) == new
        assert result.safety is not None
        assert rows_of(society.paths.backups / result.safety) == old
        figures.add(repr(next(one for one in society.vault().records() if one.filename == result.safety).figures))
        society.clock.forward(minutes=1)
        undone = society.vault().undo()
        assert rows_of(society.paths.books) == old
        assert undone.comparison is not None
        assert result.comparison is not None
        assert undone.comparison.entries_different == result.comparison.entries_different >= add
        society.clock.forward(minutes=1)
    assert len(figures) == 1
    assert side_files(society.paths.books) == []
    assert not intents.path_of(society.paths).exists()
    assert not society.vault().audit_verify().problems


def test_row_80_ten_times_there_and_back_on_made_up_books(made_up_society: Society) -> None:
    there_and_back(made_up_society, 37)


def test_row_80_there_and_back_on_a_real_societys_books(real_books: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    times = 10 if request.config.getoption("--full") else 4
    there_and_back(made_up.society_of(real_books, tmp_path / "society"), 37, times=times)


def test_a_safety_backup_that_another_program_removed_is_brought_back_or_told(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    old = rows_of(society.paths.books)
    safety = society.vault().restore(name).safety
    assert safety is not None
    society.clock.forward(minutes=1)
    (society.paths.backups / safety).unlink()
    society.vault().undo()
    assert rows_of(society.paths.books) == old
    safety = society.vault().restore(name).safety
    assert safety is not None
    society.clock.forward(minutes=1)
    for one in (society.paths.backups / safety, *society.paths.held.glob(f"*{safety}*")):
        one.unlink()
    with pytest.raises(NotFound) as told:
        society.vault().undo()
    assert told.value.code is Code.BACKUP_NOT_FOUND
    assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)
