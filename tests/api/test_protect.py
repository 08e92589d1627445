"""A backend in GharMitra's shape under protection: backups at start, on demand and at logout are made and checked, or said not to be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api.under_fire import ADMIN, PROTECTED, notes_in
from tests.builders.host import PROTECT, Answer, Host, calls_of_old_code, python_of, write_backend

RESIDENT = "user-2"
BACKUPS, BACKUP, LOGOUT = "/api/database/backups", "/api/database/backup", "/api/database/backup-on-logout"


def _listed(host: Host) -> list[dict[str, Any]]:
    answer = host.get(BACKUPS, token=ADMIN)
    assert answer.status == 200, answer.body
    return list(answer.json)


def _ended(host: Host, job: str) -> dict[str, Any]:
    """A job's end."""
    at = f"/api/database/jobs/{job}"
    host.wait_until(lambda: host.get(at, token=ADMIN).json["state"] != "running", "the job has ended")
    return dict(host.get(at, token=ADMIN).json)


@pytest.mark.parametrize(
    ("way", "environment", "pool"),
    [("line", "newest", "null"), ("no line", "newest", "queue"), ("line", "pinned", "queue"), ("no line", "pinned", "null")],
)
def test_backups_at_start_on_demand_and_at_logout_are_made_and_checked(way: str, environment: str, pool: str, tmp_path: Path) -> None:
    write_backend(tmp_path, last_lines=PROTECT if way == "line" else "")
    with Host(tmp_path, python=python_of(environment), app="app.main:app" if way == "line" else PROTECTED, pool=pool) as host:
        assert _listed(host) == [], "there was nothing to back up before the first start"
        host.post("/api/receipts", json={"note": "first"})
        host.stop()
        host.start()
        assert [one["kind"] for one in _listed(host)] == ["automatic"]
        host.post("/api/receipts", json={"note": "second"})
        made = host.post(BACKUP, token=ADMIN, json={"label": "before the audit"})
        assert (made.status, made.json["message"], made.json["status"]) == (200, "Backup created successfully", "checked")
        host.post("/api/receipts", json={"note": "third"})
        told = host.post(LOGOUT, token=RESIDENT)
        assert (told.status, told.json["message"]) == (200, "Backup triggered")
        assert _ended(host, told.json["job"])["state"] == "done"
        listed = _listed(host)
        assert [(one["kind"], one["status"], one["label"]) for one in listed] == [
            ("logout", "checked", None),
            ("manual", "checked", "before the audit"),
            ("automatic", "checked", None),
        ]
        assert all(set(one) >= {"filename", "size_kb", "created_at"} for one in listed)
        assert calls_of_old_code(tmp_path) == []
    places = {one["filename"]: next(tmp_path.glob(f"backups/**/{one['filename']}")) for one in listed}
    assert [notes_in(places[one["filename"]]) for one in listed] == [{"first", "second", "third"}, {"first", "second"}, {"first"}]


def test_a_url_with_a_query_string_names_the_same_books(tmp_path: Path) -> None:
    write_backend(tmp_path, dotenv={"DATABASE_URL": "sqlite+aiosqlite:///./gharmitra.db?timeout=30"})
    with Host(tmp_path, app=PROTECTED) as host:
        host.post("/api/receipts", json={"note": "first"})
        assert host.post(BACKUP, token=ADMIN).status == 200
        assert notes_in(tmp_path / "backups" / _listed(host)[0]["filename"]) == {"first"}


def test_the_list_keeps_what_was_listed_before_and_says_of_a_stranger_that_it_is_unchecked(tmp_path: Path) -> None:
    write_backend(tmp_path)
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "gharmitra_backup_20250101_101010.db").write_bytes(b"")
    with Host(tmp_path, app=PROTECTED) as host:
        assert [(one["filename"], one["status"]) for one in _listed(host)] == [("gharmitra_backup_20250101_101010.db", "damaged")]


@contextmanager
def _folder_is_a_file(folder: Path) -> Iterator[dict[str, str]]:
    (folder / "backups").write_text("a file", "utf-8")
    yield {}


def _small_disk(folder: Path) -> AbstractContextManager[dict[str, str]]:
    """A disk of its own for the backups, full but for some pages."""
    return _mounted(folder, "size=64k")


def _read_only(folder: Path) -> AbstractContextManager[dict[str, str]]:
    return _mounted(folder, "ro")


@contextmanager
def _mounted(folder: Path, how: str) -> Iterator[dict[str, str]]:
    if os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a disk needs root")
    (folder / "backups").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", folder / "backups"], check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode()}")
    try:
        yield {}
    finally:
        subprocess.run(["umount", "-l", folder / "backups"], check=True)


