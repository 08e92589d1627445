"""A file that a user names is whole or not there, is read by a spreadsheet as text, and takes no place that is not its own."""

from __future__ import annotations

import csv
import os
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from gharmitra_admin.engine import EngineError, NoAccess, Refused
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.parts import saving
from tests.builders.society import Society

BEGINNINGS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "|cmd", "%1"]


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_excel_reads_it_as_utf_8_and_numbers_stay_numbers(society: Society, tmp_path: Path) -> None:
    path = tmp_path / "entries.csv"
    with saving.spreadsheet(path, society.paths) as sheet:
        sheet.row(["मार्च क्\u200dष", 'a "b", c', Decimal("-300.50"), 7, None, ""])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert path.read_bytes().endswith(b"\r\n")
    assert read(path) == [["मार्च क्\u200dष", 'a "b", c', "-300.50", "7", "", ""]]


@pytest.mark.parametrize("text", BEGINNINGS)
def test_no_text_is_a_formula(society: Society, tmp_path: Path, text: str) -> None:
    path = tmp_path / "entries.csv"
    with saving.spreadsheet(path, society.paths) as sheet:
        sheet.row([text, "plain"])
    ((cell, plain),) = read(path)
    assert cell.startswith("'")
    assert plain == "plain"


def test_what_would_break_a_line_or_turn_its_direction_is_a_blank(society: Society, tmp_path: Path) -> None:
    path = tmp_path / "entries.csv"
    with saving.spreadsheet(path, society.paths) as sheet:
        sheet.row(["a\nb\0c\u202ed\ud800e"])
    assert read(path) == [["a b c d e"]]


def test_a_failure_leaves_the_older_file_and_nothing_half(society: Society, tmp_path: Path) -> None:
    path = tmp_path / "entries.csv"
    path.write_text("older", "utf-8")
    with pytest.raises(ZeroDivisionError), saving.spreadsheet(path, society.paths) as sheet:
        sheet.row(["newer"])
        raise ZeroDivisionError
    assert path.read_text("utf-8") == "older"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["entries.csv"]
    with saving.spreadsheet(path, society.paths) as sheet:
        sheet.row(["newer"])
    assert read(path) == [["newer"]]


@pytest.mark.parametrize(
    "name", ["gharmitra.db", "gharmitra.db-wal", "GHARMITRA.DB-journal", "backups/x.csv", "backups/kept/x.csv", "logs/audit.log"]
)
def test_nothing_is_written_over_or_among_the_societys_own(society: Society, name: str) -> None:
    society.back_up()
    before = society.everything()
    with pytest.raises(Refused) as told, saving.text_file(society.paths.home / name, society.paths):
        raise AssertionError
    assert told.value.code is Code.NOT_HERE
    assert society.everything() == before


def test_no_file_of_another_kind_and_no_backup_is_replaced(society: Society, tmp_path: Path) -> None:
    record = society.back_up().record
    elsewhere, disguised, linked, folder = (tmp_path / name for name in ("copy.db", "copy.csv", "books.csv", "folder.csv"))
    elsewhere.write_bytes(record.path.read_bytes())
    disguised.write_bytes(record.path.read_bytes())
    os.link(society.paths.books, linked)
    folder.mkdir()
    before = society.everything()
    for path, code in (
        (elsewhere, Code.FILE_THERE),
        (disguised, Code.FILE_THERE),
        (linked, Code.IS_THE_BOOKS),
        (folder, Code.NOT_A_REGULAR_FILE),
        (society.paths.home / ".env", Code.FILE_THERE),
    ):
        if path.name == ".env":
            path.write_text("SECRET_KEY=x", "utf-8")
            before = society.everything()
        with pytest.raises(Refused) as told, saving.text_file(path, society.paths):
            raise AssertionError
        assert told.value.code is code
    assert society.everything() == before
    assert elsewhere.read_bytes() == disguised.read_bytes() == record.path.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="a symbolic link needs a right on Windows")
def test_a_link_is_not_followed(society: Society, tmp_path: Path) -> None:
    target, link = tmp_path / "kept.csv", tmp_path / "link.csv"
    target.write_text("kept", "utf-8")
    link.symlink_to(target)
    with pytest.raises(Refused), saving.text_file(link, society.paths):
        raise AssertionError
    assert target.read_text("utf-8") == "kept"


def test_a_folder_that_is_not_there_is_said(society: Society, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as told, saving.text_file(tmp_path / "none" / "x.csv", society.paths):
        raise AssertionError
    assert isinstance(told.value, NoAccess)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, where every write finds the drive full")
def test_a_device_is_refused(society: Society) -> None:
    with pytest.raises(Refused), saving.text_file(Path("/dev/full"), society.paths):
        raise AssertionError
