"""One backup killed or failed at one system call after another; rows 1 and 71 of the catalogue of faults, and 14, 16, 18 at every call.

The ordinary form takes its points by chance and prints the seed; ``--seed`` makes it the same again, ``--full`` takes every point.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults import sweep
from tests.faults.sweep import STATES, Fault, Point, Prepared
from tests.faults.sweep_rules import violations

pytestmark = pytest.mark.skipif(bool(sweep.missing()), reason=sweep.missing() or "nothing is missing")

KILLS = dict(zip(STATES, (4, 3, 3, 3, 3), strict=True))
ERRORS = dict(zip(STATES, (2, 2, 1, 1, 1), strict=True))
AT_LEAST = 100  # distinct points in the full form
Prepare = Callable[[str], Prepared]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepare:
    """A recorded society for each state, made once."""
    made: dict[str, Prepared] = {}

    def prepare(state: str) -> Prepared:
        if state not in made:
            made[state] = sweep.prepare(tmp_path_factory.mktemp("sweep"), state)
        return made[state]

    return prepare


def meet_all(prepared: Prepared, faults: Sequence[Fault], folder: Path) -> None:
    """Meet every fault, two at a time, and fail with all that did not hold."""

    def meet(numbered: tuple[int, Fault]) -> list[str]:
        number, fault = numbered
        run = folder / f"run{number}"
        try:
            return violations(prepared, fault, run)
        finally:
            shutil.rmtree(run, ignore_errors=True)

    assert faults
    with ThreadPoolExecutor(2) as pool:
        found = [line for lines in pool.map(meet, enumerate(faults)) for line in lines]
    assert not found, f"{len(found)} violations in {len(faults)} runs:\n" + "\n".join(found[:40])


def removal(prepared: Prepared) -> list[Point]:
    """The calls from the line that says what is being removed to the line that says it is done."""
    oldest = "backups/gharmitra_backup_20261123_180100.db"
    gone = next(place for place, point in enumerate(prepared.points) if (point.call, point.path) == ("unlink", oldest))
    lines = [place for place, point in enumerate(prepared.points) if (point.call, point.path) == ("write", "logs/audit.log")]
    begin, end = max(place for place in lines if place < gone), min(place for place in lines if place > gone)
    return list(prepared.points[begin : end + 2])


@pytest.mark.parametrize("state", STATES)
def test_row_1_killed_at_calls_taken_by_chance(prepared: Prepare, state: str, chance: random.Random, tmp_path: Path) -> None:
    ready = prepared(state)
    meet_all(ready, sweep.kills(sweep.sample(ready.points, KILLS[state], chance)), tmp_path)


@pytest.mark.parametrize("state", STATES)
def test_a_full_or_failing_disk_at_calls_taken_by_chance(prepared: Prepare, state: str, chance: random.Random, tmp_path: Path) -> None:
    ready = prepared(state)
    meet_all(ready, chance.sample(sweep.errors(ready.points), ERRORS[state]), tmp_path)


def test_row_71_killed_while_rotation_removes(prepared: Prepare, chance: random.Random, tmp_path: Path) -> None:
    ready = prepared("at rest")
    changing = [point for point in removal(ready) if point.call in sweep.CHANGING]
    meet_all(ready, sweep.kills(changing), tmp_path)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("state", STATES)
def test_row_1_killed_at_every_call(prepared: Prepare, state: str, tmp_path: Path) -> None:
    ready = prepared(state)
    assert len(set(ready.points)) == len(ready.points) >= AT_LEAST
    meet_all(ready, sweep.kills(ready.points), tmp_path)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("state", STATES)
def test_a_full_or_failing_disk_at_every_call(prepared: Prepare, state: str, tmp_path: Path) -> None:
    ready = prepared(state)
    meet_all(ready, sweep.errors(ready.points), tmp_path)


@pytest.mark.parametrize(
    ("broken", "calls", "what"),
    [
        ("named_first", ("write",), "is not whole"),
        ("manifest_first", ("link",), "is listed as gone"),
        ("removed_unrecorded", ("write",), "is gone, and no line says so"),
    ],
)
def test_kills_find_an_engine_of_the_wrong_order(broken: str, calls: tuple[str, ...], what: str, tmp_path: Path) -> None:
    ready = sweep.prepare(tmp_path, broken=broken)
    faults = sweep.kills(point for point in ready.points if point.call in calls)
    assert sweep.bring_out(faults, lambda fault, folder: violations(ready, fault, folder), tmp_path, what)


def test_errors_find_an_engine_that_hides_a_failed_sync(tmp_path: Path) -> None:
    ready = sweep.prepare(tmp_path, broken="failed_sync_hidden")
    synced = [point for point in ready.points if point.call == "fsync" and point.path.endswith("180300.db.part")]
    assert sweep.bring_out(sweep.errors(synced), lambda fault, folder: violations(ready, fault, folder), tmp_path, "not a word of")
