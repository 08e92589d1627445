"""The shape of the house: who may import whom, how large things may be, and what may stand nowhere."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gharmitra_admin import engine

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "gharmitra_admin"
MODULES = sorted(PACKAGE.rglob("*.py"))
# The reason of each longer function stands in the function itself, behind these words.
REASON = "# long because "
FORBIDDEN_WORDS = ("pypi.org", "pythonhosted", "registry.npmjs", "deb.debian", "/work/", "subagent")


def test_the_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"],
        check=False, capture_output=True, text=True, cwd=PROJECT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_over_300_lines() -> None:
    long = {str(path.relative_to(PROJECT)): lines for path in MODULES if (lines := len(path.read_text("utf-8").splitlines())) > 300}
    assert not long


def test_no_function_is_over_40_lines_without_a_reason() -> None:
    long = [f"{path.name}:{node.lineno} {node.name}" for path in MODULES for node in _functions(path) if _is_too_long(path, node)]
    assert not long


def test_every_module_and_every_public_function_of_the_front_door_says_what_it_promises() -> None:
    silent = [str(path.relative_to(PROJECT)) for path in MODULES if ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None]
    assert not silent
    door = ast.parse((PACKAGE / "engine/vault/__init__.py").read_text("utf-8"))
    methods = [node for node in ast.walk(door) if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert [node.name for node in methods if ast.get_docstring(node) is None] == ["paths"]


def test_only_live_books_opens_the_live_file() -> None:
    """Everywhere else a database is opened closed and immutable, by one function, or made anew under a hidden name."""
    may = {"live_books/__init__.py", "base/sqlite.py", "parts/snapshot.py", "parts/verify.py", "salvage/target.py"}
    openers = {path for path in MODULES if "apsw.Connection(" in path.read_text("utf-8")}
    assert {path for path in openers if "/".join(path.parts[-2:]) not in may and "demo" not in path.parts} == set()


def test_the_engines_public_names_are_sorted_and_all_there() -> None:
    ordered = sorted(engine.__all__, key=lambda name: (not name.isupper(), name))
    assert engine.__all__ == ordered
    assert all(getattr(engine, name) is not None for name in engine.__all__)


def test_nothing_speaks_of_where_it_was_written() -> None:
    texts = [*MODULES, *(PROJECT / "tests").rglob("*.py"), PROJECT / "run.py", PROJECT / "pyproject.toml", *PROJECT.glob("*.md")]
    me = Path(__file__).name
    found = [f"{path.name}: {word}" for path in texts for word in FORBIDDEN_WORDS if path.name != me and word in path.read_text("utf-8")]
    assert not found


def test_a_call_that_returns_nothing_costs_no_reference_to_none() -> None:
    """A PySide6 that does not fit this Python aborts after some thousand calls; see the pin in pyproject.toml."""
    core = pytest.importorskip("PySide6.QtCore", reason="the window's libraries are not installed")
    thing = core.QObject()
    before = sys.getrefcount(None)
    for _ in range(300):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 100


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_too_long(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    assert node.end_lineno is not None
    lines = path.read_text("utf-8").splitlines()[node.lineno - 1 : node.end_lineno]
    return len(lines) > 40 and not any(REASON in line for line in lines)
