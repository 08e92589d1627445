"""A server that has a restore done by a process of its own: it does not stand in its own way, and everybody else does."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from gharmitra_admin.engine import Refused
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.parts import backend
from tests.builders import ledger
from tests.builders import society as societies
from tests.builders.backend import Backend
from tests.builders.command import gharmitra_admin
from tests.builders.dump import rows_of
from tests.builders.process import OtherProcess
from tests.builders.society import Society


@pytest.fixture
def society(tmp_path: Path) -> Society:
    """With one backup, and entries after it."""
    made = societies.make(tmp_path / "society")
    made.back_up()
    made.enter()
    return made


def go_back(running: Backend, society: Society, *words: str) -> tuple[int, str]:
    """Have the server restore: the exit code, and why not."""
    (record,) = society.vault().records()
    options = ("--json", "--supervised", "--db", str(society.paths.books), "--drained", "{pid}")
    code, answer = running.run(*options, "restore", *(words or ("--yes",)), "--", record.filename)
    return code, answer.get("error", {}).get("code", "")


@pytest.mark.parametrize("kind", ["alone", "reload"])
@pytest.mark.parametrize("app", ["app.main:app", "gharmitra_admin.api.protected:app"])
def test_a_drained_server_goes_back_and_goes_on(society: Society, kind: str, app: str) -> None:
    backup = rows_of(society.vault().records()[0].path)
    with Backend(society.paths.home, pooled=True, reload=kind == "reload", app=app) as running:
        assert len(backend.find(society.paths.books).servers) == 1
        assert go_back(running, society) == (11, "books_in_use")  # it still has them open
        running.ask("POST", "/let_go")
        assert go_back(running, society) == (0, "")
        assert rows_of(society.paths.books) == backup
        assert running.ask("POST", "/enter") > 0


@pytest.mark.parametrize("pooled", [True, False])
def test_its_plan_does_not_count_what_it_will_have_let_go_of(society: Society, pooled: bool) -> None:
    (record,) = society.vault().records()
    with Backend(society.paths.home, pooled=pooled) as running:
        running.ask("POST", "/enter")
        options = ("--json", "--supervised", "--db", str(society.paths.books), "--drained", "{pid}")
        code, plan = running.run(*options, "restore", "--dry-run", "--", record.filename)
        weights = {one["code"]: one["weight"] for one in plan["findings"]}
        assert (code, plan["ready"], weights.get("served_here")) == (0, True, "fine"), plan
        with society.paths.books.open("rb"):
            _, plan = running.run(*options, "restore", "--dry-run", "--", record.filename)
        assert not plan["ready"]


def test_a_drained_server_is_not_asked_on_its_port(society: Society) -> None:
    with Backend(society.paths.home) as running:
        (society.paths.home / ".env").write_text(f"PORT={running.port}\n", encoding="utf-8")
        before = running.ask("GET", "/asked")
        assert go_back(running, society, "--dry-run") == (0, "")
        assert running.ask("GET", "/asked") == before


def test_a_sibling_that_serves_too_is_in_the_way(society: Society) -> None:
    before = rows_of(society.paths.books)
    with Backend(society.paths.home, workers=True) as running:
        assert go_back(running, society) == (11, "books_in_use")
        assert rows_of(society.paths.books) == before


def test_another_server_and_another_program_are_in_the_way(society: Society) -> None:
    with Backend(society.paths.home) as running:
        with Backend(society.paths.home) as other:
            assert go_back(running, society) == (11, "books_in_use")
            other.process.terminate()
            other.process.wait(10)
            with OtherProcess(society.paths.books) as program:
                program.run("SELECT count(*) FROM ledger")
                assert go_back(running, society) == (11, "books_in_use")
        # Leaving the block has ended whatever ran in that folder.
        assert not running.is_up()


def test_nobody_can_call_a_stranger_drained(society: Society) -> None:
    (record,) = society.vault().records()
    with Backend(society.paths.home) as running:
        for pid in (running.process.pid, 2**22 + 1):
            words = ("--json", "--drained", str(pid), "restore", record.filename, "--yes")
            answer = gharmitra_admin(*words, books=society.paths.books)
            assert (answer.code, answer.json["error"]["code"]) == (14, "not_our_server")
        # This very process is above the command; but it is no GharMitra, so that the server still counts.
        words = ("--json", "--drained", str(os.getpid()), "restore", record.filename, "--yes")
        answer = gharmitra_admin(*words, books=society.paths.books)
        assert (answer.code, answer.json["error"]["code"]) == (11, "books_in_use")
        with pytest.raises(Refused) as told:
            backend.require_above(running.process.pid)
        assert told.value.code is Code.NOT_OUR_SERVER
        backend.require_above(psutil.Process().ppid())


def test_our_own_server_is_found_by_its_name(tmp_path: Path) -> None:
    books = ledger.make(tmp_path / "backend" / "gharmitra.db", entries=5)
    with Backend(books.parent, app="gharmitra_admin.api.protected:app") as running:
        (found,) = backend.find(books).servers
        assert (found.pid, found.ports) == (running.process.pid, (running.port,))
        assert backend.find(books, drained=found.pid).servers == ()
