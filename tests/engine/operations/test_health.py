"""Health: each alert speaks at its threshold and is silent beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gharmitra_admin.engine import (
    Alert,
    AlertCode,
    BackupRecord,
    Busy,
    Code,
    Damaged,
    DayState,
    EngineError,
    Event,
    Kind,
    Origin,
    Outcome,
    Problem,
    Reason,
    Settings,
    Severity,
    Status,
    Verdict,
)
from gharmitra_admin.engine.base.settings import Thresholds
from gharmitra_admin.engine.operations.health import backend_sqlite, backups, books, calendar, disk
from gharmitra_admin.engine.operations.health.books import BooksHealth
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.catalogue import Listing
from gharmitra_admin.engine.parts.live_books import JournalMode
from gharmitra_admin.engine.parts.manifest import CopyNote
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess
from tests.builders.records import NOW, record
from tests.builders.society import Society

BOOKS = "gharmitra.db"
LIMITS = Thresholds()
WHOLE = BooksHealth(JournalMode.WAL, 1_000_000, integrity="ok")


def codes(alerts: Sequence[Alert]) -> list[AlertCode]:
    return [alert.code for alert in alerts]


def of_books(found: BooksHealth) -> list[Alert]:
    return list(books.alerts(found, LIMITS))


def test_whole_small_books_are_silent() -> None:
    assert of_books(WHOLE) == []
    assert of_books(replace(WHOLE, integrity=books.NOT_CHECKED)) == []


@pytest.mark.parametrize(
    ("code", "at", "beyond"),
    [
        (AlertCode.BOOKS_LARGE, {"size_bytes": 100_000_000}, {"size_bytes": 100_000_001}),
        (AlertCode.FRAGMENTED, {"fragmentation_percent": 10.0}, {"fragmentation_percent": 10.1}),
        (AlertCode.LARGE_WAL, {"wal_bytes": 10_000_000}, {"wal_bytes": 10_000_001}),
    ],
)
def test_books_that_grew_are_told_beyond_the_threshold_only(code: AlertCode, at: dict[str, float], beyond: dict[str, float]) -> None:
    assert of_books(replace(WHOLE, **at)) == []
    [alert] = of_books(replace(WHOLE, **beyond))
    assert (alert.code, alert.severity) == (code, Severity.LOOK)
    assert set(alert.values.values()) == set(beyond.values())


def test_damaged_books_are_to_be_acted_on() -> None:
    [alert] = of_books(replace(WHOLE, integrity="row 7 missing from index"))
    assert (alert.code, alert.severity, alert.values["detail"]) == (AlertCode.BOOKS_DAMAGED, Severity.ACT, "row 7 missing from index")
    error = Damaged(Code.BOOKS_NOT_A_DATABASE, path=Path(BOOKS))
    [alert] = of_books(BooksHealth(integrity="books_not_a_database", error=error))
    assert (alert.code, alert.values["error"]) == (AlertCode.BOOKS_DAMAGED, error)


def test_books_that_cannot_be_read_are_not_called_damaged() -> None:
    error = Busy(Code.BOOKS_BUSY, path=Path(BOOKS))
    [alert] = of_books(BooksHealth(error=error))
    assert (alert.code, alert.severity, alert.values["error"]) == (AlertCode.BOOKS_UNREADABLE, Severity.ACT, error)


@pytest.mark.parametrize(
    ("free", "needed", "wanted"),
    [
        (None, 1, []),
        (1_000_000_000, 5, []),
        (999_999_999, 5, [AlertCode.DISK_LOW]),
        (5, 5, [AlertCode.DISK_LOW]),
        (4, 5, [AlertCode.NO_ROOM_FOR_NEXT]),
        (2_000_000_000, 2_000_000_001, [AlertCode.NO_ROOM_FOR_NEXT]),
        (0, 0, [AlertCode.DISK_LOW]),
    ],
)
def test_the_disk_speaks_below_a_gigabyte_and_presses_where_the_next_backup_has_no_room(
    free: int | None, needed: int, wanted: list[AlertCode]
) -> None:
    found = list(disk.alerts(free, needed, LIMITS))
    assert codes(found) == wanted
    assert [alert.severity for alert in found] == [Severity.ACT if code is AlertCode.NO_ROOM_FOR_NEXT else Severity.LOOK for code in wanted]


@pytest.mark.parametrize(
    ("version", "at_risk"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.45.0", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.54.0", False),
        ("4.0.0", False),
        ("", False),
        ("three", False),
        ("3.40", False),
    ],
)
def test_a_backend_whose_sqlite_has_the_wal_fault_is_told_for_wal_books_only(version: str, at_risk: bool) -> None:
    found = list(backend_sqlite.alerts(version, JournalMode.WAL))
    assert codes(found) == ([AlertCode.SQLITE_AT_RISK] if at_risk else [])
    for mode in JournalMode:
        if mode is not JournalMode.WAL:
            assert list(backend_sqlite.alerts(version, mode)) == []
    assert list(backend_sqlite.alerts(version, None)) == []


def test_without_a_python_beside_the_books_nothing_is_said_of_it(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    home.mkdir(parents=True)
    assert backend_sqlite.version(home) is None
    assert list(backend_sqlite.alerts(None, JournalMode.WAL)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a virtual environment there is no link to the interpreter")
def test_the_python_beside_the_books_is_asked_if_it_could_run_gharmitra(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    real = Path(sys.executable).resolve()
    python.symlink_to(real)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text(f"home = {real.parent}\n")
    asked = subprocess.run([real, "-c", "import sqlite3; print(sqlite3.sqlite_version)"], capture_output=True, text=True, check=True)
    assert backend_sqlite.version(tmp_path) is None
    (tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "fastapi").mkdir(parents=True)
    assert backend_sqlite.version(tmp_path) == asked.stdout.strip()


def listing(*records: BackupRecord) -> Listing:
    return Listing(records, (), len(records) + 1)


def event(action: str, outcome: str, at: datetime, books: str = BOOKS, **details: object) -> Event:
    return Event(1, at.astimezone(UTC).isoformat(), action, outcome, "treasurer", books, "job", details, "")  # type: ignore[arg-type]


def of_backups(
    found: Listing,
    events: Sequence[Event] = (),
    *,
    changed: bool | None = True,
    now: datetime = NOW,
    verdicts: Sequence[Verdict] = (),
    copied: bool = True,
) -> list[Alert]:
    told = backups.alerts(found, verdicts, events, books=BOOKS, changed_since=changed, thresholds=LIMITS, now=now)
    return [alert for alert in told if not (copied and alert.code is AlertCode.NO_COPY_ELSEWHERE)]


def test_no_good_backup_at_all_is_to_be_acted_on() -> None:
    for found in (
        listing(),
        listing(record(1, status=Status.DAMAGED, problem=Problem.CUT_SHORT)),
        listing(record(1, status=Status.UNCHECKED)),
    ):
        assert AlertCode.NO_BACKUP_YET in codes(of_backups(found))
    assert of_backups(listing(record(1))) == []


@pytest.mark.parametrize(
    ("age", "changed", "days"),
    [
        (timedelta(days=3) - timedelta(seconds=1), True, None),
        (timedelta(days=3), True, 3),
        (timedelta(days=3), None, 3),
        (timedelta(days=3), False, None),
        (timedelta(days=365), False, None),
        (timedelta(days=30, hours=5), True, 30),
    ],
)
def test_books_that_changed_and_three_days_without_a_backup_are_told(age: timedelta, changed: bool | None, days: int | None) -> None:
    found = of_backups(listing(record(1, NOW - age)), changed=changed)
    assert [(alert.code, alert.values["days"], alert.severity) for alert in found] == (
        [] if days is None else [(AlertCode.NO_BACKUP_WITH_CHANGES, days, Severity.ACT)]
    )


def test_a_day_on_which_the_books_still_matched_counts_as_protected() -> None:
    old = listing(record(1, NOW - timedelta(days=9)))
    matched = event("backup", "finished", NOW - timedelta(days=2), unchanged=True)
    assert of_backups(old, [matched]) == []
    assert backups.last_protected(old, [matched], BOOKS) == NOW - timedelta(days=2)
    for other in (
        event("backup", "finished", NOW - timedelta(days=2), unchanged=False),
        event("backup", "failed", NOW - timedelta(days=2), unchanged=True, code="cancelled"),
        event("backup", "finished", NOW - timedelta(days=2), books="other.db", unchanged=True),
        event("verify", "finished", NOW - timedelta(days=2), unchanged=True),
        event("backup", "finished", NOW - timedelta(days=10), unchanged=True),
    ):
        assert codes(of_backups(old, [other])) == [AlertCode.NO_BACKUP_WITH_CHANGES]


FAILED = event("backup", "failed", NOW, code="disk_full")


@pytest.mark.parametrize(
    ("events", "is_told"),
    [
        ([], False),
        ([FAILED], True),
        ([FAILED, event("backup", "finished", NOW)], False),
        ([event("backup", "finished", NOW), FAILED], True),
        ([FAILED, event("backup", "started", NOW)], True),
        ([FAILED, event("backup", "failed", NOW, code="cancelled")], True),
        ([event("backup", "failed", NOW, code="cancelled")], False),
        ([FAILED, event("backup", "interrupted", NOW)], True),
        ([FAILED, event("verify", "finished", NOW)], True),
        ([event("verify", "failed", NOW, code="disk_full")], False),
        ([event("backup", "failed", NOW, books="other.db", code="disk_full")], False),
        ([FAILED, event("backup", "finished", NOW, books="other.db")], True),
    ],
)
def test_a_last_backup_that_failed_is_told_until_one_works(events: list[Event], is_told: bool) -> None:
    found = [alert for alert in of_backups(listing(record(1)), events) if alert.code is AlertCode.LAST_BACKUP_FAILED]
    assert bool(found) == is_told
    if found:
        assert (found[0].severity, found[0].values["failure"], found[0].values["at"]) == (Severity.ACT, "disk_full", NOW)


def test_damaged_backups_are_named_but_not_the_true_copies_of_damaged_books() -> None:
    rotten = record(3, status=Status.DAMAGED, problem=Problem.HASH_DIFFERS)
    without_manifest = record(2, status=Status.UNCHECKED, problem=Problem.MANIFEST_DAMAGED, origin=None)
    apart = record(1, status=Status.DAMAGED, problem=Problem.BOOKS_DAMAGED, set_apart=True)
    [alert] = of_backups(listing(record(4), rotten, without_manifest, apart))
    assert (alert.code, alert.severity) == (AlertCode.BACKUP_DAMAGED, Severity.LOOK)
    assert alert.values["names"] == (rotten.filename, without_manifest.filename)


def test_the_reason_why_nothing_rotates_is_told_once() -> None:
    newest = record(2)
    verdicts = [Verdict(newest, (Reason.LAST, Reason.FROZEN_SHRUNK)), Verdict(record(1), (Reason.FROZEN_SHRUNK,))]
    [alert] = of_backups(listing(newest), verdicts=verdicts)
    assert (alert.code, alert.severity, alert.values["why"]) == (AlertCode.ROTATION_FROZEN, Severity.ACT, Reason.FROZEN_SHRUNK)
    assert of_backups(listing(newest), verdicts=[Verdict(newest, (Reason.LAST,))]) == []


def test_the_newest_unexplained_shrinking_is_told() -> None:
    [alert] = of_backups(listing(record(3), record(2, shrunk=("ledger",)), record(1, shrunk=("other",))))
    assert (alert.code, alert.severity) == (AlertCode.BOOKS_SHRUNK, Severity.ACT)
    assert (alert.values["name"], alert.values["at"], alert.values["tables"]) == ("gharmitra_backup_2.db", NOW, ("ledger",))


def test_the_loss_is_told_before_what_follows_from_it() -> None:
    newest = record(2, shrunk=("ledger",))
    told = of_backups(listing(newest), verdicts=[Verdict(newest, (Reason.LAST, Reason.FROZEN_SHRUNK))])
    assert [alert.code for alert in told] == [AlertCode.BOOKS_SHRUNK, AlertCode.ROTATION_FROZEN]


def copied(age: timedelta) -> Listing:
    return listing(
        record(2), record(1, copies=(CopyNote("/media/usb", (NOW - age).isoformat()), CopyNote("/old", "2020-01-01T00:00:00+00:00")))
    )


@pytest.mark.parametrize(
    ("age", "days"),
    [(timedelta(0), None), (timedelta(days=11) - timedelta(seconds=1), None), (timedelta(days=11), 11), (timedelta(days=40), 40)],
)
def test_a_copy_elsewhere_is_asked_for_after_ten_whole_days(age: timedelta, days: int | None) -> None:
    found = of_backups(copied(age), copied=False)
    assert [(alert.code, alert.values["days"], alert.values["to"]) for alert in found] == (
        [] if days is None else [(AlertCode.COPY_OLD, days, "/media/usb")]
    )


def test_without_any_copy_elsewhere_one_is_asked_for_as_soon_as_there_is_something_to_carry() -> None:
    assert codes(of_backups(listing(record(1)), copied=False)) == [AlertCode.NO_COPY_ELSEWHERE]
    assert codes(of_backups(listing(), copied=False)) == [AlertCode.NO_BACKUP_YET]


def test_every_code_has_its_test() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    text = "".join(texts)
    assert [code.name for code in AlertCode if f"AlertCode.{code.name}" not in text.replace('f"AlertCode.', "")] == []


def with_limits(society: Society, **said: float) -> Society:
    society.settings = Settings(thresholds=replace(LIMITS, **said))  # type: ignore[arg-type]
    return society


def spoken(society: Society, code: AlertCode) -> list[Alert]:
    return [alert for alert in society.vault().health().alerts if alert.code is code]


def test_a_society_in_order_hears_only_that_a_copy_belongs_elsewhere(society: Society) -> None:
    society.back_up()
    report = with_limits(society, min_free_bytes=0).vault().health()
    assert codes(report.alerts) == [AlertCode.NO_COPY_ELSEWHERE]
    assert report.severity is Severity.LOOK
    assert (report.books.integrity, report.backup_count, report.changed_since) == ("ok", 1, False)
    assert report.last_protected == report.newest_good.created_at


def test_real_books_meet_the_size_threshold_to_the_byte(society: Society) -> None:
    size = society.paths.books.stat().st_size
    assert spoken(with_limits(society, books_large_bytes=size), AlertCode.BOOKS_LARGE) == []
    [alert] = spoken(with_limits(society, books_large_bytes=size - 1), AlertCode.BOOKS_LARGE)
    assert alert.values["size_bytes"] == size


def test_real_books_that_lost_half_their_rows_are_fragmented(tmp_path: Path) -> None:
    society = societies.make(tmp_path / "society", entries=2000)
    assert spoken(society, AlertCode.FRAGMENTED) == []
    with OtherProcess(society.paths.books) as other:
        other.run("DELETE FROM ledger WHERE id > 2000", "PRAGMA wal_checkpoint(TRUNCATE)")
    [alert] = spoken(society, AlertCode.FRAGMENTED)
    assert 30 < alert.values["percent"] < 70
    assert spoken(with_limits(society, fragmentation_percent=alert.values["percent"]), AlertCode.FRAGMENTED) == []


def test_a_real_wal_meets_its_threshold_to_the_byte(society: Society) -> None:
    with OtherProcess(society.paths.books) as other:
        other.run("PRAGMA wal_autocheckpoint=0", "UPDATE ledger SET narration = hex(randomblob(60))")
        size = society.paths.books.with_name("gharmitra.db-wal").stat().st_size
        assert spoken(with_limits(society, wal_large_bytes=size), AlertCode.LARGE_WAL) == []
        [alert] = spoken(with_limits(society, wal_large_bytes=size - 1), AlertCode.LARGE_WAL)
        assert alert.values["size_bytes"] == size


def test_real_books_that_are_away_are_gone_and_the_backups_still_told(society: Society) -> None:
    society.back_up()
    society.paths.books.rename(society.paths.home / "moved")
    report = society.vault().health()
    assert AlertCode.BOOKS_GONE in codes(report.alerts)
    assert report.alerts[0].severity is Severity.ACT
    assert report.backup_count == 1


def test_real_damage_in_the_books_is_told(society: Society) -> None:
    data = bytearray(society.paths.books.read_bytes())
    data[4096 * 3 : 4096 * 3 + 200] = b"\xff" * 200
    society.paths.books.write_bytes(bytes(data))
    [alert] = spoken(society, AlertCode.BOOKS_DAMAGED)
    assert alert.severity is Severity.ACT
    assert society.vault().health().books.integrity != "ok"


def test_a_real_loss_is_told_by_its_name(society: Society) -> None:
    lost = society.back_up().record
    society.back_up()
    lost.path.unlink()
    [alert] = spoken(society, AlertCode.BACKUP_VANISHED)
    assert (alert.severity, alert.values["names"]) == (Severity.LOOK, (lost.filename,))


def test_a_line_cut_by_a_power_failure_accuses_nobody_and_an_edited_one_does(society: Society) -> None:
    society.back_up()
    society.back_up()
    whole = society.paths.audit.read_bytes()
    society.paths.audit.write_bytes(whole[:-40])
    assert spoken(society, AlertCode.AUDIT_BROKEN) == []
    society.paths.audit.write_bytes(whole.replace(b"treasurer", b"secretary", 1))
    [alert] = spoken(society, AlertCode.AUDIT_BROKEN)
    assert alert.severity is Severity.ACT
    assert alert.values["problems"]


def test_a_record_that_cannot_be_read_is_told(society: Society) -> None:
    society.back_up()
    society.paths.audit.rename(society.paths.logs / "moved")
    society.paths.audit.mkdir()
    [alert] = spoken(society, AlertCode.AUDIT_UNREADABLE)
    assert alert.severity is Severity.ACT
    assert isinstance(alert.values["error"], EngineError)


def test_the_worst_stands_first(society: Society) -> None:
    society.back_up()
    society.enter()
    society.clock.forward(days=4)
    severities = [alert.severity for alert in society.vault().health().alerts]
    assert severities[0] is Severity.ACT
    assert severities == sorted(severities, reverse=True)


def test_damage_that_no_copy_shows_freezes_rotation_until_a_backup_works(society: Society) -> None:
    society.back_up()
    audit = society.vault()._context.audit
    audit.append("backup", Outcome.FAILED, job="1", code="books_empty")
    audit.append("backup", Outcome.FAILED, job="2", code="cancelled")
    audit.append("backup", Outcome.FAILED, job="3", code="books_busy")
    [alert] = spoken(society, AlertCode.ROTATION_FROZEN)
    assert alert.values["why"] is Reason.FROZEN_BOOKS_DAMAGED
    society.back_up()
    assert spoken(society, AlertCode.ROTATION_FROZEN) == []


def test_a_loss_whose_manifest_is_gone_too_leaves_nothing_to_tell(society: Society) -> None:
    lost = society.back_up().record
    society.back_up()
    lost.path.unlink()
    manifests.manifest_path(society.paths.manifests, lost.filename).unlink()
    assert spoken(society, AlertCode.BACKUP_VANISHED) == []


def state_on(days: tuple[calendar.Day, ...], back: int) -> DayState:
    return days[-1 - back].state


def test_the_calendar_says_the_best_of_each_day_and_blames_no_day_before_the_first() -> None:
    clock = FakeClock(NOW.astimezone(UTC))
    records = [
        record(4, NOW, status=Status.PROVEN),
        record(3, NOW, status=Status.DAMAGED, problem=Problem.HASH_DIFFERS),
        record(2, NOW - timedelta(days=2)),
        record(1, NOW - timedelta(days=9), origin=Origin.ADOPTED, kind=None),
    ]
    events = [
        event("backup", "finished", NOW - timedelta(days=3), unchanged=True),
        event("backup", "failed", NOW - timedelta(days=4), code="books_damaged"),
        event("backup", "finished", NOW - timedelta(days=5), books="other.db"),
    ]
    changed = {(NOW - timedelta(days=back)).date() for back in (0, 1, 2, 20)}
    days = calendar.days(records, events, changed, books=BOOKS, clock=clock)
    assert len(days) == calendar.DAYS
    assert days[-1].date == NOW.date()
    wanted = [DayState.PROVEN, DayState.CHANGED_NO_BACKUP, DayState.CHECKED, DayState.NO_CHANGE, DayState.DAMAGED, DayState.NO_RECORD]
    assert [state_on(days, back) for back in range(6)] == wanted
    assert state_on(days, 9) is DayState.CHECKED
    assert state_on(days, 20) is DayState.NO_RECORD


def test_a_scheduled_backup_of_unchanged_books_protects_its_day(society: Society) -> None:
    society.back_up(kind=Kind.SCHEDULED, days=1)
    society.back_up(kind=Kind.SCHEDULED, days=1)
    days = society.vault().health().days
    assert [state_on(days, back) for back in range(3)] == [DayState.NO_RECORD, DayState.NO_CHANGE, DayState.CHECKED]
