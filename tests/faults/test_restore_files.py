"""A hostile or strange file given for a restore: refused by what it is, never run, and nothing of the books is touched.

What is a whole database all the same is restored exactly, or refused for what is in it; there is nothing between.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from gharmitra_admin.engine import Code, EngineError, Problem
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Damaged, NoSpace, Refused
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.language import Words
from tests.builders import damage, ledger
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.dump import rows_of, rows_seen, side_files
from tests.builders.process import ask
from tests.builders.society import Society
from tests.faults import hostile
from tests.faults.endure import mark

pytestmark = pytest.mark.timeout(120)
Make = Callable[..., object]


@pytest.fixture(params=["in the list", "elsewhere"])
def given(society: Society, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Where the file to be restored lies: among the backups, or in a folder of its own."""
    society.back_up()
    society.enter()
    if request.param == "elsewhere":
        (tmp_path / "stick").mkdir()
        return tmp_path / "stick" / "guest.db"
    return society.paths.backups / "guest.db"


def name_of(society: Society, given: Path) -> str:
    return given.name if given.parent == society.paths.backups else str(given)


def assert_refused(society: Society, given: Path, *problems: Problem) -> None:
    """Plan and restore say what is wrong; the books, the file and the folder are what they were, and the next restore works."""
    was = mark(given)
    assert _refused(society, given) in problems
    assert mark(given) == was
    good = next(record for record in society.vault().records() if record.is_made)
    society.clock.forward(minutes=1)
    society.vault().restore(good.filename)
    assert rows_of(society.paths.books) == rows_of(good.path)


def _refused(society: Society, given: Path, *beside: str) -> object:
    before, name = mark(society.paths.books), name_of(society, given)
    listed = [record.filename for record in society.vault().records()]
    plan = society.vault().plan(name)
    assert not plan.is_ready
    with pytest.raises(Damaged) as told:
        society.vault().restore(name)
    assert told.value.code is Code.BACKUP_DAMAGED
    said = errors.message(Words(), told.value)
    assert said.message
    assert mark(society.paths.books) == before
    assert [record.filename for record in society.vault().records()] == listed
    assert not list(society.paths.backups.glob(".*.part"))
    assert not [one for one in given.parent.iterdir() if one.name.startswith("guest.db-") and one.name not in beside]
    event = society.vault().audit_events()[-1]
    assert (event.action, event.outcome, event.details["code"]) == ("restore", "failed", "backup_damaged")
    return told.value.values["problem"]


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (hostile.text, Problem.NOT_A_DATABASE),
        (hostile.header_only, Problem.CUT_SHORT),
        (lambda path: hostile.other_format(path, b"PK\x03\x04"), Problem.NOT_A_DATABASE),
        (lambda path: hostile.other_format(path, b"%PDF-1.7\n"), Problem.NOT_A_DATABASE),
        (lambda path: path.write_bytes(b""), Problem.EMPTY),
    ],
    ids=["text", "header only", "zip", "pdf", "empty"],
)
def test_row_40_what_is_no_database_is_not_restored(society: Society, given: Path, make: Make, problem: Problem) -> None:
    make(given)
    assert_refused(society, given, problem)


@pytest.mark.parametrize("make", [hostile.age_file, hostile.sqlcipher_file], ids=["age", "sqlcipher"])
def test_row_41_an_encrypted_file_is_asked_about_and_not_restored(society: Society, given: Path, make: Make) -> None:
    make(given)
    assert_refused(society, given, Problem.ENCRYPTED)


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ((hostile.PAGE_COUNT_AT, struct.pack(">I", 1 << 30)), (Problem.CUT_SHORT,)),
        ((hostile.PAGE_COUNT_AT, struct.pack(">I", 1)), (Problem.TOO_LONG,)),
        ((hostile.RESERVED_AT, b"\xff"), (Problem.PAGES_DAMAGED, Problem.NOT_A_DATABASE)),
        ((hostile.VERSIONS_AT, b"\x63\x63"), (Problem.UNKNOWN_FORMAT,)),
    ],
    ids=["more pages", "fewer pages", "reserved 255", "format 99"],
)
def test_row_43_a_header_that_lies_is_not_restored(
    society: Society, given: Path, change: tuple[int, bytes], problems: tuple[Problem, ...]
) -> None:
    hostile.patched(hostile.whole(given), change)
    assert_refused(society, given, *problems)


