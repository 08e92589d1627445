"""A sweep: one backup, again and again, killed or failed at one system call after another on the files of one society.

A recorded run lists every call that touches the society's paths; a point is a call's name and its number among the calls of that
name. Each point is then met anew on a fresh copy of the same society, with the same clock and the same hash seed, so that the run up
to the point is the same one. strace counts in each thread for itself: a call of another thread than the first is met by watching the
one file that it touches. What must hold afterwards: ``tests.faults.sweep_rules``.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.builders import ledger
from tests.builders import society as societies
from tests.builders.process import OtherProcess
from tests.builders.society import Society

Done = subprocess.CompletedProcess[str]
PROJECT = Path(__file__).parents[2]
STRACE = shutil.which("strace")
LAST = 2  # rotating backups that stay: the run under the sweep removes one

WRITING = ("write", "pwrite64", "fsync", "fdatasync", "rename", "link", "ftruncate", "fallocate")
CHANGING = (*WRITING, "unlink")
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OPENED = re.compile(r"<(/[^<>]*)>")


def missing() -> str:
    """What keeps this machine from sweeping; empty where nothing does."""
    if not sys.platform.startswith("linux"):
        return "the sweep stops a process at its system calls with strace, which is Linux's"
    return "" if STRACE else "strace is not installed: no process can be stopped at its system calls here"


@dataclass(frozen=True)
class Point:
    """The call of one name with this number; ``path``, inside the society, is what it touches and ``line`` what was recorded of it.

    ``alone``: counted among the calls on that one path. ``opening``: before the backup itself, while the society is opened.
    """

    call: str
    number: int
    path: str
    line: str = field(compare=False)
    alone: bool = False
    opening: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.call} #{self.number}: {self.line}"


@dataclass(frozen=True)
class Fault:
    """What happens at a point: ``signal=SIGKILL``, or ``error=E``; for ever means from that call of this name on."""

    point: Point
    what: str
    for_ever: bool = False

    @property
    def injection(self) -> str:
        return f"inject={self.point.call}:{self.what}:when={self.point.number}{'+' if self.for_ever else ''}"

    @property
    def kills(self) -> bool:
        return self.what == "signal=SIGKILL"

    def __str__(self) -> str:
        return f"{self.what}{' for ever' if self.for_ever else ''} at {self.point}"


@dataclass(frozen=True)
class Ended:
    """How a run ended: what it told, None where it was killed; and the calls that met the fault."""

    told: Mapping[str, Any] | None
    met: tuple[str, ...]
    stderr: str


@dataclass(frozen=True)
class Prepared:
    """A society of this moment, and the paths that one more backup touches; or, with ``job``, what the child is told to do instead."""

    society: Society
    points: tuple[Point, ...]
    touched: tuple[str, ...]
    broken: str | None
    job: tuple[str, ...] = ()

    def fresh(self, folder: Path) -> Society:
        """The same society in another folder, links and times and all."""
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.society.paths.home), str(folder)], check=True)
        return Society(type(self.society.paths).of(folder / self.society.paths.books.name), self.society.clock, self.society.settings)

    def meet(self, fault: Fault, society: Society) -> Ended:
        """Run one backup of a fresh copy into a fault, and make sure that it met the call that was recorded."""
        home, point = society.paths.home, fault.point
        log = home.with_suffix(".trace")
        paths = [str(home / path) for path in ((point.path,) if point.alone else self.touched)]
        done = _strace(society, log, ["-y", "-e", f"trace={point.call}", "-e", fault.injection], paths, self)
        trace = [line for line in log.read_text(errors="replace").splitlines() if _CALL.match(line)]
        log.unlink()
        met = tuple(trace[-2:] if fault.kills else [line for line in trace if "(INJECTED)" in line])
        is_met = any(str(home / point.path) in line for line in met)  # beside a call of another thread, where there is one
        assert is_met, f"the run did not come to {point}: {met[:2]} {done.stdout} {done.stderr}"
        assert not fault.kills or not done.stdout, f"not killed at {point}: {done.stdout}"
        return Ended(_told(done), met, done.stderr)


STATES = ("at rest", "in use", "interrupted", "first", "rollback")


def prepare(folder: Path, state: str = "at rest", *, broken: str | None = None) -> Prepared:
    """Make a society in a state, and record one backup of a copy of it.

    ``in use``: a killed writer's last entries stand in the -wal only. ``interrupted``: an earlier backup was killed when the file had
    its name and the manifest had not, so that the run first finishes that one. ``first``: no backup was ever made here.
    ``rollback``: the books are kept whole by a rollback journal, not by a -wal.
    """
    society = societies.make(folder / "prepared", entries=150, journal="delete" if state == "rollback" else "wal")
    if state == "first":
        prepared = Prepared(society, (), (), broken)
        return record(prepared, prepared.fresh(folder / "recorded"))
    society.back_up(label="Year end")
    for _ in range(LAST):
        society.enter()
        society.back_up()
    society.enter()
    if state == "in use":
        _kill_a_writer(society)
    prepared = Prepared(society, (), (), broken)
    if state == "interrupted":
        prepared = _interrupt(prepared, folder)
    return record(prepared, prepared.fresh(folder / "recorded"))


def _interrupt(prepared: Prepared, folder: Path) -> Prepared:
    recorded = record(prepared, prepared.fresh(folder / "recorded"))
    at = next(point for point in recorded.points if point.call == "link" and point.path.endswith(".json.part"))
    recorded.meet(Fault(at, "signal=SIGKILL"), recorded.society)
    recorded.society.clock.forward(minutes=1)
    recorded.society.enter()
    return Prepared(recorded.society, (), (), prepared.broken)


def _kill_a_writer(society: Society) -> None:
    writer = OtherProcess(society.paths.books)
    for _ in range(3):
        writer.run(*ledger.entry(9))
    writer.kill()


def record(prepared: Prepared, copy: Society) -> Prepared:
    """Find the touched paths in a run with everything traced, and count the calls as strace counts them in the sweep's own way."""
    home, log = copy.paths.home, copy.paths.home.with_suffix(".trace")
    done = _strace(copy, log, ["-y", "-e", "trace=%file,%desc"], (), prepared)
    assert done.returncode == 0, done.stderr
    touched = _touched(log.read_text(errors="replace"), home)
    again = prepared.fresh(home)
    done = _strace(again, log, ["-y"], [str(home / path) for path in touched], prepared)
    assert done.returncode == 0, done.stderr
    points = _points(log.read_text(errors="replace").splitlines(), home)
    return replace(prepared, points=points, touched=touched)


