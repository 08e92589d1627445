"""First figures before a comparison: counts of rows, at once, touching nothing."""

from __future__ import annotations

import shutil

import pytest

from gharmitra_admin.engine import NotFound
from gharmitra_admin.engine.vault.glancing import TableCount
from tests.builders import damage
from tests.builders.process import OtherProcess
from tests.builders.society import Society


def test_only_tables_with_more_or_fewer_rows_are_named(society: Society) -> None:
    name = society.back_up().record.filename
    assert society.vault().first_figures(name).tables == ()
    with OtherProcess(society.paths.books) as other:
        other.run("UPDATE ledger SET amount = amount * 2", "CREATE TABLE fresh (x)", "INSERT INTO fresh VALUES (1)", "DROP TABLE accounts")
    damage.killed_writer_of(society.paths.books, "INSERT INTO ledger (account, amount) VALUES ('bank', 0)")
    before = society.everything()
    found = society.vault().first_figures(name)
    assert found.tables == (TableCount("accounts", 0, 2), TableCount("fresh", 1, 0), TableCount("ledger", 201, 200))
    assert {name: data for name, data in society.everything().items() if "-shm" not in name} == {
        name: data for name, data in before.items() if "-shm" not in name
    }


def test_a_file_without_a_manifest_is_asked_itself(society: Society) -> None:
    made = society.back_up().record
    society.enter()
    shutil.copyfile(made.path, society.paths.backups / "by_hand.db")
    assert society.vault().first_figures("by_hand.db").tables == (TableCount("ledger", 202, 200),)
    with pytest.raises(NotFound):
        society.vault().first_figures("nothing.db")
