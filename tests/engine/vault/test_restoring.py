"""Going back and undoing it, through the front door, on real files; another process with Python's own sqlite3 reads what came out."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from gharmitra_admin.engine import (
    AlertCode,
    Busy,
    Cancelled,
    CancelToken,
    Damaged,
    EngineError,
    Kind,
    NoSpace,
    NotFound,
    Problem,
    Progress,
    Refused,
    Stage,
    Status,
)
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.operations.restore.plan import FindingCode, Weight
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts import snapshot
from gharmitra_admin.engine.parts.live_books import exclusive
from tests.builders import damage, dump, ledger
from tests.builders import society as societies
from tests.builders.dump import rows_of
from tests.builders.process import OtherProcess, ask
from tests.builders.society import Society


def side_files(society: Society) -> list[str]:
    return dump.side_files(society.paths.books)


def journal_mode(society: Society) -> str:
    return dump.journal_mode(society.paths.books)


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_the_books_are_what_the_backup_holds_and_can_be_put_back(tmp_path: Path, journal: str) -> None:
    society = societies.make(tmp_path / "s", journal=journal)
    name = society.back_up().record.filename
    society.enter()
    society.enter()
    before, backup = rows_of(society.paths.books), rows_of(society.paths.backups / name)
    vault = society.vault()
    result = vault.restore(name)
    assert rows_of(society.paths.books) == backup != before
    assert journal_mode(society) == journal
    assert side_files(society) == []
    assert (result.rows_before, result.rows_after) == (206, 202)
    assert result.safety is not None
    assert rows_of(society.paths.backups / result.safety) == before
    assert not intents.path_of(society.paths).exists()
    society.clock.forward(minutes=1)
    vault.undo()
    assert rows_of(society.paths.books) == before
    assert [(event.action, event.outcome) for event in vault.audit_events()][2:] == [
        ("restore", "started"),
        ("restore", "finished"),
        ("undo", "started"),
        ("undo", "finished"),
    ]
    assert not vault.audit_verify().problems


def test_ten_times_there_and_back(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    before, backup = rows_of(society.paths.books), rows_of(society.paths.backups / name)
    for _ in range(10):
        society.vault().restore(name)
        assert rows_of(society.paths.books) == backup
        society.clock.forward(seconds=1)
        society.vault().undo()
        assert rows_of(society.paths.books) == before
        society.clock.forward(seconds=1)
    safeties = [record for record in society.vault().records() if record.kind is Kind.PRE_RESTORE]
    assert len(safeties) == 20


def test_row_11_a_stale_wal_of_other_books_is_never_replayed(tmp_path: Path) -> None:
    """The -wal of these books of yesterday lies beside rollback-mode books; afterwards it is gone and none of its rows is there."""
    society = societies.make(tmp_path / "s", journal="delete")
    name = society.back_up().record.filename
    other = societies.make(tmp_path / "other")
    damage.killed_writer(other.paths.books, entries=30)
    stale = other.paths.books.with_name("gharmitra.db-wal").read_bytes()
    society.paths.books.with_name("gharmitra.db-wal").write_bytes(stale)
    society.vault().restore(name)
    assert side_files(society) == []
    assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_row_77_books_that_are_read_or_written_are_not_replaced(tmp_path: Path, journal: str) -> None:
    society = societies.make(tmp_path / "s", journal=journal)
    name = society.back_up().record.filename
    society.enter()
    with OtherProcess(society.paths.books) as other:
        for words in (("BEGIN", "SELECT count(*) FROM ledger"), ("COMMIT", "BEGIN IMMEDIATE", *ledger.entry(3)[1:-1])):
            other.run(*words)
            before = society.everything()
            plan = society.vault().plan(name)
            assert [one.code for one in plan.findings if one.weight is Weight.BLOCKER] == [FindingCode.IN_USE]
            with pytest.raises(Busy) as told:
                society.vault().restore(name)
            assert told.value.code is Code.BOOKS_IN_USE
            after = society.everything()
            assert {key: after[key] for key in after if "audit" not in key} == {key: before[key] for key in before if "audit" not in key}
        other.run("ROLLBACK")
    society.vault().restore(name)
    assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)


def test_others_are_kept_out_from_the_safety_backup_to_the_recount(society: Society) -> None:
    """An entry acknowledged to another program is either in the safety backup or in the books."""
    name = society.back_up().record.filename
    told: list[str] = []

    def report(progress: Progress) -> None:
        if progress.stage in {Stage.SAVING, Stage.REPLACING, Stage.COUNTING} and progress.stage.value not in told:
            told.append(progress.stage.value)
            with pytest.raises(AssertionError, match="database is locked"), OtherProcess(society.paths.books, timeout_seconds=0) as other:
                other.run(*ledger.entry(3)) if progress.total or progress.stage is Stage.COUNTING else _locked()

    society.vault().restore(name, report=report)
    assert told == ["saving", "replacing", "counting"]


def _locked() -> None:
    raise AssertionError("database is locked")


def test_a_plan_touches_nothing(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    before = society.everything()
    plan = society.vault().plan(name)
    assert plan.is_ready
    assert plan.comparison is not None
    assert {table.table: (table.lost, table.changed) for table in plan.comparison.tables} == {"ledger": (2, 0), "accounts": (0, 2)}
    assert society.everything() == before


def test_what_was_typed_must_be_what_happens(made_up_society: Society) -> None:
    society, books = made_up_society, made_up_society.paths.books
    name = society.back_up().record.filename
    with OtherProcess(books) as other:
        other.run("UPDATE members SET name = name || ' x' WHERE id <= 3")
    before = rows_of(books)
    with pytest.raises(Refused) as told:
        society.vault().restore(name, expected=2)
    assert (told.value.code, told.value.values["found"]) == (Code.BOOKS_CHANGED, 3)
    assert rows_of(books) == before
    society.clock.forward(minutes=1)
    assert society.vault().restore(name, expected=3).comparison is not None
    assert rows_of(books) == rows_of(society.paths.backups / name)


def test_gharmitras_own_activity_list_is_carried_over(made_up_society: Society) -> None:
    society, books = made_up_society, made_up_society.paths.books
    name = society.back_up().record.filename
    columns = "society_id, user_id, action_type, entity_type, entity_id"
    with OtherProcess(books) as other:
        other.run(
            *(
                f"INSERT INTO audit_logs ({columns}, created_at) "
                f"SELECT {columns.replace('entity_id', str(9000 + number))}, '2026-11-24 10:00:00' FROM audit_logs LIMIT 1"
                for number in range(45)
            )
        )
    vault = society.vault()
    vault.restore(name)
    carried = [row for event in vault.audit_events() if event.action == "carried_over" for row in _strings(event.details["rows"])]
    numbers = {int(str(json.loads(row)["entity_id"])) for row in carried}
    assert (len(carried), numbers) == (45, set(range(9000, 9045)))


def _strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


def test_cancel_before_the_first_write_leaves_everything(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    before = rows_of(society.paths.books)
    token = CancelToken()
    with pytest.raises(Cancelled):
        society.vault().restore(name, report=lambda progress: token.ask() if progress.stage is Stage.SAVING else None, cancel=token)
    assert rows_of(society.paths.books) == before
    assert [event.outcome for event in society.vault().audit_events()][-1] == "failed"
    assert society.vault().notices == ()


def test_cancel_after_the_first_write_is_ignored(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    token = CancelToken()
    society.vault().restore(name, report=lambda progress: token.ask() if progress.stage is Stage.REPLACING else None, cancel=token)
    assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)


def test_row_75_no_room_for_the_safety_backup(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    name = society.back_up().record.filename
    society.enter()
    before = rows_of(society.paths.books)
    with monkeypatch.context() as patch:
        patch.setattr(files, "free_bytes", lambda _folder: 1000)
        plan = society.vault().plan(name)
        assert [one.code for one in plan.findings if one.weight is Weight.BLOCKER] == [FindingCode.NO_ROOM]
        with pytest.raises(NoSpace):
            society.vault().restore(name)
    assert rows_of(society.paths.books) == before


def test_row_76_a_safety_backup_that_fails_its_check_stops_it(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    name = society.back_up().record.filename
    society.enter()
    before, take = rows_of(society.paths.books), snapshot.take

    def torn(books: object, copy: snapshot.NewCopy, **more: object) -> snapshot.Source:
        source = take(books, copy, **more)  # type: ignore[arg-type]
        copy.write(source.page_size * 2, bytes(source.page_size))
        return source

    monkeypatch.setattr(snapshot, "take", torn)
    with pytest.raises(Damaged) as told:
        society.vault().restore(name)
    monkeypatch.undo()
    assert told.value.code is Code.SAFETY_FAILED
    assert rows_of(society.paths.books) == before
    assert [record.filename for record in society.vault().records()] == [name]


def test_what_was_written_wrong_is_put_back(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk lies: what was written is not what is read. The old books come back, and the reason is told."""
    name = society.back_up().record.filename
    society.enter()
    before, write_over, calls = rows_of(society.paths.books), exclusive.write_over, []

    def lies(books: exclusive.ExclusiveBooks, source: Path, **more: object) -> None:
        calls.append(source.name)
        write_over(books, source)
        if len(calls) == 1:
            books.connection.execute("UPDATE ledger SET amount = amount + 1 WHERE id = 1")

    monkeypatch.setattr(exclusive, "write_over", lies)
    with pytest.raises(Damaged) as told:
        society.vault().restore(name)
    assert (told.value.code, told.value.values["not_replaced"]) == (Code.RESTORE_FAILED, True)
    assert rows_of(society.paths.books) == before
    assert calls == [name, "pre_restore_safety_20261123_180100.db"]
    assert society.vault().notices == ()