def test_row_44_a_sparse_terabyte_is_refused_before_it_is_copied(society: Society, given: Path) -> None:
    try:
        hostile.sparse(given)
    except OSError as error:
        if error.errno not in (errno.EFBIG, errno.ENOSPC, errno.EINVAL, errno.EOPNOTSUPP):
            raise
        pytest.skip(f"this disk takes no sparse file of a terabyte: {error}")
    assert_refused(society, given, Problem.TOO_BIG)


def test_row_45_a_bomb_costs_no_more_than_the_limit_and_is_not_restored(society: Society, given: Path) -> None:
    class Hurried(FakeClock):
        """Seventy seconds go by at every look."""

        def monotonic(self) -> float:
            self._monotonic += 70.0
            return self._monotonic

    hostile.expression_bomb(given, rows=20_000)
    patient, society.clock = society.clock, Hurried(society.clock.now())
    assert _refused(society, given) is Problem.TOO_SLOW
    society.clock = patient
    assert_still_works(society)


def assert_still_works(society: Society) -> None:
    good = next(record for record in society.vault().records() if record.is_made)
    society.clock.forward(minutes=1)
    society.vault().restore(good.filename)
    assert rows_of(society.paths.books) == rows_of(good.path)


@pytest.mark.parametrize("make", [hostile.nested_views, hostile.recursive_views], ids=["2^39 nested", "recursive"])
def test_row_46_views_are_never_asked(society: Society, given: Path, make: Make) -> None:
    """Views alone are not these books; beside the tables of these books they are carried along and never asked, then or later."""
    make(given)
    before = mark(society.paths.books)
    with pytest.raises(Refused) as told:
        society.vault().restore(name_of(society, given))
    assert told.value.code is Code.NOT_THESE_BOOKS
    assert mark(society.paths.books) == before
    given.unlink()
    make(hostile.whole(given), of_table="ledger")
    society.vault().restore(name_of(society, given))
    assert rows_of(society.paths.books) == rows_of(given)
    society.clock.forward(minutes=1)
    assert_everything_still_answers(society)


def assert_everything_still_answers(society: Society) -> None:
    """With a strange schema in the live books themselves."""
    vault = society.vault()
    vault.state()
    vault.health(full=True)
    society.back_up()
    assert vault.plan_undo().is_ready
    vault.undo()
    assert ask(society.paths.books, "SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')") == [["0"]]


def test_row_47_nothing_in_a_schema_is_run(society: Society, given: Path, tmp_path: Path) -> None:
    """Triggers, views that would load, read and write, a table of an unknown module: carried or refused, never run."""
    victim = tmp_path / "victim"
    hostile.whole(given)
    hostile.script(given, "CREATE TRIGGER on_entry AFTER INSERT ON ledger BEGIN DELETE FROM accounts; END;")
    hostile.triggers(given, victim)
    was = mark(given)
    before = rows_of(society.paths.books)
    with pytest.raises((Refused, Damaged)) as told:
        society.vault().restore(name_of(society, given))
    assert told.value.code in {Code.NOT_THESE_BOOKS, Code.NEWER_SCHEMA, Code.BACKUP_DAMAGED}
    assert rows_of(society.paths.books) == before
    assert mark(given) == was
    assert not victim.exists()


