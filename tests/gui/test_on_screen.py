"""The real program on a real screen, found and pressed through accessibility as a screen reader would."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.settings import Settings, SocietyEntry
from gharmitra_admin.engine.operations import demo
from tests.builders import screen as screens
from tests.builders import society as societies
from tests.builders.clock import FakeClock
from tests.builders.command import gharmitra_admin
from tests.builders.process import ask
from tests.builders.screen import Program, Screen, wait_for

pytestmark = [pytest.mark.screen, pytest.mark.skipif(bool(screens.missing()), reason=screens.missing() or "-")]


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    made = Screen(tmp_path_factory.mktemp("screen"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def bare_screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """Without a panel: nothing takes a tray icon."""
    made = Screen(tmp_path_factory.mktemp("bare"), with_panel=False)
    yield made
    made.close()


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return societies.make(tmp_path / "society").paths.books


def listed(books: Path) -> list[str]:
    return [one["filename"] for one in gharmitra_admin("--json", "list", books=books).json]


def outcomes(books: Path) -> list[tuple[str, str]]:
    return [(one["action"], one["outcome"]) for one in gharmitra_admin("--json", "audit", books=books).json]


@pytest.fixture(scope="module")
def _large_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.make(tmp_path_factory.mktemp("large") / "made", size_mb=300, clock=FakeClock()).books


@pytest.fixture
def large_books(_large_books: Path, tmp_path: Path) -> Path:
    """Books that take long enough to be interrupted."""
    return shutil.copytree(_large_books.parent, tmp_path / "large") / _large_books.name


def slow_copying(program: Program) -> None:
    wait_for(lambda: (bar := program.look_for("jobCancelButton")) is not None and bar.is_showing and bar.is_enabled, "the bar")


def test_pressing_the_real_button_makes_a_row_appear(screen: Screen, books: Path) -> None:
    with screen.program("--db", books) as program:
        program.find_enabled("createBackupButton").press()
        wait_for(lambda: listed(books), "a backup on disk")
        wait_for(lambda: program.find("backupsTable").row_count == 1, "a row in the window")
        wait_for(lambda: program.find("headlineLabel").name.startswith("Backed up today"), "the headline")
    assert ask(books.parent / "backups" / listed(books)[0], "PRAGMA integrity_check") == [["ok"]]


def test_the_label_is_written_into_the_backup_and_keeps_it(screen: Screen, books: Path) -> None:
    with screen.program("--db", books) as program:
        program.find_enabled("createBackupButton")
        program.find("labelEditText").write("Before bulk entry")
        program.find_enabled("createBackupButton").press()
        wait_for(lambda: listed(books), "a backup on disk")
    one = gharmitra_admin("--json", "list", books=books).json[0]
    assert (one["label"], one["kept"]) == ("Before bulk entry", True)


def test_a_double_click_makes_one_backup(screen: Screen, books: Path) -> None:
    with screen.program("--db", books) as program:
        program.double_click(program.find_enabled("createBackupButton"))
        wait_for(lambda: program.find("backupsTable").row_count == 1, "a row in the window")
        program.find_enabled("createBackupButton")
    assert len(listed(books)) == 1
    assert outcomes(books) == [("backup", "started"), ("backup", "finished")]


def test_cancel_in_the_middle_leaves_no_trace_but_the_line_in_the_record(screen: Screen, large_books: Path) -> None:
    books = large_books
    before = books.read_bytes()[:4096], books.stat().st_mtime_ns
    with screen.program("--db", books) as program:
        program.find_enabled("createBackupButton").press()
        slow_copying(program)
        program.find("jobCancelButton").press()
        wait_for(lambda: "Cancelled" in program.find("headlineMuted").name, "the word that it was cancelled")
        program.find_enabled("createBackupButton")
    assert listed(books) == []
    assert outcomes(books) == [("backup", "started"), ("backup", "failed")]
    left = [path for path in (books.parent / "backups").rglob("*") if path.is_file() and path.name not in {".lock", "HOW-TO-RESTORE.txt"}]
    assert left == []
    assert before == (books.read_bytes()[:4096], books.stat().st_mtime_ns)


def test_a_second_start_raises_the_first_window_and_ends(screen: Screen, books: Path) -> None:
    with screen.program("--db", books) as program:
        program.find_enabled("createBackupButton")
        command = [sys.executable, "-m", "gharmitra_admin.gui", "--db", str(books)]
        assert subprocess.run(command, check=False, env=program.environment, timeout=30).returncode == 0
        assert program.process.poll() is None


def test_closing_the_window_keeps_the_tray_where_there_is_one(screen: Screen, books: Path) -> None:
    with screen.program("--db", books) as program:
        program.find_enabled("createBackupButton")
        _close_window(program)
        wait_for(lambda: not program.find("createBackupButton").is_showing, "the window to hide")
        assert program.process.poll() is None
        settings, _ = settings_file.load(Path(program.environment["GHARMITRA_ADMIN_SETTINGS"]))
        assert settings.tray_told
        assert program.end() == 0


def test_closing_the_window_ends_the_program_where_nothing_shows_a_tray_icon(bare_screen: Screen, books: Path) -> None:
    with bare_screen.program("--db", books) as program:
        program.find_enabled("createBackupButton")
        _close_window(program)
        assert program.process.wait(30) == 0


def test_closing_while_a_backup_runs_asks_and_finishes_it(bare_screen: Screen, large_books: Path) -> None:
    books = large_books
    with bare_screen.program("--db", books) as program:
        program.find_enabled("createBackupButton").press()
        slow_copying(program)
        _close_window(program)
        program.find("finishButton").press()
        assert program.process.wait(60) == 0
    assert len(listed(books)) == 1
    assert outcomes(books)[-1] == ("backup", "finished")


def test_the_first_start_takes_the_books_it_is_shown_and_makes_the_first_backup(screen: Screen, tmp_path: Path) -> None:
    home = Path(screen.environment["HOME"])
    books = demo.make(home / "GharMitra" / "backend", size_mb=1, clock=FakeClock()).books
    settings = tmp_path / "settings.toml"
    with screen.program(environment={"GHARMITRA_ADMIN_SETTINGS": str(settings)}) as program:
        wait_for(lambda: program.find("foundBoxRadio").name.startswith("Sahyadri Heights"), "the found books")
        program.find_enabled("useBooksButton").press()
        wait_for(lambda: program.find("headlineLabel").name.startswith("Backed up today"), "the first backup")
        assert (home / "config" / "autostart" / "gharmitra-admin.desktop").is_file()
    assert len(listed(books)) == 1
    assert settings_file.load(settings)[0].societies[0].books == books


def test_trying_it_out_makes_a_made_up_society_and_marks_it(screen: Screen, tmp_path: Path) -> None:
    with screen.program("--practice", tmp_path / "practice", environment={"GHARMITRA_ADMIN_SETTINGS": str(tmp_path / "s.toml")}) as program:
        wait_for(lambda: program.find("headlineLabel").name.startswith("Backed up today"), "the first backup")
        assert program.find("practiceStrip").is_showing
    assert len(listed(tmp_path / "practice" / "gharmitra.db")) == 1


def test_books_that_cannot_be_opened_are_told_on_a_page_of_their_own(screen: Screen, books: Path) -> None:
    gharmitra_admin("backup", books=books)
    books.write_bytes(b"not a database at all, " * 500)
    with screen.program("--db", books) as program:
        wait_for(lambda: program.find("lookAgainButton").is_showing, "the page")
        assert "1 checked backup is there" in program.find("booksPageBackups").name
        assert not program.find("createBackupButton").is_showing


def test_several_societies_are_offered_in_a_chooser(screen: Screen, tmp_path: Path) -> None:
    entries = tuple(SocietyEntry(name, societies.make(tmp_path / name).paths.books) for name in ("Rose", "Lotus"))
    settings = tmp_path / "settings.toml"
    settings_file.save(settings, Settings(societies=entries, current="Rose"))
    with screen.program(environment={"GHARMITRA_ADMIN_SETTINGS": str(settings)}) as program:
        wait_for(lambda: program.find("societyChooser").is_showing, "the chooser")
        assert program.find("societyChooser").name == "Rose"


def _windows(program: Program, name: str) -> list[str]:
    """The numbers of the program's visible windows of that name."""
    words = ["xdotool", "search", "--pid", str(program.process.pid), "--onlyvisible", "--name", name]
    return subprocess.run(words, check=False, env=program.environment, capture_output=True, text=True, timeout=10).stdout.split()


def _close_window(program: Program) -> None:
    """What the cross in the corner does."""
    window = wait_for(lambda: _windows(program, "GharMitra Admin"), "the window")[0]
    subprocess.run(["wmctrl", "-i", "-c", hex(int(window))], check=True, env=program.environment, timeout=10)


def test_ending_while_a_menu_is_open_is_clean(screen: Screen, books: Path) -> None:
    gharmitra_admin("backup", books=books)
    with screen.program("--db", books) as program:
        program.find_enabled("moreButton").press()
        wait_for(lambda: len(_windows(program, ".*")) > 1, "the menu")
        assert program.end() == 0
