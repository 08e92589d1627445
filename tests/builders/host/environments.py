"""The two Pythons that a host runs on: one with the versions that GharMitra pins, and our own with the newest.

The pinned one is a virtual environment in the user's cache folder, named by what is in it; it stays there for the next run.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import appdirs
import pytest
from filelock import FileLock

PROJECT = Path(__file__).parents[3]
ENVIRONMENTS = ("newest", "pinned")
_PINNED = ("fastapi==0.109.0", "SQLAlchemy==2.0.25", "greenlet", "aiosqlite==0.19.0", "uvicorn==0.27.0", "pydantic>=2,<3", "httpx")
_NOT_THERE = {"pyside6-essentials", "qasync"}
_NEEDED = ("fastapi", "sqlalchemy", "greenlet", "aiosqlite", "uvicorn", "httpx")
_PROBE = f"import sqlalchemy.ext.asyncio, {', '.join(_NEEDED)}, apsw, typer; fastapi.FastAPI().openapi()"
_MOST_SECONDS = 240


class CannotBeMade(Exception):
    """The environment is not there and cannot be made; its text says why."""


def python_of(environment: str) -> Path:
    """The Python of "newest" or "pinned"; skips the test, with the reason, where there is none."""
    try:
        return pinned_environment() if environment == "pinned" else newest_environment()
    except CannotBeMade as error:
        pytest.skip(str(error))


def newest_environment() -> Path:
    """Our own Python. Raises CannotBeMade."""
    if lacking := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise CannotBeMade(f"not installed here: {', '.join(lacking)}")
    return Path(sys.executable)


def pinned_environment(cache_folder: Path | None = None) -> Path:
    """The Python of an environment with the pinned versions and what we need ourselves. Raises CannotBeMade.

    Made once for a list of requirements and a Python; a failure is remembered too, so that only the first test waits for it.
    """
    made = _made(cache_folder or Path(appdirs.user_cache_dir("gharmitra-admin-tests")))
    if isinstance(made, str):
        raise CannotBeMade(made)
    return made


@functools.cache
def _made(cache_folder: Path) -> Path | str:
    wanted = requirements()
    named = hashlib.sha256("\n".join([*wanted, sys.version, sys.base_prefix]).encode()).hexdigest()[:16]
    folder = cache_folder / f"pinned-{named}"
    python, stamp = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"), folder / "made.stamp"
    try:
        cache_folder.mkdir(parents=True, exist_ok=True)
        with FileLock(cache_folder / f"pinned-{named}.lock"):
            if not (stamp.is_file() and _works(python)):
                shutil.rmtree(folder, ignore_errors=True)
                _make(folder, python, wanted)
                stamp.touch()
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        return f"the pinned environment cannot be made: {said.strip().splitlines()[-1] if said.strip() else error!r}"
    return python


def requirements() -> list[str]:
    """The pinned versions, and our own requirements but for the window's."""
    ours = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return [*_PINNED, *(one for one in ours if re.split(r"[^\w-]", one, maxsplit=1)[0].lower() not in _NOT_THERE)]


def _make(folder: Path, python: Path, wanted: list[str]) -> None:
    has_pip = importlib.util.find_spec("pip") is not None
    _run(sys.executable, "-m", "venv", *(["--without-pip"] if has_pip else []), str(folder))
    pip = [sys.executable, "-m", "pip", "--python", str(python)] if has_pip else [str(python), "-m", "pip"]
    _run(*pip, "install", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", *wanted)
    _run(str(python), "-c", _PROBE)


def _works(python: Path) -> bool:
    try:
        _run(str(python), "-c", "pass")
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=_MOST_SECONDS)
