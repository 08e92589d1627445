"""The engine in a process of its own, with errors put under its system calls by strace; and disks that are full or write-protected."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gharmitra_admin.engine.base.files import PART
from tests.builders.society import Society

PROJECT = Path(__file__).parents[2]
STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed: no error can be put under a system call here")
needs_root = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root on Linux may mount a small disk for this fault"
)
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody rename or remove a file that is open")


@dataclass(frozen=True)
class Told:
    """What a process or a call told of its end, good or bad."""

    ok: bool
    filename: str | None = None
    unchanged: bool = False
    warnings: tuple[str, ...] = ()
    code: str | None = None
    path: str | None = None
    reason: str | None = None
    message: str | None = None
    found: Mapping[str, list[str | None]] = field(default_factory=dict)


def names_its_file(path: str | None, message: str | None) -> bool:
    """Whether what a person is told names the file, or its folder where nobody could find the file: it is only being made."""
    if path is None or message is None:
        return False
    file = Path(path)
    return str(file.parent if file.name.startswith(".") and file.name.endswith(PART) else file) in message


@dataclass(frozen=True)
class Injection:
    """Errors for some calls on some files: ``what`` as strace says it, e.g. ``write:error=ENOSPC:when=2+``."""

    files: tuple[Path, ...]
    what: str

    @property
    def calls(self) -> str:
        return self.what.split(":", 1)[0]


@dataclass(frozen=True)
class Traced:
    """A run under strace: what it told, and the calls on the watched files, those with an error put under them among them."""

    told: Told
    trace: tuple[str, ...]

    @property
    def injected(self) -> tuple[str, ...]:
        return tuple(line for line in self.trace if "(INJECTED" in line)


def backup_command(society: Society, *options: str) -> list[str]:
    """The command that makes one backup at the society's own time, so that its name is known beforehand."""
    at = society.clock.local(society.clock.now()).isoformat()
    return [sys.executable, "-m", "tests.faults.run_backup", str(society.paths.books), "--at", at, *options]


def run(command: Sequence[str]) -> Told:
    """Run to the end. A traceback is a failure of the test: nothing but an ``EngineError`` may come up."""
    done = subprocess.run(command, check=False, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout.count("\n") == 1, (done.returncode, done.stdout, done.stderr)
    said = json.loads(done.stdout)
    assert done.returncode == (0 if said["ok"] else 1)
    said["warnings"] = tuple(said.get("warnings", ()))
    return Told(**{name: value for name, value in said.items() if name in Told.__dataclass_fields__})


def back_up(society: Society, *options: str) -> Told:
    """Make one backup in a process of its own, without any fault."""
    return run(backup_command(society, *options))


def back_up_with(society: Society, injection: Injection, log: Path, *options: str) -> Traced:
    """Make one backup in a process of its own with errors put under its calls; at least one call must have met one."""
    traced = trace(backup_command(society, *options), injection, log)
    assert traced.injected, f"no call met the fault {injection.what} on {injection.files}"
    return traced


def trace(command: Sequence[str], injection: Injection, log: Path) -> Traced:
    """Run a command with errors put under its calls, whether any call meets one or not."""
    assert STRACE is not None
    watched = [word for file in injection.files for word in ("-P", str(file))]
    words = [STRACE, "-f", "-qq", "-o", str(log), *watched, "-e", f"trace={injection.calls}", "-e", f"inject={injection.what}"]
    told = run([*words, *command])
    return Traced(told, tuple(log.read_text(errors="replace").splitlines()))


def hidden_copy(society: Society) -> Path:
    """The hidden name under which the next backup is made, and its final name."""
    return society.paths.backups / f".{next_name(society)}.part"


def next_name(society: Society) -> str:
    now = society.clock.local(society.clock.now())
    return f"gharmitra_backup_{now:%Y%m%d_%H%M%S}.db"


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """Mount a small disk in memory over a folder for the block."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def write_protected(mounted: Path) -> Iterator[None]:
    """Make a mounted disk read-only for the block."""
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)


@contextmanager
def attribute(path: Path, flag: str) -> Iterator[None]:
    """Set a file's or folder's attribute (``i``: nothing may change, ``a``: only additions) for the block; skips where it cannot."""
    done = subprocess.run(["chattr", f"+{flag}", str(path)], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"chattr +{flag} is not possible here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["chattr", f"-{flag}", str(path)], check=True)