@pytest.mark.parametrize(
    ("in_the_way", "statuses"),
    [(_folder_is_a_file, {400, 500}), (_small_disk, {507}), (_read_only, {500})],
    ids=["folder is a file", "disk full", "read-only"],
)
def test_a_backup_that_was_not_made_is_never_told_as_made(in_the_way: Any, statuses: set[int], tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED) as host:
        host.post("/api/receipts", json={"note": "first"})
        host.stop()
        with in_the_way(tmp_path):
            try:
                host.start()  # the backup at start fails: loud, and nobody is kept from working
                assert "The backup at GharMitra's last start was not made" in host.said
                assert host.get("/api/receipts").json == ["first"]
                _must_be_told_as_failed(host, host.post(BACKUP, token=ADMIN), statuses)
                told = host.post(LOGOUT, token=RESIDENT)
                assert told.json["message"] == "Backup triggered"
                job = _ended(host, told.json["job"])
                assert (job["state"], job["status"] in statuses) == ("failed", True), job
                assert host.post(LOGOUT, token=RESIDENT).json["triggered"], "one that failed does not count"
                assert "the backup at a logout was not made" in host.said
                listed = host.get(BACKUPS, token=ADMIN)
                assert listed.status != 200 or listed.json == []
                assert "Traceback" not in host.said
            except BaseException:
                host.end()
                raise
        if (tmp_path / "backups").is_file():
            (tmp_path / "backups").unlink()
        assert host.post(BACKUP, token=ADMIN).status == 200
        told = {alert["code"] for alert in host.get("/api/database/health", token=ADMIN).json["alerts"]}
        assert "start_backup_failed" not in told, "one that was made since ends the alarm"


def _must_be_told_as_failed(host: Host, answer: Answer, statuses: set[int]) -> None:
    assert answer.status in statuses, answer.body
    assert all((answer.json["detail"], answer.json["error"]["code"], answer.json["error"]["hint"]))
    assert "successfully" not in answer.json["detail"]
    health = host.get("/api/database/health", token=ADMIN)
    if health.status == 200:
        assert health.json["status"] == "critical"
        assert "start_backup_failed" in {alert["code"] for alert in health.json["alerts"]}


def test_a_start_waits_only_so_long_for_its_backup(tmp_path: Path) -> None:
    write_backend(tmp_path, last_lines=PROTECT.replace("(app)", "(app, start_seconds=0)"))
    with Host(tmp_path) as host:
        host.post("/api/receipts", json={"note": "first"})
        host.stop()
        host.start()
        assert "takes longer than" in host.said
        assert host.get("/api/receipts").json == ["first"]
        host.wait_until(lambda: [one["kind"] for one in _listed(host)] == ["automatic"], "the backup is made all the same")


def test_books_that_were_lost_are_told_at_the_start(tmp_path: Path) -> None:
    books = write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED) as host:
        host.post(BACKUP, token=ADMIN)
        host.stop()
        books.unlink()
        host.start()
        assert "The backup at GharMitra's last start was not made" in host.said
        health = host.get("/api/database/health", token=ADMIN).json
        assert (health["status"], health["alerts"][0]["code"]) == ("critical", "start_backup_failed")
        assert host.post(BACKUP, token=ADMIN).status in {200, 409, 422}


def test_logouts_are_rare_and_cost_no_other_backup_its_place(tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED) as host:
        first = host.post(BACKUP, token=ADMIN).json["filename"]
        host.post("/api/receipts", json={"note": "x"})
        answers = [host.post(LOGOUT, token=RESIDENT).json for _ in range(12)]
        assert [one["triggered"] for one in answers] == [True] + [False] * 11
        assert all("just now" in one["message"] for one in answers[1:])
        _ended(host, answers[0]["job"])
        assert [(one["kind"], one["filename"] == first) for one in _listed(host)] == [("logout", False), ("manual", True)]


def test_a_name_that_was_allowed_reaches_our_routes_and_our_routes_ask_for_the_users_token(tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED, environment={"GHARMITRA_ADMIN_HOSTS": "books.example.org, other.example.org"}) as host:
        for name, status in (("books.example.org", 200), ("other.example.org:8001", 200), ("evil.example.org", 400)):
            assert host.get(BACKUPS, token=ADMIN, headers={"Host": name}).status == status
        told = host.get("/openapi.json").json["paths"]["/api/database/restore"]["post"]
        assert told["security"] == [{"HTTPBearer": []}]


def test_a_backend_that_is_no_sqlite_one_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import logging, sys; logging.basicConfig(stream=sys.stdout)\n"
        "from fastapi import FastAPI; from gharmitra_admin.api.protecting import protect\n"
        "import types; config = types.ModuleType('app.config')\n"
        "config.settings = types.SimpleNamespace(DATABASE_URL='postgresql+asyncpg://u:p@localhost/x')\n"
        "sys.modules['app.config'] = config; app = FastAPI(); before = list(app.router.routes); protect(app)\n"
        "assert list(app.router.routes) == before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert "no SQLite file" in done.stdout


def test_the_server_that_answers_has_no_sqlite_of_ours_loaded() -> None:
    """Two SQLite libraries in one process corrupt backups: the engine's own is loaded in child processes only."""
    code = "import sys; import gharmitra_admin.api, gharmitra_admin.api.server; sys.exit('apsw' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