def test_row_79_owner_mode_and_link_stay(tmp_path: Path) -> None:
    society = societies.make(tmp_path / "real")
    name = society.back_up().record.filename
    society.paths.books.chmod(0o640)
    link = tmp_path / "linked.db"
    link.symlink_to(society.paths.books)
    inode = society.paths.books.stat().st_ino
    through = Society(type(society.paths).of(link), society.clock, society.settings)
    through.vault().restore(name)
    assert link.is_symlink()
    found = society.paths.books.stat()
    assert (found.st_ino, stat.S_IMODE(found.st_mode)) == (inode, 0o640)


@pytest.mark.parametrize("lost", ["header", "empty", "missing", "pages"])
def test_books_that_cannot_be_opened_are_put_aside_and_replaced(society: Society, lost: str) -> None:
    name = society.back_up().record.filename
    society.enter()
    books = society.paths.books
    if lost == "header":
        damage.killed_writer(books)
        damage.lost_header(books)
    elif lost == "pages":
        damage.damaged_pages(books)
    elif lost == "empty":
        books.write_bytes(b"")
    else:
        books.unlink()
    hurt = books.read_bytes() if books.exists() else b""
    society.clock.forward(minutes=1)
    plan = society.vault().plan(name)
    assert plan.is_ready, plan.findings
    result = society.vault().restore(name)
    assert rows_of(books) == rows_of(society.paths.backups / name)
    assert (journal_mode(society), side_files(society)) == ("wal", [])
    assert result.rows_before is None
    if lost == "missing":
        assert result.safety is None
    else:
        assert result.safety is not None
        assert (society.paths.set_apart / result.safety).read_bytes()[:4096].hex()[:1000] == hurt[:4096].hex()[:1000] or lost == "pages"
        assert [one.code.value for one in result.warnings if one.code.value == "books_were_damaged"]
    assert not intents.path_of(society.paths).exists()


