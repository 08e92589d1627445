"""What the wizard asks beside the restore itself: how far each backup is, a copy to practise on, what was entered since."""

from __future__ import annotations

from pathlib import Path

import pytest

from gharmitra_admin.engine import Cancelled, CancelToken, NotFound, Settings, Status, Vault
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.operations.restore.plan import Weight
from gharmitra_admin.engine.vault.comparing import Difference
from gharmitra_admin.wording import headlines
from gharmitra_admin.wording.language import Words
from tests.builders import damage
from tests.builders.process import ask
from tests.builders.receipts import add_receipts
from tests.builders.society import Society


def test_each_backup_tells_how_far_it_is_from_the_books(real_books: Path) -> None:
    society = Society.of(real_books)
    first = society.back_up().record.filename
    add_receipts(real_books, 3)
    second = society.back_up().record.filename
    add_receipts(real_books, 2)
    heard: list[Difference] = []
    found = society.vault().differences(heard.append)
    assert [(one.filename, one.entries) for one in found] == [(second, 2), (first, 5)]
    assert tuple(heard) == found


def test_a_backup_that_is_no_database_any_more_is_told_and_the_others_are_compared(society: Society) -> None:
    good = society.back_up().record.filename
    society.enter()
    bad = society.back_up().record
    damage.lost_header(bad.path)
    found = {one.filename: one for one in society.vault().differences()}
    assert found[bad.filename] == Difference(bad.filename, None, None)
    assert found[good].rows == 4  # two lines of the ledger, and the two balances


def test_comparing_all_can_be_given_up_and_leaves_nothing(society: Society) -> None:
    society.back_up()
    token = CancelToken()
    token.ask()
    before = {name for name in society.everything() if "audit" not in name}
    with pytest.raises(Cancelled):
        society.vault().differences(cancel=token)
    assert {name for name in society.everything() if "audit" not in name} == before


def test_whether_anything_was_entered_since_a_restore(real_books: Path) -> None:
    society = Society.of(real_books)
    name = society.back_up().record.filename
    add_receipts(real_books, 2)
    society.vault().restore(name)
    society.clock.forward(minutes=1)
    assert society.vault().entered_since_restore() is False
    add_receipts(real_books, 1)
    assert society.vault().entered_since_restore() is True


def test_nobody_can_tell_where_the_backup_is_gone(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    society.vault().restore(name)
    society.clock.forward(minutes=1)
    society.vault().delete(name)
    assert society.vault().entered_since_restore() is None


def test_nothing_was_entered_since_a_restore_that_never_was(society: Society) -> None:
    with pytest.raises(NotFound):
        society.vault().entered_since_restore()


def test_after_a_restore_and_its_undo_the_headline_says_that_nothing_changed(society: Society) -> None:
    name = society.back_up().record.filename
    society.enter()
    vault = society.vault()
    for go in (lambda: vault.restore(name), vault.undo):
        go()
        society.clock.forward(minutes=1)
        state = vault.state()
        assert state.changed_since is False
        said = headlines.headline(Words(), state, society.clock.local(society.clock.now()))
        assert said.level is headlines.Level.GOOD
    society.enter()
    assert vault.state().changed_since is True


def test_a_practice_has_the_books_and_their_newest_backups_and_leaves_the_real_ones(society: Society, tmp_path: Path) -> None:
    kept = society.back_up(label="Before bulk entry").record.filename
    society.enter()
    newest = society.back_up().record.filename
    society.enter()
    before = society.everything()
    folder = tmp_path / "practice"
    folder.mkdir()
    paths = society.vault().practise(folder)
    assert {name: data for name, data in society.everything().items() if "audit" not in name and ".lock" not in name} == {
        name: data for name, data in before.items() if "audit" not in name and ".lock" not in name
    }
    practice = Vault.open(paths, settings=Settings(), clock=society.clock, who="treasurer", face="window")
    assert [(one.filename, one.status) for one in practice.records()] == [(newest, Status.CHECKED), (kept, Status.CHECKED)]
    result = practice.restore(newest)
    assert (result.rows_before, result.rows_after) == (206, 204)
    assert ask(society.paths.books, "SELECT count(*) FROM ledger") == [["204"]]
    practice.undo()
    assert ask(paths.books, "SELECT count(*) FROM ledger") == [["204"]]


def test_a_practice_on_books_that_cannot_be_opened_takes_a_backup_for_them(society: Society, tmp_path: Path) -> None:
    name = society.back_up().record.filename
    damage.lost_header(society.paths.books)
    folder = tmp_path / "practice"
    folder.mkdir()
    paths = society.vault().practise(folder)
    assert ask(paths.books, "SELECT count(*) FROM ledger") == ask(society.paths.backups / name, "SELECT count(*) FROM ledger")


def test_without_a_backup_there_is_nothing_to_practise_with(society: Society, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as told:
        society.vault().practise(tmp_path)
    assert told.value.code is Code.NO_BACKUP_YET


def test_a_practice_has_the_documents_of_its_backups_too(real_books: Path, tmp_path: Path) -> None:
    society = Society.of(real_books)
    name = society.back_up().record.filename
    add_receipts(real_books, 1)
    folder = tmp_path / "practice"
    folder.mkdir()
    paths = society.vault().practise(folder)
    practice = Vault.open(paths, settings=Settings(), clock=society.clock, who="treasurer", face="window")
    assert [one for one in practice.plan(name).findings if one.weight is Weight.BLOCKER] == []
    result = practice.restore(name)
    assert result.warnings == ()
    assert sorted(path.name for path in paths.uploads.rglob("*") if path.is_file()) == sorted(
        path.name for path in society.paths.uploads.rglob("*") if path.is_file()
    )
