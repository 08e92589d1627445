"""The list of backups: the files with their manifests are the truth, read anew each time."""

from __future__ import annotations

import os
import shutil
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gharmitra_admin.engine import BadInput, Code, Kind, NotFound, Origin, Paths, Problem, Status
from gharmitra_admin.engine.parts import catalogue
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.catalogue import Listing
from gharmitra_admin.engine.parts.manifest import CopyNote, Notes
from tests.builders.society import Society
from tests.builders.society import make as make_society


def listing(society: Society) -> Listing:
    return catalogue.read(society.paths, clock=society.clock)


def note(society: Society, filename: str, **said: object) -> None:
    manifests.write_notes(manifests.notes_path(society.paths.manifests, filename), Notes(**said))  # type: ignore[arg-type]


def test_without_a_folder_there_is_an_empty_list_and_still_no_folder(society: Society) -> None:
    assert listing(society) == Listing((), (), 1)
    assert not society.paths.backups.exists()


def test_a_backup_is_listed_with_all_that_was_written_of_it(society: Society) -> None:
    made = society.back_up(kind=Kind.SCHEDULED, label="year end").record
    [record] = listing(society).records
    assert record == made
    assert (record.kind, record.label, record.kept, record.status, record.origin) == (
        Kind.SCHEDULED,
        "year end",
        True,
        Status.CHECKED,
        Origin.MADE,
    )
    assert record.created_at == datetime.fromisoformat("2026-11-23T18:00:00+05:30")
    assert record.size_bytes == record.path.stat().st_size
    assert record.path.parent == society.paths.kept


def test_reading_the_list_touches_nothing(society: Society) -> None:
    society.back_up()
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in society.paths.home.rglob("*")}
    listing(society)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in society.paths.home.rglob("*")} == before


def test_order_is_by_sequence_and_not_by_the_clock(society: Society) -> None:
    names = [society.back_up(hours=-3).record.filename for _ in range(3)]
    found = listing(society)
    assert [record.filename for record in found.records] == names[::-1]
    assert [record.sequence for record in found.records] == [3, 2, 1]
    assert found.next_sequence == 4


def test_a_found_file_takes_its_place_by_its_date_among_ours(society: Society) -> None:
    first = society.back_up(days=2).record
    second = society.back_up().record
    between = society.paths.backups / "gharmitra_backup_20261124_120000.db"
    shutil.copy(first.path, between)
    before = society.paths.backups / "gharmitra_backup_20250101_120000.db"
    shutil.copy(first.path, before)
    assert [record.path.name for record in listing(society).records] == [second.filename, between.name, first.filename, before.name]


def test_a_name_without_a_date_goes_by_when_the_file_was_written(society: Society) -> None:
    made = society.back_up().record
    stranger = society.paths.backups / "copy of books.DB"
    shutil.copy(made.path, stranger)
    moment = datetime.fromisoformat("2020-05-06T07:08:09+05:30")
    os.utime(stranger, (moment.timestamp(), moment.timestamp()))
    record = next(record for record in listing(society).records if record.path == stranger)
    assert (record.created_at, record.status, record.origin, record.kind) == (moment, Status.UNCHECKED, None, None)
    assert record.created_at.utcoffset() == timedelta(hours=5, minutes=30)


@pytest.mark.parametrize(
    ("change", "status", "problem"),
    [
        (lambda data: b"", Status.DAMAGED, Problem.EMPTY),
        (lambda data: data[:-1], Status.DAMAGED, Problem.CUT_SHORT),
        (lambda data: data + b"x", Status.DAMAGED, Problem.TOO_LONG),
    ],
)
def test_a_size_that_is_not_the_manifests_is_damage_at_first_sight(society: Society, change, status: Status, problem: Problem) -> None:
    made = society.back_up().record
    made.path.unlink()
    made.path.write_bytes(change((society.paths.held / made.filename).read_bytes()))
    [record] = listing(society).records
    assert (record.status, record.problem, record.is_good) == (status, problem, False)
    assert listing(society).newest_good() is None


def test_an_empty_file_without_a_manifest_is_damaged_and_not_unchecked(society: Society) -> None:
    society.paths.backups.mkdir()
    (society.paths.backups / "gharmitra_backup_20260101_000000.db").touch()
    [record] = listing(society).records
    assert (record.status, record.problem) == (Status.DAMAGED, Problem.EMPTY)


def test_a_note_of_damage_holds_for_the_file_that_was_looked_at_only(society: Society) -> None:
    made = society.back_up().record
    status = made.path.stat()
    seen = {"seen_size_bytes": status.st_size, "seen_mtime_ns": status.st_mtime_ns}
    note(society, made.filename, problem=Problem.HASH_DIFFERS, **seen)
    assert listing(society).records[0].status is Status.DAMAGED
    note(society, made.filename, problem=Problem.UNREADABLE, **seen)
    assert (listing(society).records[0].status, listing(society).records[0].problem) == (Status.UNCHECKED, Problem.UNREADABLE)
    note(society, made.filename, problem=Problem.HASH_DIFFERS, **{**seen, "seen_mtime_ns": 1})
    assert listing(society).records[0].status is Status.CHECKED


