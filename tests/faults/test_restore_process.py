"""The process of a restore is ended, starved or doubled from outside; rows 97, 98, 99 and 100 of the catalogue of faults.

Whatever becomes of it, the books are the complete old or the complete new ones, and the next opening says which.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gharmitra_admin.engine import Code, Refused, SystemClock
from gharmitra_admin.engine.parts import backend
from tests.builders import ledger
from tests.builders.backend import Backend
from tests.builders.command import PROJECT
from tests.builders.dump import rows_of
from tests.builders.made_up import add_receipts
from tests.builders.process import ask
from tests.builders.society import Society
from tests.faults import restore_sweep, sweep
from tests.faults.child import needs_strace
from tests.faults.restore_sweep import NAME, Ready

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and signals as here are Linux's")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """A society whose books went on after its only backup."""
    if reason := sweep.missing():
        pytest.skip(reason)
    return restore_sweep.prepare(tmp_path_factory.mktemp("process"), "at rest")


def restoring(society: Society) -> list[str]:
    return [sys.executable, "-m", "gharmitra_admin", "--json", "--db", str(society.paths.books), "restore", NAME, "--yes"]


def run(words: Sequence[str]) -> tuple[int, Any]:
    """Run to the end, and tell the exit code and the answer, None where there was none. Never a traceback."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=environment, timeout=120)
    return done.returncode, json.loads(done.stdout) if done.stdout else None


def as_told(code: int, answer: Any) -> dict[str, Any] | None:
    """What the process told, as the rules of the sweep read it."""
    if answer is None:
        return None
    return {"ok": code in {0, 3}, "code": answer.get("error", {}).get("code")}


@needs_strace
@linux_only
@pytest.mark.parametrize("where", ["safety backup", "books"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=["closed", "Ctrl-C", "logout"])
def test_row_97_ended_from_outside_in_the_middle(ready: Ready, tmp_path: Path, number: signal.Signals, where: str) -> None:
    society = ready.prepared.fresh(tmp_path / "society")
    call, is_there = ("fsync", ".db.part") if where == "safety backup" else ("pwrite64", "gharmitra.db-wal")
    path = next(one for one in ready.prepared.touched if one.endswith(is_there) and "json" not in one)
    now = SystemClock().local(SystemClock().now())
    if where == "safety backup":
        society.clock.set(now)  # its name is made of the time of day, so any hidden one is watched by its folder
        path = "backups"
    watched = ["-P", str(society.paths.home / path)]
    words = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), *watched, "-e", f"trace={call}"]
    code, answer = run([*words, "-e", f"inject={call}:signal={number.name}:when=1", *restoring(society)])
    assert number.name in (tmp_path / "trace").read_text(), "the signal was not sent"
    if number is signal.SIGINT and where == "books":
        assert code == 0, answer  # past the safety backup it goes on to its end
    elif number is signal.SIGINT:
        assert code == 130, answer
    else:
        assert answer is None
        assert code != 0
    found = restore_sweep.aftermath(society, ready, as_told(code, answer))
    assert not found, "\n".join(found)


def test_row_98_a_backend_that_hangs_is_stopped_in_bounded_time(tmp_path: Path) -> None:
    """It holds the books, answers nobody and hears no request to go."""
    books = ledger.make(tmp_path / "books" / "gharmitra.db", entries=5)
    with Backend(books.parent, pooled=True) as running:
        (found,) = backend.find(books).servers
        entered = running.ask("POST", "/enter")
        running.process.send_signal(signal.SIGSTOP)
        (again,) = backend.find(books).servers
        assert again.pid == found.pid
        assert not backend.stop(again, books, clock=SystemClock(), graceful_seconds=0.2)
        assert not running.is_up()
    assert ask(books, f"SELECT count(*) FROM ledger WHERE id = {entered}") == [["1"]]


@linux_only
@pytest.mark.parametrize(
    "limit", ["--nofile=7", "--nofile=9", "--nofile=11", "--nofile=13", "--nofile=16", "--fsize=30000", "--fsize=60000"]
)
def test_row_99_too_few_files_or_bytes_for_a_restore(ready: Ready, tmp_path: Path, limit: str) -> None:
    starved(ready, tmp_path, limit)


@linux_only
@pytest.mark.parametrize("size_mb", [40, 52, 60, 64, 66, 67, 68])
def test_row_99_too_little_memory_for_a_restore(ready: Ready, tmp_path: Path, size_mb: int) -> None:
    starved(ready, tmp_path, f"--as={size_mb << 20}")


def starved(ready: Ready, folder: Path, limit: str) -> None:
    """It fails in words or works; a success is one."""
    society = ready.prepared.fresh(folder / "society")
    code, answer = run(["prlimit", limit, *restoring(society)])
    assert (answer is None) <= (code != 0)
    if answer is not None and code not in {0, 3}:
        assert answer["error"]["message"]
    found = restore_sweep.aftermath(society, ready, as_told(code, answer))
    assert not found, "\n".join(found)


def test_row_100_the_second_of_two_clicks_finds_other_books_than_it_was_told_of(made_up_society: Society) -> None:
    """Both were confirmed for the same number of entries; only one goes back, and its undo brings everything back."""
    society = made_up_society
    name = society.back_up().record.filename
    with pytest.raises(Refused) as wrong:
        society.vault().restore(name, expected=1)
    assert (wrong.value.code, wrong.value.values["found"]) == (Code.BOOKS_CHANGED, 0)
    add_receipts(society, 7)
    before = rows_of(society.paths.books)
    plan = society.vault().plan(name)
    assert plan.comparison is not None
    number = plan.comparison.entries_different
    assert number == 7
    at_once = [subprocess.Popen(_click(society, name, number), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = sorted(one.communicate(timeout=120)[0].strip() for one in at_once)
    assert answers in (["books_changed", "done"], ["done", "job_running"]), answers
    assert rows_of(society.paths.books) == rows_of(society.paths.backups / name)
    society.clock.forward(minutes=5)
    society.vault().undo()
    assert rows_of(society.paths.books) == before


def test_row_100_the_last_good_backup_is_not_deleted_and_a_wrong_one_can_be_undone(made_up_society: Society) -> None:
    society = made_up_society
    name = society.back_up().record.filename
    with pytest.raises(Refused) as told:
        society.vault().delete(name)
    assert told.value.code is Code.LAST_GOOD_BACKUP
    add_receipts(society, 3)
    before = rows_of(society.paths.books)
    assert society.vault().restore(name).safety is not None
    society.clock.forward(minutes=1)
    assert society.vault().plan_undo().is_ready
    society.vault().undo()
    assert rows_of(society.paths.books) == before


_CLICK = """
import sys
from pathlib import Path
from gharmitra_admin.engine import EngineError, Paths, Settings, SystemClock, Vault
vault = Vault.open(Paths.of(Path(sys.argv[1])), settings=Settings(), clock=SystemClock(), who="treasurer", face="window")
try:
    vault.restore(sys.argv[2], expected=int(sys.argv[3]))
    print("done")
except EngineError as error:
    print(error.code.value)
"""


def _click(society: Society, name: str, number: int) -> list[str]:
    return [sys.executable, "-c", _CLICK, str(society.paths.books), name, str(number)]
