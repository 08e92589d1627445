"""Documents go back and come again with the books, byte for byte, through the front door."""

from __future__ import annotations

import errno
import json
import os
import random
import stat
from pathlib import Path

import pytest

from gharmitra_admin.engine import NoticeCode, Paths, Settings
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import from_os
from gharmitra_admin.engine.operations.restore import documents as restored
from gharmitra_admin.engine.operations.restore.plan import FindingCode
from tests.builders import damage, uploads
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.society import Society, assert_whole


def staged(society: Society) -> list[Path]:
    return list(society.paths.home.rglob(".restoring-*"))


def test_what_is_missing_or_different_is_put_back_and_the_rest_stays(society: Society) -> None:
    then = uploads.upload_many(society.paths, 5)
    name = society.back_up().record.filename
    society.enter()
    (society.paths.uploads / "vouchers/0001.pdf").unlink()
    uploads.upload(society.paths, "vouchers/0002.pdf", b"another bill")
    uploads.upload(society.paths, "vouchers/late.pdf", b"uploaded since")
    now = uploads.lying(society.paths)
    result = society.vault().restore(name)
    assert uploads.lying(society.paths) == {**then, "vouchers/late.pdf": b"uploaded since"}
    assert (result.documents, result.warnings, staged(society)) == (2, (), [])
    assert (society.paths.uploads / "vouchers/0001.pdf").stat().st_mtime_ns == uploads.LONG_AGO_NS + 1
    society.clock.forward(minutes=1)
    undone = society.vault().undo()
    assert uploads.lying(society.paths) == {**now, "vouchers/0001.pdf": then["vouchers/0001.pdf"]}
    assert undone.documents == 1


def test_ten_times_there_and_back_with_documents_changed_deleted_and_added(society: Society) -> None:
    chance = random.Random(2611)
    uploads.upload_many(society.paths, 12)
    for turn in range(10):
        then = uploads.lying(society.paths)
        name = society.back_up().record.filename
        society.enter()
        for path in chance.sample(sorted(then), 3):
            uploads.upload(society.paths, path, f"changed in {turn} {path}".encode())
        for path in chance.sample(sorted(then), 3):
            (society.paths.uploads / path).unlink()
        uploads.upload(society.paths, f"society/added {turn}.png", os.urandom(50))
        now = uploads.lying(society.paths)
        society.vault().restore(name)
        assert {path: data for path, data in uploads.lying(society.paths).items() if path in then} == then
        society.clock.forward(seconds=1)
        society.vault().undo()
        assert {path: data for path, data in uploads.lying(society.paths).items() if path in now} == now
        assert_whole(society.paths.books)
        society.clock.forward(seconds=1)
    assert not society.vault().audit_verify().problems


def test_uploads_that_are_gone_altogether_come_back(society: Society) -> None:
    then = uploads.upload_many(society.paths, 4)
    name = society.back_up().record.filename
    society.paths.uploads.rename(society.paths.home / "elsewhere")
    society.vault().restore(name)
    assert uploads.lying(society.paths) == then


@pytest.mark.skipif(os.name == "nt", reason="owners and modes are POSIX's")
def test_owner_and_mode_are_those_of_what_was_there(society: Society) -> None:
    uploads.upload_many(society.paths, 2)
    folder = society.paths.uploads / "vouchers"
    folder.chmod(0o750)
    (folder / "0000.pdf").chmod(0o640)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    name = society.back_up().record.filename
    uploads.upload(society.paths, "vouchers/0000.pdf", b"changed")
    (folder / "0001.pdf").unlink()
    society.vault().restore(name)
    assert stat.S_IMODE((folder / "0000.pdf").stat().st_mode) == 0o640
    assert stat.S_IMODE((folder / "0001.pdf").stat().st_mode) == 0o640
    assert (folder / "0001.pdf").stat().st_uid == folder.stat().st_uid


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs are POSIX's")
def test_what_stands_in_the_way_is_left_and_told(society: Society, tmp_path: Path) -> None:
    then = uploads.upload_many(society.paths, 4)
    uploads.upload(society.paths, "linked/a.pdf", b"a")
    name = society.back_up().record.filename
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = society.paths.uploads / "vouchers"
    for number, make in enumerate((os.mkfifo, lambda path: path.symlink_to(outside / "x"), lambda path: path.mkdir())):
        (folder / f"000{number}.pdf").unlink()
        make(folder / f"000{number}.pdf")
    (society.paths.uploads / "linked/a.pdf").unlink()
    (society.paths.uploads / "linked").rmdir()
    (society.paths.uploads / "linked").symlink_to(outside, target_is_directory=True)
    result = society.vault().restore(name)
    [told] = [one for one in result.warnings if one.code is NoticeCode.DOCUMENTS_NOT_PUT_BACK]
    assert told.values["names"] == ("linked/a.pdf", "vouchers/0000.pdf", "vouchers/0001.pdf", "vouchers/0002.pdf")
    assert list(outside.iterdir()) == []
    assert (folder / "0003.pdf").read_bytes() == then["vouchers/0003.pdf"]
    assert_whole(society.paths.books)


