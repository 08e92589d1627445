"""A hostile file under a backup's name: it is named for what it is, never run, never written to, never called checked."""

from __future__ import annotations

import errno
import shutil
import struct
from pathlib import Path

import pytest

from gharmitra_admin.engine import Code, Problem, Refused, Settings, Status, SystemClock
from gharmitra_admin.engine.parts import verify
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.language import Words
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.society import Society, assert_whole
from tests.faults import hostile
from tests.faults.endure import Endured, endure, mark

pytestmark = pytest.mark.timeout(120)
NAME = "guest.db"


@pytest.fixture
def place(society: Society) -> Path:
    """Where the hostile file goes: beside one good backup."""
    society.back_up()
    return society.paths.backups / NAME


def put(society: Society, place: Path, tmp_path: Path) -> Endured:
    return endure(society, [place], tmp_path / "stick")


def assert_damaged(said: Endured, *problems: Problem) -> None:
    """The guest was found out, everywhere, and is listed as what it is."""
    assert said.verified[NAME].status is Status.DAMAGED
    assert said.verified[NAME].problem in problems
    assert said.adopted.get(NAME, said.verified[NAME]).status is Status.DAMAGED
    assert (said.after[NAME].status, said.after[NAME].origin) == (Status.DAMAGED, None)
    assert said.after[NAME].problem in problems


@pytest.mark.parametrize(
    ("make", "problems"),
    [
        (hostile.text, (Problem.NOT_A_DATABASE,)),
        (hostile.header_only, (Problem.CUT_SHORT,)),
        (lambda path: hostile.other_format(path, b"PK\x03\x04"), (Problem.NOT_A_DATABASE,)),
        (lambda path: hostile.other_format(path, b"%PDF-1.7\n"), (Problem.NOT_A_DATABASE,)),
        (lambda path: hostile.other_format(path, b"SQLite format 2\0"), (Problem.NOT_A_DATABASE,)),
        (lambda path: path.write_bytes(b""), (Problem.EMPTY,)),
    ],
    ids=["text", "header only", "zip", "pdf", "sqlite 2", "empty"],
)
def test_row_40_what_is_no_database_is_named_so(society, place, tmp_path, make, problems):
    make(place)
    said = put(society, place, tmp_path)
    assert_damaged(said, *problems)
    assert society.vault().verify([str(place)])[0].problem in problems


@pytest.mark.parametrize("make", [hostile.age_file, hostile.sqlcipher_file], ids=["age", "sqlcipher"])
def test_row_41_an_encrypted_file_is_asked_about(society, place, tmp_path, make):
    make(place)
    said = put(society, place, tmp_path)
    assert_damaged(said, Problem.ENCRYPTED)
    assert "encrypted" in errors.problem(Words(), said.verified[NAME].problem)


@pytest.mark.parametrize("make", [hostile.text, lambda path: hostile.other_format(path, b"PK\x03\x04")], ids=["text", "zip"])
def test_row_41_what_is_plainly_not_encrypted_is_not_called_so(society, place, tmp_path, make):
    make(place)
    assert_damaged(put(society, place, tmp_path), Problem.NOT_A_DATABASE)


@pytest.mark.parametrize("page_size", [512, 65536])
def test_row_42_another_page_size_is_checked_adopted_and_carried(society, place, tmp_path, page_size):
    hostile.whole(place, page_size=page_size)
    said = put(society, place, tmp_path)
    assert said.verified[NAME].status is said.adopted[NAME].status is said.after[NAME].status is Status.CHECKED
    record = said.after[NAME]
    assert record.manifest is not None
    assert record.manifest.page_size == page_size
    carried = society.vault().copy(NAME, tmp_path / "stick")
    assert carried.path.read_bytes() == place.read_bytes()
    assert_whole(carried.path)


@pytest.mark.parametrize("page_size", [512, 65536])
def test_row_42_books_of_another_page_size_are_backed_up(tmp_path, page_size):
    society = societies.make(tmp_path / "society", page_size=page_size)
    record = society.back_up().record
    assert_whole(record.path)
    assert society.vault().verify()[0].status is Status.CHECKED


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ((hostile.PAGE_COUNT_AT, struct.pack(">I", 1 << 30)), (Problem.CUT_SHORT,)),
        ((hostile.PAGE_COUNT_AT, struct.pack(">I", 1)), (Problem.TOO_LONG,)),
        ((hostile.RESERVED_AT, b"\xff"), (Problem.PAGES_DAMAGED, Problem.NOT_A_DATABASE)),
        ((hostile.VERSIONS_AT, b"\x63\x63"), (Problem.UNKNOWN_FORMAT,)),
        ((hostile.PAGE_SIZE_AT, b"\x00\x03"), (Problem.UNKNOWN_FORMAT,)),
    ],
    ids=["more pages", "fewer pages", "reserved 255", "format 99", "page size 3"],
)
def test_row_43_a_header_that_lies_is_refused(society, place, tmp_path, change, problems):
    hostile.patched(hostile.whole(place), change)
    assert_damaged(put(society, place, tmp_path), *problems)


def test_row_44_a_sparse_terabyte_is_refused_by_its_size_before_it_is_read(society, place, tmp_path):
    try:
        hostile.sparse(place)
    except OSError as error:
        if error.errno not in (errno.EFBIG, errno.ENOSPC, errno.EINVAL, errno.EOPNOTSUPP):
            raise
        pytest.skip(f"this disk takes no sparse file of a terabyte: {error}")
    said = put(society, place, tmp_path)
    assert_damaged(said, Problem.TOO_BIG)
    assert society.vault().verify([str(place)])[0].problem is Problem.TOO_BIG
    assert society.vault().delete(NAME) == NAME
    assert not place.exists()