def test_a_file_of_another_drive_is_restored_too(society: Society, other_drive: Path) -> None:
    name = society.back_up().record.filename
    expected = rows_of(society.paths.backups / name)
    elsewhere = other_drive / "stick.db"
    elsewhere.write_bytes((society.paths.backups / name).read_bytes())
    society.enter()
    result = society.vault().restore(str(elsewhere))
    assert rows_of(society.paths.books) == expected
    assert result.record.filename == "stick.db"
    assert not list(society.paths.backups.glob(".*.part"))
    society.clock.forward(minutes=1)
    society.vault().undo()


@pytest.mark.parametrize("what", ["text", "short", "directory", "missing"])
def test_rows_40_to_44_what_is_no_whole_backup_is_refused(society: Society, tmp_path: Path, what: str) -> None:
    name = society.back_up().record.filename
    file = tmp_path / "given.db"
    if what == "text":
        file.write_text("receipts")
    elif what == "short":
        file.write_bytes((society.paths.backups / name).read_bytes()[:-1])
    elif what == "directory":
        file.mkdir()
    before = rows_of(society.paths.books)
    with pytest.raises(EngineError) as told:
        society.vault().restore(str(file))
    assert isinstance(told.value, NotFound if what == "missing" else Refused if what == "directory" else Damaged)
    assert rows_of(society.paths.books) == before


def rot(path: Path) -> None:
    """Turn one bit of an entry, and keep the file's size and time: nothing but its bytes tells."""
    status, data = path.stat(), bytearray(path.read_bytes())
    data[data.rindex(b"dues")] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("ask", ["plan", "restore"])
