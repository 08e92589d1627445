"""What every test is held to: no unexpected log record, no screen taken, no settings of the person who runs it."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.builders import made_up
from tests.builders import society as societies
from tests.builders.society import Society

if TYPE_CHECKING:
    from xdist.scheduler.protocol import Scheduling

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.text.font.db=false")

PROJECT = Path(__file__).parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run every sweep in its long form")
    parser.addoption("--seed", type=int, default=None, help="the seed of a sampled sweep; told with a failure")


def pytest_configure() -> None:
    """Let the programs under test hear what ends a program, also where the tests were started in the background or by nohup.

    A signal that is ignored stays ignored in every child; one that a handler takes is the child's own again. Here it goes on being ignored.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling | None:
    if config.getoption("dist") != "load":
        return None
    from tests import sharing

    return sharing.by_file(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        from tests import sharing

        sharing.longest_first(items)
    if not config.getoption("--full"):
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason="the long form of a sweep: run with --full"))


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("settings")
    monkeypatch.setenv("GHARMITRA_ADMIN_SETTINGS", str(folder / "settings.toml"))
    for name in ("GHARMITRA_DB", "DATABASE_URL", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_unexpected_log_record(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on a warning or worse in a log, unless the test takes it with ``caplog.clear()``."""
    caplog.set_level(logging.WARNING)
    yield
    told = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not told, [record.getMessage() for record in told]


@pytest.fixture
def society(tmp_path: Path) -> Society:
    """A small society in WAL mode, at rest, without a backup."""
    return societies.make(tmp_path / "society")


@pytest.fixture(scope="session")
def _made_up_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up.make(tmp_path_factory.mktemp("made_up") / "society")


@pytest.fixture
def made_up_society(_made_up_books: Path, tmp_path: Path) -> Society:
    """A society with books as GharMitra keeps them, made up, without a backup."""
    return made_up.society_of(_made_up_books, tmp_path / "made_up")


@pytest.fixture
def real_books(tmp_path: Path) -> Path:
    """A writable copy of a real society's books and documents; skips where the project stands alone."""
    source = SHARED_DATA / "gharmitra.db"
    if not source.is_file():
        pytest.skip(f"no real society's database at {source}: the project stands alone here")
    books = tmp_path / "real" / "gharmitra.db"
    books.parent.mkdir()
    books.write_bytes(source.read_bytes())
    for document in (SHARED_DATA / "uploads").rglob("*.*"):
        copied = books.parent / document.relative_to(SHARED_DATA)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(document.read_bytes())
    return books


@pytest.fixture
def other_drive(tmp_path: Path) -> Iterator[Path]:
    """A folder on another drive than the test's own; skips where there is none at hand."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second drive at hand: /dev/shm is not one here")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)
