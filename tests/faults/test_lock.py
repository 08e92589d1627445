"""Faults around the society's lock: real processes that ask at once, die, or have the lock file taken from under them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import msgspec
import pytest

from gharmitra_admin.engine import BackupResult, Busy, Code, EngineError, Holder
from gharmitra_admin.engine.parts.lock import info_file
from tests.builders.elsewhere import BACKUP_THAT_WAITS, Elsewhere, failing
from tests.builders.society import Society, assert_whole

_AT_ONCE = """
vault = society.vault()
say("ready")
wait()
say(attempt(lambda: vault.backup(wait_seconds={wait_seconds}).record.filename))
"""


def contents(society: Society) -> dict[str, bytes]:
    """Every file but the activity record."""
    return {name: data for name, data in society.everything().items() if not name.endswith("audit.log")}


def assert_two_whole_or_one_busy(society: Society, answers: list[dict[str, str]], *, all_done: bool) -> None:
    """Every success has a file of its own, whole and listed; every failure says "busy"; nothing else is there."""
    done = [answer["done"] for answer in answers if "done" in answer]
    refused = {answer["code"] for answer in answers if "code" in answer}
    assert done
    assert len(set(done)) == len(done)
    assert refused <= {"job_running"}
    assert not (all_done and refused)
    records = society.vault().records()
    assert {record.filename for record in records} == set(done)
    assert sorted(record.sequence for record in records) == list(range(1, len(done) + 1))
    for record in records:
        assert record.is_good
        assert_whole(record.path)
    assert all(result.problem is None for result in society.vault().verify())


def test_row_61_the_lock_of_a_killed_process_is_taken_over_at_once(society: Society) -> None:
    with Elsewhere(society.paths, BACKUP_THAT_WAITS) as other:
        assert other.heard() == "copying"
        other.kill()
    left = msgspec.json.decode(info_file(society.paths.lock).read_bytes(), type=Holder)
    assert left.pid == other.process.pid
    assert society.vault().holder() is None
    result = society.vault().backup(wait_seconds=0)
    assert_whole(result.record.path)
    assert [event.action for event in society.vault().audit_events() if event.outcome == "interrupted"] == ["backup"]


@pytest.mark.parametrize("pid", [os.getpid(), os.getppid(), 1, 2**22 + 1], ids=["ours", "our parent", "the first", "nobody"])
def test_row_61_a_number_that_another_process_has_now_holds_nobody_up(society: Society, pid: int) -> None:
    society.back_up()
    stale = Holder(who="window", action="backup", pid=pid, since="2020-01-01T00:00:00+00:00", token="old")
    info_file(society.paths.lock).write_bytes(msgspec.json.encode(stale))
    assert society.vault().holder() is None
    assert not society.vault().backup(wait_seconds=0).unchanged


@pytest.mark.parametrize("wait_seconds", [0, 30])
@pytest.mark.parametrize("count", [2, 4])
def test_row_62_processes_of_the_same_second_get_whole_backups_of_their_own_or_one_clear_busy(
    society: Society, count: int, wait_seconds: float
) -> None:
    others = [Elsewhere(society.paths, _AT_ONCE.format(wait_seconds=wait_seconds)) for _ in range(count)]
    try:
        assert [other.heard() for other in others] == ["ready"] * count
        for other in others:
            other.go_on()
        answers = [other.heard() for other in others]
    finally:
        for other in others:
            other.kill()
    assert_two_whole_or_one_busy(society, answers, all_done=wait_seconds > 0)


@pytest.mark.parametrize("wait_seconds", [0, 30])
def test_row_62_two_windows_in_one_process_get_two_whole_backups_or_one_busy(society: Society, wait_seconds: float) -> None:
    start, answers = threading.Barrier(2), []

    def press(vault) -> None:
        start.wait()
        try:
            answers.append({"done": vault.backup(wait_seconds=wait_seconds).record.filename})
        except EngineError as error:
            answers.append({"code": error.code.value})

    windows = [threading.Thread(target=press, args=(society.vault(face="window"),)) for _ in range(2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert_two_whole_or_one_busy(society, answers, all_done=wait_seconds > 0)


def test_row_62_a_second_backup_in_one_second_has_a_name_of_its_own(society: Society) -> None:
    names = [society.vault().backup().record.filename for _ in range(3)]
    assert names == [f"gharmitra_backup_20261123_180000{number}.db" for number in ("", "_2", "_3")]


def test_row_63_while_one_is_at_work_every_other_face_sees_who_and_since_when(society: Society) -> None:
    society.back_up()
    with Elsewhere(society.paths, BACKUP_THAT_WAITS) as other:
        assert other.heard() == "copying"
        vault = society.vault()
        holder = vault.holder()
        assert holder is not None
        assert (holder.who, holder.action, holder.pid) == ("window", "backup", other.process.pid)
        for action in (
            lambda: vault.backup(wait_seconds=0),
            lambda: _at_once(vault).prune(),
            lambda: _at_once(vault).delete(vault.records()[0].filename),
        ):
            with pytest.raises(Busy) as told:
                action()
            assert told.value.code is Code.JOB_RUNNING
            assert told.value.values["holder"] == holder
            assert told.value.values["since"] == holder.since
        assert len(vault.records()) == 1
        assert vault.state().newest_good is not None
        assert vault.health().newest_good is not None
        assert [result.problem for result in vault.verify([vault.records()[0].filename])] == [None]
        other.go_on()
        assert "done" in other.heard()
        assert other.end() == 0
    assert len(society.vault().records()) == 2


def _at_once(vault):
    """The same vault, but its clock runs an hour between two looks: who waits for ten seconds gives up at the second look."""
    vault._context.clock.monotonic = _hours()
    return vault


def _hours():
    hours = iter(range(0, 1 << 30, 3600))
    return lambda: next(hours)


def test_row_63_one_that_waits_is_told_for_whom_and_then_has_its_turn(society: Society) -> None:
    waits: list[Holder | None] = []
    results: list[BackupResult] = []
    with Elsewhere(society.paths, BACKUP_THAT_WAITS) as other:
        assert other.heard() == "copying"

        def on_wait(holder: Holder | None) -> None:
            waits.append(holder)
            other.go_on()

        society.clock.monotonic = lambda: 0.0
        results.append(society.vault().backup(wait_seconds=1, on_wait=on_wait))
        first = other.heard()["done"]
    assert [holder and holder.who for holder in waits] == ["window"]
    assert [record.filename for record in society.vault().records()] == [results[0].record.filename, first]


def test_row_64_a_lock_file_deleted_in_the_middle_of_a_backup_makes_no_second_writer_publish(society: Society) -> None:
    with Elsewhere(society.paths, BACKUP_THAT_WAITS) as other:
        assert other.heard() == "copying"
        society.paths.lock.unlink()
        mine = society.vault().backup(wait_seconds=0)
        other.go_on()
        assert other.heard()["code"] == "lock_lost"
        assert other.end() == 0
    assert [record.filename for record in society.vault().records()] == [mine.record.filename]
    assert_whole(mine.record.path)
    assert not list(society.paths.backups.glob(".*.part"))
    assert not society.vault().audit_verify().problems
    society.back_up()


@pytest.mark.parametrize("what", ["the lock file", "what tells who holds it", "the lock file, and another in its place"])
def test_row_64_a_lock_that_cannot_be_proven_at_the_end_publishes_nothing(society: Society, what: str) -> None:
    with Elsewhere(society.paths, BACKUP_THAT_WAITS) as other:
        assert other.heard() == "copying"
        gone: Path = info_file(society.paths.lock) if what.startswith("what") else society.paths.lock
        gone.rename(gone.with_name("moved"))
        if what.endswith("place"):
            gone.touch()
        other.go_on()
        assert other.heard()["code"] == "lock_lost"
    assert society.vault().records() == []
    assert society.back_up().record.is_good


@pytest.mark.parametrize("error", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_row_64_a_disk_without_locks_is_refused_and_nothing_is_written_there(society: Society, error: str) -> None:
    society.back_up()
    before = contents(society)
    script = "say(attempt(lambda: society.vault().backup().record.filename))"
    with Elsewhere(society.paths, script, before=failing("flock", error, society.paths.lock)) as other:
        answer = other.heard()
    assert (answer.get("code"), answer.get("path")) == ("locks_unsupported", str(society.paths.lock))
    assert contents(society) == before
    assert society.back_up().record.is_good