def test_row_47_triggers_and_views_among_the_right_tables_are_carried_and_never_run(society: Society, given: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    hostile.whole(given)
    hostile.script(
        given,
        f"""
        CREATE TRIGGER on_entry AFTER INSERT ON ledger BEGIN DELETE FROM accounts; END;
        CREATE VIEW societies AS SELECT writefile('{victim}', 'x') AS id, load_extension('{victim}') AS name, 1 AS created_at;
        CREATE VIEW payments AS SELECT readfile('/etc/passwd') AS id, 1 AS receipt_number;
        """,
    )
    society.vault().restore(name_of(society, given))
    assert rows_of(society.paths.books) == rows_of(given)
    society.clock.forward(minutes=1)
    assert_everything_still_answers(society)
    assert not victim.exists()


def test_row_47_a_schema_that_is_no_schema_is_not_restored(society: Society, given: Path) -> None:
    hostile.evil_schema(given)
    assert_refused(society, given, Problem.PAGES_DAMAGED)


def test_row_48_random_damage_is_restored_exactly_or_not_at_all(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """No crash, no hang, no error of another kind; where a damaged file is still a whole database its rows are the books afterwards."""
    seed = request.config.getoption("--seed") or 4800
    count = 1500 if request.config.getoption("--full") else 60
    print(f"seed {seed}, {count} damaged copies")
    society = societies.make(tmp_path / "society", entries=40)
    whole = hostile.whole(tmp_path / "whole.db", entries=40)
    given, restored = tmp_path / "guest.db", 0
    books = society.paths.books.read_bytes()
    for what, data in hostile.damaged_copies(whole, seed, count):
        given.write_bytes(data)
        society.clock.forward(minutes=1)
        error = failure(society, given)
        if error is not None:
            assert not error.values.get("not_replaced"), (seed, what, error)
            assert society.paths.books.read_bytes() == books, (seed, what, error)
            continue
        restored += 1
        assert rows_of(society.paths.books) == rows_seen(given), (seed, what)
        society.vault().undo()
        books = society.paths.books.read_bytes()
    assert given.read_bytes() == data
    assert restored < count / 2
    assert side_files(society.paths.books) == []


def failure(society: Society, given: Path) -> EngineError | None:
    """Restore, and tell why not; anything but an ``EngineError`` flies on."""
    try:
        society.vault().restore(str(given))
    except EngineError as error:
        return error
    return None


def test_row_49_a_schema_that_is_no_text_is_not_restored(society: Society, given: Path) -> None:
    hostile.schema_that_is_no_utf8(given)
    assert_refused(society, given, Problem.PAGES_DAMAGED)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFO to give")
@pytest.mark.parametrize("side", ["-wal", "-journal"])
def test_row_11_a_file_whose_last_entries_lie_beside_it_is_not_restored_without_them(society: Society, given: Path, side: str) -> None:
    """Copied from the books while they were open: the file alone is not what they were."""
    if side == "-wal":
        damage.killed_writer(ledger.make(given))
        given.with_name(f"{given.name}-shm").unlink()
    else:
        damage.hot_journal(ledger.make(given, journal="delete"))
    assert _refused(society, given, f"{given.name}{side}") is Problem.UNSETTLED
    assert_still_works(society)


def test_row_75_no_room_for_the_copy_of_a_file_elsewhere(society: Society, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    society.back_up()
    before, given = mark(society.paths.books), hostile.whole(tmp_path / "guest.db")
    monkeypatch.setattr(files, "free_bytes", lambda _folder: given.stat().st_size - 1)
    for job in (society.vault().plan, society.vault().restore):
        with pytest.raises(NoSpace) as told:
            job(str(given))
        assert told.value.values["needed_bytes"] == given.stat().st_size
    assert mark(society.paths.books) == before
    assert not list(society.paths.backups.glob(".*.part"))


def test_what_is_no_file_is_refused_at_once(society: Society, tmp_path: Path) -> None:
    society.back_up()
    fifo, link, folder = tmp_path / "fifo.db", tmp_path / "link.db", tmp_path / "folder.db"
    os.mkfifo(fifo)
    link.symlink_to(society.paths.books)
    folder.mkdir()
    before = mark(society.paths.books)
    for given in (fifo, link, folder, society.paths.books, Path("/dev/null")):
        with pytest.raises(Refused):
            society.vault().restore(str(given))
        with pytest.raises(Refused):
            society.vault().plan(str(given))
    assert mark(society.paths.books) == before
