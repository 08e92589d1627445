"""After a restore: what left the books is listed in the order of its numbers, and ticked when it is in them again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gharmitra_admin.engine import BadInput, NotFound, Paths, Settings
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.operations.reentry import Reentry, ReentryState
from tests.builders import gharmitra, receipts, small_books
from tests.builders.clock import FakeClock
from tests.builders.process import ask
from tests.builders.society import Society


@pytest.fixture
def restored(tmp_path: Path) -> tuple[Society, receipts.Receipts, str]:
    """Books from which a restore took five receipts; what they were, and the backup that was restored."""
    society = Society(Paths.of(small_books.make(tmp_path / "s" / "gharmitra.db")), FakeClock(), Settings())
    name = society.back_up().record.filename
    entered = receipts.add_receipts(society.paths.books, 5)
    society.vault().restore(name)
    society.clock.forward(minutes=1)
    return society, entered, name


def made(society: Society) -> Reentry:
    found = society.vault().reentry()
    assert found is not None
    return found


def test_no_list_before_a_restore_nor_after_its_undo(restored: tuple[Society, receipts.Receipts, str], tmp_path: Path) -> None:
    society, _, _ = restored
    society.vault().undo()
    assert society.vault().reentry() is None
    with pytest.raises(NotFound) as told:
        society.vault().reentry_not_needed("x", "because")
    assert told.value.code is Code.NO_REENTRY_LIST
    fresh = Society(Paths.of(small_books.make(tmp_path / "fresh" / "gharmitra.db")), FakeClock(), Settings())
    assert fresh.vault().reentry() is None


def test_what_left_is_listed_in_the_order_of_its_numbers(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, entered, name = restored
    found = made(society)
    assert [item.entry.number for item in found.items] == list(entered.numbers)
    assert [item.entry.flat for item in found.items] == list(entered.flats)
    assert sum(item.entry.paise or 0 for item in found.items) == entered.paise
    assert {item.state for item in found.items} == {ReentryState.MISSING}
    assert (found.back, found.not_needed, found.backup, found.is_exact) == (0, 0, name, True)


def test_entered_in_that_order_everything_is_back_under_its_printed_number(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, entered, _ = restored
    before = {path: path.read_bytes() for path in society.paths.backups.glob("*.db")}
    receipts.add_receipts(society.paths.books, 2)
    found = made(society)
    assert [item.state is ReentryState.BACK for item in found.items] == [True, True, False, False, False]
    assert [item.back_number for item in found.items[:2]] == list(entered.numbers[:2])
    assert not any(item.has_other_number for item in found.items)
    receipts.add_receipts(society.paths.books, 3)
    assert made(society).back == 5
    assert {path: path.read_bytes() for path in society.paths.backups.glob("*.db")} == before
    assert not list(society.paths.backups.glob(".compare*"))


def test_another_number_is_told_and_one_new_row_ticks_one_entry(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, entered, _ = restored
    gharmitra.script(society.paths.books, gharmitra.voucher(entered.numbers[0], "2026-11-24"))  # something new came first
    receipts.add_receipts(society.paths.books, 1)
    found = made(society)
    assert [item.state for item in found.items] == [ReentryState.BACK] + [ReentryState.MISSING] * 4
    assert (found.items[0].back_number, found.items[0].has_other_number) == (entered.numbers[1], True)


def test_another_day_or_amount_is_not_the_same_entry(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, _, _ = restored
    receipts.add_receipts(society.paths.books, 2, rupees=1.01)
    receipts.add_receipts(society.paths.books, 2, date="2026-11-25")
    assert made(society).back == 0


def test_not_needed_is_said_with_a_reason_kept_and_recorded(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, _, _ = restored
    key = made(society).items[1].key
    society.vault().reentry_not_needed(key, "  entered\ntwice ")
    (sheet,) = society.paths.manifests.glob("*.reentry.notes.json")
    said = json.loads(sheet.read_bytes())
    sheet.write_text(json.dumps({**said, "newer": 1}), "utf-8")
    society.vault().reentry_not_needed(made(society).items[2].key, "a test")
    found = made(society)
    assert [item.reason for item in found.items] == ["", "entered twice", "a test", "", ""]
    assert found.not_needed == 2
    assert json.loads(sheet.read_bytes())["newer"] == 1
    events = [event for event in society.vault().audit_events() if event.action == "reentry" and event.outcome == "finished"]
    assert len(events) == 2
    started = [event.details for event in society.vault().audit_events() if event.action == "reentry" and event.outcome == "started"]
    assert (started[0]["entry"], started[0]["reason"]) == (key, "entered twice")
    society.vault().reentry_not_needed(key, "")
    assert made(society).not_needed == 1
    assert [record.filename for record in society.vault().records()]  # the list of backups does not mind the sheet


def test_what_is_not_on_the_list_or_too_long_changes_nothing(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, _, _ = restored
    key = made(society).items[0].key
    with pytest.raises(BadInput):
        society.vault().reentry_not_needed(key, "x" * 500)
    receipts.add_receipts(society.paths.books, 1)
    for wrong in (key, "receipt | nobody's"):
        with pytest.raises(NotFound) as told:
            society.vault().reentry_not_needed(wrong, "because")
        assert told.value.code is Code.NOT_ON_THE_LIST
    assert not list(society.paths.manifests.glob("*.reentry.notes.json"))


def test_a_damaged_sheet_is_set_aside_and_the_list_is_there_all_the_same(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, _, _ = restored
    society.vault().reentry_not_needed(made(society).items[1].key, "a test")
    (sheet,) = society.paths.manifests.glob("*.reentry.notes.json")
    sheet.write_bytes(b"{")
    assert made(society).not_needed == 0
    society.vault().reentry_not_needed(made(society).items[0].key, "a test")
    assert made(society).not_needed == 1
    assert sheet.with_name(f"{sheet.name}.damaged").read_bytes() == b"{"


def test_without_the_restored_backup_the_books_alone_tell(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, entered, name = restored
    (society.paths.backups / name).unlink()
    for held in society.paths.held.glob("*"):
        held.unlink()
    first, second = receipts.add_receipts(society.paths.books, 2).numbers
    entered_later = f"UPDATE journal_entries SET created_at = '2026-11-26 10:00:00' WHERE entry_number IN ('{first}', '{second}')"
    gharmitra.script(society.paths.books, entered_later)
    found = made(society)
    assert not found.is_exact
    assert [item.entry.number for item in found.items] == list(entered.numbers)
    assert (found.back, len(found.items)) == (2, 5)


def test_the_safety_backup_being_gone_is_said(restored: tuple[Society, receipts.Receipts, str]) -> None:
    society, _, _ = restored
    for path in (*society.paths.backups.glob("pre_restore*"), *society.paths.held.glob("*")):
        path.unlink()
    with pytest.raises(NotFound):
        society.vault().reentry()


def test_a_real_society_gets_its_37_receipts_back(real_books: Path) -> None:
    society = Society(Paths.of(real_books), FakeClock(), Settings())
    name = society.back_up().record.filename
    entered = receipts.add_receipts(real_books, 37, rupees=3000)
    society.vault().restore(name)
    assert ask(real_books, "SELECT count(*) FROM payments") == [["3512"]]
    receipts.add_receipts(real_books, 12, rupees=3000)
    found = made(society)
    assert (found.back, len(found.items)) == (12, 37)
    assert [item.entry.number for item in found.items] == list(entered.numbers)
