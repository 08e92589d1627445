"""Faults of the settings: whatever they say, or cannot say, no good backup is lost to it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gharmitra_admin.engine import AlertCode, Code, EngineError, NoticeCode, Paths, Reason, Refused, Settings, Status
from gharmitra_admin.engine.base import settings as setting
from gharmitra_admin.engine.base.settings import Policy, Problem
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.manifest import Notes
from tests.builders.elsewhere import Elsewhere, failing
from tests.builders.society import Society, assert_whole

GOOD = (
    '[policy]\nlast = 50\ndays = 30\n\n[thresholds]\ndays_without_backup = 5\n\n[[societies]]\nname = "Shanti"\nbooks = "/s/gharmitra.db"\n'
)
BAD_FILES = {
    "half-written": GOOD[: len(GOOD) // 2 + 3].encode() + b"[[soc",
    "not text": b"\xff\xfe\x00garbage",
    "no TOML": b"{'last': 50}",
    "NULs": b"\0" * 200,
    "deeper than any parser goes": b"a = " + b"[" * 5_000,
}
BAD_POLICIES = [
    'last = "many"',
    "last = 0",
    "last = -1",
    "last = true",
    "last = 2.5",
    "days = -1",
    "last = 1e400",
    "last = 99999999999999999",
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


def write(file: Path, data: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)


@pytest.fixture
def full(society: Society) -> Society:
    """More backups than the defaults keep, as a treasurer has them who chose to keep fifty."""
    society.settings = Settings(policy=Policy(last=50))
    for _ in range(13):
        society.back_up()
    return society


def test_row_68_without_a_file_there_are_safe_defaults_and_no_complaint(file: Path) -> None:
    found, problems = setting.load(file)
    assert (found, problems) == (Settings(), ())
    assert found.policy.last == 10
    assert not file.parent.exists()


@pytest.mark.parametrize("how", BAD_FILES)
def test_row_68_a_damaged_file_gives_defaults_a_warning_and_removes_no_backup(full: Society, file: Path, how: str) -> None:
    write(file, BAD_FILES[how])
    full.settings, problems = setting.load(file)
    assert [problem.name for problem in problems] == [""]
    assert full.settings.policy == Policy()
    assert file.read_bytes() == BAD_FILES[how]
    assert_nothing_goes(full)
    setting.save(file, full.settings)
    assert file.with_name("settings.toml.unreadable").read_bytes() == BAD_FILES[how]
    assert setting.load(file)[1] == ()


def assert_nothing_goes(society: Society) -> None:
    before = {record.filename for record in society.vault().records()}
    assert society.vault().prune() == []
    result = society.back_up()
    assert result.removed == ()
    assert Reason.FROZEN_SETTINGS.value in [
        notice.values.get("why") for notice in result.warnings if notice.code is NoticeCode.ROTATION_FROZEN
    ]
    assert before < {record.filename for record in society.vault().records()}
    assert AlertCode.ROTATION_FROZEN in [alert.code for alert in society.vault().health().alerts]


@pytest.mark.parametrize("policy", BAD_POLICIES)
def test_row_68_a_policy_of_the_wrong_type_removes_no_backup_and_stands_until_somebody_mends_it(
    full: Society, file: Path, policy: str
) -> None:
    write(file, f"[policy]\n{policy}\n[thresholds]\ndays_without_backup = 5\n".encode())
    full.settings, problems = setting.load(file)
    assert [problem.name for problem in problems] == [f"policy.{policy.split()[0]}"]
    assert full.settings.policy == Policy()
    assert full.settings.thresholds.days_without_backup == 5
    assert_nothing_goes(full)
    setting.save(file, replace(full.settings, tray_told=True))
    again, still = setting.load(file)
    assert (still, again.policy_certain, again.tray_told) == (problems, False, True)
    text = file.read_text()
    write(file, text.replace(text[text.index("[policy]") : text.index("\n\n", text.index("[policy]"))], "[policy]\nlast = 2\n").encode())
    full.settings, problems = setting.load(file)
    assert problems == ()
    assert full.vault().prune()


def test_row_68_a_file_of_somebody_else_is_left_as_it_is(society: Society, file: Path) -> None:
    write(file, GOOD.encode())
    script = f"""
from gharmitra_admin.engine.base import settings
found, problems = settings.load(Path({str(file)!r}))
say([found == settings.Settings(policy_certain=False), [problem.name for problem in problems], problems[0].value])
"""
    with Elsewhere(society.paths, script, before=failing("openat", "EACCES", file)) as other:
        assert other.heard() == [True, [""], str(file)]
    assert file.read_text() == GOOD
    assert setting.load(file)[0].policy.last == 50


def test_row_68_something_that_is_no_file_is_not_opened(file: Path) -> None:
    file.mkdir(parents=True)
    found, problems = setting.load(file)
    assert found.policy == Policy()
    assert problems == (Problem("", str(file), problems[0].default),)
    assert file.is_dir()


def test_row_68_a_settings_file_that_cannot_be_written_says_so_and_keeps_the_old_one(society: Society, file: Path) -> None:
    write(file, GOOD.encode())
    script = f"""
