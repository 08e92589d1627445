"""Every command as a user runs it: its words, its JSON shape, its exit code."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gharmitra_admin.cli import exit_codes
from gharmitra_admin.engine import Status
from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.settings import Settings, SocietyEntry
from gharmitra_admin.engine.parts import place
from tests.builders import ledger
from tests.builders.command import gharmitra_admin
from tests.builders.process import OtherProcess, ask
from tests.builders.society import Society

COMMANDS = (
    "backup",
    "list",
    "verify",
    "keep",
    "label",
    "delete",
    "prune",
    "copy",
    "compare",
    "health",
    "audit",
    "salvage",
    "token",
    "serve",
    "demo",
)
MADE = {
    "filename", "path", "kind", "label", "created_at", "size_bytes", "size_kb", "sha256", "status", "tables", "rows", "took_seconds",
    "removed", "warnings",
}  # fmt: skip
LISTED = {"filename", "size_kb", "size_bytes", "created_at", "kind", "label", "kept", "status", "sha256"}
HEALTH = {"status", "journal_mode", "size_mb", "fragmentation_percent", "last_backup", "backup_count", "integrity", "alerts"}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_tells_its_exit_codes(command: str) -> None:
    answer = gharmitra_admin(command, "--help")
    assert answer.code == 0
    assert "Exit codes: 0 done" in answer.out
    assert answer.err == ""


def test_help_names_every_command_and_every_exit_code() -> None:
    said = " ".join(gharmitra_admin("--help").out.split())
    assert all(command in said for command in COMMANDS)
    assert all(f"{code} {meaning}" in said for code, meaning in exit_codes.MEANINGS.items())


def test_backup_then_list_in_json_have_the_promised_shape(society: Society) -> None:
    made = gharmitra_admin("--json", "backup", "--label", "Month end", books=society.paths.books)
    assert made.code == 0
    assert made.json.keys() == MADE
    assert made.json["status"] == "checked"
    assert hashlib.sha256(Path(made.json["path"]).read_bytes()).hexdigest() == made.json["sha256"]
    listed = gharmitra_admin("list", "--json", books=society.paths.books)
    assert [one.keys() >= LISTED for one in listed.json] == [True]
    assert (listed.json[0]["label"], listed.json[0]["kept"], listed.json[0]["kind"]) == ("Month end", True, "manual")


def test_an_automatic_backup_of_unchanged_books_answers_with_the_one_that_matches(society: Society) -> None:
    first = gharmitra_admin("--json", "backup", books=society.paths.books).json
    again = gharmitra_admin("--json", "backup", "--kind", "automatic", books=society.paths.books)
    assert again.code == 0
    assert again.json.keys() == MADE | {"unchanged"}
    assert (again.json["filename"], again.json["unchanged"]) == (first["filename"], True)


def test_plain_words_say_what_was_done(society: Society) -> None:
    made = gharmitra_admin("backup", books=society.paths.books)
    assert made.out.startswith("✔ Backup made and checked")
    assert made.err == ""
    listed = gharmitra_admin("list", books=society.paths.books)
    assert "✔ Checked" in listed.out
    assert "By you" in listed.out


def test_verify_finds_the_damaged_one_and_changes_nothing(society: Society) -> None:
    record = society.back_up().record
    good = gharmitra_admin("--json", "verify", books=society.paths.books)
    assert (good.code, good.json) == (0, {"results": [{"filename": record.filename, "status": "checked", "problems": []}]})
    data = bytearray(record.path.read_bytes())
    data[-100] ^= 1
    record.path.write_bytes(data)
    bad = gharmitra_admin("--json", "verify", record.filename, books=society.paths.books)
    assert bad.code == 12
    assert bad.json["results"][0]["status"] == "damaged"
    assert record.path.read_bytes() == data


def test_keep_label_delete_and_prune(society: Society) -> None:
    first, second = society.back_up().record, society.back_up().record
    kept = gharmitra_admin("--json", "keep", first.filename, books=society.paths.books)
    assert kept.json["kept"] is True
    labelled = gharmitra_admin("--json", "label", second.filename, "Before an update", books=society.paths.books)
    assert (labelled.json["label"], labelled.json["kept"]) == ("Before an update", True)
    assert gharmitra_admin("--json", "prune", books=society.paths.books).json == {"removed": []}
    refused = gharmitra_admin("delete", first.filename, books=society.paths.books)
    assert refused.code == 14
    assert gharmitra_admin("--json", "delete", first.filename, "--yes", books=society.paths.books).json == {"deleted": first.filename}
    last = gharmitra_admin("--json", "delete", second.filename, "--yes", books=society.paths.books)
    assert last.code == 14
    assert last.json["error"]["code"] == "last_good_backup"


def test_comparing_with_a_damaged_backup_says_so(society: Society, tmp_path: Path) -> None:
    record = society.back_up().record
    society.enter()
    society.back_up()
    assert gharmitra_admin("compare", record.filename, books=society.paths.books).code == 0
    data = bytearray(record.path.read_bytes())
    data[data.rindex(b"dues")] ^= 1
    record.path.write_bytes(data)
    saved = [tmp_path / "compared.csv", tmp_path / "compared.html"]
    told = gharmitra_admin("compare", record.filename, "--csv", saved[0], "--html", saved[1], books=society.paths.books)
    assert (told.code, "is damaged" in told.err) == (3, True)
    assert all("is damaged" in one.read_text("utf-8-sig") for one in saved)
    assert [one.status for one in society.vault().records()] == [Status.CHECKED, Status.DAMAGED]
    told = gharmitra_admin("restore", record.filename, "--dry-run", books=society.paths.books)
    assert (told.code, "is damaged" in told.out) == (3, True)
    told = gharmitra_admin("compare", society.vault().records()[0].filename, "--with", record.filename, books=society.paths.books)
    assert (told.code, "is damaged" in told.err) == (3, True)
    told = gharmitra_admin("--json", "compare", record.filename, books=society.paths.books)
    assert (told.code, told.json["warnings"][0]["code"]) == (3, "backup_damaged")


def test_what_is_known_is_said_in_the_terminal_and_told_no_more(society: Society) -> None:
    books = society.paths.books
    with OtherProcess(books) as other:
        other.run("CREATE TABLE notes (x)", *["INSERT INTO notes VALUES (1)"] * 30)
    society.back_up()
    with OtherProcess(books) as other:
        other.run("DROP TABLE notes")
    made = gharmitra_admin("backup", books=books)
    name = society.vault().records()[0].filename
    whole = f'gharmitra-admin --db "{books}" acknowledge {name}'
    assert (made.code, whole in made.err) == (3, True)
    society.enter()
    assert whole in gharmitra_admin("backup", books=books).err
    assert gharmitra_admin("list", books=books).out.count("many entries gone") == 1
    other = society.vault().records()[0].filename
    assert f"{other} does not mark" in gharmitra_admin("acknowledge", other, books=books).out
    assert f"acknowledge {name}" in gharmitra_admin("health", books=books).out
    held = gharmitra_admin("delete", name, "--yes", books=books)
    assert (held.code, "acknowledge" in held.err) == (14, True)
    noted = gharmitra_admin("acknowledge", name, books=books)
    assert (noted.code, name in noted.out) == (0, True)
    assert "acknowledge" not in gharmitra_admin("health", books=books).out
    assert gharmitra_admin("--json", "acknowledge", name, books=books).json == {"acknowledged": []}
    society.enter()
    later = gharmitra_admin("backup", books=books)
    assert (later.code, later.err) == (0, "")


@pytest.mark.parametrize("words", [[], ["x.db", "--vanished"], ["--vanished", "--accounts"]])
def test_one_thing_is_said_to_be_known_and_no_other(society: Society, words: list[str]) -> None:
    answer = gharmitra_admin("acknowledge", *words, books=society.paths.books)
    assert (answer.code, "--vanished" in answer.err) == (2, True)


def test_a_backup_that_another_program_took_is_known(society: Society) -> None:
    gone = society.back_up().record
    society.back_up()
    gone.path.unlink()
    assert "acknowledge --vanished" in gharmitra_admin("health", books=society.paths.books).out
    noted = gharmitra_admin("--json", "acknowledge", "--vanished", books=society.paths.books)
    assert noted.json == {"acknowledged": [gone.filename]}
    assert "acknowledge" not in gharmitra_admin("health", books=society.paths.books).out
    assert gharmitra_admin("--json", "acknowledge", "--accounts", books=society.paths.books).json == {"acknowledged": []}


def test_a_file_in_the_place_of_the_backups_folder_is_named(society: Society) -> None:
    society.paths.backups.write_bytes(b"x")
    for words in (("list",), ("backup",), ("token", "create", "--role", "read")):
        told = gharmitra_admin("--json", *words, books=society.paths.books)
        assert (told.code, told.json["error"]["code"]) == (14, "file_in_the_way"), words


def test_copy_carries_the_newest_good_one_with_its_manifest_and_words(society: Society, tmp_path: Path) -> None:
    record = society.back_up().record
    drive = tmp_path / "drive"
    drive.mkdir()
    copied = gharmitra_admin("--json", "copy", "--to", drive, books=society.paths.books)
    assert copied.code in (0, 3)
    assert {path.name for path in drive.iterdir()} == {record.filename, f"{record.filename}.json", "HOW-TO-RESTORE.txt", place.FILE}
    assert hashlib.sha256(Path(copied.json["path"]).read_bytes()).hexdigest() == record.sha256
    assert gharmitra_admin("copy", "--to", tmp_path / "not there", books=society.paths.books).code == 16


def test_health_is_the_health_script_of_the_guide(society: Society) -> None:
    before = gharmitra_admin("--json", "health", books=society.paths.books)
    assert before.json.keys() >= HEALTH
    assert before.json["last_backup"] is None
    assert before.code == 3
    society.back_up()
    after = gharmitra_admin("--json", "health", "--full", books=society.paths.books).json
    assert (after["integrity"], after["backup_count"], after["journal_mode"]) == ("ok", 1, "wal")
    assert {alert["code"] for alert in after["alerts"]} <= {"no_copy_elsewhere", "disk_low", "no_backup_with_changes"}


def test_audit_shows_every_event_and_finds_an_edited_line(society: Society) -> None:
    society.back_up()
    events = gharmitra_admin("--json", "audit", books=society.paths.books).json
    assert [(one["seq"], one["action"], one["outcome"]) for one in events] == [(1, "backup", "started"), (2, "backup", "finished")]
    assert {"at", "who", "prev", "filename"} <= events[1].keys()
    assert gharmitra_admin("--json", "audit", "--verify", books=society.paths.books).json["problems"] == []
    log = society.paths.audit
    log.write_bytes(log.read_bytes().replace(b"manual", b"logout"))
    broken = gharmitra_admin("--json", "audit", "--verify", books=society.paths.books)
    assert broken.code == 12
    assert broken.json["problems"]


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("nonsense",), 2, "usage"),
        (("backup", "--kind", "weekly"), 2, "bad_kind"),
        (("keep", "gharmitra_backup_20200101_000000.db"), 10, "backup_not_found"),
        (("keep", "../gharmitra.db"), 2, "bad_name"),
        (("copy",), 2, "usage"),
    ],
)
def test_what_cannot_be_done_is_one_document_and_its_exit_code(society: Society, words: tuple[str, ...], code: int, error: str) -> None:
    answer = gharmitra_admin("--json", *words, books=society.paths.books)
    assert (answer.code, answer.json["error"]["code"]) == (code, error)
    assert answer.json["error"].keys() == {"code", "message", "hint"}
    plain = gharmitra_admin(*words, books=society.paths.books)
    assert plain.code == code
    assert plain.out == ""
    assert plain.err.strip()


def test_no_society_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    answer = gharmitra_admin("--json", "list", cwd=tmp_path)
    assert (answer.code, answer.json["error"]["code"]) == (10, "no_society")
    missing = gharmitra_admin("--json", "backup", books=tmp_path / "gharmitra.db")
    assert (missing.code, missing.json["error"]["code"]) == (10, "books_not_found")
    assert not (tmp_path / "gharmitra.db").exists()


def test_books_are_found_by_environment_and_by_the_backends_own_env_file(society: Society) -> None:
    by_name = gharmitra_admin("--json", "backup", environment={"GHARMITRA_DB": str(society.paths.books)})
    assert by_name.code == 0
    (society.paths.home / ".env").write_text("SECRET_KEY=x\nDATABASE_URL=sqlite+aiosqlite:///./gharmitra.db\n", encoding="utf-8")
    by_url = gharmitra_admin("--json", "list", cwd=society.paths.home)
    assert [one["filename"] for one in by_url.json] == [by_name.json["filename"]]


def test_a_locked_society_is_busy_and_says_so(society: Society) -> None:
    with OtherProcess(society.paths.books) as other:
        other.run("BEGIN EXCLUSIVE")
        other.run("INSERT INTO ledger (account, amount, narration) VALUES ('bank', 0, 'x')")
        answer = gharmitra_admin("--json", "backup", books=society.paths.books)
        other.run("COMMIT")
    assert answer.code == 0  # a writer in WAL mode holds nobody up
    rows = ask(Path(answer.json["path"]), "SELECT count(*) FROM ledger WHERE narration = 'x'")
    assert rows == [["0"]]


def test_a_real_societys_books_match_what_an_independent_check_finds(real_books: Path) -> None:
    made = gharmitra_admin("--json", "backup", books=real_books).json
    listed = gharmitra_admin("--json", "list", books=real_books).json
    verified = gharmitra_admin("--json", "verify", books=real_books)
    health = gharmitra_admin("--json", "health", "--full", books=real_books).json
    copy = Path(made["path"])
    assert ask(copy, "PRAGMA integrity_check") == [["ok"]]
    tables = [name for (name,) in ask(copy, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    counts = {name: int(ask(copy, f'SELECT count(*) FROM "{name}"')[0][0]) for name in tables}
    assert counts == {name: int(ask(real_books, f'SELECT count(*) FROM "{name}"')[0][0]) for name in tables}
    assert (made["tables"], made["rows"]) == (len(counts), sum(counts.values()))
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == made["sha256"] == listed[0]["sha256"]
    assert (verified.code, verified.json["results"][0]["status"]) == (0, "checked")
    pages = int(ask(real_books, "PRAGMA page_count")[0][0]) * int(ask(real_books, "PRAGMA page_size")[0][0])
    assert (health["integrity"], health["size_mb"]) == ("ok", round(pages / 1_000_000, 2))
    assert health["society"] == ask(real_books, "SELECT name FROM societies ORDER BY id LIMIT 1")[0][0]


def test_ledger_books_in_rollback_mode_work_as_well(tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "gharmitra.db", journal="delete")
    assert gharmitra_admin("--json", "backup", books=books).json["status"] == "checked"
    assert gharmitra_admin("--json", "health", books=books).json["journal_mode"] == "rollback"


def test_a_society_set_up_in_the_window_is_found_by_its_name(society: Society, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings_file.save(settings, Settings(societies=(SocietyEntry("Rose Garden", society.paths.books),), current="Rose Garden"))
    environment = {"GHARMITRA_ADMIN_SETTINGS": str(settings)}
    assert gharmitra_admin("--society", "Rose Garden", "backup", environment=environment).code == 0
    assert len(gharmitra_admin("--json", "list", environment=environment).json) == 1
    unknown = gharmitra_admin("--json", "--society", "Lotus", "list", environment=environment)
    assert (unknown.code, unknown.json["error"]["code"]) == (10, "society_not_found")


def test_a_bad_setting_is_told_and_its_default_is_used(society: Society, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[policy]\nlast = 0\n", "utf-8")
    answer = gharmitra_admin("list", books=society.paths.books, environment={"GHARMITRA_ADMIN_SETTINGS": str(settings)})
    assert answer.code == 0
    assert "policy.last" in answer.err


def test_compare_tells_what_going_back_would_cost(real_books: Path) -> None:
    name = gharmitra_admin("--json", "backup", books=real_books).json["filename"]
    same = gharmitra_admin("compare", name, books=real_books)
    assert (same.code, same.out.splitlines()[-1]) == (0, "Nothing is different.")
    with OtherProcess(real_books) as other:
        other.run("DELETE FROM payments WHERE receipt_number = 'RV-0051'")
        other.run("DELETE FROM transactions WHERE journal_entry_id = (SELECT id FROM journal_entries WHERE entry_number = 'RV-0051')")
        other.run("DELETE FROM journal_entries WHERE entry_number = 'RV-0051'")
    told = gharmitra_admin("--json", "compare", name, books=real_books)
    assert told.code == 0
    assert told.json["from"] == real_books.name
    assert told.json["to"] == name
    assert told.json["entries_different"] == 1
    assert told.json["kinds"] == [
        {"kind": "receipt", "lost": 0, "returned": 1, "changed": 0, "lost_amount": "0.00", "returned_amount": "5240.00"}
    ]
    assert {one["table"]: one["returned"] for one in told.json["tables"]} == {"journal_entries": 1, "payments": 1, "transactions": 2}
    (entry,) = told.json["entries"]
    assert (entry["kind"], entry["direction"], entry["number"], entry["amount"]) == ("receipt", "back", "RV-0051", "5240.00")
    assert told.json["warnings"] == [{"code": "dues_change", "message": "Dues: 1 flat will show less due."}]
    assert "Receipts: 1 comes back (₹5,240.00)" in gharmitra_admin("compare", name, books=real_books).out
    second = gharmitra_admin("--json", "backup", books=real_books).json["filename"]
    back = gharmitra_admin("--json", "compare", second, "--with", name, books=real_books).json
    assert (back["from"], back["kinds"][0]["lost_amount"]) == (name, "5240.00")
    assert not list(real_books.parent.rglob("*compare*"))


def test_compare_of_what_is_not_there_is_not_found(society: Society) -> None:
    society.back_up()
    assert gharmitra_admin("compare", "nothing.db", books=society.paths.books).code == 10
    assert gharmitra_admin("compare", books=society.paths.books).code == 2


def test_compare_names_tables_that_only_one_side_has(society: Society) -> None:
    name = society.back_up().record.filename
    with OtherProcess(society.paths.books) as other:
        other.run("CREATE TABLE fresh(a)", "INSERT INTO fresh VALUES(1)")
    answer = gharmitra_admin("compare", name, books=society.paths.books)
    assert answer.code == 3
    assert "fresh" in answer.err


def test_a_mistyped_name_leaves_no_folders(tmp_path: Path) -> None:
    answer = gharmitra_admin("backup", books=tmp_path / "gharmitr.db")
    assert answer.code == 10
    assert list(tmp_path.iterdir()) == []
