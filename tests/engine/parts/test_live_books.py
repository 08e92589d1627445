"""The books keep every byte and mtime, and no side file appears, in every state they can be found in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gharmitra_admin.engine.base.errors import Busy, Code, Damaged, NoAccess, NotFound, Refused
from gharmitra_admin.engine.parts import live_books, snapshot
from gharmitra_admin.engine.parts.live_books import JournalMode
from tests.builders import ledger
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask


@dataclass(frozen=True)
class Seen:
    """What must not change: bytes, times and names."""

    files: dict[str, tuple[bytes, int, int]]


def seen(books: Path) -> Seen:
    beside = sorted(path for path in books.parent.iterdir() if path.name.startswith(books.name))
    return Seen(
        {
            path.name: (b"" if path.name.endswith("-shm") else path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
            for path in beside
        }
    )


def without_shm_times(found: Seen) -> dict[str, object]:
    return {name: value[0] if name.endswith("-shm") else value for name, value in found.files.items()}


def copy_of(books: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    target = folder / "copy.db"
    with live_books.held(books, scratch=folder / "scratch", clock=FakeClock(), wait_seconds=0.3) as live, snapshot.new_copy(target) as copy:
        snapshot.take(live, copy)
    return target


def rows(copy: Path) -> int:
    assert ask(copy, "PRAGMA integrity_check") == [["ok"]]
    assert ask(copy, "SELECT sum(amount) FROM ledger") == [["0"]]
    assert ask(copy, "PRAGMA journal_mode") == [["delete"]]
    return int(ask(copy, "SELECT count(*) FROM ledger")[0][0])


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out"


@pytest.fixture(params=["wal", "delete"])
def books(request, tmp_path):
    return ledger.make(tmp_path / "society" / "gharmitra.db", journal=request.param)


@pytest.fixture
def wal_books(tmp_path):
    return ledger.make(tmp_path / "society" / "gharmitra.db")


@pytest.fixture
def killed_wal(wal_books):
    """Books whose last five entries stand in the -wal of a killed process only."""
    other = OtherProcess(wal_books)
    for number in range(5):
        other.run(*ledger.entry(number))
    other.kill()
    assert (wal_books.with_name("gharmitra.db-wal")).stat().st_size > 0
    return wal_books


@pytest.fixture
def hot_journal(tmp_path):
    """Rollback-mode books whose killed writer left half a transaction in the main file."""
    books = ledger.make(tmp_path / "society" / "gharmitra.db", journal="delete", entries=400)
    other = OtherProcess(books)
    other.run(
        "PRAGMA cache_size=2",
        "PRAGMA cache_spill=1",
        "BEGIN IMMEDIATE",
        "UPDATE ledger SET narration = hex(randomblob(100)), amount = amount + 1",
    )
    other.kill()
    assert books.with_name("gharmitra.db-journal").stat().st_size > 512
    return books


def test_at_rest_nothing_changes(books, folder):
    before = seen(books)
    assert rows(copy_of(books, folder)) == 200
    assert seen(books) == before


def test_rows_of_an_uncheckpointed_wal_are_in_the_copy(killed_wal, folder):
    before = seen(killed_wal)
    assert rows(copy_of(killed_wal, folder)) == 210
    assert without_shm_times(seen(killed_wal)) == without_shm_times(before)


def test_wal_without_shm_is_staged_so_that_no_shm_appears(killed_wal, folder):
    killed_wal.with_name("gharmitra.db-shm").unlink()
    before = seen(killed_wal)
    assert rows(copy_of(killed_wal, folder)) == 210
    assert seen(killed_wal) == before
    assert not (folder / "scratch").exists()


def test_hot_journal_is_rolled_back_in_the_staged_copy_only(hot_journal, folder):
    before = seen(hot_journal)
    assert rows(copy_of(hot_journal, folder)) == 800
    assert seen(hot_journal) == before
    assert not (folder / "scratch").exists()


@pytest.mark.parametrize("state", ["idle", "reading", "writing"])
def test_another_process_has_wal_books_open(wal_books, folder, state):
    with OtherProcess(wal_books) as other:
        other.run(*ledger.entry(7))
        if state == "reading":
            other.run("BEGIN", "SELECT count(*) FROM ledger")
        if state == "writing":
            other.run(*ledger.entry(8)[:-1])
        before = seen(wal_books)
        assert rows(copy_of(wal_books, folder)) == 202
        assert without_shm_times(seen(wal_books)) == without_shm_times(before)
        if state == "writing":
            other.run("COMMIT")
            assert other.run("SELECT count(*) FROM ledger") == [["204"]]


@pytest.mark.parametrize("state", ["idle", "reading", "writing"])
def test_another_process_has_rollback_books_open(tmp_path, folder, state):
    books = ledger.make(tmp_path / "society" / "gharmitra.db", journal="delete")
    with OtherProcess(books) as other:
        other.run("SELECT count(*) FROM ledger")
        if state == "reading":
            other.run("BEGIN", "SELECT count(*) FROM ledger")
        if state == "writing":
            other.run(*ledger.entry(8)[:-1])
        before = seen(books)
        assert rows(copy_of(books, folder)) == 200
        assert seen(books) == before


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_an_exclusive_lock_is_busy_after_the_wait(tmp_path, folder, journal):
    books = ledger.make(tmp_path / "society" / "gharmitra.db", journal=journal)
    with OtherProcess(books) as other:
        other.run("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", *ledger.entry(1)[1:-1])
        with pytest.raises(Busy) as caught:
            copy_of(books, folder)
        assert caught.value.code is Code.BOOKS_BUSY
        assert caught.value.path == books
    assert not (folder / "copy.db").exists()


def test_a_stale_wal_beside_rollback_books_shows_what_whoever_opens_them_sees(killed_wal, folder, tmp_path):
    stale = ledger.make(tmp_path / "old" / "gharmitra.db", journal="delete", entries=10)
    shutil.copy(stale, killed_wal)
    before = seen(killed_wal)
    copy = copy_of(killed_wal, folder)
    expected = tmp_path / "opened" / "gharmitra.db"
    shutil.copytree(killed_wal.parent, expected.parent)
    assert ask(copy, "SELECT count(*) FROM ledger") == ask(expected, "SELECT count(*) FROM ledger")
    assert without_shm_times(seen(killed_wal)) == without_shm_times(before)


_AS_NOBODY = """
import os, sys, urllib.parse  # what pathlib loads late, while its folder can still be read
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from tests.engine.parts.test_live_books import copy_of
os.setgid(65534); os.setuid(65534)
print(copy_of(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def as_nobody(books: Path, folder: Path, project_root: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    for parent in [*books.parents][:-2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    command = [sys.executable, "-c", _AS_NOBODY, str(books), str(folder), str(project_root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


@pytest.mark.parametrize("state", ["at rest", "wal", "wal without shm", "hot journal"])
def test_without_write_right_it_works_or_says_why(state, request, folder):
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("needs root to become another user")
    fixture = {"at rest": "wal_books", "wal": "killed_wal", "wal without shm": "killed_wal", "hot journal": "hot_journal"}[state]
    books = request.getfixturevalue(fixture)
    if state == "wal without shm":
        books.with_name("gharmitra.db-shm").unlink()
    for path in [*books.parent.iterdir()]:
        path.chmod(0o444)
    books.parent.chmod(0o555)
    before = seen(books)
    done = as_nobody(books, folder, Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    assert rows(folder / "copy.db") == {"at rest": 200, "wal": 210, "wal without shm": 210, "hot journal": 800}[state]
    assert without_shm_times(seen(books)) == without_shm_times(before)


@pytest.mark.parametrize("state", ["at rest", "wal"])
def test_on_a_read_only_mount(state, request, folder, tmp_path):
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root and unshare(1) to make a read-only mount")
    books = request.getfixturevalue("wal_books" if state == "at rest" else "killed_wal")
    before = seen(books)
    program = (
        "import sys; sys.path.insert(0, sys.argv[3]); from pathlib import Path; from tests.engine.parts.test_live_books import copy_of; "
        "copy_of(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    mounted = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", mounted, "sh", str(books.parent), sys.executable, "-c", program, str(books), str(folder)]
    done = subprocess.run([*command, str(Path(__file__).parents[3])], capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert rows(folder / "copy.db") == (200 if state == "at rest" else 210)
    assert without_shm_times(seen(books)) == without_shm_times(before)


def test_missing_books_are_not_made(tmp_path):
    with pytest.raises(NotFound) as caught:
        copy_of(tmp_path / "gharmitra.db", tmp_path / "out")
    assert caught.value.code is Code.BOOKS_NOT_FOUND
    assert not (tmp_path / "gharmitra.db").exists()


def test_a_folder_under_that_name_is_refused(tmp_path):
    (tmp_path / "gharmitra.db").mkdir()
    with pytest.raises(Refused):
        copy_of(tmp_path / "gharmitra.db", tmp_path / "out")


def test_an_empty_file_and_a_text_are_no_books(tmp_path):
    books = tmp_path / "gharmitra.db"
    books.write_bytes(b"")
    with pytest.raises(Damaged) as caught:
        copy_of(books, tmp_path / "out")
    assert caught.value.code is Code.BOOKS_EMPTY
    books.write_text("not a database " * 100)
    with pytest.raises(Damaged) as caught:
        copy_of(books, tmp_path / "out")
    assert caught.value.code is Code.BOOKS_NOT_A_DATABASE


def test_books_replaced_while_open_are_told(books, folder, tmp_path):
    other = ledger.make(tmp_path / "other" / "gharmitra.db", entries=1)
    folder.mkdir()
    with (
        pytest.raises(Damaged) as caught,
        live_books.held(books, scratch=folder / "scratch", clock=FakeClock(), wait_seconds=1),
    ):
        os.replace(other, books)
    assert caught.value.code is Code.BOOKS_REPLACED


def test_books_that_may_not_be_read_say_so(wal_books, folder):
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("root may read everything")
    wal_books.chmod(0)
    with pytest.raises(NoAccess):
        copy_of(wal_books, folder)


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_the_fingerprint_changes_with_every_commit_and_with_nothing_else(tmp_path, journal):
    books = ledger.make(tmp_path / "gharmitra.db", journal=journal)
    clock = FakeClock()
    with OtherProcess(books) as other:
        other.run("SELECT count(*) FROM ledger")
        seen_so_far = [live_books.peek(books, clock=clock)]
        for number in range(12):
            other.run(*ledger.entry(number))
            if number == 6:
                other.run("PRAGMA wal_checkpoint(RESTART)")
            now = live_books.peek(books, clock=clock)
            assert not any(now.same_moment(earlier) for earlier in seen_so_far)
            seen_so_far.append(now)
        other.run("BEGIN IMMEDIATE", "ROLLBACK", "SELECT count(*) FROM ledger")
        assert live_books.peek(books, clock=clock).same_moment(seen_so_far[-1])
        assert live_books.peek(books, clock=clock).same_books(seen_so_far[-1])


def test_a_fingerprint_just_after_a_change_is_not_trusted(wal_books):
    clock = FakeClock()
    clock.set(datetime.fromtimestamp(wal_books.stat().st_mtime + 1, tz=UTC))
    now = live_books.peek(wal_books, clock=clock)
    assert not now.settled
    assert not now.same_books(now)


def test_journal_mode_is_told(books, folder):
    expected = JournalMode.WAL if books.read_bytes()[18] == 2 else JournalMode.ROLLBACK
    with live_books.held(books, scratch=folder, clock=FakeClock(), wait_seconds=1) as live:
        assert live.journal_mode is expected
        assert live.main_file_is_all()
