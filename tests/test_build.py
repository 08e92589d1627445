"""The built program: it builds, starts, and backs up without Python around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gharmitra_admin import __version__
from tests.builders import society as societies

PROJECT = Path(__file__).parents[1]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_built_program_starts_and_makes_a_backup(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    folders = ["--distpath", str(tmp_path / "dist"), "--workpath", str(tmp_path / "build")]
    subprocess.run([*command, *folders, "build.spec"], check=True, cwd=PROJECT)
    built = tmp_path / "dist" / "gharmitra-admin"
    suffix = ".exe" if os.name == "nt" else ""
    said = subprocess.run([built / f"gharmitra-admin{suffix}", "--version"], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == f"gharmitra-admin {__version__}"
    books = societies.make(tmp_path / "society").paths.books
    made = subprocess.run(
        [built / f"gharmitra-admin{suffix}", "--db", books, "--json", "backup"], check=True, capture_output=True, text=True
    )
    assert json.loads(made.stdout)["status"] == "checked"
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    window = subprocess.Popen([built / f"gharmitra-admin-gui{suffix}", "--db", books], env=environment, stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        window.wait(5)
    window.terminate()
    _, told = window.communicate(timeout=30)
    assert "Traceback" not in told
    assert window.returncode == 0
