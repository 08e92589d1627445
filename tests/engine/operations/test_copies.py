"""A copy elsewhere: there only after it was read back, never over another file, never inside the society's own folders."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gharmitra_admin.engine import (
    AlertCode,
    BackupRecord,
    Cancelled,
    CancelToken,
    Code,
    Damaged,
    EngineError,
    NoSpace,
    NotFound,
    NoticeCode,
    Problem,
    Progress,
    Refused,
    Stage,
    Status,
    Unreachable,
    ignore,
)
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.operations import copies
from gharmitra_admin.engine.operations.copies import HOW_TO_RESTORE, CopyResult
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts import place as places
from tests.builders.society import Society, assert_whole

WORDS = b"Copy the file back."
posix = pytest.mark.skipif(os.name == "nt", reason="links are not for everybody on Windows")


@dataclass
class Stick:
    """A society with one backup, and a folder elsewhere."""

    society: Society
    record: BackupRecord
    folder: Path

    def carry(self, record: BackupRecord | None = None, to: Path | None = None, report=ignore, **more) -> CopyResult:
        return copies.carry(self.society.paths, record or self.record, to or self.folder, WORDS, report=report, **more)

    def there(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.name != places.FILE)

    @property
    def target(self) -> Path:
        return self.folder / self.record.filename


@pytest.fixture
def stick(society: Society, tmp_path: Path) -> Stick:
    folder = tmp_path / "stick"
    folder.mkdir()
    return Stick(society, society.back_up().record, folder)


# ---- what a copy is


def test_a_copy_is_equal_and_has_its_manifest_and_the_words_beside_it(stick):
    result = stick.carry()
    assert stick.there() == sorted([HOW_TO_RESTORE, stick.record.filename, f"{stick.record.filename}.json"])
    assert (result.filename, result.path, result.sha256) == (stick.record.filename, stick.target, stick.record.sha256)
    assert stick.target.read_bytes() == stick.record.path.read_bytes()
    assert result.size_bytes == stick.target.stat().st_size
    assert manifests.read(stick.folder / f"{stick.record.filename}.json") == stick.record.manifest
    assert (stick.folder / HOW_TO_RESTORE).read_bytes() == WORDS
    assert_whole(stick.target)


def test_a_copy_is_checked_by_what_lies_beside_it_alone(stick, tmp_path):
    stick.carry()
    result = stick.society.vault().verify([str(stick.target)])[0]
    assert (result.status, result.problem) == (Status.CHECKED, None)


def test_while_it_is_carried_it_has_a_temporary_name_and_is_read_back_from_there(stick):
    seen: dict[Stage, set[tuple[str, ...]]] = {}

    def watch(progress: Progress) -> None:
        seen.setdefault(progress.stage, set()).add(tuple(stick.there()))

    stick.carry(report=watch)
    hidden = (files.hidden_name(stick.target).name,)
    assert seen == {Stage.CARRYING: {hidden}, Stage.READING_BACK: {hidden}}


def test_the_same_copy_again_is_found_equal_and_left(stick):
    stick.carry()
    (stick.folder / HOW_TO_RESTORE).write_bytes(b"my own words")
    was = {path: path.stat().st_mtime_ns for path in stick.folder.iterdir()}
    assert stick.carry().path == stick.target
    assert {path: path.stat().st_mtime_ns for path in stick.folder.iterdir()} == was


def test_what_a_killed_copy_left_is_in_the_way_of_nothing(stick):
    for path in (stick.target, stick.folder / f"{stick.record.filename}.json"):
        files.hidden_name(path).write_bytes(b"half")
    stick.carry()
    assert stick.there() == sorted([HOW_TO_RESTORE, stick.record.filename, f"{stick.record.filename}.json"])


@posix
def test_a_drive_without_rights_is_told(stick, monkeypatch):
    def open_to_all(path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)

    before = os.umask(0)
    try:
        monkeypatch.setattr(files, "create", open_to_all)
        result = stick.carry()
    finally:
        os.umask(before)
    told = {notice.code: notice.values["path"] for notice in result.warnings}
    assert told == {NoticeCode.NOT_PRIVATE: stick.folder, NoticeCode.SAME_DRIVE: stick.folder}


# ---- what is refused


def test_a_damaged_source_is_found_while_it_is_carried(stick):
    data = bytearray(stick.record.path.read_bytes())
    data[data.rindex(b"bank")] ^= 1
    stick.record.path.write_bytes(data)
    with pytest.raises(Damaged) as caught:
        stick.carry()
    assert (caught.value.code, caught.value.path) == (Code.BACKUP_DAMAGED, stick.record.path)
    assert (caught.value.values["name"], caught.value.values["problem"]) == (stick.record.filename, Problem.HASH_DIFFERS)
    assert stick.there() == []


def test_a_copy_that_reads_back_otherwise_is_no_copy(stick):
    """A drive that claims more room than it has takes the bytes and returns others."""
    hidden = files.hidden_name(stick.target)

    def spoil(progress: Progress) -> None:
        if progress.stage is Stage.CARRYING and progress.done == progress.total:
            with hidden.open("r+b") as file:
                file.seek(5000)
                file.write(b"other")

    with pytest.raises(Damaged) as caught:
        stick.carry(report=spoil)
    assert (caught.value.code, caught.value.values["name"]) == (Code.COPY_DAMAGED, stick.record.filename)
    assert stick.there() == []


@pytest.mark.parametrize("status", [Status.UNCHECKED, Status.COPIED, Status.DAMAGED])
def test_only_a_checked_backup_is_carried(stick, status):
    with pytest.raises(Refused) as caught:
        stick.carry(replace(stick.record, status=status))
    assert (caught.value.code, caught.value.values["name"]) == (Code.BACKUP_UNCHECKED, stick.record.filename)
    assert stick.there() == []


@pytest.mark.parametrize("stage", [Stage.CARRYING, Stage.READING_BACK])
def test_a_cancelled_copy_leaves_nothing(stick, stage):
    token = CancelToken()

    def ask(progress: Progress) -> None:
        if progress.stage is stage:
            token.ask()

    with pytest.raises(Cancelled):
        stick.carry(report=ask, cancel=token)
    assert stick.there() == []


@pytest.mark.parametrize("inside", [".", "backups", "backups/kept", "logs", "uploads", "uploads/2026"])
@pytest.mark.parametrize("by", ["path", "link"])
def test_the_societys_own_folders_are_no_place_for_a_copy(stick, tmp_path, inside, by):
    place = stick.society.paths.home / inside
    place.mkdir(parents=True, exist_ok=True)
    if by == "link":
        if os.name == "nt":
            pytest.skip("links are not for everybody on Windows")
        (tmp_path / "link").symlink_to(place)
        place = tmp_path / "link"
    before = sorted(stick.society.paths.home.rglob("*"))
    with pytest.raises(Refused) as caught:
        stick.carry(to=place)
    assert (caught.value.code, caught.value.path) == (Code.INSIDE_THE_SOCIETY, place)
    assert sorted(stick.society.paths.home.rglob("*")) == before


def test_the_books_and_other_files_are_no_folder(stick, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    for place, code in ((stick.society.paths.books, Code.IS_THE_BOOKS), (tmp_path / "file", Code.UNSAFE_FOLDER)):
        with pytest.raises(Refused) as caught:
            stick.carry(to=place)
        assert (caught.value.code, caught.value.path) == (code, place)
    assert (tmp_path / "file").read_bytes() == b"x"


@pytest.mark.parametrize("place", ["none", "none/deeper", "~no_such_user_here/x"])
def test_a_place_that_is_not_there_is_unreachable_and_not_made(stick, tmp_path, place):
    to = Path(place) if place.startswith("~") else tmp_path / place
    with pytest.raises(Unreachable) as caught:
        stick.carry(to=to)
    assert (caught.value.code, caught.value.path) == (Code.PLACE_UNREACHABLE, to)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("there", ["other", "half", "empty", "folder", "link", "dangling link"])
def test_another_file_of_that_name_is_never_written_over(stick, there):
    whole = stick.record.path.read_bytes()
    if there == "folder":
        stick.target.mkdir()
    elif there in {"link", "dangling link"}:
        if os.name == "nt":
            pytest.skip("links are not for everybody on Windows")
        stick.target.symlink_to(stick.record.path if there == "link" else stick.folder / "none")
    else:
        stick.target.write_bytes({"other": whole[:-1] + b"x", "half": whole[: len(whole) // 2], "empty": b""}[there])
    was = stick.target.lstat()
    with pytest.raises(Refused) as caught:
        stick.carry()
    assert (caught.value.code, caught.value.path) == (Code.OTHER_COPY_THERE, stick.target)
    assert (stick.target.lstat().st_ino, stick.target.lstat().st_size) == (was.st_ino, was.st_size)
    assert stick.there() == [stick.record.filename]


def test_no_room_is_told_with_its_numbers_before_anything_is_written(stick, monkeypatch):
    monkeypatch.setattr(files, "free_bytes", lambda _folder: 1000)
    with pytest.raises(NoSpace) as caught:
        stick.carry()
    assert (caught.value.values["needed_bytes"], caught.value.values["free_bytes"]) == (stick.record.size_bytes, 1000)
    assert caught.value.path == stick.folder
    assert stick.there() == []


# ---- what breaks in the middle


@pytest.mark.parametrize(("number", "code"), [(errno.EIO, Code.PLACE_UNREACHABLE), (errno.ENOSPC, Code.DISK_FULL)])
@pytest.mark.parametrize("when", [1, 2, 3])
def test_a_drive_that_fails_at_any_file_leaves_no_new_name(stick, monkeypatch, number, code, when):
    """The copy, its manifest and the words are written one after the other; the first, second or third is not taken."""
    real_fsync, calls = os.fsync, []

    def failing(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == (1, 2, 4)[when - 1]:
            raise OSError(number, os.strerror(number))
        real_fsync(descriptor)

    monkeypatch.setattr(files.os, "fsync", failing)
    with pytest.raises(EngineError) as caught:
        stick.carry()
    assert caught.value.code is code
    assert caught.value.reason is not None
    assert caught.value.reason.errno == number
    assert stick.there() == []
    monkeypatch.undo()
    assert stick.carry().path == stick.target


@posix
def test_a_manifest_left_of_another_backup_is_replaced_and_not_followed(stick, tmp_path):
    listed = stick.folder / f"{stick.record.filename}.json"
    (tmp_path / "theirs.json").write_bytes(b"{}")
    listed.symlink_to(tmp_path / "theirs.json")
    stick.carry()
    assert manifests.read(listed) == stick.record.manifest
    assert (tmp_path / "theirs.json").read_bytes() == b"{}"
    listed.write_bytes(manifests.encode(manifests.read(listed)).replace(stick.record.sha256.encode(), b"0" * 64))
    stick.carry()
    assert stick.society.vault().verify([str(stick.target)])[0].status is Status.CHECKED


def test_a_manifest_that_cannot_be_put_there_is_no_copy(stick):
    (stick.folder / f"{stick.record.filename}.json").mkdir()
    with pytest.raises(EngineError) as caught:
        stick.carry()
    assert caught.value.code is Code.CANNOT_WRITE
    assert caught.value.path == stick.folder / f"{stick.record.filename}.json"
    assert stick.there() == [f"{stick.record.filename}.json"]


# ---- through the front door


def test_a_copy_of_no_backup_yet_is_not_found(society, tmp_path):
    with pytest.raises(NotFound) as caught:
        society.vault().copy(None, tmp_path)
    assert caught.value.code is Code.NO_BACKUP_YET


def test_a_copy_on_the_drive_of_the_books_is_told_and_is_none_elsewhere(stick):
    result = stick.society.vault().copy(None, stick.folder)
    assert [(notice.code, notice.values["path"]) for notice in result.warnings] == [(NoticeCode.SAME_DRIVE, stick.folder)]
    assert stick.society.vault().records()[0].copies[0].same_drive
    report = stick.society.vault().health()
    assert report.last_copy is None
    assert AlertCode.NO_COPY_ELSEWHERE in {alert.code for alert in report.alerts}


def test_a_copy_on_another_drive_is_noted_recorded_and_known_to_health(stick, other_drive):
    stick.folder = other_drive
    stick.society.clock.forward(hours=1)
    result = stick.society.vault().copy(None, stick.folder)
    assert result.warnings == ()
    record = stick.society.vault().records()[0]
    assert [(note.to, note.at) for note in record.copies] == [(str(stick.folder), stick.society.clock.now().isoformat())]
    event = stick.society.vault().audit_events()[-1]
    assert (event.action, event.outcome, event.details["to"]) == ("copy", "finished", str(stick.folder))
    assert event.details["sha256"] == result.sha256
    assert stick.society.vault().health().last_copy == record.copies[0]


def test_a_copy_that_failed_is_recorded_and_not_noted(stick, tmp_path):
    with pytest.raises(Unreachable):
        stick.society.vault().copy(None, tmp_path / "none")
    event = stick.society.vault().audit_events()[-1]
    assert (event.action, event.outcome, event.details["code"]) == ("copy", "failed", "place_unreachable")
    assert stick.society.vault().records()[0].copies == ()
    assert stick.society.vault().notices == ()


def test_a_copy_that_cannot_be_noted_says_just_that(stick):
    vault = stick.society.vault()
    stick.society.paths.lock.unlink()
    stick.society.paths.lock.mkdir()
    result = vault.copy(None, stick.folder)
    assert_whole(result.path)
    assert [notice.code for notice in result.warnings] == [NoticeCode.SAME_DRIVE, NoticeCode.COPY_NOT_NOTED]


def test_the_newest_good_backup_is_carried_where_none_is_named(stick):
    stick.society.enter()
    newest = stick.society.back_up().record
    newest.path.write_bytes(b"")
    assert stick.society.vault().copy(None, stick.folder).filename == stick.record.filename
