"""Checking and adopting, through the front door: the word "checked" is earned each time, and a check changes no backup."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gharmitra_admin.engine import (
    BackupRecord,
    BadInput,
    Cancelled,
    CancelToken,
    Code,
    Kind,
    NotFound,
    Origin,
    Problem,
    Progress,
    Stage,
    Status,
)
from gharmitra_admin.engine.operations import check
from gharmitra_admin.engine.parts import manifest as manifests
from tests.builders import ledger
from tests.builders.society import Society, assert_whole


def spoil(path: Path) -> None:
    """Flip a bit that no check of pages sees, keeping the length."""
    data = bytearray(path.read_bytes())
    data[data.rindex(b"bank")] ^= 1
    path.write_bytes(data)


def spoil_a_page(path: Path) -> None:
    """Damage that a check of pages sees, keeping the length."""
    data = bytearray(path.read_bytes())
    data[4096:8192] = bytes(4096)
    path.write_bytes(data)


def stranger(society: Society, name: str = "by_hand.db", *, entries: int = 30) -> Path:
    """A whole database that somebody copied into the folder."""
    return ledger.make(society.paths.backups / name, journal="delete", entries=entries)


@pytest.fixture
def two(society: Society) -> tuple[BackupRecord, BackupRecord]:
    return society.back_up().record, society.back_up().record


# ---- verify


def test_all_are_checked_newest_first_where_none_is_named(society, two):
    results = society.vault().verify()
    assert [(result.filename, result.status, result.problem) for result in results] == [
        (two[1].filename, Status.CHECKED, None),
        (two[0].filename, Status.CHECKED, None),
    ]


def test_only_what_is_named_is_checked_in_the_order_named(society, two):
    spoil(two[1].path)
    names = [two[0].filename]
    assert [(result.filename, result.status) for result in society.vault().verify(names)] == [(two[0].filename, Status.CHECKED)]
    listed = {record.filename: record.status for record in society.vault().records()}
    assert listed[two[1].filename] is Status.CHECKED, "nobody has read that one again yet"
    assert [result.filename for result in society.vault().verify([two[0].filename, two[1].filename])] == [two[0].filename, two[1].filename]


def test_a_check_is_noted_with_its_time(society, two):
    society.clock.forward(days=3)
    society.vault().verify([two[0].filename])
    listed = {record.filename: record.checked_at for record in society.vault().records()}
    assert listed[two[0].filename] == society.clock.now()
    assert listed[two[1].filename] == two[1].checked_at


def test_a_check_changes_no_byte_but_its_notes_and_the_record(society, two):
    def bytes_of_all() -> dict[str, bytes]:
        return {name: data for name, data in society.everything().items() if not name.endswith((".notes.json", "audit.log"))}

    spoil(two[0].path)
    before = bytes_of_all()
    society.vault().verify()
    assert bytes_of_all() == before


def test_damage_found_is_listed_until_the_file_is_another(society, two):
    whole = two[0].path.read_bytes()
    spoil(two[0].path)
    society.vault().verify()
    assert society.vault().records()[1].problem is Problem.HASH_DIFFERS
    two[0].path.write_bytes(whole)
    os.utime(two[0].path, ns=(0, 0))
    assert society.vault().records()[1].status is Status.CHECKED, "the note was about other bytes"
    assert society.vault().verify([two[0].filename])[0].status is Status.CHECKED


def test_a_check_is_in_the_activity_record_with_what_it_found(society, two):
    spoil(two[0].path)
    society.vault().verify()
    event = society.vault().audit_events()[-1]
    assert (event.action, event.outcome) == ("verify", "finished")
    started = society.vault().audit_events()[-2]
    assert (started.details["checked"], started.details["damaged"]) == (2, [two[0].filename])


def test_an_unknown_name_is_told_before_anything_is_read(society, two):
    told: list[Progress] = []
    with pytest.raises(NotFound) as caught:
        society.vault().verify([two[0].filename, "none.db"], report=told.append)
    assert (caught.value.code, caught.value.values["name"]) == (Code.BACKUP_NOT_FOUND, "none.db")
    assert told == []


def test_the_bar_goes_forward_over_all_files_and_ends_full(society, two):
    told: list[Progress] = []
    society.vault().verify(report=told.append)
    total = two[0].size_bytes + two[1].size_bytes
    assert {(progress.stage, progress.total) for progress in told} == {(Stage.CHECKING, total)}
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert max(done) <= total


def test_a_cancelled_check_notes_nothing(society, two):
    token = CancelToken()
    before = society.everything()
    with pytest.raises(Cancelled):
        society.vault().verify(report=lambda _: token.ask(), cancel=token)
    assert society.everything() == before


def test_a_check_that_cannot_be_noted_still_answers(society, two):
    """Only the note needs the lock; where it cannot be had, the answer is there all the same."""
    vault = society.vault()
    society.paths.lock.unlink()
    society.paths.lock.mkdir()
    spoil(two[0].path)
    assert [result.status for result in vault.verify()] == [Status.CHECKED, Status.DAMAGED]


def test_a_proven_backup_stays_proven_and_not_when_it_is_damaged(society, two):
    manifests.write_notes(
        manifests.notes_path(society.paths.manifests, two[0].filename), manifests.Notes(proven_at=society.clock.now().isoformat())
    )
    assert society.vault().verify([two[0].filename])[0].status is Status.PROVEN
    spoil(two[0].path)
    assert society.vault().verify([two[0].filename])[0].status is Status.DAMAGED
    assert society.vault().records()[1].status is Status.DAMAGED


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything, and Windows has no such rights")
def test_a_file_that_cannot_be_read_is_neither_whole_nor_damaged(society, two):
    two[0].path.chmod(0)
    result = society.vault().verify([two[0].filename])[0]
    assert (result.status, result.problem) == (Status.UNCHECKED, Problem.UNREADABLE)


# ---- files elsewhere


def test_a_file_elsewhere_is_checked_and_nothing_is_left_beside_it(society, two, tmp_path):
    elsewhere = ledger.make(tmp_path / "usb" / "some.db", journal="delete")
    result = society.vault().verify([str(elsewhere)])[0]
    assert (result.filename, result.status, result.problem) == (str(elsewhere), Status.CHECKED, None)
    assert [path.name for path in elsewhere.parent.iterdir()] == ["some.db"]
    spoil_a_page(elsewhere)
    assert society.vault().verify([str(elsewhere)])[0].problem is Problem.PAGES_DAMAGED


def test_names_and_files_elsewhere_may_be_mixed(society, two, tmp_path):
    elsewhere = ledger.make(tmp_path / "some.db", journal="delete")
    results = society.vault().verify([str(elsewhere), two[0].filename])
    assert {result.filename: result.status for result in results} == {str(elsewhere): Status.CHECKED, two[0].filename: Status.CHECKED}


def test_a_file_elsewhere_that_is_not_there_is_named(society, two, tmp_path):
    with pytest.raises(NotFound) as caught:
        society.vault().verify([str(tmp_path / "none.db")])
    assert (caught.value.code, caught.value.path) == (Code.FILE_NOT_FOUND, tmp_path / "none.db")


# ---- adopting


def test_a_file_put_there_by_hand_is_unchecked_then_checked_and_adopted(society, two):
    path = stranger(society)
    listed = {record.filename: record for record in society.vault().records()}[path.name]
    assert (listed.status, listed.origin, listed.kind, listed.sha256) == (Status.UNCHECKED, None, None, None)
    result = society.vault().adopt_unchecked()
    assert [(one.filename, one.status) for one in result] == [(path.name, Status.CHECKED)]
    adopted = {record.filename: record for record in society.vault().records()}[path.name]
    assert (adopted.status, adopted.origin, adopted.kind) == (Status.CHECKED, Origin.ADOPTED, None)
    assert adopted.manifest is not None
    assert adopted.manifest.rows == {"accounts": 2, "ledger": 60}
    assert adopted.checked_at == society.clock.now()
    assert society.vault().adopt_unchecked() == [], "once is enough"
    assert_whole(path)


def test_a_check_alone_adopts_nothing(society, two):
    path = stranger(society)
    assert society.vault().verify([path.name])[0].status is Status.CHECKED
    assert {record.filename: record.status for record in society.vault().records()}[path.name] is Status.UNCHECKED
    assert not (society.paths.manifests / f"{path.name}.json").exists()


def test_a_damaged_file_is_noted_and_not_adopted(society, two):
    path = stranger(society)
    spoil_a_page(path)
    assert society.vault().adopt_unchecked()[0].problem is Problem.PAGES_DAMAGED
    listed = {record.filename: record for record in society.vault().records()}[path.name]
    assert (listed.status, listed.problem, listed.origin) == (Status.DAMAGED, Problem.PAGES_DAMAGED, None)
    assert society.vault().adopt_unchecked() == []


def test_an_adopted_file_is_held_to_its_hash_from_then_on(society, two):
    path = stranger(society)
    society.vault().adopt_unchecked()
    spoil(path)
    assert society.vault().verify([path.name])[0].problem is Problem.HASH_DIFFERS


def test_a_file_that_changes_while_it_is_checked_is_not_adopted(society, two):
    path = stranger(society, entries=400)

    def change(_progress: Progress) -> None:
        os.utime(path, ns=(1, 1))

    society.vault().adopt_unchecked(report=change)
    assert {record.filename: record.origin for record in society.vault().records()}[path.name] is None


def test_adopting_is_in_the_activity_record(society, two):
    path = stranger(society)
    society.vault().adopt_unchecked()
    started, finished = society.vault().audit_events()[-2:]
    assert (started.action, started.outcome, finished.outcome) == ("adopt", "started", "finished")
    assert started.details["filename"] == path.name
    assert society.vault().audit_verify().problems == ()


def test_adopted_files_take_the_place_of_their_time_and_never_a_later_number(society, two):
    stranger(society, "gharmitra_backup_20200101_120000.db")
    society.vault().adopt_unchecked()
    order = [record.filename for record in society.vault().records()]
    assert order == [two[1].filename, two[0].filename, "gharmitra_backup_20200101_120000.db"]
    assert society.back_up().record.sequence == two[1].sequence + 1


def test_a_cancelled_adoption_adopts_nothing(society, two):
    stranger(society)
    token = CancelToken()
    with pytest.raises(Cancelled):
        society.vault().adopt_unchecked(report=lambda _: token.ask(), cancel=token)
    assert [record.origin for record in society.vault().records()].count(None) == 1


def test_a_safety_backup_found_without_its_manifest_keeps_its_kind(society, two):
    stranger(society, "pre_restore_safety_20261122_180000.db")
    society.vault().adopt_unchecked()
    adopted = society.vault().records()[-1]
    assert (adopted.kind, adopted.status) == (Kind.PRE_RESTORE, Status.CHECKED)


def test_only_whole_findings_can_be_adopted(society, two):
    path = stranger(society)
    record = next(record for record in society.vault().records() if record.filename == path.name)
    with pytest.raises(AssertionError):
        check.adopt(society.paths, record, check.Findings(problem=Problem.EMPTY), clock=society.clock)
    with pytest.raises(BadInput):
        society.vault().verify(["a\0b"])
