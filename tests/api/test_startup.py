"""The backup at a backend's start: whatever it meets, the backend starts."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gharmitra_admin.api.jobs import Jobs
from gharmitra_admin.api.society import Place, Society
from gharmitra_admin.api.startup import Startup
from gharmitra_admin.wording.language import Words


def _started(books: Path) -> Startup:
    faults: list[BaseException] = []

    async def start() -> Startup:
        jobs = Jobs(Society(Place.of_books(books)), Words(), now=lambda: datetime.now(UTC), on_fault=faults.append)
        startup = Startup(jobs, Words())
        await startup.before_first_touch()
        await jobs.close(10)
        return startup

    startup = asyncio.run(start())
    assert faults == []
    return startup


def test_books_that_cannot_even_be_looked_for_are_told_and_stop_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A name that no file system takes stands for a place that may not be looked into: root may look into every place."""
    startup = _started(tmp_path / ("x" * 300) / "gharmitra.db")
    assert startup.alarm is not None
    assert startup.alarm["code"] == "start_backup_failed"
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    caplog.clear()


def test_where_there_is_nothing_yet_nothing_is_told(tmp_path: Path) -> None:
    assert _started(tmp_path / "gharmitra.db").alarm is None
