"""The whole program, as she uses it: what she presses, what the world does meanwhile, and what she is told."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.settings import Settings, SocietyEntry
from gharmitra_admin.engine.parts.lock import Holder, SocietyLock
from gharmitra_admin.gui import autostart, choosing
from tests.builders import society as societies
from tests.builders.society import Society
from tests.builders.window import Driven, drive

Drive = Callable[..., Driven]


@pytest.fixture
def file() -> Path:
    return Path(os.environ["GHARMITRA_ADMIN_SETTINGS"])


@pytest.fixture
def run(qapp: QApplication, file: Path, monkeypatch: pytest.MonkeyPatch) -> Drive:
    """Run the program with a scenario; nothing of this PC is looked through for books."""
    monkeypatch.setattr(choosing, "usual_places", list)
    monkeypatch.setattr(autostart, "set_enabled", lambda _is_enabled: None)

    def run_with(scenario: Callable[[Driven], Awaitable[None]], **asked: str) -> Driven:
        return drive(qapp, scenario, file, **asked)

    return run_with


@pytest.fixture
def known(society: Society, file: Path) -> Society:
    """A society that was set up."""
    settings_file.save(file, Settings(societies=(SocietyEntry("Asha CHS", society.paths.books),), current="Asha CHS"))
    return society


def at_work(society: Society) -> AbstractContextManager[object]:
    """Another program that holds the society, for as long as this lasts."""
    here = Holder(who="terminal", action="backup", pid=os.getpid(), since="2026-03-31T18:42:00+05:30")
    return SocietyLock(society.paths.lock, clock=society.clock, holder=here).hold(wait_seconds=0)


def faults(society: Society) -> str:
    log = society.paths.app_log
    return log.read_text(encoding="utf-8") if log.exists() else ""


def test_a_society_that_was_set_up_is_opened_and_backed_up_by_a_press(run: Drive, known: Society) -> None:
    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        seen.press("createBackupButton")
        await seen.settle()

    run(scenario)
    assert len(known.vault().records()) == 1
    assert not faults(known)


def test_cancel_and_quit_in_the_middle_is_no_fault_of_the_program(run: Drive, known: Society) -> None:
    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        with at_work(known):
            seen.press("createBackupButton")
            await seen.until(lambda: seen.program.desk.bridge.job, "the job")
            seen.window.close()
            await seen.until(seen.boxes, "the question")
            seen.press("cancelAndQuitButton")
            await seen.until(seen.program.leaving.asked.is_set, "the end")

    ended = run(scenario)
    assert known.vault().records() == []
    assert not faults(known), faults(known)
    assert ended.ended


def test_a_backups_folder_that_vanishes_and_comes_back_is_told_without_a_box_a_minute(run: Drive, known: Society) -> None:
    known.back_up()

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        away = known.paths.backups.with_name("away")
        known.paths.backups.rename(away)
        known.paths.backups.write_text("a file in its place")
        for _ in range(3):
            await seen.program.tick()
        await seen.settle()
        assert len(seen.boxes()) <= 1
        told = seen.sentences()
        assert any("backups" in sentence and "folder" in sentence for sentence in told), told
        known.paths.backups.unlink()
        away.rename(known.paths.backups)
        await seen.program.tick()
        await seen.settle()
        seen.press("createBackupButton")
        await seen.settle()

    run(scenario)
    assert len(known.vault().records()) == 2
    assert not faults(known)


def test_adding_a_society_is_not_ended_by_the_minute_and_can_be_called_off(
    run: Drive, known: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "usual_places", lambda: [known.paths.home])

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        seen.press("settingsButton")
        seen.press("addSocietyButton")
        await seen.until(lambda: seen.page() == "firstStartPage", "the page")
        await seen.settle()
        assert seen.says("other books"), "the books that are backed up already are no others"
        await seen.program.tick()
        await seen.settle()
        assert seen.page() == "firstStartPage"
        seen.press("firstStartBackButton")
        assert seen.page() == "tabs"

    run(scenario)


def test_settings_that_cannot_be_written_are_told_and_the_books_are_opened_all_the_same(run: Drive, society: Society, file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("a file where the folder should be")

    async def scenario(seen: Driven) -> None:
        await seen.settle()
        seen.program.desk.start(seen.program.choosing.look_into(society.paths.home))
        await seen.settle()
        seen.press("useBooksButton")
        await seen.until_open()
        await seen.settle()
        assert seen.page() == "tabs"
        assert any("settings" in sentence.lower() for box in seen.boxes() for sentence in seen.sentences(box)), seen.sentences()

    run(scenario)
    assert len(society.vault().records()) == 1


def test_books_that_are_not_there_are_told_and_the_window_is_of_use(run: Drive, tmp_path: Path) -> None:
    async def scenario(seen: Driven) -> None:
        await seen.settle()
        assert seen.page() == "booksPage", seen.sentences()
        assert seen.says("nowhere.db"), seen.sentences()
        seen.press("lookAgainButton")
        await seen.settle()
        assert seen.page() == "booksPage"

    run(scenario, db=str(tmp_path / "nowhere.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_damaged_books_is_not_called_empty(run: Drive, society: Society) -> None:
    society.paths.books.write_bytes(b"no database" * 1000)

    async def scenario(seen: Driven) -> None:
        await seen.settle()
        seen.program.desk.start(seen.program.choosing.look_into(society.paths.home))
        await seen.settle()
        told = seen.sentences()
        assert not any("There are no books" in sentence for sentence in told), told
        assert any("gharmitra.db" in sentence for sentence in told), told

    run(scenario)


def test_a_practice_folder_that_cannot_be_made_is_told_and_the_page_stays_of_use(run: Drive, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    choosing.practice_folder(file).write_text("in the way")

    async def scenario(seen: Driven) -> None:
        await seen.settle()
        seen.press("demoButton")
        await seen.settle()
        assert seen.boxes()
        seen.boxes()[0].close()
        assert seen.page() == "firstStartPage"
        assert seen.button("demoButton").isEnabled()
        assert seen.button("chooseFolderButton").isEnabled()

    run(scenario)


def test_do_not_wait_calls_the_backup_off_while_another_program_is_at_work(run: Drive, known: Society) -> None:
    known.back_up()

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        with at_work(known):
            seen.press("createBackupButton")
            await seen.until(lambda: any(one.text() == "Do not wait" for one in seen.buttons("jobCancelButton")), "the offer")
            seen.press("jobCancelButton")
            await seen.settle()
        assert seen.button("createBackupButton").isEnabled()
        assert not seen.boxes()

    run(scenario)
    assert len(known.vault().records()) == 1


def test_finish_it_then_quit_finishes_it(run: Drive, known: Society) -> None:
    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        with at_work(known):
            seen.press("createBackupButton")
            await seen.until(lambda: seen.program.desk.bridge.job, "the job")
            seen.window.close()
            await seen.until(seen.boxes, "the question")
            seen.window.close()
            assert len(seen.boxes()) == 1
            seen.press("finishButton")
        await seen.until(seen.program.leaving.asked.is_set, "the end")

    run(scenario)
    assert len(known.vault().records()) == 1
    assert not faults(known), faults(known)


def test_switching_while_the_first_society_is_looked_at_ends_at_the_second(
    run: Drive, society: Society, tmp_path: Path, file: Path
) -> None:
    other = societies.make(tmp_path / "other", entries=7)
    entries = (SocietyEntry("Asha CHS", society.paths.books), SocietyEntry("Usha CHS", other.paths.books))
    settings_file.save(file, Settings(societies=entries, current="Asha CHS"))

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        seen.program.desk.start(seen.program.desk.refresh())
        seen.window.society_chosen.emit("Usha CHS")
        seen.program.desk.start(seen.program.tick())
        await seen.settle()
        assert seen.program.desk.paths is not None
        assert seen.program.desk.paths.books == other.paths.books
        assert "Usha CHS" in seen.window.windowTitle()
        seen.press("createBackupButton")
        await seen.settle()

    run(scenario)
    assert society.vault().records() == []
    assert len(other.vault().records()) == 1
    assert settings_file.load(file)[0].current == "Usha CHS"


def test_a_backup_that_fails_is_told_in_the_headline_and_can_be_tried_again(run: Drive, known: Society) -> None:
    known.back_up()
    whole = known.paths.books.read_bytes()

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        known.paths.books.write_bytes(b"")
        seen.press("createBackupButton")
        await seen.settle()
        assert not seen.says("Backed up today, 2:43"), seen.sentences()
        known.paths.books.write_bytes(whole)
        await seen.program.tick()
        await seen.settle()
        assert seen.button("createBackupButton").isEnabled()

    run(scenario)
    assert not faults(known), faults(known)


def test_every_button_comes_back_after_a_backup_that_is_gone_was_asked_for(run: Drive, known: Society) -> None:
    name = known.back_up().record.filename
    known.back_up()

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        for ask in (seen.tab.verify_requested.emit, seen.tab.delete_requested.emit):
            ask(name)
            known.paths.backups.joinpath(name).unlink(missing_ok=True)
            for box in seen.boxes():
                if box.objectName() == "deleteDialog":
                    seen.press("deleteThisButton", box)
            await seen.settle()
            for box in seen.boxes():
                box.close()
        assert seen.button("createBackupButton").isEnabled()
        assert seen.button("moreButton").isEnabled()

    run(scenario)
    assert not faults(known), faults(known)


def test_a_fault_of_the_program_is_told_plainly_and_kept_for_support(run: Drive, known: Society, caplog: pytest.LogCaptureFixture) -> None:
    async def wrong() -> None:
        raise ZeroDivisionError("the window's own mistake")

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        seen.program.desk.start(wrong())
        await seen.until(seen.boxes, "the message")
        assert not any("Traceback" in sentence for sentence in seen.sentences())

    run(scenario)
    assert "ZeroDivisionError" in faults(known)
    caplog.clear()


def test_a_made_up_society_whose_folder_was_thrown_away_is_made_again(run: Drive, file: Path, tmp_path: Path) -> None:
    gone = SocietyEntry("Practice", tmp_path / "gone" / "gharmitra.db", practice=True)
    settings_file.save(file, Settings(societies=(gone,), current="Practice"))

    async def scenario(seen: Driven) -> None:
        await seen.until_open()
        await seen.settle()
        assert "Practice" in seen.window.windowTitle()
        assert "(2)" not in seen.window.windowTitle()

    run(scenario, practice=str(tmp_path / "practice"))
    assert list((tmp_path / "practice" / "backups").glob("gharmitra_backup_*.db"))