def _points(trace: Sequence[str], home: Path) -> tuple[Point, ...]:
    """Number the calls of the first thread by their name; those of another by name and path, where the first has not as many."""
    counts: Counter[tuple[str, ...]] = Counter()
    first, points, elsewhere, opening = trace[0].split()[0], [], [], True
    for line in trace:
        found = _CALL.match(line)
        if found is None or found[2] == "execve":
            continue
        thread, call, rest = found.groups()
        path = next((path for path in (*_OPENED.findall(rest), *_QUOTED.findall(rest)) if _is_inside(path, home)), None)
        assert path is not None, line
        inside, shown = os.path.relpath(path, home), rest.replace(str(home), "")[:120]
        counts[thread, call] += 1
        counts[thread, call, inside] += 1
        if thread == first:
            points.append(Point(call, counts[thread, call], inside, shown, opening=opening))
            opening = opening and (call, inside) != ("unlink", "backups/.lock.json")
        else:
            elsewhere.append(Point(call, counts[thread, call, inside], inside, shown, alone=True))
    return (*points, *(point for point in elsewhere if counts[first, point.call, point.path] < point.number))


def _is_inside(path: str, home: Path) -> bool:
    return path == str(home) or path.startswith(f"{home}/")


def _touched(trace: str, home: Path) -> tuple[str, ...]:
    named = {*_QUOTED.findall(trace), *_OPENED.findall(trace)}
    inside = {os.path.relpath(path, home) for path in named if _is_inside(path, home)}
    return tuple(sorted(inside))


