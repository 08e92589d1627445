"""The list is made anew when a backup has come or gone, and not for each question."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gharmitra_admin.api.society import Place, Society

# Stands in for the command: it notes that it ran, and lists what lies there.
COMMAND = """
import json, sys
from pathlib import Path
folder = Path(sys.argv[1])
with (folder / "runs.txt").open("a") as runs:
    runs.write("run\\n")
print(json.dumps([{"filename": one.name} for one in sorted((folder / "backups").glob("*.db"))]))
"""


@pytest.fixture
def society(tmp_path: Path) -> Society:
    (tmp_path / "backups" / "manifests").mkdir(parents=True)
    place = Place.of_books(tmp_path / "gharmitra.db")
    return Society(place, command=(sys.executable, "-c", COMMAND, str(tmp_path)))


def _names(society: Society, *between: Callable[[], object]) -> list[list[str]]:
    """The list, asked again after each of these."""

    async def asked() -> list[list[str]]:
        found = []
        for happens in (lambda: None, *between):
            happens()
            ended, body = await society.listed(acting_for="x")
            assert body
            found.append([one["filename"] for one in ended.document])
        return found

    return asyncio.run(asked())


def _runs(folder: Path) -> int:
    return len((folder / "runs.txt").read_text("utf-8").splitlines())


def test_nothing_changed_nothing_runs(society: Society, tmp_path: Path) -> None:
    hidden = tmp_path / "backups" / ".lock.json"
    assert _names(society, lambda: None, lambda: hidden.write_text("{}", "utf-8"), hidden.unlink) == [[]] * 4
    assert _runs(tmp_path) == 1


def test_what_came_went_or_was_noted_is_seen_at_the_next_question(society: Society, tmp_path: Path) -> None:
    backup, note = tmp_path / "backups" / "a.db", tmp_path / "backups" / "manifests" / "a.db.notes.json"
    found = _names(society, backup.touch, note.touch, society.has_changed, backup.unlink)
    assert found == [[], ["a.db"], ["a.db"], ["a.db"], []]
    assert _runs(tmp_path) == 5


def test_the_same_question_of_many_at_once_runs_once(society: Society, tmp_path: Path) -> None:
    async def everybody() -> None:
        await asyncio.gather(*(society.listed(acting_for="x") for _ in range(50)))

    asyncio.run(everybody())
    assert _runs(tmp_path) == 1
