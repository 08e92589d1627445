"""What a person says about a backup, through the front door: keep, label, acknowledge, delete, prune. The bytes never change."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from gharmitra_admin.engine import BackupRecord, BadInput, Code, Kind, NotFound, Reason, Refused, Settings, Status
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.operations import curate
from gharmitra_admin.engine.parts import manifest as manifests
from tests.builders.process import OtherProcess
from tests.builders.society import Society, assert_whole


@pytest.fixture
def two(society: Society) -> tuple[BackupRecord, BackupRecord]:
    society.enter()
    return society.back_up().record, society.back_up().record


def listed(society: Society) -> dict[str, BackupRecord]:
    return {record.filename: record for record in society.vault().records()}


def prove(society: Society, record: BackupRecord) -> None:
    notes = manifests.Notes(proven_at=society.clock.now().isoformat())
    manifests.write_notes(manifests.notes_path(society.paths.manifests, record.filename), notes)


def actions(society: Society) -> list[tuple[str, str]]:
    return [(event.action, event.outcome) for event in society.vault().audit_events()]


# ---- keep and label


def test_a_kept_backup_moves_and_comes_back(society, two):
    kept = society.vault().keep(two[0].filename)
    assert (kept.kept, kept.path) == (True, society.paths.kept / two[0].filename)
    assert hashlib.sha256(kept.path.read_bytes()).hexdigest() == two[0].sha256
    assert not two[0].path.exists()
    assert society.vault().keep(two[0].filename) == kept, "twice is once"
    back = society.vault().keep(two[0].filename, kept=False)
    assert (back.kept, back.path) == (False, two[0].path)
    assert society.vault().verify([two[0].filename])[0].status is Status.CHECKED


def test_a_kept_backup_keeps_its_place_in_the_order(society, two):
    society.vault().keep(two[0].filename)
    assert list(listed(society)) == [two[1].filename, two[0].filename]


def test_keeping_never_writes_over_a_file(society, two):
    society.paths.kept.mkdir(mode=0o700)
    (society.paths.kept / two[0].filename).mkdir()
    with pytest.raises(Refused) as caught:
        society.vault().keep(two[0].filename)
    assert (caught.value.code, caught.value.path) == (Code.OTHER_COPY_THERE, society.paths.kept / two[0].filename)
    assert_whole(two[0].path)
    assert actions(society)[-2:] == [("keep", "started"), ("keep", "failed")]


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Before year closing", "Before year closing"),
        ("  two \n lines\t and tabs ", "two lines and tabs"),
        ("\u202eevil\x1b[31m\x00", "evil [31m"),
        ("वार्षिक हिसाब", "वार्षिक हिसाब"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_label_is_one_clean_line_and_keeps(society, two, typed, label):
    record = society.vault().label(two[0].filename, typed)
    assert (record.label, record.kept) == (label, True)
    assert listed(society)[two[0].filename].label == label


@pytest.mark.parametrize("typed", ["", "  ", "\n\t", "\x00"])
def test_an_empty_label_takes_it_away_and_leaves_it_kept(society, two, typed):
    society.vault().label(two[0].filename, "Old")
    record = society.vault().label(two[0].filename, typed)
    assert (record.label, record.kept) == (None, True)


def test_the_label_of_its_making_can_be_taken_away_and_changed(society):
    made = society.back_up(label="At first").record
    assert (made.label, made.kept) == ("At first", True)
    assert society.vault().label(made.filename, "Later").label == "Later"
    assert society.vault().label(made.filename, "").label is None


def test_a_label_too_long_changes_nothing(society, two):
    with pytest.raises(BadInput) as caught:
        society.vault().label(two[0].filename, "x" * 201)
    assert (caught.value.code, caught.value.values["limit"]) == (Code.LABEL_TOO_LONG, 200)
    assert listed(society)[two[0].filename] == two[0]


@pytest.mark.parametrize("ask", ["keep", "delete", "acknowledge", "label"])
def test_what_is_not_there_is_named(society, two, ask):
    more = ("x",) if ask == "label" else ()
    with pytest.raises(NotFound) as caught:
        getattr(society.vault(), ask)("none.db", *more)
    assert (caught.value.code, caught.value.values["name"]) == (Code.BACKUP_NOT_FOUND, "none.db")
    assert listed(society) == {two[1].filename: two[1], two[0].filename: two[0]}


def test_a_safety_backup_stays_where_it_is(society, two):
    safety = society.back_up(kind=Kind.PRE_RESTORE).record
    curate.keep(society.paths, safety, kept=True)
    assert safety.path.is_file()
    assert society.vault().keep(safety.filename).path == safety.path


# ---- delete


def test_a_deleted_backup_and_all_that_is_written_about_it_are_gone(society, two):
    society.vault().label(two[0].filename, "x")
    society.vault().verify()
    assert society.vault().delete(two[0].filename) == two[0].filename
    assert list(listed(society)) == [two[1].filename]
    assert [path.name for path in society.paths.backups.rglob(f"*{two[0].filename}*")] == []
    assert society.vault().notices == (), "what was deleted on purpose has not vanished"
    assert society.vault().state().vanished == ()


def test_a_deletion_is_recorded_with_the_hash_before_it_happens(society, two):
    society.vault().delete(two[0].filename)
    started, finished = society.vault().audit_events()[-2:]
    assert (started.action, started.outcome, finished.outcome) == ("remove", "started", "finished")
    assert started.details["removed"] == [f"{two[0].filename} {two[0].sha256}"]
    assert started.details["why"] == "delete"
    assert society.vault().audit_verify().problems == ()


def test_a_deleted_number_is_never_given_again(society, two):
    society.vault().delete(two[0].filename)
    assert society.back_up().record.sequence == two[1].sequence + 1


def test_the_last_checked_backup_is_not_deleted(society, two):
    society.vault().delete(two[1].filename)
    with pytest.raises(Refused) as caught:
        society.vault().delete(two[0].filename)
    assert (caught.value.code, caught.value.values["name"]) == (Code.LAST_GOOD_BACKUP, two[0].filename)
    assert_whole(two[0].path)


def test_the_last_proven_backup_is_not_deleted_and_a_merely_checked_one_is(society, two):
    prove(society, two[0])
    with pytest.raises(Refused) as caught:
        society.vault().delete(two[0].filename)
    assert caught.value.code is Code.LAST_GOOD_BACKUP
    assert society.vault().delete(two[1].filename) == two[1].filename


def test_a_damaged_backup_can_always_be_deleted_and_is_no_reason_to_delete_the_last_good_one(society, two):
    two[1].path.write_bytes(b"")
    with pytest.raises(Refused):
        society.vault().delete(two[0].filename)
    assert society.vault().delete(two[1].filename) == two[1].filename
    assert_whole(two[0].path)


def test_a_kept_backup_can_be_deleted(society, two):
    society.vault().keep(two[0].filename)
    society.vault().delete(two[0].filename)
    assert list(listed(society)) == [two[1].filename]


def test_the_choice_of_what_may_be_deleted_is_pure(society, two):
    listing = society.vault()._context.listing()
    curate.require_deletable(listing, listing.records[0])
    alone = replace(listing, records=listing.records[:1])
    with pytest.raises(Refused):
        curate.require_deletable(alone, alone.records[0])
    curate.require_deletable(alone, replace(alone.records[0], status=Status.DAMAGED))


# ---- acknowledge and prune


def shrink(society: Society) -> BackupRecord:
    """Make a backup after most of the ledger has gone."""
    with OtherProcess(society.paths.books) as other:
        other.run("DELETE FROM ledger WHERE id > 10")
    return society.back_up().record


def test_rotation_stands_still_until_somebody_says_that_the_loss_was_meant(society):
    society.settings = Settings(policy=Policy(last=1, days=0))
    first = society.back_up(days=1).record
    shrunk = shrink(society)
    assert shrunk.shrunk == ("ledger",)
    assert society.vault().prune() == []
    assert {reason for verdict in society.vault().preview() for reason in verdict.reasons} >= {Reason.FROZEN_SHRUNK}
    assert society.vault().acknowledge(shrunk.filename) == ("ledger",)
    assert society.vault().records()[0].shrunk == ()
    started = society.vault().audit_events()[-2]
    assert (started.action, started.details["filename"], started.details["tables"]) == ("acknowledge", shrunk.filename, ["ledger"])
    assert not {reason for verdict in society.vault().preview() for reason in verdict.reasons} & {Reason.FROZEN_SHRUNK}
    assert first.path.exists()


def test_prune_removes_exactly_what_its_preview_said(society):
    society.settings = Settings(policy=Policy(last=50, days=0))
    for _ in range(5):
        society.enter()
        society.back_up(kind=Kind.AUTOMATIC)
    society.settings = Settings(policy=Policy(last=2, days=0))
    preview = society.vault().preview()
    before = listed(society)
    going = [verdict.record.filename for verdict in preview if not verdict.stays]
    assert listed(society) == before, "a preview touches nothing"
    assert len(going) == 3
    assert sorted(society.vault().prune()) == sorted(going)
    assert set(listed(society)) == set(before) - set(going)
    assert society.vault().prune() == []
    assert all(record.status is Status.CHECKED for record in listed(society).values())


def test_a_removal_by_rotation_says_so_in_the_record(society):
    society.settings = Settings(policy=Policy(last=50, days=0))
    for _ in range(3):
        society.enter()
        society.back_up(kind=Kind.AUTOMATIC)
    society.settings = Settings(policy=Policy(last=1, days=0))
    removed = society.vault().prune()
    event = society.vault().audit_events()[-1]
    assert (event.action, event.outcome, event.details["why"]) == ("remove", "finished", "rotation")
    assert isinstance(event.details["removed"], list)
    assert {line.split(" ")[0] for line in event.details["removed"]} == set(removed)
