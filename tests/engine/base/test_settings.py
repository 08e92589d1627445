"""The settings file: a bad value costs that value, never the program, the file or what a newer program wrote there."""

from __future__ import annotations

import os
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gharmitra_admin.engine.base import settings as setting
from gharmitra_admin.engine.base.settings import Policy, Problem, Settings, SocietyEntry, Thresholds

steady = settings(
    derandomize=True, deadline=None, database=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FULL = Settings(
    societies=(SocietyEntry("Shanti", Path("/s/gharmitra.db")), SocietyEntry("Demo", Path("/d/g.db"), Path("/b"), practice=True)),
    current="Demo",
    policy=Policy(last=20, days=3),
    thresholds=Thresholds(days_without_backup=1, fragmentation_percent=12.5),
    language="mr",
    look="dark",
    start_with_system=True,
    tray_told=True,
    last_copy_folder="/media/usb",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_what_is_saved_is_what_is_loaded(file: Path) -> None:
    for wanted in (Settings(), FULL, replace(FULL, societies=(), current=None, last_copy_folder=None)):
        setting.save(file, wanted)
        assert setting.load(file) == (wanted, ())


def test_the_folder_is_made_and_only_its_owner_may_look(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "settings.toml"
    setting.save(file, FULL)
    assert setting.load(file) == (FULL, ())
    if os.name != "nt":
        assert file.parent.stat().st_mode & 0o077 == 0
        assert file.stat().st_mode & 0o077 == 0


def test_the_place_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv(setting.FILE_VARIABLE, str(file))
    assert setting.default_file() == file
    monkeypatch.delenv(setting.FILE_VARIABLE)
    assert setting.default_file().name == "settings.toml"
    assert setting.default_file() != file


def test_what_a_newer_program_wrote_is_kept(file: Path) -> None:
    newer = {"colour": "blue", "policy": {"last": 5, "hours": 9}, "thresholds": {"new": 1}, "extra": {"a": [1, 2]}}
    file.write_text(tomli_w.dumps(newer))
    found, problems = setting.load(file)
    assert (found.policy.last, problems) == (5, ())
    setting.save(file, replace(found, look="dark"))
    raw = tomllib.loads(file.read_text())
    assert (raw["colour"], raw["policy"]["hours"], raw["policy"]["last"], raw["extra"]) == ("blue", 9, 5, {"a": [1, 2]})
    assert (raw["thresholds"]["new"], raw["look"]) == (1, "dark")


def test_a_value_that_is_taken_back_is_gone_from_the_file(file: Path) -> None:
    setting.save(file, FULL)
    setting.save(file, replace(FULL, current=None, last_copy_folder=None))
    assert {"current", "last_copy_folder"} & set(tomllib.loads(file.read_text())) == set()


@pytest.mark.parametrize(
    ("text", "name", "value", "default"),
    [
        ("look = 'pink'", "look", "'pink'", "'system'"),
        ("look = 3", "look", "3", "'system'"),
        ("language = ['mr']", "language", "['mr']", "'system'"),
        ("tray_told = 1", "tray_told", "1", "False"),
        ("start_with_system = 'yes'", "start_with_system", "'yes'", "False"),
        ("current = 7", "current", "7", "None"),
        ("last_copy_folder = true", "last_copy_folder", "True", "None"),
        ("policy = 5", "policy", "5", repr(Policy())),
        ("policy.last = 0", "policy.last", "0", "10"),
        ("policy.last = true", "policy.last", "True", "10"),
        ("policy.days = -1", "policy.days", "-1", "7"),
        ("thresholds.days_without_backup = 0", "thresholds.days_without_backup", "0", "3"),
        ("thresholds.min_free_bytes = -1", "thresholds.min_free_bytes", "-1", "1000000000"),
        ("thresholds.min_free_bytes = 1.5", "thresholds.min_free_bytes", "1.5", "1000000000"),
        ("thresholds.fragmentation_percent = 100.5", "thresholds.fragmentation_percent", "100.5", "10.0"),
        ("thresholds.fragmentation_percent = nan", "thresholds.fragmentation_percent", "nan", "10.0"),
        ("thresholds.shrink_percent = inf", "thresholds.shrink_percent", "inf", "50.0"),
        ("societies = 3", "societies", "3", "-"),
        ("societies = [{name = 'x'}]", "societies", "{'name': 'x'}", "-"),
        ("societies = [{name = 'x', books = ''}]", "societies", "{'name': 'x', 'books': ''}", "-"),
    ],
)
def test_a_bad_value_costs_itself_only_and_is_told(file: Path, text: str, name: str, value: str, default: str) -> None:
    file.write_text(f"{text}\n")
    found, problems = setting.load(file)
    assert problems == (Problem(name, value, default),)
    assert replace(found, policy_certain=True) == Settings()
    assert found.policy_certain == (not name.startswith("policy"))
    assert file.read_text() == f"{text}\n"


@pytest.mark.parametrize(
    "text", ["policy.last = 1", "policy.days = 0", "thresholds.days_without_backup = 1", "thresholds.shrink_percent = 100"]
)
def test_the_edge_of_what_is_allowed_is_allowed(file: Path, text: str) -> None:
    file.write_text(text)
    found, problems = setting.load(file)
    assert problems == ()
    assert found != Settings()


def test_one_bad_society_does_not_cost_the_others(file: Path) -> None:
    file.write_text("societies = [{name = 'a', books = '/a.db'}, 7, {name = 'b', books = '/b.db', backups = '/x', practice = true}]\n")
    found, problems = setting.load(file)
    assert found.societies == (SocietyEntry("a", Path("/a.db")), SocietyEntry("b", Path("/b.db"), Path("/x"), practice=True))
    assert [problem.name for problem in problems] == ["societies"]


def test_an_unreadable_file_is_set_aside_before_a_new_one_is_written(file: Path) -> None:
    for data in (b"[half", b"\xff\xfe"):
        file.write_bytes(data)
        found, problems = setting.load(file)
        assert [problem.name for problem in problems] == [""]
        assert not found.policy_certain
        setting.save(file, found)
        assert file.with_name("settings.toml.unreadable").read_bytes() == data
        assert setting.load(file) == (Settings(), ())


def test_adding_a_society_makes_it_current_and_gives_it_a_name_of_its_own() -> None:
    first = setting.with_society(Settings(), SocietyEntry("Shanti", Path("/a.db")))
    second = setting.with_society(first, SocietyEntry("Shanti", Path("/b.db")))
    third = setting.with_society(second, SocietyEntry("Shanti", Path("/c.db")))
    assert [entry.name for entry in third.societies] == ["Shanti", "Shanti (2)", "Shanti (3)"]
    assert third.current == "Shanti (3)"
    again = setting.with_society(third, SocietyEntry("Anew", Path("/b.db")))
    assert [(entry.name, str(entry.books)) for entry in again.societies] == [
        ("Shanti", "/a.db"),
        ("Shanti (3)", "/c.db"),
        ("Anew", "/b.db"),
    ]


def test_the_current_society_is_found_or_the_first_one() -> None:
    assert setting.find(Settings(), None) is None
    two = replace(Settings(), societies=(SocietyEntry("a", Path("/a")), SocietyEntry("b", Path("/b"))))
    assert setting.find(two, None) == two.societies[0]
    assert setting.find(replace(two, current="b"), None) == two.societies[1]
    assert setting.find(replace(two, current="gone"), None) == two.societies[0]
    assert setting.find(two, "b") == two.societies[1]
    assert setting.find(two, "gone") is None


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**62), 2**62), st.floats(), st.text(st.characters(codec="utf-8"), max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=3)),
    max_leaves=4,
)
NAMES = st.sampled_from([one.name for one in fields(Settings)])


