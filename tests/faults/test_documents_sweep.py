"""Documents killed or failed at one system call after another: stored by a backup, removed by rotation, put back by a restore.

The ordinary form takes its points by chance and prints the seed; ``--seed`` makes it the same again, ``--full`` takes every point.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults import documents_sweep, sweep
from tests.faults.restore_sweep import Ready
from tests.faults.sweep import Fault, Prepared

pytestmark = pytest.mark.skipif(bool(sweep.missing()), reason=sweep.missing() or "nothing is missing")

KILLS, ERRORS = 3, 2


@pytest.fixture(scope="module")
def backing_up(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return documents_sweep.prepare_backup(tmp_path_factory.mktemp("backup"))


@pytest.fixture(scope="module")
def restoring(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return documents_sweep.prepare_restore(tmp_path_factory.mktemp("restore"))


def meet_all(violations: Callable[[Fault, Path], list[str]], faults: Sequence[Fault], folder: Path) -> None:
    """Meet every fault, two at a time, and fail with all that did not hold."""

    def meet(numbered: tuple[int, Fault]) -> list[str]:
        number, fault = numbered
        run = folder / f"run{number}"
        try:
            return violations(fault, run)
        finally:
            shutil.rmtree(run, ignore_errors=True)

    assert faults
    with ThreadPoolExecutor(2) as pool:
        found = [line for lines in pool.map(meet, enumerate(faults)) for line in lines]
    assert not found, f"{len(found)} violations in {len(faults)} runs:\n" + "\n".join(found[:40])


def of_backup(prepared: Prepared) -> Callable[[Fault, Path], list[str]]:
    return lambda fault, folder: documents_sweep.backup_violations(prepared, fault, folder)


def of_restore(ready: Ready) -> Callable[[Fault, Path], list[str]]:
    return lambda fault, folder: documents_sweep.restore_violations(ready, fault, folder)


def test_a_backup_killed_while_it_stores_documents(backing_up: Prepared, chance: random.Random, tmp_path: Path) -> None:
    points = documents_sweep.on_documents(backing_up)
    meet_all(of_backup(backing_up), sweep.kills(chance.sample(points, KILLS)), tmp_path)


def test_a_full_or_failing_disk_while_a_backup_stores_documents(backing_up: Prepared, chance: random.Random, tmp_path: Path) -> None:
    faults = sweep.errors(documents_sweep.on_documents(backing_up))
    meet_all(of_backup(backing_up), chance.sample(faults, ERRORS), tmp_path)


def test_a_restore_killed_while_it_puts_documents_back(restoring: Ready, chance: random.Random, tmp_path: Path) -> None:
    points = documents_sweep.on_documents(restoring.prepared)
    meet_all(of_restore(restoring), sweep.kills(chance.sample(points, KILLS)), tmp_path)


def test_a_full_or_failing_disk_while_documents_are_put_back(restoring: Ready, chance: random.Random, tmp_path: Path) -> None:
    faults = sweep.errors(documents_sweep.on_documents(restoring.prepared))
    meet_all(of_restore(restoring), chance.sample(faults, ERRORS), tmp_path)


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_a_backup_killed_or_failed_at_every_call_on_documents(backing_up: Prepared, tmp_path: Path) -> None:
    points = documents_sweep.on_documents(backing_up)
    meet_all(of_backup(backing_up), [*sweep.kills(points), *sweep.errors(points)], tmp_path)


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_a_restore_killed_or_failed_at_every_call_on_documents(restoring: Ready, tmp_path: Path) -> None:
    points = documents_sweep.on_documents(restoring.prepared)
    meet_all(of_restore(restoring), [*sweep.kills(points), *sweep.errors(points)], tmp_path)


def test_kills_find_a_store_that_writes_in_the_open(tmp_path: Path) -> None:
    ready = documents_sweep.prepare_backup(tmp_path, broken="documents_in_the_open")
    points = [point for point in documents_sweep.on_documents(ready) if point.call == "write"]
    assert sweep.bring_out(sweep.kills(points), of_backup(ready), tmp_path, "is not whole")


def test_kills_find_a_recovery_that_forgets_the_documents(tmp_path: Path) -> None:
    ready = documents_sweep.prepare_restore(tmp_path, broken="documents_forgotten")
    points = [point for point in documents_sweep.on_documents(ready.prepared) if point.path.startswith("uploads")]
    assert sweep.bring_out(sweep.kills(points[:4]), of_restore(ready), tmp_path, "do not follow the books")
