"""Backups that changed after they were made: found, named, never carried on as good; the others stay what they were."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gharmitra_admin.engine import AlertCode, BackupRecord, Code, EngineError, Kind, Problem, Refused, Status
from tests.builders import society as societies
from tests.builders.society import Society, assert_whole

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def three(society: Society) -> tuple[BackupRecord, BackupRecord, BackupRecord]:
    """Three backups of different books, oldest first."""
    made = []
    for amount in (100, 200, 300):
        society.enter(amount)
        made.append(society.back_up(days=1).record)
    return made[0], made[1], made[2]


def flip_a_bit_in_a_text(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[data.rindex(b"bank")] ^= 1
    path.write_bytes(data)


def flip_a_bit_in_the_first_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[24] ^= 1  # the change counter: no check of pages looks at it
    path.write_bytes(data)


def cut(keep: Callable[[int], int]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[: keep(len(data))])

    return change


def grow(by: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(path.read_bytes() + by)


def assert_others_stand(society: Society, others: list[BackupRecord]) -> None:
    listed = {record.filename: record for record in society.vault().records()}
    for record in others:
        assert listed[record.filename].status is Status.CHECKED
        assert hashlib.sha256(listed[record.filename].path.read_bytes()).hexdigest() == record.sha256
        assert_whole(record.path)
        assert society.vault().verify([record.filename])[0].status is Status.CHECKED


ROT = [
    pytest.param(flip_a_bit_in_a_text, Problem.HASH_DIFFERS, id="24 a bit in a text"),
    pytest.param(flip_a_bit_in_the_first_page, Problem.HASH_DIFFERS, id="24 a bit in the header"),
    pytest.param(cut(lambda size: size - 1), Problem.CUT_SHORT, id="25 one byte short"),
    pytest.param(cut(lambda size: size // 2), Problem.CUT_SHORT, id="25 half"),
    pytest.param(cut(lambda _: 0), Problem.EMPTY, id="25 empty"),
    pytest.param(grow(b"x"), Problem.TOO_LONG, id="26 one byte more"),
    pytest.param(grow(b"garbage" * 1000), Problem.TOO_LONG, id="26 much more"),
    pytest.param(grow(bytes(4096)), Problem.TOO_LONG, id="26 an empty page more"),
]


@pytest.mark.parametrize("which", [0, 2], ids=["oldest", "newest"])
@pytest.mark.parametrize(("change", "problem"), ROT)
def test_row_24_25_26_rot_is_found_named_and_told(society, three, change, problem, which):
    rotten, others = three[which], [record for record in three if record != three[which]]
    change(rotten.path)
    was = rotten.path.read_bytes()
    found = {result.filename: result for result in society.vault().verify()}
    assert (found[rotten.filename].status, found[rotten.filename].problem) == (Status.DAMAGED, problem)
    listed = {record.filename: record for record in society.vault().records()}[rotten.filename]
    assert (listed.status, listed.problem, listed.is_good) == (Status.DAMAGED, problem, False)
    assert rotten.path.read_bytes() == was, "a check moves, mends and deletes nothing"
    told = [alert for alert in society.vault().health().alerts if alert.code is AlertCode.BACKUP_DAMAGED]
    assert [alert.values["names"] for alert in told] == [(rotten.filename,)]
    assert_others_stand(society, others)


@pytest.mark.parametrize(("change", "problem"), ROT)
def test_row_24_25_26_a_rotten_backup_is_never_carried_and_the_next_good_one_is(society, three, tmp_path, change, problem):
    """The newest one rots unseen: a copy asked for finds it; a copy of "the newest" takes the one before once it is known."""
    stick = tmp_path / "stick"
    stick.mkdir()
    change(three[2].path)
    with pytest.raises(EngineError) as caught:
        society.vault().copy(three[2].filename, stick)
    if problem is Problem.HASH_DIFFERS:
        assert (caught.value.code, caught.value.values["problem"]) == (Code.BACKUP_DAMAGED, problem)
    else:
        assert caught.value.code is Code.BACKUP_UNCHECKED
    assert caught.value.values["name"] == three[2].filename
    assert list(stick.iterdir()) == []
    society.vault().verify()
    carried = society.vault().copy(None, stick)
    assert carried.filename == three[1].filename
    assert_whole(carried.path)


@pytest.mark.parametrize(("change", "problem"), ROT)
def test_row_24_25_26_a_rotten_copy_elsewhere_is_found_by_the_manifest_beside_it(society, three, tmp_path, change, problem):
    stick = tmp_path / "stick"
    stick.mkdir()
    carried = society.vault().copy(None, stick)
    change(carried.path)
    found = society.vault().verify([str(carried.path)])[0]
    assert (found.status, found.problem) == (Status.DAMAGED, problem)
    assert found.filename == str(carried.path)
    with pytest.raises(Refused) as caught:
        society.vault().copy(None, stick)
    assert (caught.value.code, caught.value.path) == (Code.OTHER_COPY_THERE, carried.path)
    assert_others_stand(society, list(three))


def test_row_24_rot_takes_no_place_of_a_good_backup_in_rotation(society, three):
    flip_a_bit_in_a_text(three[2].path)
    society.vault().verify()
    flip_a_bit_in_a_text(three[1].path)
    society.vault().verify()
    with pytest.raises(Refused) as caught:
        society.vault().delete(three[0].filename)
    assert caught.value.code is Code.LAST_GOOD_BACKUP
    stays = {verdict.record.filename: verdict.stays for verdict in society.vault().preview()}
    assert all(stays.values())
    assert society.vault().prune() == []
    assert_others_stand(society, [three[0]])


def test_row_24_an_automatic_backup_of_unchanged_books_does_not_rest_on_a_rotten_one(society, three):
    """ "Nothing new to copy" is said of bytes that are there: where the newest backup rotted unseen, a new one is made."""
    assert society.back_up(kind=Kind.AUTOMATIC).unchanged
    flip_a_bit_in_a_text(three[2].path)
    made = society.back_up(kind=Kind.AUTOMATIC)
    assert not made.unchanged
    assert made.record.filename != three[2].filename
    assert_whole(made.record.path)


def test_row_24_a_backup_put_right_again_is_good_again(society, three):
    whole = three[1].path.read_bytes()
    flip_a_bit_in_a_text(three[1].path)
    society.vault().verify()
    three[1].path.write_bytes(whole)
    society.clock.forward(minutes=1)
    assert {result.status for result in society.vault().verify()} == {Status.CHECKED}
    assert {record.status for record in society.vault().records()} == {Status.CHECKED}


def test_row_27_a_deleted_backup_is_missing_and_told_until_it_is_known(society, three):
    three[0].path.unlink()
    vault = society.vault()
    assert three[0].filename not in [record.filename for record in vault.records()]
    missing = [result for result in vault.verify() if result.filename == three[0].filename]
    assert [(result.status, result.problem) for result in missing] == [(Status.DAMAGED, Problem.MISSING)]
    told = [alert for alert in vault.health().alerts if alert.code is AlertCode.BACKUP_VANISHED]
    assert [alert.values["names"] for alert in told] == [(three[0].filename,)]
    with pytest.raises(EngineError) as caught:
        vault.copy(three[0].filename, three[0].path.parent.parent)
    assert (caught.value.code, caught.value.values["name"]) == (Code.BACKUP_NOT_FOUND, three[0].filename)
    assert_others_stand(society, [three[1], three[2]])


def test_row_27_the_newest_backup_is_brought_back_when_it_was_deleted(society, three):
    three[2].path.unlink()
    vault = society.vault()
    assert [notice.code.value for notice in vault.notices] == ["brought_back"]
    assert_others_stand(society, list(three))


def test_row_27_a_held_copy_that_rotted_is_not_brought_back_as_good(society, three, tmp_path):
    """Where links do not exist the held one is a copy of its own, which may rot while the other is deleted."""
    held = society.paths.held / three[2].filename
    data = bytearray(held.read_bytes())
    held.unlink()
    data[data.rindex(b"bank")] ^= 1
    held.write_bytes(data)
    three[2].path.unlink()
    found = {result.filename: result for result in society.vault().verify()}[three[2].filename]
    assert found.status is Status.DAMAGED
    assert found.problem in {Problem.HASH_DIFFERS, Problem.MISSING}
    assert_others_stand(society, [three[0], three[1]])
    stick = tmp_path / "stick"
    stick.mkdir()
    assert society.vault().copy(None, stick).filename == three[1].filename


def test_row_27_swapped_backups_are_found_out(society, three):
    one, other = three[0].path.read_bytes(), three[1].path.read_bytes()
    assert len(one) == len(other), "of equal size, so that only the hash can tell"
    three[0].path.write_bytes(other)
    three[1].path.write_bytes(one)
    found = {result.filename: result.problem for result in society.vault().verify()}
    assert found == {three[0].filename: Problem.HASH_DIFFERS, three[1].filename: Problem.HASH_DIFFERS, three[2].filename: None}
    assert_others_stand(society, [three[2]])


def test_row_27_a_backup_of_another_society_under_this_name_is_found_out(society, three, tmp_path):
    other = societies.make(tmp_path / "other", entries=100).back_up().record
    three[0].path.write_bytes(other.path.read_bytes())
    found = {result.filename: result.status for result in society.vault().verify()}
    assert found[three[0].filename] is Status.DAMAGED
    assert_others_stand(society, [three[1], three[2]])


def test_row_27_a_backup_that_goes_while_it_is_being_checked_is_missing(society, three):
    def take_it_away(_progress: object) -> None:
        three[0].path.unlink(missing_ok=True)

    found = {result.filename: result for result in society.vault().verify(report=take_it_away)}
    assert (found[three[0].filename].status, found[three[0].filename].problem) == (Status.DAMAGED, Problem.MISSING)
    assert_others_stand(society, [three[1], three[2]])
