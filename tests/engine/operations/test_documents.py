"""Documents of backups read again, mended, carried elsewhere, and restored from there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gharmitra_admin.engine import BackupRecord, Cancelled, CancelToken, Kind, NoSpace, NoticeCode, Progress, Stage, Status, VerifyResult
from gharmitra_admin.engine.base import drives, files
from gharmitra_admin.engine.base.errors import Code, Damaged
from gharmitra_admin.engine.parts.documents import checking
from tests.builders import society as societies
from tests.builders import uploads
from tests.builders.command import gharmitra_admin
from tests.builders.society import Society


@pytest.fixture
def made(society: Society) -> BackupRecord:
    uploads.upload_many(society.paths, 4)
    return society.back_up().record


def stored_of(society: Society, name: str) -> Path:
    import hashlib

    sha256 = hashlib.sha256((society.paths.uploads / name).read_bytes()).hexdigest()
    return society.paths.documents / sha256[:2] / sha256


def check(society: Society, *names: str) -> VerifyResult:
    return society.vault().verify(names)[0]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)


def test_whole_documents_are_whole(society: Society, made: BackupRecord) -> None:
    result = check(society, made.filename)
    assert result.documents == checking.DocumentsChecked(4)
    assert result.status is Status.CHECKED


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_lost_document_is_told_and_the_books_stay_checked(society: Society, made: BackupRecord, is_gone: bool) -> None:
    place = stored_of(society, "vouchers/0002.pdf")
    place.unlink() if is_gone else flip(place)
    result = check(society)
    assert result.documents == checking.DocumentsChecked(4, 1, ("vouchers/0002.pdf",))
    assert (result.status, result.problem) == (Status.CHECKED, None)
    assert society.vault().records()[0].status is Status.CHECKED
    assert made.filename == result.filename


def test_a_lost_list_is_told(society: Society, made: BackupRecord) -> None:
    [file] = (society.paths.documents / "lists").iterdir()
    flip(file)
    assert check(society, made.filename).documents == checking.DocumentsChecked(4, 4, ())
    assert society.back_up().record.manifest is not None
    assert check(society, made.filename).documents == checking.DocumentsChecked(4)


@pytest.mark.parametrize("kind", [Kind.MANUAL, Kind.AUTOMATIC])
def test_the_next_backup_mends_what_a_check_found(society: Society, made: BackupRecord, kind: Kind) -> None:
    place = stored_of(society, "vouchers/0001.pdf")
    flip(place)
    check(society)
    assert checking.known_wrong(society.paths.documents) == {place.name}
    society.back_up(kind=kind)
    assert place.read_bytes() == (society.paths.uploads / "vouchers/0001.pdf").read_bytes()
    assert checking.known_wrong(society.paths.documents) == frozenset()
    assert check(society, made.filename).documents == checking.DocumentsChecked(4)


def test_the_terminal_says_so_and_ends_with_warnings(society: Society, made: BackupRecord) -> None:
    flip(stored_of(society, "vouchers/0001.pdf"))
    done = gharmitra_admin("--json", "verify", made.filename, books=society.paths.books)
    assert done.code == 3
    [one] = done.json["results"]
    assert one["status"] == "checked"
    assert "documents missing or damaged: 1 of 4 (vouchers/0001.pdf)" in one["problems"][0]


def test_a_copy_carries_the_documents_and_reads_them_back(
    society: Society, made: BackupRecord, other_drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_back: list[str] = []
    hashed = drives.hash_from_drive
    monkeypatch.setattr(drives, "hash_from_drive", lambda path, **said: read_back.append(path.name) or hashed(path, **said))
    result = society.vault().copy(made.filename, other_drive)
    assert result.documents == 4
    assert len(read_back) == 5
    there = {path.name: path.read_bytes() for path in (other_drive / "documents").glob("??/*")}
    assert set(there.values()) == set(uploads.lying(society.paths).values())
    assert [*other_drive.rglob("*.part")] == []
    assert society.vault().verify((str(result.path),))[0].documents == checking.DocumentsChecked(4)
    read_back.clear()
    uploads.upload(society.paths, "vouchers/new.pdf", b"new")
    society.vault().copy(society.back_up().record.filename, other_drive)
    assert len(read_back) == 2


def test_a_copy_on_a_drive_is_restored_with_its_documents(society: Society, made: BackupRecord, other_drive: Path, tmp_path: Path) -> None:
    then = uploads.lying(society.paths)
    at = society.vault().copy(made.filename, other_drive).path
    other = societies.make(tmp_path / "other")
    result = other.vault().restore(str(at))
    assert (result.documents, result.warnings) == (4, ())
    assert uploads.lying(other.paths) == then


def test_what_is_lost_here_is_told_and_the_rest_is_carried(society: Society, made: BackupRecord, other_drive: Path) -> None:
    flip(stored_of(society, "vouchers/0000.pdf"))
    stored_of(society, "vouchers/0003.pdf").unlink()
    result = society.vault().copy(made.filename, other_drive)
    [told] = [one for one in result.warnings if one.code is NoticeCode.DOCUMENTS_NOT_COPIED]
    assert told.values["names"] == ("vouchers/0000.pdf", "vouchers/0003.pdf")
    assert result.documents == 2
    assert result.path.is_file()


@pytest.mark.parametrize("fault", ["full", "reads back differently", "cancelled"])
def test_a_copy_that_fails_leaves_no_document(
    society: Society, made: BackupRecord, other_drive: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    cancel, copied = CancelToken(), 0
    copy = files.copy_file

    def full(source: Path, target: Path, **said: object) -> str:
        nonlocal copied
        copied += 1
        if copied == 3 and fault == "full":
            raise NoSpace(Code.DISK_FULL, path=target, reason=OSError(errno.ENOSPC, "no room"))
        digest = copy(source, target, **said)  # type: ignore[arg-type]
        if copied == 3 and fault == "reads back differently":
            flip(target)
        return digest

    def watch(progress: Progress) -> None:
        if fault == "cancelled" and progress.stage is Stage.DOCUMENTS and progress.done == 2:
            cancel.ask()

    monkeypatch.setattr(files, "copy_file", full)
    with pytest.raises({"full": NoSpace, "reads back differently": Damaged, "cancelled": Cancelled}[fault]):
        society.vault().copy(made.filename, other_drive, report=watch, cancel=cancel)
    assert list(other_drive.rglob("*")) == []
