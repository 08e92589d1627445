"""Restores over HTTP inside a protected backend, as GharMitra's own pages ask for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.api.under_fire import ADMIN, PROTECTED, Writers, back_up, notes_in, restore
from tests.builders.host import ENVIRONMENTS, PROTECT, Answer, Host, calls_of_old_code, python_of, write_backend


@pytest.fixture(params=[pytest.param("null", marks=pytest.mark.full), "queue"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """A protected backend whose idle connections are closed, or kept open, as GharMitra's two kinds do."""
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED, pool=request.param) as running:
        yield running


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_restore_needs_no_restart_and_can_be_undone(environment: str, tmp_path: Path) -> None:
    books = write_backend(tmp_path)
    with Host(tmp_path, python=python_of(environment), app=PROTECTED) as host:
        writers = Writers(host)
        assert writers.write_once()
        name = back_up(host)
        assert writers.write_once()
        answer = restore(host, name)
        assert answer.status == 200, answer.body
        assert set(answer.json) >= {"message", "safety_backup"}
        assert host.get("/api/receipts").json == ["note 0"]
        assert writers.write_once()
        assert host.get("/api/receipts").json == ["note 0", "note 2"]
        assert notes_in(tmp_path / "backups" / answer.json["safety_backup"]) == {"note 0", "note 1"}
        undone = host.post("/api/database/undo", token=ADMIN)
        assert undone.status == 200, undone.body
        assert host.get("/api/receipts").json == ["note 0", "note 1"]
        assert notes_in(tmp_path / "backups" / undone.json["safety_backup"]) == {"note 0", "note 2"}
        assert calls_of_old_code(tmp_path) == []
        assert host.stop() == 0
    assert notes_in(books) == {"note 0", "note 1"}


def test_the_plan_tells_that_the_books_will_be_let_go_of_and_what_it_confirms_by(host: Host) -> None:
    name = back_up(host)
    assert Writers(host).write_once()
    plan = host.get("/api/database/plan", params={"filename": name}, token=ADMIN).json
    assert (plan["ready"], plan["entries_different"]) == (True, 1)
    assert {one["code"]: one["weight"] for one in plan["findings"]}["served_here"] == "fine"
    others = Writers(host)
    with others.at_work():
        for wrong in ("0" * 16, ""):
            answer = host.post("/api/database/restore", json={"filename": name, "confirm": wrong}, token=ADMIN)
            assert (answer.status, answer.json["error"]["code"]) == (400, "plan_changed"), answer.body
    assert (others.busy, others.odd) == (0, []), "a wrong value disturbs nobody"
    assert Writers(host).write_once()
    late = host.post("/api/database/restore", json={"filename": name, "confirm": plan["confirmation"]}, token=ADMIN)
    assert (late.status, late.json["error"]["code"]) == (400, "plan_changed")
    plan = host.get("/api/database/plan", params={"filename": name}, token=ADMIN).json
    assert host.post("/api/database/restore", json={"filename": name, "confirm": plan["confirmation"]}, token=ADMIN).status == 200
    assert host.get("/api/receipts").json == []


def test_whoever_comes_meanwhile_is_told_to_come_again_and_the_asker_may_follow(host: Host, tmp_path: Path) -> None:
    name = back_up(host)
    begun = host.post("/api/database/restore", params={"filename": name, "background": "true"}, token=ADMIN)
    assert begun.status == 202, begun.body
    job, seen, ours = f"/api/database/jobs/{begun.json['job']}", set(), set()
    while (told := host.get(job, token=ADMIN)).json["state"] == "running":
        assert told.status == 200
        answer = host.get("/api/receipts/count")
        seen.add((answer.status, answer.headers["retry-after"]))
        if answer.status == 503:
            assert answer.json["error"]["code"] == "restoring"
            ours.add(host.get("/api/database/backups", token=ADMIN).status)
            assert host.get("/api/database/jobs", token="user-2").status in {403, 503}
    assert told.json["state"] == "done", told.json
    assert told.json["result"]["restored"] == name
    assert (503, "3") in seen
    assert 503 in ours <= {200, 503}, "whoever has to be looked up in the books is told to come again too"
    assert host.get("/api/receipts/count").status == 200


