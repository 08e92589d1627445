"""GharMitra's server as a real process: found, told from others, stopped as a whole, and started the way it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gharmitra_admin.engine import Cancelled, CancelToken, NoAccess, Refused, SystemClock
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.parts import backend
from gharmitra_admin.engine.parts.backend import Server
from gharmitra_admin.engine.parts.backend.servers import database_of
from tests.builders import ledger
from tests.builders.backend import Backend
from tests.builders.process import OtherProcess

KINDS = {"pooled": {"pooled": True}, "unpooled": {}, "reload": {"reload": True}, "reload, pooled": {"reload": True, "pooled": True}}


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return ledger.make(tmp_path / "backend" / "gharmitra.db", entries=5)


def only(books: Path) -> Server:
    found = backend.find(books).servers
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_found_stopped_gracefully_and_started_again(books: Path, kind: str) -> None:
    with Backend(books.parent, **KINDS[kind]) as running:
        found = only(books)
        assert (found.pid, found.folder, found.ports) == (running.process.pid, books.parent, (running.port,))
        assert len(found.members) >= (2 if "reload" in kind else 1)
        assert backend.stop(found, books, clock=SystemClock())
        assert running.process.wait(10) is not None
        assert not running.is_up()
        assert backend.find(books).servers == ()
        assert not books.with_name("gharmitra.db-wal").exists()
        pid = backend.start(found, clock=SystemClock())
        assert running.is_up()
        assert only(books).pid == pid != found.pid
        assert only(books).command == found.command


def test_an_orphan_that_still_serves_is_found_and_stopped(books: Path) -> None:
    with Backend(books.parent, reload=True, pooled=True) as running:
        running.process.kill()
        running.process.wait(10)
        assert running.is_up()
        orphan = only(books)
        assert orphan.pid != running.process.pid
        backend.stop(orphan, books, clock=SystemClock())
        assert not running.is_up()


def test_one_that_ignores_every_request_is_stopped_firmly(books: Path) -> None:
    with Backend(books.parent, stubborn=True) as running:
        assert not backend.stop(only(books), books, clock=SystemClock(), graceful_seconds=0.2)
        assert not running.is_up()


def test_a_server_on_other_books_is_left_alone(books: Path, tmp_path: Path) -> None:
    elsewhere = ledger.make(tmp_path / "other" / "gharmitra.db", entries=5)
    with Backend(elsewhere.parent) as other, Backend(books.parent) as mine:
        look = backend.find(books)
        assert [server.pid for server in look.servers] == [mine.process.pid]
        assert other.process.pid in {server.pid for server in look.others}
        backend.stop(look.servers[0], books, clock=SystemClock())
        assert other.is_up()


def test_the_database_of_the_environment_counts_and_not_the_folder(books: Path, tmp_path: Path) -> None:
    elsewhere = ledger.make(tmp_path / "data" / "society.db", entries=5)
    with Backend(books.parent, database=elsewhere) as running:
        assert backend.find(books).servers == ()
        assert only(elsewhere).pid == running.process.pid


def test_a_program_that_only_has_the_words_in_its_arguments_is_no_server(books: Path) -> None:
    waits = "import sys; sys.stdin.read()"
    words = [sys.executable, "-c", waits, "notes", "uvicorn", "app.main:app"]
    with subprocess.Popen(words, cwd=books.parent, stdin=subprocess.PIPE) as other:
        look = backend.find(books)
        assert other.pid not in {server.pid for server in (*look.servers, *look.others)}
        other.communicate(b"")


def test_what_a_service_manager_starts_again_is_refused_before_it_is_touched(books: Path) -> None:
    with Backend(books.parent) as running:
        found = only(books)
        kept = Server(found.command, found.folder, found.environment, found.ports, found.members, "gharmitra.service")
        with pytest.raises(Refused) as told:
            backend.stop(kept, books, clock=SystemClock())
        assert told.value.code is Code.BACKEND_RESTARTED
        assert running.is_up()


def test_a_second_server_on_the_same_books_is_told(books: Path) -> None:
    """Stopping the first one does not make the books free."""
    with Backend(books.parent) as first, Backend(books.parent) as second:
        found = {server.pid: server for server in backend.find(books).servers}
        assert found.keys() == {first.process.pid, second.process.pid}
        with pytest.raises(Refused) as told:
            backend.stop(found[first.process.pid], books, clock=SystemClock())
        assert told.value.code is Code.BACKEND_RESTARTED


def test_a_parent_that_starts_it_again_is_told_and_left_alone(books: Path) -> None:
    with Backend(books.parent, kept_up=True) as running:
        found = only(books)
        assert found.pid != running.process.pid
        with pytest.raises(Refused) as told:
            backend.stop(found, books, clock=SystemClock())
        assert told.value.code is Code.BACKEND_RESTARTED
        assert running.process.poll() is None


def test_a_cancelled_stop_touches_nothing(books: Path) -> None:
    token = CancelToken()
    token.ask()
    with Backend(books.parent) as running:
        with pytest.raises(Cancelled):
            backend.stop(only(books), books, clock=SystemClock(), cancel=token)
        assert running.is_up()


def test_one_that_dies_at_its_start_is_told(books: Path) -> None:
    gone = Server((sys.executable, "-c", "raise SystemExit(3)"), books.parent, None, (1,), (), None)
    with pytest.raises(NoAccess) as told:
        backend.start(gone, clock=SystemClock())
    assert told.value.code is Code.BACKEND_NOT_STARTED


def test_who_has_the_file_open_is_found_by_the_file_and_not_by_its_name(books: Path) -> None:
    other_name = books.with_name("other.db")
    os.link(books, other_name)
    with OtherProcess(other_name) as other:
        other.run("SELECT count(*) FROM ledger")
        found = backend.openers((books,), but_not=os.getpid())
        assert other.pid in {one.pid for one in found.found}
        assert other.pid not in {one.pid for one in backend.openers((books,), but_not=other.pid).found}
    assert backend.openers((books,), but_not=os.getpid()).found == ()


@pytest.mark.parametrize(
    ("dotenv", "expected"),
    [
        (None, "gharmitra.db"),
        ("DATABASE_URL=sqlite+aiosqlite:///./GharMitra.db?timeout=30\n", "GharMitra.db"),
        ("export DATABASE_URL='sqlite:////srv/society.db'\n", "/srv/society.db"),
        ("DATABASE_URL=postgresql+asyncpg://localhost/gharmitra\n", None),
    ],
)
def test_which_books_a_folder_means(tmp_path: Path, dotenv: str | None, expected: str | None) -> None:
    if dotenv is not None:
        (tmp_path / ".env").write_text(dotenv)
    assert database_of(tmp_path, {}) == (None if expected is None else tmp_path / expected)
