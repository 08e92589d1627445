"""Going back from the terminal: the value that confirms a plan, and names that are of the list and no path."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.builders.command import gharmitra_admin
from tests.builders.dump import rows_of
from tests.builders.society import Society


def planned(society: Society, *words: str) -> str:
    """The confirmation value of a plan."""
    answer = gharmitra_admin("--json", *words, "--dry-run", books=society.paths.books)
    assert answer.code == 0
    return str(answer.json["confirmation"])


def test_who_gives_back_the_value_of_the_plan_has_confirmed_it(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    before, backup = rows_of(society.paths.books), rows_of(society.paths.backups / name)
    value = planned(society, "restore", name)
    assert re.fullmatch("[0-9a-f]{16}", value)
    done = gharmitra_admin("--json", "restore", name, "--confirm", value, books=society.paths.books)
    assert (done.code, done.json["restored"]) == (0, name)
    assert rows_of(society.paths.books) == backup
    wrong = gharmitra_admin("--json", "undo", "--confirm", value, books=society.paths.books)
    assert (wrong.code, wrong.json["error"]["code"]) == (14, "plan_changed")
    undone = gharmitra_admin("--json", "undo", "--confirm", planned(society, "undo"), books=society.paths.books)
    assert undone.code == 0
    assert rows_of(society.paths.books) == before


@pytest.mark.parametrize("also", [(), ("--yes",)])
def test_what_changed_since_the_plan_was_shown_is_refused(society: Society, also: tuple[str, ...]) -> None:
    name = society.back_up().record.filename
    society.enter()
    value = planned(society, "restore", name)
    society.enter()
    before = rows_of(society.paths.books)
    for said in (value, "", "0" * 16):
        answer = gharmitra_admin("--json", "restore", name, "--confirm", said, *also, books=society.paths.books)
        assert (answer.code, answer.json["error"]["code"]) == (14, "plan_changed")
        assert answer.json["error"]["hint"]
    assert rows_of(society.paths.books) == before
    assert [event["action"] for event in gharmitra_admin("--json", "audit", books=society.paths.books).json] == ["backup", "backup"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("--supervised", ("restore", "--dry-run")),
        ("--supervised", ("verify",)),
        ("--only-listed", ("restore", "--dry-run")),
        ("--only-listed", ("verify",)),
        ("--only-listed", ("compare",)),
    ],
)
def test_for_a_server_no_path_is_opened(society: Society, tmp_path: Path, how: str, words: tuple[str, ...]) -> None:
    record = society.back_up().record
    elsewhere = tmp_path / "elsewhere.db"
    shutil.copyfile(record.path, elsewhere)
    before = society.everything()
    options = ([how], []) if how == "--supervised" else ([], [how])
    for name in (str(elsewhere), f"../{society.paths.home.name}/backups/{record.filename}"):
        answer = gharmitra_admin("--json", *options[0], *words, *options[1], "--", name, books=society.paths.books)
        assert (answer.code, answer.json["error"]["code"]) == (2, "bad_name"), name
    unknown = gharmitra_admin("--json", *options[0], *words, *options[1], "--", elsewhere.name, books=society.paths.books, cwd=tmp_path)
    assert (unknown.code, unknown.json["error"]["code"]) == (10, "backup_not_found")
    assert society.everything() == before


def test_a_person_may_still_name_a_file_elsewhere(society: Society, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    shutil.copyfile(society.back_up().record.path, elsewhere)
    assert planned(society, "restore", str(elsewhere)) != planned(society, "restore", society.vault().records()[0].filename)
    assert gharmitra_admin("verify", elsewhere, books=society.paths.books).code == 0
