"""GharMitra's backend started with no line of it changed: where there is none, and where the line stands in it too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.under_fire import ADMIN, PROTECTED
from tests.builders import ledger
from tests.builders.command import PROJECT
from tests.builders.host import PROTECT, Host, write_backend


def started(folder: Path) -> tuple[int, str]:
    """A start that ends by itself: its exit code and all that it said."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", PROTECTED, "--port", "0"],
        check=False, capture_output=True, encoding="utf-8", cwd=folder, env=environment, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("there", ["nothing", "a folder app without main", "a main without app", "an app of another kind"])
def test_a_folder_that_is_not_gharmitras_ends_the_start_with_one_sentence(tmp_path: Path, there: str) -> None:
    if there != "nothing":
        (tmp_path / "app").mkdir()
        (tmp_path / "app" / "__init__.py").write_text("")
    if there.startswith("a main"):
        (tmp_path / "app" / "main.py").write_text("")
    elif there.startswith("an app"):
        (tmp_path / "app" / "main.py").write_text("app = 1\n")
    code, said = started(tmp_path)
    assert code not in {0, None}
    (line,) = [one for one in said.splitlines() if one.strip()]
    assert str(tmp_path) in line
    assert "app/main.py" in line
    assert "start this in the folder" in line


def test_what_gharmitras_own_code_raises_is_told_as_its_own(tmp_path: Path) -> None:
    write_backend(tmp_path, last_lines="\nimport not_installed_here\n")
    code, said = started(tmp_path)
    assert code != 0
    assert "not_installed_here" in said
    assert "start this in the folder" not in said


def plain_backend(folder: Path, *lines: str) -> None:
    """A backend that names its books nowhere; ``lines`` end its main.py."""
    (folder / "app").mkdir()
    (folder / "app" / "__init__.py").write_text("")
    (folder / "app" / "main.py").write_text("\n".join(("from fastapi import FastAPI", "app = FastAPI()", *lines, "")))


def test_a_backend_whose_books_are_not_named_does_not_start_unprotected(tmp_path: Path) -> None:
    plain_backend(tmp_path)
    code, said = started(tmp_path)
    assert code not in {0, None}
    (line,) = [one for one in said.splitlines() if one.strip()]
    assert "protect(app, db=" in line


def test_the_line_in_a_backend_whose_books_are_not_named_says_what_is_missing(tmp_path: Path) -> None:
    plain_backend(tmp_path, *PROTECT.splitlines())
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", "import app.main"]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=tmp_path, env=environment)
    assert (done.returncode, "protect(app, db=" in done.stderr) == (1, True)


@pytest.mark.parametrize("where", ["a .env", "DATABASE_URL", "GHARMITRA_DB before all others"])
def test_the_books_are_found_where_the_environment_names_them(tmp_path: Path, where: str) -> None:
    plain_backend(tmp_path)
    ledger.make(tmp_path / "gharmitra.db")
    url = "sqlite+aiosqlite:///./gharmitra.db?timeout=20"
    if where == "a .env":
        (tmp_path / ".env").write_text(f'DATABASE_URL="{url}"\n')
    named = {"DATABASE_URL": url} if where == "DATABASE_URL" else {}
    if where.startswith("GHARMITRA_DB"):
        named = {"GHARMITRA_DB": "gharmitra.db", "DATABASE_URL": "postgresql://another.example/program"}
    with Host(tmp_path, app=PROTECTED, environment=named) as host:
        assert host.get("/api/database/backups").status == 401
        host.wait_until(lambda: list((tmp_path / "backups").glob("gharmitra_backup_*.db")), "the backup at the start is made")


def test_both_ways_at_once_protect_once_and_say_so(tmp_path: Path) -> None:
    write_backend(tmp_path, last_lines=PROTECT)
    with Host(tmp_path, app=PROTECTED) as host:
        host.post("/api/receipts", json={"note": "first"})
        made = host.post("/api/database/backup", token=ADMIN)
        assert (made.status, made.json["status"]) == (200, "checked")
        assert host.get("/openapi.json").status == 200
        restored = host.post("/api/database/restore", token=ADMIN, params={"filename": made.json["filename"]})
        assert restored.status == 200, restored.body
        assert host.stop() == 0
        assert host.said.count("is protected already") == 1