def test_notes_say_what_changed_since_the_backup_was_made(society: Society) -> None:
    made = society.back_up(label="first word").record
    copies = (CopyNote("/media/usb", "2026-11-24T10:00:00+05:30"),)
    note(society, made.filename, label="second word", proven_at="2026-11-24T11:00:00+05:30", copies=copies)
    found = listing(society)
    [record] = found.records
    assert (record.label, record.status, record.copies) == ("second word", Status.PROVEN, copies)
    assert found.newest_proven() == found.newest_good() == found.newest_made() == record
    note(society, made.filename, label="")
    assert listing(society).records[0].label is None
    assert listing(society).newest_proven() is None


def test_two_sets_of_books_in_one_folder_list_each_their_own(society: Society) -> None:
    shutil.copy(society.paths.books, society.paths.home / "other.db")
    other = Society(Paths.of(society.paths.home / "other.db"), society.clock, society.settings)
    mine, theirs = society.back_up().record, other.back_up().record
    assert mine.filename != theirs.filename
    assert [record.filename for record in listing(society).records] == [mine.filename]
    assert [record.filename for record in listing(other).records] == [theirs.filename]
    mine.path.unlink()
    (society.paths.held / mine.filename).unlink()
    assert [gone.filename for gone in listing(society).vanished] == [mine.filename]
    assert listing(other).vanished == ()


def test_what_is_no_regular_file_is_passed_over_and_not_waited_for(society: Society, tmp_path: Path) -> None:
    made = society.back_up().record
    folder = society.paths.backups
    (folder / "folder.db").mkdir()
    (folder / "link.db").symlink_to(made.path)
    (folder / "dangling.db").symlink_to(tmp_path / "nowhere")
    (folder / "loop.db").symlink_to(folder / "loop.db")
    (folder / ".hidden.db").write_bytes(b"x")
    (folder / "notes.txt").write_bytes(b"x")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.db")
    if hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX) as one:
            short = Path(os.path.relpath(folder / "socket.db"))
            one.bind(str(short) if len(str(short)) < len(str(folder / "socket.db")) else str(folder / "socket.db"))
    assert [record.filename for record in listing(society).records] == [made.filename]


def test_a_hard_link_of_the_books_is_no_backup(society: Society) -> None:
    made = society.back_up().record
    (society.paths.backups / "gharmitra_backup_20261231_000000.db").hardlink_to(society.paths.books)
    assert [record.filename for record in listing(society).records] == [made.filename]


def test_a_name_in_two_folders_is_one_backup_and_the_kept_one_wins(society: Society) -> None:
    made = society.back_up(label="keep me").record
    (society.paths.backups / made.filename).write_bytes(b"an impostor")
    [record] = listing(society).records
    assert (record.path, record.kept, record.status) == (made.path, True, Status.CHECKED)


@pytest.mark.parametrize("name", ["..", ".", "", "a/b.db", "../gharmitra.db", "/etc/passwd", "C:x", "nul\0.db", "x" * 300])
def test_no_name_that_leads_elsewhere_is_looked_for(society: Society, name: str) -> None:
    society.back_up()
    with pytest.raises(BadInput):
        listing(society).find(name)


def test_a_backup_is_found_by_its_shown_and_by_its_real_name(society: Society) -> None:
    made = society.back_up().record
    real = "a\nb\u202e.db"
    shutil.copy(made.path, society.paths.backups / real)
    found = listing(society)
    assert found.find("a\\x0ab\\u202e.db").path.name == real
    assert found.find(real).filename == "a\\x0ab\\u202e.db"
    with pytest.raises(NotFound) as told:
        found.find("nothing.db")
    assert (told.value.code, told.value.values) == (Code.BACKUP_NOT_FOUND, {"name": "nothing.db"})


def test_five_hundred_backups_are_listed_in_their_order(tmp_path: Path) -> None:
    society = make_society(tmp_path / "society", entries=1)
    made = society.back_up().record
    template = manifests.manifest_path(society.paths.manifests, made.filename).read_text()
    for number in range(2, 501):
        name = f"gharmitra_backup_20261124_{number:06}.db"
        (society.paths.backups / name).hardlink_to(made.path)
        text = template.replace(made.filename, name).replace('"sequence": 1,', f'"sequence": {number},')
        manifests.manifest_path(society.paths.manifests, name).write_text(text)
    found = listing(society)
    assert [record.sequence for record in found.records] == list(range(500, 0, -1))
    assert found.next_sequence == 501
    assert all(record.is_good for record in found.records)
