"""What a killed run left: finished where its result was there, removed where it was not, and nothing else touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gharmitra_admin.engine import BackupRecord, NoticeCode, Outcome, Status
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.parts import leftovers
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.audit import Audit
from tests.builders.society import Society


def audit_of(society: Society, books: str = "gharmitra.db") -> Audit:
    return Audit(society.paths.audit, clock=society.clock, who="treasurer", books=books)


def sweep(society: Society):
    return leftovers.sweep(society.paths, audit_of(society))


def hide_manifest(society: Society, record: BackupRecord) -> Path:
    listed = manifests.manifest_path(society.paths.manifests, record.filename)
    return listed.rename(files.hidden_name(listed))


def ends(society: Society) -> list[tuple[str, str]]:
    return [(event.action, event.outcome) for event in audit_of(society).read()][-1:]


def test_where_nothing_was_left_nothing_changes(society: Society) -> None:
    society.back_up()
    before = society.everything()
    assert sweep(society) == ()
    assert society.everything() == before


def test_half_made_files_go_wherever_they_lie_and_all_else_stays(society: Society) -> None:
    society.back_up(label="kept")
    paths = society.paths
    paths.scratch.mkdir()
    (paths.scratch / "gharmitra.db").write_bytes(b"staged")
    halves = [folder / ".x.db.part" for folder in (paths.backups, paths.kept, paths.held, paths.manifests)]
    for half in halves:
        half.write_bytes(b"half")
    others = [paths.backups / name for name in (".mine", "x.part", ".part.txt")]
    for other in others:
        other.write_bytes(b"somebody's")
    (paths.backups / ".folder.part").mkdir()
    (paths.backups / ".link.part").symlink_to(paths.books)
    sweep(society)
    assert [half for half in halves if half.exists()] == []
    assert all(other.read_bytes() == b"somebody's" for other in others)
    assert (paths.backups / ".folder.part").is_dir()
    assert (paths.backups / ".link.part").is_symlink()
    assert not list(paths.scratch.glob("*"))
    assert paths.books.is_file()


def test_a_named_backup_with_a_hidden_manifest_of_its_hash_is_finished(society: Society) -> None:
    made = society.back_up().record
    hide_manifest(society, made)
    sweep(society)
    [record] = society.vault().records()
    assert (record.status, record.sequence, record.sha256) == (Status.CHECKED, 1, made.sha256)


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data[:-1] + b"x", lambda data: b""])
def test_a_hidden_manifest_of_other_bytes_is_swept_and_the_file_stays_unchecked(society: Society, change) -> None:
    made = society.back_up().record
    data = change(made.path.read_bytes())
    made.path.unlink()
    made.path.write_bytes(data)
    hidden = hide_manifest(society, made)
    sweep(society)
    assert not hidden.exists()
    assert made.path.read_bytes() == data
    assert society.vault().records()[0].manifest is None


def test_a_hidden_manifest_without_its_backup_is_swept(society: Society) -> None:
    made = society.back_up().record
    hidden = hide_manifest(society, made)
    made.path.rename(files.hidden_name(made.path))
    (society.paths.held / made.filename).unlink()
    sweep(society)
    assert not hidden.exists()
    assert society.vault().records() == []
    assert society.vault().state().vanished == ()


def test_a_damaged_hidden_manifest_is_swept_and_the_backup_stays(society: Society) -> None:
    made = society.back_up().record
    hide_manifest(society, made).write_bytes(b"{")
    sweep(society)
    assert made.path.is_file()
    assert not list(society.paths.manifests.glob(".*"))


def test_an_open_job_is_told_as_interrupted_once(society: Society) -> None:
    audit_of(society).append("backup", Outcome.STARTED, job="cut")
    [told] = sweep(society)
    assert (told.code, told.values["action"]) == (NoticeCode.INTERRUPTED_EARLIER, "backup")
    assert ends(society) == [("backup", "interrupted")]
    assert sweep(society) == ()


def test_a_job_of_other_books_in_the_same_folder_is_theirs_to_close(society: Society) -> None:
    audit_of(society, "other.db").append("backup", Outcome.STARTED, job="theirs")
    assert sweep(society) == ()
    assert ends(society) == [("backup", "started")]


def removal(society: Society, *records: BackupRecord, sha256: str | None = None) -> None:
    removed = [f"{record.path.name} {sha256 or record.sha256}" for record in records]
    audit_of(society).append(leftovers.REMOVE, Outcome.STARTED, job="cut", why="rotation", removed=removed)


@pytest.mark.parametrize("done", ["nothing", "the file", "the file and its notes"])
def test_a_removal_cut_off_anywhere_is_finished(society: Society, done: str) -> None:
    going, staying = society.back_up().record, society.back_up().record
    society.vault().label(going.filename, "")
    removal(society, going)
    if done != "nothing":
        going.path.unlink()
    if done.endswith("notes"):
        manifests.notes_path(society.paths.manifests, going.filename).unlink()
    sweep(society)
    assert [record.filename for record in society.vault().records()] == [staying.filename]
    assert not [path for path in society.paths.backups.rglob("*") if going.filename in path.name]
    assert ends(society) == [("remove", "finished")]
    assert society.vault().state().vanished == ()


def test_a_removal_is_not_finished_on_a_file_that_is_another_one_now(society: Society) -> None:
    made = society.back_up().record
    removal(society, made, sha256="0" * 64)
    sweep(society)
    assert made.path.is_file()
    assert society.vault().records()[0].status is Status.CHECKED


def test_a_removal_never_leads_out_of_the_folders_or_to_the_books(society: Society) -> None:
    made = society.back_up().record
    link = society.paths.backups / "link.db"
    link.symlink_to(made.path)
    hard = society.paths.backups / "hard.db"
    hard.hardlink_to(society.paths.books)
    outside = society.paths.home / "precious.db"
    shutil.copy(made.path, outside)
    removed = [f"{name} {made.sha256}" for name in ("../precious.db", "link.db", str(outside))]
    audit_of(society).append(leftovers.REMOVE, Outcome.STARTED, job="cut", removed=removed)
    sweep(society)
    assert outside.is_file()
    assert link.is_symlink()
    assert made.path.is_file()
    assert society.paths.books.samefile(hard)


def test_a_removal_of_a_name_that_is_shown_escaped_is_finished_too(society: Society) -> None:
    made = society.back_up().record
    stranger = society.paths.backups / "a\n\u202eb.db"
    shutil.copy(made.path, stranger)
    society.vault().adopt_unchecked()
    record = next(record for record in society.vault().records() if record.path == stranger)
    removal(society, record)
    sweep(society)
    assert not stranger.exists()
    assert [record.filename for record in society.vault().records()] == [made.filename]