from gharmitra_admin.engine.base import settings
say(attempt(lambda: settings.save(Path({str(file)!r}), settings.Settings())))
"""
    hidden = file.with_name(".settings.toml.part")
    with Elsewhere(society.paths, script, before=failing("write", "ENOSPC", hidden)) as other:
        answer = other.heard()
    assert (answer["code"], answer["path"]) == ("disk_full", str(hidden))
    assert file.read_text() == GOOD
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("last", ["0", "-1", "1", "-99999"])
def test_row_69_settings_that_keep_little_or_nothing_leave_what_a_rescue_needs(society: Society, file: Path, last: str) -> None:
    safety = society.back_up().record
    safety_name = society.paths.backups / "pre_restore_safety_20261101_100000.db"
    shutil.copy(safety.path, safety_name)
    proven = society.back_up().record
    notes = manifests.notes_path(society.paths.manifests, proven.filename)
    manifests.write_notes(notes, Notes(proven_at=society.clock.now().isoformat()))
    write(file, f"[policy]\nlast = {last}\ndays = 0\n".encode())
    society.settings, _ = setting.load(file)
    for _ in range(5):
        newest = society.back_up().record
    society.vault().prune()
    staying = {record.filename: record for record in society.vault().records()}
    assert {newest.filename, proven.filename, safety_name.name} <= set(staying)
    assert staying[newest.filename].status is Status.CHECKED
    assert staying[proven.filename].status is Status.PROVEN
    for name in (newest.filename, proven.filename, safety_name.name):
        assert_whole(staying[name].path)


@given(policy=st.builds(Policy, last=st.integers(-100, 3), days=st.integers(-100, 3)), certain=st.booleans())
@settings(derandomize=True, deadline=None, database=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_row_69_no_policy_at_all_takes_the_newest_checked_backup(society: Society, policy: Policy, certain: bool) -> None:
    society.settings = Settings(policy=policy, policy_certain=certain)
    newest = society.back_up().record
    society.vault().prune()
    assert society.vault().records()[0].filename == newest.filename
    assert newest.path.is_file()


def test_row_69_delete_by_hand_refuses_the_last_one_under_any_settings(society: Society) -> None:
    society.settings = Settings(policy=Policy(last=0, days=0))
    made = society.back_up().record
    with pytest.raises(Refused) as told:
        society.vault().delete(made.filename)
    assert told.value.code is Code.LAST_GOOD_BACKUP
    assert made.path.is_file()


def test_row_70_backups_cannot_lie_in_the_books(society: Society) -> None:
    books = society.paths.books
    link = books.with_name("link.db")
    link.symlink_to(books)
    for place in (books, books / "backups", link, link / "deep" / "down"):
        with pytest.raises(Refused) as told:
            Paths.of(books, place)
        assert told.value.code is Code.UNSAFE_FOLDER


def test_row_70_a_copy_goes_neither_into_the_society_nor_onto_the_books(society: Society, tmp_path: Path) -> None:
    society.back_up()
    paths = society.paths
    inside = [paths.home, paths.backups, paths.kept, paths.backups / ".." / "backups", paths.logs, paths.home / "usb"]
    (paths.home / "usb").mkdir()
    paths.kept.mkdir(exist_ok=True)
    link = tmp_path / "looks like a drive"
    link.symlink_to(paths.backups)
    before = contents(society)
    for place in [*inside, link]:
        assert refusal(society, place) is Code.INSIDE_THE_SOCIETY
    assert refusal(society, paths.books) is Code.IS_THE_BOOKS
    hard = tmp_path / "hard"
    hard.hardlink_to(paths.books)
    assert refusal(society, hard) in {Code.UNSAFE_FOLDER, Code.IS_THE_BOOKS}
    assert contents(society) == before


def refusal(society: Society, place: Path) -> Code:
    with pytest.raises(EngineError) as told:
        society.vault().copy(None, place)
    return told.value.code


def contents(society: Society) -> dict[str, bytes]:
    return {name: data for name, data in society.everything().items() if not name.endswith("audit.log")}


def test_row_70_backups_placed_in_the_folder_of_the_books_never_take_the_books_for_one(society: Society) -> None:
    society.paths = Paths.of(society.paths.books, society.paths.home)
    society.settings = Settings(policy=Policy(last=1, days=0))
    other = society.paths.home / "another_program.db"
    for _ in range(3):
        society.back_up()
    shutil.copy(society.vault().records()[0].path, other)
    society.vault().adopt_unchecked()
    for _ in range(3):
        society.back_up()
    names = [record.filename for record in society.vault().records()]
    assert society.paths.books.name not in names
    assert other.is_file()
    assert_whole(society.paths.books)
