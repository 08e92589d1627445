"""Comparing with the books themselves: where they are, or through a copy; the same either way, of one moment, and in nobody's way."""

from __future__ import annotations

from pathlib import Path

import pytest

from gharmitra_admin.engine import Progress, Stage
from gharmitra_admin.engine.operations import compare
from gharmitra_admin.engine.parts import snapshot
from tests.builders import damage
from tests.builders.made_up import add_receipts
from tests.builders.process import OtherProcess
from tests.builders.society import Society


def changed_since_its_backup(society: Society) -> str:
    name = society.back_up().record.filename
    add_receipts(society, 9)
    with OtherProcess(society.paths.books) as other:
        other.run("DELETE FROM complaints WHERE id % 2 = 0", "UPDATE members SET name = name || ' (Jr.)' WHERE id % 5 = 0")
    return name


@pytest.mark.parametrize("state", ["at rest", "killed writer", "rollback"])
def test_it_is_the_same_wherever_the_books_are_read(made_up_society: Society, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    society = made_up_society
    name = changed_since_its_backup(society)
    if state == "rollback":
        with OtherProcess(society.paths.books) as other:
            other.run("PRAGMA journal_mode=delete")
    if state == "killed writer":
        damage.killed_writer_of(society.paths.books, "DELETE FROM messages WHERE id = 1")
    copies = []
    take = snapshot.take
    monkeypatch.setattr(snapshot, "take", lambda *words, **more: (copies.append(1), take(*words, **more))[1])
    found = society.vault().compare(name).comparison
    assert len(copies) == (state != "at rest")
    monkeypatch.undo()
    society.clock.forward(minutes=1)
    now, then = society.back_up().record.path, society.paths.backups / name
    assert found == compare.closed_files(now, then, never=None)
    assert found.entries_different >= 9


def test_what_is_entered_meanwhile_waits_for_nobody_and_is_not_compared(made_up_society: Society) -> None:
    society = made_up_society
    name = changed_since_its_backup(society)
    expected, entered = society.vault().compare(name).comparison, []

    def enter(progress: Progress) -> None:
        if progress.stage is Stage.COMPARING and len(entered) < 3:
            add_receipts(society, 1)
            entered.append(1)

    assert society.vault().compare(name, report=enter).comparison == expected
    assert len(entered) == 3
    assert society.vault().compare(name).comparison.entries_different == expected.entries_different + 3
    assert not [path for path in society.paths.home.rglob("*") if path.name.endswith(".part")]


def test_nothing_of_the_books_changes(made_up_society: Society) -> None:
    society = made_up_society
    name = changed_since_its_backup(society)
    before, stat = society.everything(), society.paths.books.stat()
    society.vault().compare(name)
    assert society.everything() == before
    assert society.paths.books.stat().st_mtime_ns == stat.st_mtime_ns
    assert not list(Path(society.paths.home).glob("gharmitra.db-*"))