def test_a_backup_that_is_found_damaged_on_the_way_back_is_listed_so_from_then_on(society: Society, ask: str) -> None:
    first = society.back_up().record
    society.enter()
    newest = society.back_up().record
    rot(newest.path)
    assert society.vault().records()[0].status is Status.CHECKED
    if ask == "plan":
        assert not society.vault().plan(newest.filename).is_ready
    else:
        with pytest.raises(Damaged):
            society.vault().restore(newest.filename)
    listed = {one.filename: (one.status, one.problem) for one in society.vault().records()}
    assert listed[newest.filename] == (Status.DAMAGED, Problem.HASH_DIFFERS)
    assert listed[first.filename] == (Status.CHECKED, None)
    assert AlertCode.BACKUP_DAMAGED in {alert.code for alert in society.vault().health().alerts}
    verified = [event for event in society.vault().audit_events() if event.action == "verify"]
    assert [event.outcome for event in verified] == ["started", "finished"]
    assert verified[0].details["damaged"] == [newest.filename]
    assert society.vault().audit_verify().problems == ()


def test_row_24_rot_in_the_backup_is_found_before_anything_is_touched(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    rot(society.paths.backups / name)
    before = society.everything()
    with pytest.raises(Damaged) as told:
        society.vault().restore(name)
    assert told.value.code is Code.BACKUP_DAMAGED
    after = society.everything()
    assert after["gharmitra.db"] == before["gharmitra.db"]


def test_row_50_the_books_of_another_society_or_program_cannot_replace_these(made_up_society: Society, tmp_path: Path) -> None:
    society, books = made_up_society, made_up_society.paths.books
    other = tmp_path / "other.db"
    other.write_bytes(books.read_bytes())
    with OtherProcess(other) as process:
        process.run("PRAGMA journal_mode=delete", "UPDATE societies SET name = 'Green Park CHS', created_at = '2020-01-01 00:00:00'")
    strange = ledger.make(tmp_path / "strange.db", journal="delete")
    before = rows_of(books)
    for file, code in ((other, Code.OTHER_SOCIETY), (strange, Code.NOT_THESE_BOOKS)):
        with pytest.raises(Refused) as told:
            society.vault().restore(str(file))
        assert told.value.code is code
    assert told.value.values["name"] == "strange.db"
    assert rows_of(books) == before


def test_row_51_a_file_of_a_newer_gharmitra_is_refused_and_an_older_one_told(made_up_society: Society, tmp_path: Path) -> None:
    society, books = made_up_society, made_up_society.paths.books
    newer, older = tmp_path / "newer.db", tmp_path / "older.db"
    for file, words in ((newer, "ALTER TABLE members ADD COLUMN pan TEXT"), (older, "ALTER TABLE members DROP COLUMN updated_at")):
        file.write_bytes(books.read_bytes())
        with OtherProcess(file) as process:
            process.run("PRAGMA journal_mode=delete", words)
    with pytest.raises(Refused) as told:
        society.vault().restore(str(newer))
    assert (told.value.code, told.value.values["what"]) == (Code.NEWER_SCHEMA, ("members.pan",))
    found = {one.code: one for one in society.vault().plan(str(older)).findings}
    assert found[FindingCode.OLDER_SCHEMA].values["what"] == ("members.updated_at",)


def test_fewer_entries_after_going_back_are_no_alarm(tmp_path: Path) -> None:
    society = societies.make(tmp_path / "s", entries=20)
    name = society.back_up().record.filename
    for _ in range(60):
        society.enter()
    society.back_up()
    society.vault().restore(name)
    society.clock.forward(minutes=1)
    result = society.back_up()
    assert [one.code.value for one in result.warnings] == []
    assert result.record.shrunk == ()


def test_row_57_without_a_record_nothing_is_restored(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    before = rows_of(society.paths.books)
    society.paths.audit.unlink()
    society.paths.audit.mkdir()
    with pytest.raises(Refused):
        society.vault().restore(name)
    assert rows_of(society.paths.books) == before


def test_there_is_nothing_to_undo(society: Society) -> None:
    with pytest.raises(NotFound) as told:
        society.vault().undo()
    assert told.value.code is Code.NOTHING_TO_UNDO
    name = society.back_up().record.filename
    society.vault().restore(name)
    with pytest.raises(NotFound):
        society.vault().undo()  # it changed nothing
    society.clock.forward(minutes=1)
    society.enter()
    society.vault().restore(name)
    society.clock.forward(minutes=1)
    society.vault().undo()
    found = society.vault().last_restore()
    assert found is not None
    assert found.undone_at is not None
    with pytest.raises(NotFound):
        society.vault().undo()


def test_a_restore_that_another_job_keeps_out_says_so(society: Society) -> None:
    name = society.back_up().record.filename
    assert os.path.lexists(society.paths.lock)
    assert ask(society.paths.books, "SELECT count(*) FROM ledger") == [["200"]]
    assert society.vault().plan(name).is_ready