def test_a_document_that_no_copy_was_kept_of_is_not_replaced(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes one between the safety backup and the putting back."""
    uploads.upload_many(society.paths, 2)
    name = society.back_up().record.filename
    uploads.upload(society.paths, "vouchers/0001.pdf", b"changed before")
    put_back = restored.put_back

    def meddle(*given: object, **said: object) -> restored.PutBack:
        uploads.upload(society.paths, "vouchers/0001.pdf", b"changed meanwhile")
        return put_back(*given, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(restored, "put_back", meddle)
    result = society.vault().restore(name)
    assert [one.values["names"] for one in result.warnings] == [("vouchers/0001.pdf",)]
    assert (society.paths.uploads / "vouchers/0001.pdf").read_bytes() == b"changed meanwhile"


def test_a_stored_document_that_is_lost_is_told_and_fails_no_restore(society: Society) -> None:
    then = uploads.upload_many(society.paths, 3)
    name = society.back_up().record.filename
    for path in then:
        (society.paths.uploads / path).unlink()
    gone, bad, _ = sorted(society.paths.documents.glob("??/*"))
    gone.unlink()
    bad.write_bytes(bytes(len(bad.read_bytes())))
    result = society.vault().restore(name)
    [told] = result.warnings
    assert (told.code, told.values["count"]) == (NoticeCode.DOCUMENTS_NOT_PUT_BACK, 2)
    assert result.documents == 1
    assert uploads.lying(society.paths).items() <= then.items()


def test_a_full_disk_behind_the_books_is_told_and_fails_no_restore(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    then = uploads.upload_many(society.paths, 3)
    name = society.back_up().record.filename
    society.enter()
    for path in then:
        (society.paths.uploads / path).unlink()
    copy = files.copy_file

    def full(source: Path, target: Path, **said: object) -> str:
        if target.name.startswith(".restoring-"):
            raise from_os(OSError(errno.ENOSPC, "no room"), target, writing=True)
        return copy(source, target, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "copy_file", full)
    result = society.vault().restore(name)
    assert [(one.code, one.values["count"]) for one in result.warnings] == [(NoticeCode.DOCUMENTS_NOT_PUT_BACK, 3)]
    monkeypatch.undo()
    society.clock.forward(minutes=1)
    assert society.vault().restore(name).documents == 3
    assert uploads.lying(society.paths) == then


@pytest.mark.parametrize("books", ["lost header", "missing"])
def test_books_that_cannot_be_opened_keep_their_documents_too(society: Society, books: str) -> None:
    then = uploads.upload_many(society.paths, 3)
    name = society.back_up().record.filename
    uploads.upload(society.paths, "vouchers/0001.pdf", b"as bad as the books")
    if books == "missing":
        society.paths.books.unlink()
    else:
        damage.lost_header(society.paths.books)
    result = society.vault().restore(name)
    assert uploads.lying(society.paths) == then
    assert result.documents == 1
    assert b"as bad as the books" in {path.read_bytes() for path in society.paths.documents.glob("??/*")}


def test_a_backup_of_before_leaves_the_documents_alone(society: Society) -> None:
    name = society.back_up().record.filename
    listed = society.paths.manifests / f"{name}.json"
    old = json.loads(listed.read_text())
    del old["documents"]
    listed.write_text(json.dumps(old))
    now = uploads.upload_many(society.paths, 2)
    result = society.vault().restore(name)
    assert uploads.lying(society.paths) == now
    assert (result.documents, result.warnings) == (0, ())


def test_the_plan_counts_their_room(society: Society) -> None:
    uploads.upload_many(society.paths, 3)
    name = society.back_up().record.filename

    def needed() -> int:
        [room] = [one for one in society.vault().plan(name).findings if one.code is FindingCode.ROOM]
        assert isinstance(room.values["needed_bytes"], int)
        return room.values["needed_bytes"]

    before = needed()
    uploads.upload(society.paths, "vouchers/large.pdf", bytes(3_000_000))
    assert needed() - before >= 3_000_000


def test_a_whole_backups_folder_of_another_pc_brings_its_documents(society: Society, tmp_path: Path) -> None:
    then = uploads.upload_many(society.paths, 3)
    name = society.back_up().record.filename
    drive = tmp_path / "drive"
    society.paths.backups.rename(drive)
    other = societies.make(tmp_path / "other")
    result = other.vault().restore(str(drive / name))
    assert uploads.lying(other.paths) == then
    assert result.documents == 3
    other.clock.forward(minutes=1)
    other.vault().undo()
    assert_whole(other.paths.books)


def test_the_real_societys_documents_go_back_and_come_again(real_books: Path) -> None:
    society = Society(Paths.of(real_books), FakeClock(), Settings())
    then = uploads.lying(society.paths)
    assert len(then) == 25
    made = society.back_up().record
    assert made.manifest is not None
    assert made.manifest.documents is not None
    assert (made.manifest.documents.count, made.manifest.documents.skipped) == (25, 0)
    for number, path in enumerate(sorted(then)):
        if number % 3 == 0:
            (society.paths.uploads / path).unlink()
        elif number % 3 == 1:
            uploads.upload(society.paths, path, b"overwritten")
    now = uploads.lying(society.paths)
    assert society.vault().restore(made.filename).documents == 17
    assert uploads.lying(society.paths) == then
    society.clock.forward(minutes=1)
    assert society.vault().undo().documents == 8
    assert {path: data for path, data in uploads.lying(society.paths).items() if path in now} == now