@given(
    st.dictionaries(
        NAMES, st.one_of(VALUES, st.dictionaries(st.sampled_from([one.name for one in fields(Thresholds)] + ["last", "days"]), VALUES))
    )
)
@steady
def test_any_content_gives_valid_settings_that_can_be_saved_again(file: Path, raw: dict[str, object]) -> None:
    file.write_text(tomli_w.dumps(raw), encoding="utf-8", newline="\n")
    found, problems = setting.load(file)
    assert found.policy.last >= 1
    assert found.policy.days >= 0
    assert found.thresholds.days_without_backup >= 1
    assert found.look in setting.LOOKS
    assert found.policy_certain == (not any(problem.name.split(".")[0] == "policy" for problem in problems))
    setting.save(file, found)
    again, _ = setting.load(file)
    assert again == found


@given(st.binary(max_size=80))
@steady
def test_any_bytes_give_settings_and_are_not_lost(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    found, problems = setting.load(file)
    assert isinstance(found, Settings)
    assert file.read_bytes() == data
    if [problem.name for problem in problems] == [""]:
        assert found == Settings(policy_certain=False)


def test_a_made_up_society_whose_folder_is_gone_is_forgotten_and_a_real_one_never(tmp_path: Path) -> None:
    there = SocietyEntry("Practice", tmp_path / "gharmitra.db", practice=True)
    gone = SocietyEntry("Old practice", tmp_path / "gone" / "gharmitra.db", practice=True)
    real = SocietyEntry("Asha CHS", tmp_path / "unplugged" / "gharmitra.db")
    kept = setting.without_lost_practice(Settings(societies=(gone, there, real), current="Old practice"))
    assert kept.societies == (there, real)