def run(prepared: Prepared, society: Society) -> Mapping[str, Any]:
    """The same job without any fault: what it told."""
    done = _run(_command(society, prepared))
    return _told(done) or {"ok": False, "message": done.stderr}


def sync(society: Society) -> None:
    """Make durable what was prepared, so that a power cut takes only what the job under the sweep wrote. No other drive is touched."""
    subprocess.run(["sync", "--file-system", str(society.paths.home)], check=True)


def _command(society: Society, prepared: Prepared) -> list[str]:
    at = society.clock.local(society.clock.now()).isoformat()
    child = [sys.executable, "-m", "tests.faults.sweep_child", str(society.paths.books), "--at", at, "--last", str(LAST)]
    return [*child, *prepared.job, *([] if prepared.broken is None else ["--broken", prepared.broken])]


def _strace(society: Society, log: Path, options: Sequence[str], paths: Iterable[str], prepared: Prepared) -> Done:
    assert STRACE is not None
    child = _command(society, prepared)
    watched = [word for path in paths for word in ("-P", path)]
    words = [STRACE, "-f", "-o", str(log), "--quiet=path-resolution,attach,personality", *options, *watched, *child]
    return _run(words)


def _run(words: Sequence[str]) -> Done:
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(words, check=False, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120)


def look_again(society: Society) -> Mapping[str, Any]:
    """The next opening of the society, ten minutes later: what it told."""
    at = society.clock.local(society.clock.now() + timedelta(minutes=10)).isoformat()
    done = _run([sys.executable, "-m", "tests.faults.sweep_child", str(society.paths.books), "--at", at, "--open"])
    return _told(done) or {"ok": False, "message": done.stderr}


def _told(done: Done) -> Mapping[str, Any] | None:
    lines = done.stdout.splitlines()
    told: Mapping[str, Any] | None = json.loads(lines[0]) if len(lines) == 1 else None
    return told


def next_run(society: Society) -> Mapping[str, Any]:
    """One backup more, ten minutes later, without a fault and without rotation: what it told."""
    at = society.clock.local(society.clock.now() + timedelta(minutes=10)).isoformat()
    done = _run([sys.executable, "-m", "tests.faults.sweep_child", str(society.paths.books), "--at", at])
    return _told(done) or {"ok": False, "message": done.stderr}


def kills(points: Iterable[Point]) -> list[Fault]:
    return [Fault(point, "signal=SIGKILL") for point in points]


def errors(points: Iterable[Point]) -> list[Fault]:
    """A full disk and a failing one at every call that puts something on the disk, once and for ever."""
    return [
        Fault(point, f"error={error}", for_ever=for_ever)
        for point in points
        if point.call in WRITING
        for error in ("ENOSPC", "EIO")
        for for_ever in (False, True)
    ]


def bring_out(faults: Iterable[Fault], meet: Callable[[Fault, Path], list[str]], folder: Path, what: str) -> bool:
    """Meet faults until one of them brings to light what a broken engine does; whether one did."""
    return any(re.search(what, "\n".join(meet(fault, folder / f"run{number}"))) for number, fault in enumerate(faults))


def sample(points: Sequence[Point], count: int, chance: random.Random) -> list[Point]:
    """So many points by chance, most of them at calls that change the disk: what lies between two of those is one state."""
    changing = [point for point in points if point.call in CHANGING]
    chosen = set(chance.sample(changing, min(len(changing), count * 2 // 3)))
    chosen |= set(chance.sample([point for point in points if point not in chosen], count - len(chosen)))
    return [point for point in points if point in chosen]