def test_row_44_a_sparse_terabyte_under_the_name_of_a_copy_elsewhere_is_another_file(society, place, tmp_path):
    record, stick = society.vault().records()[0], tmp_path / "stick"
    stick.mkdir()
    try:
        hostile.sparse(stick / record.filename)
    except OSError as error:
        if error.errno not in (errno.EFBIG, errno.ENOSPC, errno.EINVAL, errno.EOPNOTSUPP):
            raise
        pytest.skip(f"this disk takes no sparse file of a terabyte: {error}")
    with pytest.raises(Refused) as caught:
        society.vault().copy(record.filename, stick)
    assert (caught.value.code, caught.value.path) == (Code.OTHER_COPY_THERE, stick / record.filename)
    assert (stick / record.filename).stat().st_size == hostile.TERABYTE


def test_row_45_a_costly_index_is_stopped_at_the_limit(tmp_path):
    bomb = hostile.expression_bomb(tmp_path / NAME, rows=20_000)
    was = mark(bomb)
    assert bomb.stat().st_size < 1 << 20
    found = verify.closed_file(bomb, never=None, limit_seconds=0.2, clock=SystemClock())
    assert found.problem is Problem.TOO_SLOW
    assert mark(bomb) == was


def test_row_45_an_index_of_few_and_very_costly_entries_is_stopped_too(tmp_path):
    bomb = hostile.expression_bomb(tmp_path / NAME, rows=40, work=200_000_000)
    found = verify.closed_file(bomb, never=None, limit_seconds=0.2, clock=SystemClock())
    assert found.problem in {Problem.TOO_SLOW, Problem.PAGES_DAMAGED}


def test_row_45_a_bomb_in_the_folder_costs_its_own_time_only(society, place, tmp_path):
    class Hurried(FakeClock):
        """Ten minutes go by at every look."""

        def monotonic(self) -> float:
            self._monotonic += 700.0
            return self._monotonic

    hostile.expression_bomb(place, rows=20_000)
    society.clock = Hurried(society.clock.now())
    assert_damaged(put(society, place, tmp_path), Problem.TOO_SLOW)


@pytest.mark.parametrize("make", [hostile.nested_views, hostile.recursive_views], ids=["2^39 nested", "recursive"])
def test_row_46_views_are_never_asked(society, place, tmp_path, make):
    make(place)
    said = put(society, place, tmp_path)
    assert said.verified[NAME].status is Status.CHECKED
    assert said.after[NAME].problem is Problem.NOT_THESE_BOOKS
    assert said.after[NAME].figures is None


def test_row_47_nothing_in_a_schema_is_run(society, place, tmp_path):
    victim = tmp_path / "victim"
    hostile.triggers(place, victim)
    said = put(society, place, tmp_path)
    assert not victim.exists()
    assert (said.verified[NAME].status, said.after[NAME].problem) == (Status.CHECKED, Problem.NOT_THESE_BOOKS)


def test_row_47_a_schema_that_is_no_schema_is_damage(society, place, tmp_path):
    hostile.evil_schema(place)
    assert_damaged(put(society, place, tmp_path), Problem.PAGES_DAMAGED)


def test_row_48_random_damage_never_crashes_and_never_passes_for_whole(tmp_path, request):
    seed = request.config.getoption("--seed") or 48
    count = 5000 if request.config.getoption("--full") else 200
    print(f"seed {seed}, {count} damaged copies")
    whole = hostile.whole(tmp_path / "whole.db", entries=40)
    known = verify.closed_file(whole, never=None, clock=FakeClock())
    assert known.problem is None
    path, passed = tmp_path / NAME, 0
    for what, data in hostile.damaged_copies(whole, seed, count):
        path.write_bytes(data)
        found = verify.closed_file(path, never=None, limit_seconds=60, clock=SystemClock())
        assert path.read_bytes() == data, (seed, what)
        if found.problem is None:
            passed += 1
            assert (found.size_bytes, found.page_count * found.page_size) == (len(data), len(data)), (seed, what)
            assert data == whole.read_bytes() or found.sha256 != known.sha256, (seed, what)
    assert passed < count / 2, f"seed {seed}: {passed} of {count} passed without a manifest"
    assert sorted(other.name for other in tmp_path.iterdir()) == [NAME, "whole.db"]


def test_row_48_random_damage_to_a_backup_of_ours_is_always_found(tmp_path, request):
    seed = request.config.getoption("--seed") or 480
    print(f"seed {seed}")
    society = societies.make(tmp_path / "society", entries=40, settings=Settings())
    record = society.back_up().record
    whole = record.path.read_bytes()
    shutil.copy2(record.path, tmp_path / "whole.db")
    for what, data in hostile.damaged_copies(tmp_path / "whole.db", seed, 60):
        if data == whole:
            continue
        record.path.write_bytes(data)
        found = verify.closed_file(record.path, never=None, manifest=record.manifest, clock=FakeClock())
        assert found.problem is not None, (seed, what)


def test_row_49_a_schema_that_is_no_text_is_damage(society, place, tmp_path):
    hostile.schema_that_is_no_utf8(place)
    said = put(society, place, tmp_path)
    assert_damaged(said, Problem.PAGES_DAMAGED)
