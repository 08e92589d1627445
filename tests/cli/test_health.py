"""Health reports in every state that books and backups can be in, and changes nothing in those that are wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.builders.command import PROJECT, Answer, gharmitra_admin
from tests.builders.society import Society

Spoil = Callable[[Society], None]


def a_file(society: Society) -> None:
    shutil.rmtree(society.paths.backups)
    society.paths.backups.write_bytes(b"not a folder")


def no_books(society: Society) -> None:
    for path in society.paths.home.glob("gharmitra.db*"):
        path.unlink()
    society.paths.lock.unlink(missing_ok=True)


def nothing_at_all(society: Society) -> None:
    no_books(society)
    shutil.rmtree(society.paths.backups)


def no_home(society: Society) -> None:
    shutil.rmtree(society.paths.home)


def manifests_unreadable(society: Society) -> None:
    shutil.rmtree(society.paths.manifests)
    society.paths.manifests.write_bytes(b"not a folder")


STATES = [
    pytest.param(a_file, "backups_not_a_folder", id="backups is a file"),
    pytest.param(manifests_unreadable, "backups_unreadable", id="backups cannot be listed"),
    pytest.param(no_books, "books_gone", id="the books are gone"),
    pytest.param(nothing_at_all, "books_gone", id="books and backups are gone"),
    pytest.param(no_home, "books_gone", id="their folder is gone"),
]


def seen(society: Society) -> tuple[dict[str, bytes], list[str]]:
    return society.everything(), sorted(str(path) for path in society.paths.home.rglob("*"))


@pytest.mark.parametrize("full", [(), ("--full",)], ids=["", "full"])
@pytest.mark.parametrize(("spoil", "code"), STATES)
def test_what_is_wrong_is_a_report_with_what_to_do_and_nothing_is_changed(
    society: Society, spoil: Spoil, code: str, full: tuple[str, ...]
) -> None:
    society.back_up()
    spoil(society)
    before = seen(society)
    told = gharmitra_admin("--json", "health", *full, books=society.paths.books)
    assert (told.code, told.json["status"]) == (3, "critical")
    (alert,) = [one for one in told.json["alerts"] if one["code"] == code]
    assert alert["severity"] == "critical"
    assert alert["hint"]
    assert seen(society) == before


def test_a_file_in_the_folders_place_is_to_be_moved_away_wherever_it_is_told(society: Society) -> None:
    society.back_up()
    a_file(society)
    place = str(society.paths.backups)
    plain = gharmitra_admin("health", books=society.paths.books)
    alert = next(line for line in plain.out.splitlines() if place in line)
    made = gharmitra_admin("--json", "backup", books=society.paths.books)
    error = made.json["error"]
    assert (made.code, error["code"]) == (14, "file_in_the_way")
    for said in (alert, f"{error['message']} {error['hint']}"):
        assert place in said
        assert "Rename that file" in said
        assert "the books themselves" not in said


def test_books_that_are_not_there_are_said_to_be_gone_and_no_backup_is_denied(society: Society) -> None:
    society.back_up()
    no_books(society)
    told = gharmitra_admin("--json", "health", books=society.paths.books).json
    assert told["backup_count"] == 1
    said = {one["code"]: one["message"] for one in told["alerts"]}
    assert str(society.paths.books) in said["books_gone"]
    assert "no_backup_yet" not in said


def test_a_list_that_cannot_be_read_is_never_no_backup(society: Society) -> None:
    society.back_up()
    a_file(society)
    told = gharmitra_admin("--json", "health", books=society.paths.books).json
    assert "no_backup_yet" not in {one["code"] for one in told["alerts"]}
    assert told["integrity"] == "ok"


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
@pytest.mark.parametrize("full", [(), ("--full",)], ids=["", "full"])
@pytest.mark.parametrize(("mode", "code"), [(0o000, "backups_unreadable"), (0o500, "backups_unwritable"), (0o300, "backups_unreadable")])
def test_a_folder_without_rights_is_a_report(society: Society, mode: int, code: str, full: tuple[str, ...]) -> None:
    society.back_up()
    before = seen(society)
    told = as_owner_of(society, mode, "--json", "health", *full)
    assert (told.code, told.json["status"]) == (3, "critical")
    assert code in {one["code"] for one in told.json["alerts"]}
    assert seen(society) == before


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_backup_that_a_folder_does_not_take_names_the_folder(society: Society) -> None:
    society.back_up()
    told = as_owner_of(society, 0o500, "--json", "backup")
    assert (told.code, told.json["error"]["code"]) == (15, "cannot_write")
    assert f"{society.paths.backups}:" in told.json["error"]["message"]
    assert ".part" not in told.out


def as_owner_of(society: Society, mode: int, *words: str) -> Answer:
    """Run the command where its folder of backups has this mode; root, whom no mode stops, gives up what lets it pass."""
    command = [sys.executable, "-m", "gharmitra_admin", "--db", str(society.paths.books), *words]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv(1) to take root's rights away")
        command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", *command]
    society.paths.backups.chmod(mode)
    try:
        env = {**os.environ, "PYTHONPATH": str(PROJECT)}
        done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, env=env)
    finally:
        society.paths.backups.chmod(0o700)
    assert "Traceback" not in done.stderr, done.stderr
    return Answer(done.returncode, done.stdout, done.stderr)
