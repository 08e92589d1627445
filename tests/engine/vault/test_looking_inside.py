"""Which file a name means when it is looked into: listed, set apart, adopted or elsewhere, never the books."""

from __future__ import annotations

from pathlib import Path

import pytest

from gharmitra_admin.engine.base.errors import NotFound, Refused
from tests.builders import ledger
from tests.builders.society import Society


def test_a_listed_backup_and_a_found_file_and_one_elsewhere(society: Society, tmp_path: Path) -> None:
    made = society.back_up().record.filename
    society.enter()
    ledger.make(society.paths.backups / "old.db", journal="delete", entries=3)
    elsewhere = ledger.make(tmp_path / "stick" / "copy.db", journal="delete", entries=7)
    vault = society.vault()
    rows = {name: vault.look_inside(name).find("table:ledger").rows for name in (made, "old.db", str(elsewhere))}
    assert rows == {made: 200, "old.db": 6, str(elsewhere): 14}
    vault.adopt_unchecked()
    assert vault.look_inside("old.db").find("table:ledger").rows == 6


def test_a_backup_set_apart_is_looked_into_too(society: Society) -> None:
    made = society.back_up().record
    apart = society.paths.set_apart / made.filename
    apart.parent.mkdir(parents=True, exist_ok=True)
    made.path.rename(apart)
    assert society.vault().look_inside(made.filename).find("table:ledger").rows == 200


def test_neither_the_books_nor_a_name_that_is_none(society: Society) -> None:
    vault = society.vault()
    before = society.everything()
    with pytest.raises(Refused):
        vault.look_inside(str(society.paths.books)).contents()
    for name in ("nothing.db", "../gharmitra.db", str(society.paths.home / "nothing.db")):
        with pytest.raises(NotFound if not name.startswith("..") else Exception):
            vault.look_inside(name).contents()
    assert society.everything() == before
