"""The host that our routes are tested in: it behaves as GharMitra's backend was seen to, and has its faults."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gharmitra_admin.engine.parts.backend import servers
from tests.builders.host import Host, calls_of_old_code, python_of, write_backend

ADMIN, RESIDENT = "user-1", "user-2"


@pytest.fixture(params=["newest", pytest.param("pinned", marks=pytest.mark.full)])
def python(request: pytest.FixtureRequest) -> Path:
    return python_of(request.param)


@pytest.fixture
def host(python: Path, tmp_path: Path) -> Iterator[Host]:
    """A host with the connection behaviour of its own SQLAlchemy, started for the first time."""
    write_backend(tmp_path)
    with Host(tmp_path, python=python) as running:
        yield running


def test_it_introduces_itself_and_knows_who_asks(host: Host) -> None:
    assert host.get("/").json["app"] == "GharMitra API"
    assert host.get("/health").json == {"status": "healthy"}
    assert host.get("/api/me", token=ADMIN).json == {"id": 1, "email": "admin@example.com", "role": "admin"}
    assert host.get("/api/me", token=RESIDENT).json["role"] == "resident"
    assert host.get("/api/me").status in {401, 403}
    for stranger in ("user-3", "user-x", "garbage"):
        answer = host.get("/api/me", token=stranger)
        assert (answer.status, answer.json) == (401, {"detail": "Could not validate credentials"})


def test_a_receipt_answered_201_is_there_after_a_kill_and_a_new_start(host: Host) -> None:
    answer = host.post("/api/receipts", json={"note": "RV-1 ₹ 500"})
    assert (answer.status, answer.json) == (201, {"id": 1, "note": "RV-1 ₹ 500"})
    host.kill()
    assert not host.is_up()
    host.start()
    assert host.get("/api/receipts").json == ["RV-1 ₹ 500"]
    assert host.get("/api/receipts/count").json == {"count": 1}


def test_eight_who_write_at_once_are_all_served(host: Host) -> None:
    answers: list[int] = []
    write = [threading.Thread(target=lambda: answers.extend(_enter(host, 10))) for _ in range(8)]
    for thread in write:
        thread.start()
    for thread in write:
        thread.join()
    assert answers == [201] * 80
    assert host.get("/api/receipts/count").json == {"count": 80}


@pytest.mark.parametrize(("pool", "is_held"), [("null", False), ("queue", True)])
def test_an_idle_host_holds_the_books_or_not_as_its_pool_says(python: Path, tmp_path: Path, pool: str, is_held: bool) -> None:
    books = write_backend(tmp_path)
    with Host(tmp_path, python=python, pool=pool) as host:
        assert host.post("/api/receipts", json={"note": "one"}).status == 201
        if is_held:
            assert host.holds(books) == ["gharmitra.db", "gharmitra.db-shm", "gharmitra.db-wal"]
        else:
            host.wait_until(lambda: host.holds(books) == [], "no handle is left")
            assert not Path(f"{books}-wal").exists()
        assert host.stop() == 0
        assert not Path(f"{books}-wal").exists()


def test_without_a_word_about_pools_each_environment_has_its_own(tmp_path: Path) -> None:
    for environment, held in (("newest", True), ("pinned", False)):
        books = write_backend(tmp_path / environment)
        with Host(tmp_path / environment, python=python_of(environment)) as host:
            host.get("/api/receipts/count")
            host.wait_until(lambda host=host, books=books, held=held: bool(host.holds(books)) == held)  # type: ignore[misc]


def test_a_slow_request_holds_the_books_while_it_lasts(python: Path, tmp_path: Path) -> None:
    books = write_backend(tmp_path)
    with Host(tmp_path, python=python, pool="null") as host:
        asks = threading.Thread(target=_ask_for_long, args=(host,))
        asks.start()
        host.wait_until(lambda: host.holds(books) != [], "the request holds the books")
        assert host.get("/").status == 200
        host.kill()
        asks.join()


def test_it_is_found_as_a_running_backend_of_its_books(host: Host) -> None:
    (found,) = servers.find(host.folder / "gharmitra.db").servers
    assert (host.pid, (host.port,)) == (found.members[0].pid, found.ports)


def test_it_runs_on_a_real_societys_books(python: Path, real_books: Path, tmp_path: Path) -> None:
    write_backend(tmp_path / "backend", books=real_books, dotenv={"DATABASE_URL": "sqlite+aiosqlite:///./gharmitra.db"})
    with Host(tmp_path / "backend", python=python) as host:
        before = host.get("/api/receipts/count").json["count"]
        assert host.post("/api/receipts", json={"note": "one more"}).json["id"] == before + 1
        assert host.get("/api/me", token=ADMIN).json["role"] == "admin"
        assert "could not" not in host.said


def test_what_is_added_to_its_main_runs(python: Path, tmp_path: Path) -> None:
    write_backend(tmp_path, last_lines="\n\n@app.get('/added')\nasync def added() -> int:\n    return 7\n")
    with Host(tmp_path, python=python) as host:
        assert host.get("/added").json == 7


def test_it_hears_an_interrupt_also_where_it_was_started_ignoring_them(python: Path, tmp_path: Path) -> None:
    write_backend(tmp_path)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        host = Host(tmp_path, python=python).start()
    finally:
        signal.signal(signal.SIGINT, before)
    with host:
        assert host.stop() == 0


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    write_backend(tmp_path, last_lines="\nraise RuntimeError('no host today')\n")
    with pytest.raises(AssertionError, match="no host today"):
        Host(tmp_path, python=python_of("newest")).start()


class TestItHasTheFaultsThatWeAreThereFor:
    def test_it_backs_up_at_start_on_demand_and_at_logout(self, host: Host) -> None:
        assert calls_of_old_code(host.folder) == ["backup"]
        assert host.post("/api/database/backup", token=ADMIN).json == {"message": "Backup created successfully"}
        assert host.post("/api/database/backup-on-logout", token=RESIDENT).json == {"message": "Backup triggered"}
        host.wait_until(lambda: calls_of_old_code(host.folder) == ["backup"] * 3)
        listed = host.get("/api/database/backups", token=ADMIN).json
        assert {"filename", "size_kb", "created_at"} == set(listed[0])
        assert host.post("/api/database/backup", token=RESIDENT).status == 403

    @pytest.mark.parametrize("spoil", ["a file", "a query"])
    def test_it_says_that_a_backup_was_made_when_none_was(self, python: Path, tmp_path: Path, spoil: str) -> None:
        write_backend(tmp_path)
        if spoil == "a file":
            (tmp_path / "backups").write_text("not a folder")
        url = {"DATABASE_URL": "sqlite+aiosqlite:///./gharmitra.db?timeout=30"} if spoil == "a query" else {}
        with Host(tmp_path, python=python, environment=url) as host:
            answer = host.post("/api/database/backup", token=ADMIN)
            assert (answer.status, answer.json) == (200, {"message": "Backup created successfully"})
            assert not list(tmp_path.glob("backups/*"))
            assert ("Backup did not work" in host.said) == (spoil == "a file")

    @pytest.mark.parametrize(("pool", "knows"), [("null", 401), ("queue", 200)])
    def test_it_restores_any_file(self, python: Path, tmp_path: Path, pool: str, knows: int) -> None:
        """Afterwards it knows nobody, or, where the old -wal still lay there, has silently undone the restore."""
        write_backend(tmp_path)
        with Host(tmp_path, python=python, pool=pool) as host:
            host.post("/api/database/backup", token=ADMIN)
            (tmp_path / "chart.json").write_text("{}" * 5000)
            assert host.post("/api/database/restore", token=ADMIN, params={"filename": "none.db"}).status == 404
            host.wait_until(lambda: pool == "queue" or host.holds(tmp_path / "gharmitra.db") == [])
            answer = host.post("/api/database/restore", token=ADMIN, params={"filename": "../chart.json"})
            assert (answer.status, answer.json["message"]) == (200, "Restore completed")
            assert calls_of_old_code(tmp_path)[-1] == "restore"
            host.kill()
            host.start()
            assert host.get("/api/me", token=ADMIN).status == knows
            assert ("starting all the same" in host.said) == (knows == 401)


def _enter(host: Host, count: int) -> list[int]:
    return [host.post("/api/receipts", json={"note": f"receipt {number}"}).status for number in range(count)]


def _ask_for_long(host: Host) -> None:
    with contextlib.suppress(OSError):
        host.get("/api/slow", params={"seconds": "200"})
