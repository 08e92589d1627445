"""What people did to their books before they went back, and what must not be made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gharmitra_admin.engine import NotFound, Refused
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.operations import demo
from gharmitra_admin.engine.operations.reentry import Reentry
from gharmitra_admin.engine.operations.restore.plan import FindingCode, Weight
from gharmitra_admin.engine.parts.books.meaning import EntryKind
from gharmitra_admin.wording import headlines, reentries
from gharmitra_admin.wording.language import Words
from tests.builders import damage
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask
from tests.builders.receipts import add_receipts
from tests.builders.society import Society


@pytest.fixture
def society(tmp_path: Path) -> Society:
    """A made-up society with one backup."""
    made = Society.of(demo.make(tmp_path / "made-up", size_mb=1, clock=FakeClock()).books)
    made.back_up()
    return made


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Books of another society, as a file from a drive."""
    books = demo.make(tmp_path / "other", size_mb=1, clock=FakeClock()).books
    with OtherProcess(books) as others:
        others.run("UPDATE societies SET name = 'Green Park CHS', created_at = '2001-01-01 00:00:00', id = 77")
    file = tmp_path / "drive" / "green_park.db"
    file.parent.mkdir()
    file.write_bytes(books.read_bytes())
    return file


def name_of(society: Society) -> str:
    return society.vault().records()[-1].filename


def the_list(society: Society) -> Reentry:
    found = society.vault().reentry()
    assert found is not None
    return found


def test_damaged_books_are_known_by_their_backups_and_take_no_other_societys_file(society: Society, other: Path) -> None:
    damage.lost_header(society.paths.books)
    with pytest.raises(Refused) as told:
        society.vault().restore(str(other))
    assert told.value.code is Code.OTHER_SOCIETY
    assert told.value.values["theirs"] == "Green Park CHS"


def test_the_own_backup_leads_back_from_another_societys_books(society: Society, other: Path) -> None:
    society.paths.books.write_bytes(other.read_bytes())
    name = name_of(society)
    codes = {one.code: one.weight for one in society.vault().plan(name).findings}
    assert codes[FindingCode.BOOKS_OF_OTHERS] is Weight.WARNING
    society.vault().restore(name)
    assert ask(society.paths.books, "SELECT name FROM societies") != [["Green Park CHS"]]


def test_a_file_of_the_same_society_under_another_name_is_warned_of(society: Society, tmp_path: Path) -> None:
    file = tmp_path / "renamed.db"
    file.write_bytes(society.paths.books.read_bytes())
    with OtherProcess(file) as others:
        others.run("UPDATE societies SET name = 'Sunrise Towers CHS'")
    codes = {one.code: one.weight for one in society.vault().plan(str(file)).findings}
    assert codes[FindingCode.OTHER_NAME] is Weight.WARNING
    assert FindingCode.SAME_SOCIETY not in codes


def test_a_copy_of_a_backup_was_made_when_the_backup_was(society: Society, tmp_path: Path) -> None:
    record = society.vault().records()[-1]
    file = tmp_path / "stick.db"
    file.write_bytes(record.path.read_bytes())
    assert society.vault().plan(str(file)).record.created_at == record.created_at


def test_damaged_books_that_were_put_aside_are_no_safety_backup(society: Society) -> None:
    damage.lost_header(society.paths.books)
    vault = society.vault()
    with pytest.raises(Exception, match="books_not_a_database"):
        vault.backup()
    society.clock.forward(minutes=1)
    result = vault.restore(name_of(society))
    assert not result.is_undoable
    last = vault.last_restore()
    assert last is not None
    assert last.safety is None
    with pytest.raises(NotFound) as told:
        vault.undo()
    assert told.value.code is Code.NOTHING_TO_UNDO
    aside = next(one for one in vault.records() if one.set_apart)
    assert aside.problem is not None
    said = headlines.headline(Words(), vault.state(), society.clock.local(society.clock.now()))
    assert said.level is headlines.Level.GOOD, said.sentence
    assert not vault.state().is_frozen


