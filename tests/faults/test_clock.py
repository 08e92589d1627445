"""Faults of the clock: it goes back, leaps on, repeats an hour, or steps in the middle of a job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from gharmitra_admin.engine import AlertCode, Busy, Kind, NoticeCode, Progress, Reason, Settings, Stage
from gharmitra_admin.engine.base.settings import Policy
from tests.builders.elsewhere import BACKUP_THAT_WAITS, Elsewhere
from tests.builders.society import Society, assert_whole

FIRST = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
JUMPS = {
    "two hours back": FIRST - timedelta(hours=2),
    "to 1970": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "to 2099": datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC),
}


@pytest.fixture
def tight(society: Society) -> Society:
    """Four backups, and a policy that would remove three of them on any day of an honest clock."""
    for _ in range(4):
        society.back_up()
    society.settings = Settings(policy=Policy(last=1, days=0))
    assert len([verdict for verdict in society.vault().preview() if not verdict.stays]) == 3
    return society


@pytest.mark.parametrize("jump", JUMPS)
def test_row_65_the_newest_by_sequence_is_the_newest_whatever_its_date(tight: Society, jump: str) -> None:
    before = [record.filename for record in tight.vault().records()]
    tight.clock.set(JUMPS[jump])
    jumped = tight.vault().backup()
    records = tight.vault().records()
    assert [record.filename for record in records] == [jumped.record.filename, *before]
    assert [record.sequence for record in records] == [5, 4, 3, 2, 1]
    newest = tight.vault().state().newest_good
    assert newest is not None
    assert newest.filename == jumped.record.filename
    assert_whole(jumped.record.path)


@pytest.mark.parametrize("jump", JUMPS)
def test_row_65_a_clock_that_jumped_removes_nothing_and_says_so(tight: Society, jump: str) -> None:
    before = {record.filename for record in tight.vault().records()}
    tight.clock.set(JUMPS[jump])
    assert tight.vault().prune() == []
    result = tight.vault().backup()
    assert result.removed == ()
    [frozen] = [notice for notice in result.warnings if notice.code is NoticeCode.ROTATION_FROZEN]
    assert frozen.values["why"] == Reason.FROZEN_CLOCK.value
    assert before < {record.filename for record in tight.vault().records()}
    assert AlertCode.ROTATION_FROZEN in [alert.code for alert in tight.vault().health().alerts]


@pytest.mark.parametrize("jump", JUMPS)
def test_row_65_after_the_clock_is_right_again_the_newest_is_never_the_one_that_goes(tight: Society, jump: str) -> None:
    tight.clock.set(JUMPS[jump])
    tight.back_up()
    tight.clock.set(FIRST + timedelta(hours=1))
    made = [tight.back_up() for _ in range(4)]
    assert any(result.removed for result in made)
    newest = tight.vault().records()[0]
    assert newest.filename == made[-1].record.filename
    assert_whole(newest.path)


def test_row_65_a_date_in_the_future_wins_no_place_from_what_is_newer(tight: Society) -> None:
    tight.clock.set(JUMPS["to 2099"])
    future = [tight.back_up().record.filename for _ in range(4)]
    tight.clock.set(FIRST + timedelta(hours=1))
    for _ in range(2):
        tight.back_up()
    latest = tight.back_up().record.filename
    staying = [record.filename for record in tight.vault().records()]
    assert staying[0] == latest
    assert len(set(future) & set(staying)) <= 1  # the last of its month and year; no more


@pytest.fixture
def berlin(society: Society) -> Society:
    try:
        society.clock.zone = ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        pytest.skip("this system has no table of time zones")
    return society


def test_row_66_the_repeated_hour_gives_two_names_and_loses_neither(berlin: Society) -> None:
    berlin.clock.set(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    first = berlin.back_up(hours=1).record
    berlin.enter()
    second = berlin.back_up(hours=1).record
    berlin.enter()
    third = berlin.back_up().record
    assert [one.filename for one in (first, second, third)] == [
        "gharmitra_backup_20261025_023000.db",
        "gharmitra_backup_20261025_023000_2.db",
        "gharmitra_backup_20261025_033000.db",
    ]
    assert [one.created_at.isoformat()[-6:] for one in (first, second, third)] == ["+02:00", "+01:00", "+01:00"]
    assert [record.filename for record in berlin.vault().records()] == [third.filename, second.filename, first.filename]
    assert [verdict.reasons for verdict in berlin.vault().preview() if Reason.FROZEN_CLOCK in verdict.reasons] == []
    assert {first.sha256, second.sha256, third.sha256} == {record.sha256 for record in berlin.vault().records()}
    for record in berlin.vault().records():
        assert_whole(record.path)


def test_row_66_the_hour_that_is_left_out_is_no_jump(berlin: Society) -> None:
    berlin.clock.set(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC))
    before = berlin.back_up(seconds=1).record
    after = berlin.back_up()
    assert (before.filename[-9:-3], after.record.filename[-9:-3]) == ("015959", "030000")
    assert after.warnings == ()


def test_row_66_files_of_the_repeated_hour_without_manifests_stay_apart_too(berlin: Society) -> None:
    berlin.clock.set(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    names = [berlin.back_up(hours=1).record.filename for _ in range(2)]
    for file in berlin.paths.manifests.iterdir():
        file.unlink()
    berlin.vault().adopt_unchecked()
    assert {record.filename for record in berlin.vault().records()} == set(names)
    assert all(record.is_good for record in berlin.vault().records())


@pytest.mark.parametrize("jump", JUMPS)
def test_row_67_a_step_in_a_backup_changes_neither_the_copy_nor_how_long_it_took(society: Society, jump: str) -> None:
    stepped = []

    def report(progress: Progress) -> None:
        if progress.stage is Stage.COPYING and not stepped:
            stepped.append(True)
            society.clock.set(JUMPS[jump])

    result = society.vault().backup(report=report)
    assert stepped
    assert 0 <= result.took_seconds < 60
    assert result.record.created_at == FIRST
    assert result.record.filename == "gharmitra_backup_20261123_180000.db"
    assert_whole(result.record.path)
    assert not society.vault().audit_verify().problems


@pytest.mark.parametrize("jump", JUMPS)
def test_row_67_a_step_while_waiting_for_the_lock_makes_the_wait_neither_endless_nor_empty(society: Society, jump: str) -> None:
    looks = []

    def on_wait(_holder: object) -> None:
        society.clock.set(JUMPS[jump])
        looks.append(society.clock._monotonic)

    with Elsewhere(society.paths, BACKUP_THAT_WAITS) as other:
        assert other.heard() == "copying"
        vault = society.vault()
        with pytest.raises(Busy):
            vault.backup(wait_seconds=0.02, on_wait=on_wait)
        assert len(looks) == 1
        assert society.clock._monotonic >= looks[0] + 0.015  # it went on waiting after the step
        other.go_on()
        assert "done" in other.heard()


def test_row_67_a_step_between_backups_counts_no_day_as_protected_that_was_not(society: Society) -> None:
    society.back_up(kind=Kind.AUTOMATIC)
    society.clock.set(JUMPS["two hours back"])
    again = society.back_up(kind=Kind.AUTOMATIC)
    assert again.unchanged
    society.enter()
    society.clock.set(FIRST + timedelta(days=4))
    alerts = {alert.code: alert for alert in society.vault().health().alerts}
    assert alerts[AlertCode.NO_BACKUP_WITH_CHANGES].values["days"] == 4
