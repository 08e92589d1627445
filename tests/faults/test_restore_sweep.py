"""One restore killed or failed at one system call after another; row 73 of the catalogue of faults, and 28 with every call of the disk.

The ordinary form takes its points by chance and prints the seed; ``--seed`` makes it the same again, ``--full`` takes every point.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults import restore_sweep, sweep
from tests.faults.restore_sweep import STATES, Ready
from tests.faults.sweep import Fault, Point

pytestmark = pytest.mark.skipif(bool(sweep.missing()), reason=sweep.missing() or "nothing is missing")

KILLS, ERRORS = 4, 1
Prepare = Callable[[str], Ready]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Prepare:
    """A recorded restore for each state, made once."""
    made: dict[str, Ready] = {}

    def prepare(state: str) -> Ready:
        if state not in made:
            made[state] = restore_sweep.prepare(tmp_path_factory.mktemp("restore"), state)
        return made[state]

    return prepare


def meet_all(ready: Ready, faults: Sequence[Fault], folder: Path) -> None:
    """Meet every fault, two at a time, and fail with all that did not hold."""

    def meet(numbered: tuple[int, Fault]) -> list[str]:
        number, fault = numbered
        run = folder / f"run{number}"
        try:
            return restore_sweep.violations(ready, fault, run)
        finally:
            shutil.rmtree(run, ignore_errors=True)

    assert faults
    with ThreadPoolExecutor(2) as pool:
        found = [line for lines in pool.map(meet, enumerate(faults)) for line in lines]
    assert not found, f"{len(found)} violations in {len(faults)} runs:\n" + "\n".join(found[:40])


def on_the_books(ready: Ready) -> list[Point]:
    """The calls that change the books or what lies beside them, and the intent."""
    return [
        point
        for point in ready.prepared.points
        if point.call in sweep.CHANGING and (point.path.startswith(("gharmitra.db", ".gharmitra.db")) or ".restore_" in point.path)
    ]


@pytest.mark.parametrize("state", STATES)
def test_row_73_killed_at_calls_taken_by_chance(ready: Prepare, state: str, chance: random.Random, tmp_path: Path) -> None:
    one = ready(state)
    books = on_the_books(one)
    points = chance.sample(books, min(len(books), KILLS * 2 // 3)) + chance.sample(one.prepared.points, KILLS // 3)
    meet_all(one, sweep.kills(points), tmp_path)


@pytest.mark.parametrize("state", STATES)
def test_a_full_or_failing_disk_at_calls_taken_by_chance(ready: Prepare, state: str, chance: random.Random, tmp_path: Path) -> None:
    one = ready(state)
    meet_all(one, chance.sample(sweep.errors(one.prepared.points), ERRORS), tmp_path)


@pytest.mark.full
@pytest.mark.timeout(14400)
@pytest.mark.parametrize("state", STATES)
def test_row_73_killed_at_every_changing_call(ready: Prepare, state: str, tmp_path: Path) -> None:
    one = ready(state)
    meet_all(one, sweep.kills([point for point in one.prepared.points if point.call in sweep.CHANGING]), tmp_path)


@pytest.mark.full
@pytest.mark.timeout(14400)
@pytest.mark.parametrize("state", STATES)
def test_a_full_or_failing_disk_at_every_call(ready: Prepare, state: str, tmp_path: Path) -> None:
    one = ready(state)
    meet_all(one, sweep.errors(one.prepared.points), tmp_path)


BROKEN = [
    ("no_intent", "at rest", "told|recorded as"),
    ("saved_last", "undo", "no safety backup"),
    ("side_files_left", "whole file", "neither the old nor the new"),
    ("copied_over", "rollback", "neither the old nor the new"),
]
BROKEN_TOO = [
    *(("no_intent", state, "told|recorded as") for state in ("killed backend", "rollback", "other page size", "whole file", "undo")),
    ("saved_last", "killed backend", "no safety backup"),
    ("copied_over", "hot journal", "neither the old nor the new"),
]


@pytest.mark.parametrize(
    ("broken", "state", "what"), [*BROKEN, *(pytest.param(*one, marks=(pytest.mark.full, pytest.mark.timeout(600))) for one in BROKEN_TOO)]
)
def test_kills_find_an_engine_of_the_wrong_order(broken: str, state: str, what: str, tmp_path: Path) -> None:
    one = restore_sweep.prepare(tmp_path, state, broken=broken)
    faults = sweep.kills(on_the_books(one)[-14::2])
    assert sweep.bring_out(faults, lambda fault, folder: restore_sweep.violations(one, fault, folder), tmp_path, what)