def test_a_correction_after_the_backup_is_not_entered_again(society: Society) -> None:
    number = ask(society.paths.books, "SELECT receipt_number FROM payments ORDER BY id DESC LIMIT 1")[0][0]
    with OtherProcess(society.paths.books) as others:
        others.run(
            f"UPDATE payments SET amount = amount + 10000 WHERE receipt_number = '{number}'",
            f"UPDATE journal_entries SET total_debit = total_debit + 10000, total_credit = total_credit + 10000"
            f" WHERE entry_number = '{number}'",
        )
    entered = add_receipts(society.paths.books, 2)
    society.vault().restore(name_of(society))
    found = the_list(society)
    assert [item.entry.number for item in found.items] == list(entered.numbers)
    assert [one.number for one in found.corrected] == [number]
    assert str(number) in reentries.corrected(Words(), found)


def test_what_an_undo_takes_out_is_listed_too_but_not_what_came_back_with_it(society: Society) -> None:
    first = add_receipts(society.paths.books, 2, rupees=4000)
    vault = society.vault()
    vault.restore(name_of(society))
    society.clock.forward(minutes=1)
    later = add_receipts(society.paths.books, 3, rupees=4100)
    given_again = ", ".join(f"'{number}'" for number in later.numbers)
    with OtherProcess(society.paths.books) as others:
        others.run(
            f"UPDATE payments SET created_at = '2026-11-26 10:00:00' WHERE receipt_number IN ({given_again})",
            f"UPDATE journal_entries SET created_at = '2026-11-26 10:00:00' WHERE entry_number IN ({given_again})",
        )
    vault.undo()
    found = the_list(society)
    assert {item.entry.paise for item in found.items} == {410000}
    assert len(found.items) == len(later.numbers)
    assert first.numbers


def test_the_same_restore_twice_is_undone_at_once_and_keeps_its_list(society: Society) -> None:
    entered = add_receipts(society.paths.books, 3, rupees=4000)
    vault, name = society.vault(), name_of(society)
    assert vault.restore(name).is_undoable
    listed = [item.entry.number for item in the_list(society).items]
    with OtherProcess(society.paths.books) as others:  # what GharMitra writes down by itself
        others.run("INSERT INTO audit_logs SELECT * FROM (SELECT * FROM audit_logs LIMIT 0)", "DELETE FROM audit_logs")
    for _ in range(2):
        society.clock.forward(minutes=1)
        again = society.vault().restore(name)
        assert again.comparison is not None
        assert (again.comparison.entries_different, again.is_undoable) == (0, False)
        assert [item.entry.number for item in the_list(society).items] == listed == list(entered.numbers)
    last = vault.last_restore()
    assert last is not None
    assert last.entries is not None
    assert last.entries > 0
    undone = society.vault().undo()
    assert undone.comparison is not None
    assert undone.comparison.entries_different == last.entries
    assert society.vault().reentry() is None
    with pytest.raises(NotFound):
        society.vault().undo()


def test_two_receipts_that_one_row_number_was_given_to_are_two(society: Society) -> None:
    """A receipt is deleted, and two are entered: the rows' numbers shift, the receipts' do not."""
    books = society.paths.books
    (one,) = add_receipts(books, 1, rupees=10002).numbers
    society.clock.forward(minutes=1)
    name = society.back_up().record.filename
    with OtherProcess(books) as others:
        others.run(
            f"UPDATE payments SET receipt_number = 'RV-9001', amount = 10001 WHERE receipt_number = '{one}'",
            f"UPDATE journal_entries SET entry_number = 'RV-9001', total_debit = 10001, total_credit = 10001 WHERE entry_number = '{one}'",
        )
    kinds = {kind.kind: kind for kind in society.vault().compare(name).comparison.kinds}
    receipt = kinds[EntryKind.RECEIPT]
    assert (receipt.lost, receipt.returned, receipt.changed) == (1, 1, 0)
    assert (receipt.lost_paise, receipt.returned_paise) == (1000100, 1000200)
