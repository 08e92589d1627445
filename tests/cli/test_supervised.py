"""The command as a server runs it: progress on stderr, a stop by a word or by the server's own end, and nothing left half done."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gharmitra_admin.cli.supervised import Considerate
from gharmitra_admin.engine import Cancelled, Paths
from gharmitra_admin.engine.parts.lock import SocietyLock
from tests.builders import ledger
from tests.builders.clock import FakeClock
from tests.builders.command import gharmitra_admin
from tests.builders.dump import rows_of
from tests.builders.process import OtherProcess
from tests.builders.society import Society, assert_whole
from tests.builders.supervised import Supervised

LARGE = "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO {table} SELECT i, {value} FROM n"


def grow(books: Path, table: str) -> None:
    """Make it large enough that each step of a job is told: some 60 MB, and an index to check."""
    with OtherProcess(books) as other:
        other.run(
            f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, text TEXT)",
            LARGE.format(rows=120_000, table=table, value="hex(randomblob(200))"),
            f"CREATE INDEX {table}_by_text ON {table} (text)",
        )


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    books = ledger.make(tmp_path_factory.mktemp("grown") / "gharmitra.db")
    grow(books, "bulk")
    return books


@pytest.fixture
def large(grown: Path, tmp_path: Path) -> Society:
    books = tmp_path / "society" / "gharmitra.db"
    books.parent.mkdir()
    books.write_bytes(grown.read_bytes())
    return Society.of(books)


def half_done(paths: Paths) -> list[str]:
    """What only a job that is not over has there."""
    found = [path.name for path in paths.home.rglob("*") if path.is_file() and path.name.startswith(".") and path != paths.lock]
    return [name for name in found if not name.endswith(".lock")]


class Stopwatch(FakeClock):
    """Its seconds go on only when a test says so."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def test_a_job_of_the_server_gives_way_each_time_it_has_worked_for_a_while() -> None:
    clock, ways = Stopwatch(), list[float]()
    token = Considerate(clock, give_way=lambda: ways.append(clock.seconds))
    for _ in range(100):
        assert not token.is_asked()
    assert ways == [], "a job that looks often would do nothing else"
    clock.seconds = 1.0
    token.check()
    token.check()
    clock.seconds = 2.0
    token.ask()
    with pytest.raises(Cancelled):
        token.check()
    assert ways == [1.0, 2.0]


def test_a_backup_tells_its_progress_and_its_last_step(large: Society) -> None:
    with Supervised("--acting-for", "admin@rose.in", "backup", books=large.paths.books) as running:
        made = running.answer()
        assert running.code() == 0
    assert made["status"] == "checked"
    assert {"copying", "checking"} <= {one["stage"] for one in running.told}
    assert all(one.keys() == {"stage", "done", "total"} for one in running.told)
    assert {event["who"] for event in gharmitra_admin("audit", "--json", books=large.paths.books).json} == {"admin@rose.in (backend)"}


@pytest.mark.parametrize("how", ["cancel", "hang up", "terminate"])
def test_a_backup_that_is_asked_to_stop_leaves_nothing(large: Society, how: str) -> None:
    with Supervised("backup", books=large.paths.books) as running:
        running.until("copying", "checking")
        if how == "cancel":
            running.say("what is this?")
            running.say("cancel")
        elif how == "hang up":
            running.hang_up()
        else:
            running.process.terminate()
        assert running.answer()["error"]["code"] == "cancelled"
        assert running.code() == 130
    assert half_done(large.paths) == []
    assert large.vault().records() == []
    assert_whole(large.paths.books)


@pytest.mark.parametrize("job", ["backup", "restore"])
def test_a_server_that_is_killed_leaves_nothing_half_done(large: Society, job: str) -> None:
    name = large.back_up().record.filename
    large.enter()
    before = rows_of(large.paths.books)
    words = ("backup",) if job == "backup" else ("restore", name, "--yes")
    with Supervised(*words, books=large.paths.books, behind_a_server=True) as running:
        running.until("copying" if job == "backup" else "saving")
        running.process.kill()
        assert running.answer()["error"]["code"] == "cancelled"
    assert half_done(large.paths) == []
    assert SocietyLock.holder(large.paths.lock) is None
    assert rows_of(large.paths.books) == before
    vault = large.vault()
    assert vault.notices == ()
    assert [one.outcome for one in vault.audit_events() if one.action == job][-1] == "failed"
    assert vault.restore(name).safety is not None


def test_a_restore_past_its_commit_point_is_finished_though_nobody_waits_for_it(large: Society) -> None:
    name = large.back_up().record.filename
    wanted = rows_of(large.paths.backups / name)
    large.enter()
    grow(large.paths.books, "later")
    with Supervised("restore", name, "--yes", books=large.paths.books) as running:
        running.until("checking_books", "counting")
        running.hang_up()
        assert running.answer()["restored"] == name
        assert running.code() == 0
    assert rows_of(large.paths.books) == wanted
    assert half_done(large.paths) == []


def test_a_stop_that_came_before_the_start_is_heard(society: Society) -> None:
    before = set(society.everything())
    with Supervised("verify", "--", society.back_up().record.filename, books=society.paths.books) as running:
        running.hang_up()
        running.code()
    with Supervised("backup", books=society.paths.books) as running:
        running.hang_up()
        assert running.answer().get("error", {"code": "cancelled"})["code"] == "cancelled"
    assert half_done(society.paths) == []
    assert before <= set(society.everything())


@pytest.mark.skipif(sys.platform == "win32", reason="a signal to one process is not Windows's")
def test_ctrl_c_at_the_servers_console_is_the_servers(large: Society) -> None:
    with Supervised("backup", books=large.paths.books) as running:
        running.until("copying", "checking")
        running.process.send_signal(signal.SIGINT)
        assert running.answer()["status"] == "checked"
        assert running.code() == 0


def test_no_library_is_loaded_that_only_a_person_needs(society: Society) -> None:
    script = """
import sys
from gharmitra_admin.cli.main import run
code = run(["--json", "--supervised", "--db", sys.argv[1], "list"])
loaded = {name.partition(".")[0] for name in sys.modules} & {"rich", "PySide6", "fastapi", "asyncio"}
raise SystemExit(code or (f"loaded: {loaded}" if loaded else 0))
"""
    done = subprocess.run([sys.executable, "-c", script, str(society.paths.books)], input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_whom_it_acts_for_and_the_other_words_are_not_for_people() -> None:
    said = gharmitra_admin("--help").out + gharmitra_admin("restore", "--help").out
    assert not any(word in said for word in ("supervised", "acting-for", "drained", "only-listed"))
    assert "--confirm" in said