def test_whoever_asked_for_a_restore_may_call_it_off_while_nobody_can_be_looked_up(host: Host) -> None:
    name = back_up(host)
    assert Writers(host).write_once()
    begun = host.post("/api/database/restore", params={"filename": name, "background": "true"}, token=ADMIN)
    job = f"/api/database/jobs/{begun.json['job']}"
    host.wait_until(lambda: host.get("/api/receipts/count").status == 503 or host.get(job, token=ADMIN).json["state"] != "running", "shut")
    answer = host.post(f"{job}/cancel", token=ADMIN)
    assert answer.status == 200, answer.body
    host.wait_until(lambda: host.get(job, token=ADMIN).json["state"] != "running", "the job has ended")
    state = host.get(job, token=ADMIN).json["state"]
    assert host.get("/api/receipts").json == ([] if state == "done" else ["note 0"])
    assert state in {"cancelled", "done"}, "past the commit point it finishes"


@pytest.mark.parametrize(("route", "sent"), [("restore", {"confrim": "x"}), ("undo", {"filename": "x"}), ("backup", {"lable": "x"})])
def test_a_misspelt_word_is_refused_and_named(route: str, sent: dict[str, str], tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED) as host:
        name = back_up(host)
        params = {"filename": name} if route == "restore" else {}
        answer = host.post(f"/api/database/{route}", params=params, json=sent, token=ADMIN)
        assert (answer.status, answer.json["error"]["code"]) == (422, "body_not_understood")
        assert next(iter(sent)) in answer.json["detail"]
        assert [one["filename"] for one in host.get("/api/database/backups", token=ADMIN).json] == [name]
        missing = host.post("/api/database/restore", token=ADMIN)
        assert (missing.status, missing.json["error"]["code"]) == (400, "no_name")


def test_row_96_of_two_restores_at_once_one_is_refused(host: Host) -> None:
    name = back_up(host)
    answers: list[Answer] = []
    both = [threading.Thread(target=lambda: answers.append(restore(host, name))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answer.status for answer in answers) == [200, 409]
    assert {answer.json["error"]["code"] for answer in answers if answer.status == 409} <= {"restore_runs", "restoring"}


def test_a_request_that_does_not_end_keeps_the_restore_away_and_nothing_changes(tmp_path: Path) -> None:
    books = write_backend(tmp_path, last_lines=PROTECT.replace("(app)", "(app, drain_seconds=1)"))
    with Host(tmp_path) as host:
        name = back_up(host)
        Writers(host).write_once()
        slow = threading.Thread(target=_ask_slowly, args=(host,))
        slow.start()
        host.wait_until(lambda: host.holds(books) != [], "the slow request is inside")
        answer = restore(host, name)
        assert (answer.status, answer.json["error"]["code"]) == (409, "not_at_rest")
        assert "window" in answer.json["error"]["hint"]
        assert host.get("/api/receipts").json == ["note 0"]
        host.kill()
        slow.join()


def _ask_slowly(host: Host) -> None:
    with suppress(OSError):
        host.get("/api/slow", params={"seconds": "20"})


def test_another_program_with_the_books_open_keeps_the_restore_away(host: Host, tmp_path: Path) -> None:
    name = back_up(host)
    assert Writers(host).write_once()
    other = tmp_path / "gharmitra.db"
    with other.open("rb"):
        answer = restore(host, name)
    assert (answer.status, answer.json["error"]["code"]) == (409, "books_in_use"), answer.body
    assert host.get("/api/receipts").json == ["note 0"]
    assert restore(host, name).status == 200


def test_a_second_worker_keeps_the_restore_away(tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED, arguments=["--workers", "2"]) as host:
        name = back_up(host)
        answer = restore(host, name)
        assert (answer.status, answer.json["error"]["code"]) == (409, "books_in_use"), answer.body
        assert host.get("/api/receipts/count").status == 200


def test_what_would_be_refused_anyway_disturbs_nobody(host: Host, tmp_path: Path) -> None:
    name = back_up(host)
    damaged = tmp_path / "backups" / name
    damaged.write_bytes(damaged.read_bytes()[:-4096])
    writers = Writers(host)
    with writers.at_work():
        answers = [restore(host, name), restore(host, "gharmitra_backup_20000101_000000.db"), restore(host, "../gharmitra.db")]
    assert [answer.status for answer in answers] == [422, 404, 400]
    assert (writers.busy, writers.odd) == (0, [])
    assert set(host.get("/api/receipts").json) == writers.acknowledged


def test_a_reloading_backend_is_restored_too(tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED, arguments=["--reload", "--reload-include", "nothing.xyz"]) as host:
        name = back_up(host)
        assert Writers(host).write_once()
        assert restore(host, name).status == 200
        assert host.get("/api/receipts").json == []
