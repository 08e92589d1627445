"""``run.py``: standard library only, says the exact line where it may not install, and stops with 2."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[1]
RUN = PROJECT / "run.py"


@pytest.fixture
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_needs_nothing_but_python_itself() -> None:
    tree = ast.parse(RUN.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_who_may_not_install_is_told_the_exact_line(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "is_root", lambda: False)
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(SystemExit) as caught:
        run.need(["libegl1", "libgl1", "libegl1"])
    assert caught.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "sudo apt-get install -y --no-install-recommends libegl1 libgl1\n" in told.err


def test_elsewhere_than_on_debian_the_names_are_told(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit) as caught:
        run.need(["libegl1"])
    assert caught.value.code == 2
    assert "libegl1" in capsys.readouterr().err


def test_what_only_tests_need_stops_nobody(run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(run, "is_root", lambda: False)
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    run.need(["strace"], needed=False)
    assert "strace" in capsys.readouterr().err


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_is_refused_by_name(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: tuple[int, int]
) -> None:
    monkeypatch.setattr(run.sys, "version_info", (*version, 0, "final", 0))
    with pytest.raises(SystemExit) as caught:
        run.main(["list"])
    assert caught.value.code == 2
    assert "3.11, 3.12 or 3.13" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["--full"]])
def test_all_tests_are_shared_out_among_the_processors(run: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    for count, processes in ((None, "3"), (1, "2"), (4, "5"), (64, "8")):
        monkeypatch.setattr(run.os, "cpu_count", lambda count=count: count)
        assert run.shared_out(words) == ["-n", processes]


@pytest.mark.parametrize(
    "words", [["tests/test_run.py"], ["tests/test_run.py", "-k", "shared"], ["-n", "0"], ["-p", "no:xdist"], ["--full", "--pdb"]]
)
def test_those_that_were_asked_for_run_as_was_said(run: ModuleType, words: list[str]) -> None:
    assert run.shared_out(words) == []


_LOST = """current = "Practice"
societies = [{name = "Practice", books = "/nowhere/practice/gharmitra.db", practice = true}]
"""


@pytest.mark.parametrize("settings", ["", _LOST], ids=["the first time", "after its folder was thrown away"])
def test_without_a_screen_the_first_command_makes_a_checked_backup_in_the_terminal(tmp_path: Path, settings: str) -> None:
    """The words only: what is set up already is not set up again by a test."""
    if not (PROJECT / ".venv").exists():
        pytest.skip("this checkout was not set up by run.py")
    (tmp_path / "settings.toml").write_text(settings)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GHARMITRA_ADMIN_SETTINGS": str(tmp_path / "settings.toml")}
    code = f"import runpy, sys, pathlib; sys.argv = ['run.py']; run = runpy.run_path({str(RUN)!r}); "
    code += f"run['start'].__globals__['PRACTICE'] = pathlib.Path({str(tmp_path / 'practice')!r}); run['start']()"
    if not sys.platform.startswith("linux"):
        pytest.skip("there is always a screen on this system")
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "There is no screen here" in done.stderr
    assert "✔ Backup made and checked" in done.stdout
    assert len(list((tmp_path / "practice" / "backups").glob("gharmitra_backup_*.db"))) == 1


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (["serve"], "[server]"),
        (["--db", "x.db", "--json", "serve", "--port", "0"], "[server]"),
        (["label", "x.db", "serve"], ""),
        (["list"], ""),
    ],
)
def test_what_serves_is_installed_where_it_is_asked_for(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], extra: str
) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr(run, "install", lambda extra: told.append((extra,)))
    monkeypatch.setattr(run, "become", lambda *command: told.append(command))
    run.main(words)
    assert told == [(extra,), ("-m", "gharmitra_admin", *words)]
