"""A comparison and a re-entry list saved from the terminal: every entry once, the right rupees, hostile words harmless."""

from __future__ import annotations

import csv
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.builders import gharmitra, receipts, small_books
from tests.builders.command import gharmitra_admin
from tests.builders.process import ask

HOSTILE = "<script>alert(1)</script> & \"=cmd|'/C calc'!A0"


class _Seen(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def seen(path: Path) -> _Seen:
    page = _Seen()
    page.feed(path.read_text("utf-8"))
    return page


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return small_books.make(tmp_path / "society" / "gharmitra.db")


def test_everything_that_differs_is_in_the_spreadsheet_and_on_the_page(books: Path, tmp_path: Path) -> None:
    name = gharmitra_admin("--json", "backup", books=books).json["filename"]
    entered = receipts.add_receipts(books, 4, rupees=1000.25)
    gharmitra.script(
        books, f"UPDATE journal_entries SET description = '{HOSTILE.replace(chr(39), chr(39) * 2)}' WHERE entry_number = 'PV-0002'"
    )
    sheet, page = tmp_path / "out.csv", tmp_path / "out.html"
    told = gharmitra_admin("--json", "compare", name, "--csv", sheet, "--html", page, books=books)
    assert told.code == 0
    found = rows(sheet)
    left = [row for row in found if row["What happens"] == "leaves the books"]
    assert [row["Number"] for row in left] == list(entered.numbers)
    assert sum(Decimal(row["Amount in the books"]) for row in left) == Decimal(entered.paise) / 100
    assert {row["Flat"] for row in found if row["What"] == "Dues"} == set(entered.flats)
    (again,) = [row for row in found if row["What"] == "Numbers"]
    assert again["Number"] == f"{entered.numbers[0]} to {entered.numbers[-1]}"
    looked = seen(page)
    text = " ".join(looked.text)
    assert "script" not in looked.tags
    assert HOSTILE in text
    assert looked.links == []
    assert "It is not a certificate under any Act, nor an audit." in text
    assert all(number in text for number in entered.numbers)
    assert "₹1,000.25" in text
    assert told.json["entries_different"] == 5 == len([row for row in found if row["What happens"] in {"leaves the books", "changes back"}])
    plain = gharmitra_admin("compare", name, "--csv", sheet, books=books)
    assert f"Saved: {sheet}" in plain.out


def test_a_formula_in_the_books_is_text_in_the_spreadsheet(books: Path, tmp_path: Path) -> None:
    name = gharmitra_admin("--json", "backup", books=books).json["filename"]
    gharmitra.script(books, "UPDATE journal_entries SET description = '=1+1' WHERE entry_number = 'PV-0002'")
    gharmitra_admin("compare", name, "--csv", tmp_path / "out.csv", books=books)
    assert [row["Details"] for row in rows(tmp_path / "out.csv") if row["Number"] == "PV-0002"] == ["'=1+1"]


def test_where_nothing_may_be_written_nothing_is_compared_or_changed(books: Path, tmp_path: Path) -> None:
    name = gharmitra_admin("--json", "backup", books=books).json["filename"]
    backup = books.parent / "backups" / name
    before = books.read_bytes(), backup.read_bytes()
    for wrong in (books, backup, books.with_name("gharmitra.db-wal")):
        answer = gharmitra_admin("--json", "compare", name, "--csv", wrong, books=books)
        assert (answer.code, answer.json["error"]["code"]) == (14, "not_here")
    same = tmp_path / "x.html"
    assert gharmitra_admin("--json", "compare", name, "--csv", same, "--html", same, books=books).code == 2
    assert (books.read_bytes(), backup.read_bytes()) == before
    assert not same.exists()


def test_the_re_entry_list_from_the_terminal(books: Path, tmp_path: Path) -> None:
    none = gharmitra_admin("--json", "reentry", books=books)
    assert (none.code, none.json["error"]["code"]) == (10, "no_reentry_list")
    name = gharmitra_admin("--json", "backup", books=books).json["filename"]
    entered = receipts.add_receipts(books, 3)
    assert gharmitra_admin("restore", name, "--yes", books=books).code in (0, 3)
    gharmitra.script(books, gharmitra.voucher(entered.numbers[0], "2026-11-24"))
    receipts.add_receipts(books, 1)
    key = gharmitra_admin("--json", "reentry", books=books).json["entries"][2]["key"]
    said = gharmitra_admin("reentry", "--not-needed", key, "--because", "entered twice", books=books)
    assert said.out.splitlines()[0] == "1 of 3 entries are back in the books."
    assert f"back under another number ({entered.numbers[1]})" in said.out
    sheet, page = tmp_path / "list.csv", tmp_path / "list.html"
    told = gharmitra_admin("--json", "reentry", "--csv", sheet, "--html", page, books=books)
    assert told.code == 0
    assert (told.json["total"], told.json["back"], told.json["not_needed"]) == (3, 1, 1)
    assert [one["state"] for one in told.json["entries"]] == ["back", "missing", "not_needed"]
    found = rows(sheet)
    assert [row["Number on paper"] for row in found] == list(entered.numbers)
    assert [row["Number now"] for row in found] == [entered.numbers[1], "", ""]
    assert sum(Decimal(row["Amount"]) for row in found) == Decimal(entered.paise) / 100
    text = " ".join(seen(page).text)
    assert "1 of 3 entries are back in the books." in text
    assert "not needed, because entered twice" in text
    assert ask(books, "PRAGMA integrity_check") == [["ok"]]
