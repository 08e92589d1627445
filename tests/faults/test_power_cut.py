"""The power is cut in the middle of a restore or a backup, on a real file system; rows 74 and 20 of the catalogue of faults, and 28.

A process is killed before one of its calls and the drive goes down at the same moment, so that only what was made durable is there
afterwards. The ordinary form takes its points by chance and prints the seed; ``--full`` takes every changing call on both kinds of mount.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gharmitra_admin.engine import EngineError, Settings
from gharmitra_admin.engine.base.errors import NoAccess
from gharmitra_admin.engine.base.job import Progress, Stage
from gharmitra_admin.engine.base.paths import Paths
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.dump import rows_of
from tests.builders.society import Society
from tests.faults import power, restore_sweep, sweep
from tests.faults.books import enlarge
from tests.faults.endure import mark
from tests.faults.power import MOUNTS
from tests.faults.restore_sweep import Ready
from tests.faults.sweep import Fault, Point, Prepared
from tests.faults.sweep_rules import violations as backup_violations

REASON = power.missing() or sweep.missing()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON or "nothing is missing")

STATES = ("at rest", "killed backend", "rollback", "other page size", "whole file", "undo")
CUTS = 1
_EARLY = ("gharmitra.db", "gharmitra.db-wal", "gharmitra.db-journal", "logs/audit.log")
Prepare = Callable[[str], Ready]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Prepare:
    """A recorded restore for each state, made once."""
    made: dict[str, Ready] = {}

    def prepare(state: str) -> Ready:
        if state not in made:
            made[state] = restore_sweep.prepare(tmp_path_factory.mktemp("power"), state)
        return made[state]

    return prepare


def changing(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if point.call in sweep.CHANGING]


def cut_all(ready: Ready, points: Sequence[Point], kind: str, folder: Path, chance: random.Random) -> None:
    """Cut the power at every point; in every other run the system has by then written out one of the files by itself."""
    found = []
    for number, point in enumerate(points):
        with power.drive(folder / f"cut{number}", kind) as drive:
            early = chance.choice((None, None, None, None, *_EARLY))

            def then(society: Society, drive: power.Drive = drive, early: str | None = early) -> None:
                if early is not None:
                    drive.write_back(society.paths.home / early)
                drive.cut()

            lines = restore_sweep.violations(ready, Fault(point, "signal=SIGKILL"), drive.mounted / "society", then=then)
            found += [f"{kind}, {early} written early: {line}" for line in lines]
    assert points
    assert not found, f"{len(found)} violations in {len(points)} cuts:\n" + "\n".join(found[:40])


@pytest.mark.parametrize("state", STATES)
def test_row_74_power_cut_at_calls_taken_by_chance(ready: Prepare, state: str, chance: random.Random, tmp_path: Path) -> None:
    one = ready(state)
    points = chance.sample(changing(one.prepared.points), CUTS)
    cut_all(one, points, chance.choice(list(MOUNTS)), tmp_path, chance)


@pytest.mark.parametrize("state", STATES)
def test_row_74_a_restore_that_told_of_its_end_stays(ready: Prepare, state: str, chance: random.Random, tmp_path: Path) -> None:
    """Success was told, and at that moment the power goes."""
    one = ready(state)
    found = finished_then_cut(one, chance.choice(list(MOUNTS)), tmp_path)
    assert not found, "\n".join(found)


def finished_then_cut(ready: Ready, kind: str, folder: Path) -> list[str]:
    with power.drive(folder, kind) as drive:
        society = ready.prepared.fresh(drive.mounted / "society")
        sweep.sync(society)
        told = sweep.run(ready.prepared, society)
        assert told["ok"], told
        drive.cut()
        return restore_sweep.aftermath(society, ready, told)


@pytest.mark.full
@pytest.mark.timeout(14400)
@pytest.mark.parametrize("kind", MOUNTS)
@pytest.mark.parametrize("state", STATES)
def test_row_74_power_cut_at_every_changing_call(ready: Prepare, state: str, kind: str, chance: random.Random, tmp_path: Path) -> None:
    one = ready(state)
    cut_all(one, changing(one.prepared.points), kind, tmp_path, chance)


@pytest.mark.parametrize("state", ["at rest", "rollback", "whole file"])
def test_cuts_find_an_engine_that_makes_nothing_durable(state: str, tmp_path: Path) -> None:
    one = restore_sweep.prepare(tmp_path / "made", state, broken="nothing_durable")
    assert finished_then_cut(one, "harsh", tmp_path / "drive")


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A recorded backup."""
    return sweep.prepare(tmp_path_factory.mktemp("power"))


