"""Row 42 of the catalogue of faults, and 11: whatever the books and the backup are like, the restored rows are exactly the backup's.

The ordinary form takes forty of so few cases that every two properties meet in one, by chance, and prints the seed; ``--full`` takes all
of these, and then every case.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from gharmitra_admin.engine import Paths, Settings
from gharmitra_admin.engine.parts import intent as intents
from tests.builders.clock import FakeClock
from tests.builders.dump import journal_mode, rows_of, rows_seen, side_files
from tests.builders.society import Society
from tests.faults import restore_matrix
from tests.faults.restore_matrix import Case, Shelf

NAME = "gharmitra_backup_20261101_100000.db"
SHORT = 40


def violations(shelf: Shelf, case: Case, folder: Path, *, undo: bool) -> list[str]:
    """Restore once, and undo it where asked; tell what does not hold."""
    books = shelf.live(case, folder)
    society = Society(Paths.of(books), FakeClock(), Settings())
    society.paths.backups.mkdir()
    backup = society.paths.backups / NAME
    shelf.backup(case, backup)
    expected, before = rows_seen(backup), rows_seen(books)
    result = society.vault().restore(NAME)
    found = _wrong(society, case, expected)
    if (before is None) != (result.rows_before is None):
        found.append(f"whole before: {before is not None}; rows told: {result.rows_before}")
    if before is not None and (result.safety is None or rows_of(society.paths.backups / result.safety) != before):
        found.append("the safety backup is not what was replaced")
    if undo and before is not None:
        society.clock.forward(minutes=1)
        society.vault().undo()
        found += [f"undone: {line}" for line in _wrong(society, case, before)]
    return [f"{case}: {line}" for line in found]


def _wrong(society: Society, case: Case, expected: str | None) -> list[str]:
    books = society.paths.books
    found = []
    if side_files(books):
        found.append(f"beside the books: {side_files(books)}")
    if journal_mode(books) != case.live_mode:
        found.append("another journal mode")
    if rows_of(books) != expected:
        found.append("other rows than wanted")
    if intents.path_of(society.paths).exists() or side_files(society.paths.backups / NAME):
        found.append("left over in the backup folder")
    return found


def meet_all(cases: Sequence[Case], folder: Path, *, undo: bool) -> None:
    shelf = Shelf(folder)

    def meet(numbered: tuple[int, Case]) -> list[str]:
        number, case = numbered
        run = folder / f"run{number}"
        try:
            return violations(shelf, case, run, undo=undo)
        except Exception as error:
            return [f"{case}: {error!r}"]
        finally:
            shutil.rmtree(run, ignore_errors=True)

    found = [line for case in enumerate(cases) for line in meet(case)]
    assert not found, f"{len(found)} violations in {len(cases)} restores:\n" + "\n".join(found[:40])


def test_row_42_and_11_every_two_properties_meet(chance: random.Random, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    cases = restore_matrix.pairwise(restore_matrix.every(), chance)
    meet_all(cases if request.config.getoption("--full") else chance.sample(cases, SHORT), tmp_path, undo=False)


@pytest.mark.full
@pytest.mark.timeout(14400)
def test_row_42_and_11_every_case_there_and_back(tmp_path: Path) -> None:
    meet_all(restore_matrix.every(), tmp_path, undo=True)
