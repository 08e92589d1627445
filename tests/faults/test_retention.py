"""Faults of rotation: somebody, or a program gone wild, makes backups until the good ones would be pushed out."""

from __future__ import annotations

import shutil
from datetime import timedelta

from gharmitra_admin.engine import Kind, Reason, Settings, Status
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.operations import rotate
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts import retention
from gharmitra_admin.engine.parts.manifest import Notes
from tests.builders.records import NOW, daily, record
from tests.builders.society import Society, assert_whole


def test_row_72_a_thousand_junk_backups_of_one_hour_leave_the_days_months_and_years() -> None:
    good = daily(400, last=NOW - timedelta(hours=2))
    pinned = record(401, NOW - timedelta(hours=1, minutes=50), kept=True)
    proven = record(402, NOW - timedelta(hours=1, minutes=40), status=Status.PROVEN)
    junk = [record(1402 - number, NOW - timedelta(seconds=3 * number), kind=Kind.LOGOUT) for number in range(1000)]
    policy = Policy()
    before = retention.choose(good, policy, NOW)
    after = retention.choose([*junk, proven, pinned, *good], policy, NOW)
    staying = {verdict.record.sequence: verdict.reasons for verdict in after if verdict.stays}
    assert staying[401] == (Reason.KEPT,)
    assert Reason.NEWEST_PROVEN in staying[402]
    assert len([sequence for sequence in staying if sequence > 402]) == policy.last
    rungs = {Reason.DAY, Reason.MONTH_END, Reason.YEAR_END}
    today = max(verdict.record.sequence for verdict in before)
    held = {verdict.record.sequence for verdict in before if rungs & set(verdict.reasons)} - {today}
    assert len(held) >= 6 + 12
    assert held <= set(staying)


def test_row_72_junk_made_through_the_program_pushes_out_no_kept_proven_or_earlier_day(society: Society) -> None:
    society.settings = Settings(policy=Policy(last=3, days=3))
    kept = society.back_up(label="year end").record
    proven = society.back_up(days=1).record
    notes = manifests.notes_path(society.paths.manifests, proven.filename)
    manifests.write_notes(notes, Notes(proven_at=society.clock.now().isoformat()))
    society.enter()
    yesterday = society.back_up(days=1).record
    for _ in range(30):
        society.enter()
        society.back_up(kind=Kind.LOGOUT, seconds=1)
    staying = {record.filename: record for record in society.vault().records()}
    assert {kept.filename, proven.filename, yesterday.filename} < set(staying)
    assert len(staying) == 3 + society.settings.policy.last
    for one in (kept, proven, yesterday):
        assert_whole(staying[one.filename].path)


def test_row_72_a_wild_automation_on_unchanged_books_makes_no_files_at_all(society: Society) -> None:
    first = society.back_up(kind=Kind.SCHEDULED)
    for _ in range(20):
        assert society.back_up(kind=Kind.SCHEDULED, seconds=1).unchanged
    assert [record.filename for record in society.vault().records()] == [first.record.filename]


def test_row_72_a_thousand_files_put_into_the_folder_take_no_place_of_ours(society: Society) -> None:
    made = [society.back_up().record for _ in range(3)]
    for number in range(1000):
        (society.paths.backups / f"gharmitra_backup_20991231_{number:06}.db").write_bytes(b"junk")
    whole = society.paths.backups / "gharmitra_backup_20991231_235959.db"
    shutil.copy(made[0].path, whole)
    society.settings = Settings(policy=Policy(last=3, days=0))
    verdicts = {verdict.record.filename: verdict for verdict in society.vault().preview()}
    assert len(verdicts) == 1004
    assert all(verdicts[one.filename].stays for one in made)
    assert society.vault().prune() == []
    newest = society.vault().state().newest_good
    assert newest is not None
    assert newest.filename == made[-1].filename


def test_row_72_many_removals_at_once_are_each_named_in_the_record_before_they_happen(society: Society) -> None:
    society.settings = Settings(policy=Policy(last=200, days=0))
    made = [society.back_up(seconds=1).record.filename for _ in range(70)]
    society.settings = Settings(policy=Policy(last=1, days=0))
    removed = society.vault().prune()
    assert sorted(removed) == sorted(made[:-1])
    named = [line for event in society.vault().audit_events() if event.action == "remove" for line in _removed(event)]
    started = [
        line
        for event in society.vault().audit_events()
        if event.action == "remove" and event.outcome == "started"
        for line in _removed(event)
    ]
    assert sorted(line.split()[0] for line in started) == sorted(removed)
    assert len(named) == 2 * len(removed)


def test_row_72_no_removal_is_too_many_or_too_long_of_name_to_be_recorded_whole(society: Society) -> None:
    society.paths.backups.mkdir()
    junk = []
    for number in range(150):
        name = f"{number:03}{'x' * 230}.db"
        (society.paths.backups / name).touch()
        junk.append(record(number, filename=name, path=society.paths.backups / name))
    audit = society.vault()._context.audit
    assert len(rotate.remove(society.paths, junk, audit, job="1", why="rotation")) == 150
    started = [line for event in audit.read() if event.outcome == "started" for line in _removed(event)]
    assert started == [f"{one.filename} {one.sha256}" for one in junk]
    assert audit.open_jobs() == []
    assert not list(society.paths.backups.glob("*.db"))


def _removed(event) -> list[str]:
    lines = event.details["removed"]
    assert isinstance(lines, list)
    return lines