def cut_backup(backup: Prepared, point: Point, kind: str, folder: Path) -> list[str]:
    with power.drive(folder, kind) as drive:
        fault = Fault(point, "signal=SIGKILL")
        return backup_violations(backup, fault, drive.mounted / "society", then=lambda _society: drive.cut())


def test_row_20_power_cut_in_a_backup_at_calls_taken_by_chance(backup: Prepared, chance: random.Random, tmp_path: Path) -> None:
    points = chance.sample(changing(backup.points), CUTS)
    found = [
        line for number, one in enumerate(points) for line in cut_backup(backup, one, chance.choice(list(MOUNTS)), tmp_path / f"{number}")
    ]
    assert not found, "\n".join(found)


@pytest.mark.full
@pytest.mark.timeout(14400)
@pytest.mark.parametrize("kind", MOUNTS)
def test_row_20_power_cut_in_a_backup_at_every_changing_call(backup: Prepared, kind: str, tmp_path: Path) -> None:
    found = [line for number, one in enumerate(changing(backup.points)) for line in cut_backup(backup, one, kind, tmp_path / f"{number}")]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("kind", MOUNTS)
def test_row_20_a_backup_that_told_of_its_end_stays(backup: Prepared, kind: str, tmp_path: Path) -> None:
    with power.drive(tmp_path, kind) as drive:
        society = backup.fresh(drive.mounted / "society")
        sweep.sync(society)
        told = sweep.run(backup, society)
        assert told["ok"], told
        drive.cut()
        (record,) = [one for one in society.vault().records() if one.filename == told["filename"]]
        assert record.is_good
        assert [one.problem for one in society.vault().verify()] == [None] * len(society.vault().records())


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9])
def test_row_28_a_stick_pulled_out_while_its_backup_is_read_costs_nothing(society: Society, tmp_path: Path, at: float) -> None:
    enlarge(society.paths.books, 40_000)
    name = society.back_up().record.filename
    society.enter()
    before = rows_of(society.paths.books)
    with power.drive(tmp_path / "stick") as drive:
        given = drive.mounted / "stick.db"
        shutil.copyfile(society.paths.backups / name, given)
        drive.unmount()
        drive.mount()  # nothing of it is in memory any more

        pulled: list[power.Drive] = []

        def pull(progress: Progress) -> None:
            if progress.stage is Stage.CARRYING and progress.done >= progress.total * at and drive not in pulled:
                pulled.append(drive)
                drive.go_down()

        if at == 0.0:
            drive.go_down()
        with pytest.raises(EngineError) as told:
            society.vault().restore(str(given), report=pull)
        assert isinstance(told.value, NoAccess)
        assert told.value.path == given
    assert rows_of(society.paths.books) == before
    assert not list(society.paths.backups.glob(".*.part"))


@pytest.mark.parametrize("stage", [Stage.SAVING, Stage.REPLACING])
def test_row_28_the_drive_of_the_backups_vanishes_in_a_restore(tmp_path: Path, stage: Stage) -> None:
    """Before the first write nothing is touched; behind it the books are the complete old or the complete new ones."""
    made = societies.make(tmp_path / "society")
    with power.drive(tmp_path / "drive") as drive:
        society = Society(Paths.of(made.paths.books, drive.mounted / "backups"), FakeClock(), Settings())
        name = society.back_up().record.filename
        new = rows_of(society.paths.backups / name)
        society.enter()
        old, bytes_before, is_down = rows_of(society.paths.books), mark(society.paths.books), []

        def vanish(progress: Progress) -> None:
            if progress.stage is stage and progress.total and not is_down:
                is_down.append(True)
                drive.go_down()

        with pytest.raises(EngineError) as told:
            society.vault().restore(name, report=vanish)
        assert is_down
        assert rows_of(society.paths.books) in {old, new}
        if stage is Stage.SAVING:
            assert mark(society.paths.books)[2:] == bytes_before[2:], told.value
        drive.unmount()
        drive.mount()
        opened = society.vault()
        ended = {event.action: event.outcome for event in opened.audit_events()}["restore"]
        assert (ended == "finished", rows_of(society.paths.books)) in {(False, old), (True, new)}
        society.clock.forward(minutes=1)
        society.vault().restore(name)
        assert rows_of(society.paths.books) == new
