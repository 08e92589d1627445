"""salvage as a user runs it: on books that broke, with and without backups, and on another PC."""

from __future__ import annotations

from pathlib import Path

from tests.builders import ledger
from tests.builders.command import gharmitra_admin
from tests.builders.damage import damaged_pages, lost_header
from tests.builders.process import ask
from tests.builders.society import Society

SALVAGED = {
    "output", "size_bytes", "sha256", "integrity", "complete", "saved", "lost", "maybe_old", "set_aside", "cut", "compared_with",
    "schema_from_backup", "not_made", "unreadable_bytes", "foreign_key_violations", "tables", "took_seconds", "warnings",
}  # fmt: skip


def test_broken_books_come_back_led_by_the_newest_good_backup(society: Society, tmp_path: Path) -> None:
    record = society.back_up().record
    society.enter()
    lost_header(society.paths.books)
    before = society.paths.books.read_bytes()
    answer = gharmitra_admin("--json", "salvage", society.paths.books, "--output", tmp_path / "new.db", books=society.paths.books)
    assert answer.code == 3
    assert answer.json.keys() == SALVAGED
    assert (answer.json["compared_with"], answer.json["lost"], answer.json["integrity"]) == (record.filename, 0, "ok")
    told = {one["table"]: (one["saved"], one["expected"], one["lost"]) for one in answer.json["tables"]}
    assert told == {"ledger": (202, 200, 0), "accounts": (2, 2, 0)}
    assert ask(tmp_path / "new.db", "SELECT count(*), sum(amount) FROM ledger") == [["202", "0"]]
    assert society.paths.books.read_bytes() == before
    events = gharmitra_admin("--json", "audit", books=society.paths.books).json
    assert [one["outcome"] for one in events if one["action"] == "salvage"] == ["started", "finished"]


def test_the_words_say_what_is_missing(society: Society, tmp_path: Path) -> None:
    society.back_up()
    damaged_pages(society.paths.books)
    answer = gharmitra_admin("salvage", society.paths.books, "--output", tmp_path / "new.db", books=society.paths.books)
    assert answer.code == 3
    assert "of the backup are missing" in answer.out
    assert "Compared with the backup of" in answer.out


def test_whole_books_are_saved_with_nothing_to_say(society: Society, tmp_path: Path) -> None:
    society.back_up()
    answer = gharmitra_admin("salvage", society.paths.books, "--output", tmp_path / "new.db", books=society.paths.books)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("✔ 202 rows were saved. No row of the backup is missing.")


def test_a_damaged_backup_is_not_its_own_guide(society: Society, tmp_path: Path) -> None:
    older, newer = society.back_up().record, society.back_up().record
    lost_header(newer.path)
    answer = gharmitra_admin("--json", "salvage", newer.path, "--output", tmp_path / "new.db", books=society.paths.books)
    assert (answer.code, answer.json["compared_with"], answer.json["saved"]) == (3, older.filename, 202)


def test_where_no_society_is_set_up_a_named_backup_leads(society: Society, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    broken, like = away / "broken.db", away / "like.db"
    ledger.make(like, journal="delete", entries=20)
    broken.write_bytes(like.read_bytes())
    lost_header(broken)
    lacking = gharmitra_admin("--json", "salvage", broken, "--output", away / "new.db")
    assert (lacking.code, lacking.json["error"]["code"]) == (12, "rescue_needs_backup")
    answer = gharmitra_admin("--json", "salvage", broken, "--output", away / "new.db", "--like", like)
    assert (answer.code, answer.json["lost"], answer.json["saved"]) == (3, 0, 42)
    assert {path.name for path in away.iterdir()} == {"broken.db", "like.db", "new.db"}
    beside = gharmitra_admin("--json", "salvage", society.back_up().record.path, "--output", away / "other.db")
    assert beside.code == 0


def test_what_cannot_be_done_is_refused_with_its_code(society: Society, tmp_path: Path) -> None:
    record = society.back_up().record
    books, text = society.paths.books, tmp_path / "text.db"
    text.write_text("A letter.")
    for source, output, code, word in (
        (books, record.path, 14, "output_exists"),
        (books, books, 14, "output_exists"),
        (books, society.paths.backups / "gharmitra_backup_20200101_000000.db", 14, "rescue_among_backups"),
        (books, tmp_path / "no" / "x.db", 10, "file_not_found"),
        (tmp_path / "none.db", tmp_path / "x.db", 10, "file_not_found"),
        (tmp_path, tmp_path / "x.db", 14, "not_a_regular_file"),
        (text, tmp_path / "x.db", 12, "nothing_to_rescue"),
    ):
        answer = gharmitra_admin("--json", "salvage", source, "--output", output, books=books)
        assert (answer.code, answer.json["error"]["code"]) == (code, word), (source, output)
    assert gharmitra_admin("salvage", books, books=books).code == 2
    assert not (tmp_path / "x.db").exists()
