"""A writer in another process while the books are copied: one moment, no restart, nothing half."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gharmitra_admin.engine import Paths, Progress, Settings, Stage, SystemClock, Vault
from gharmitra_admin.engine.operations import demo
from tests.bench.writers import Writer
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask


@pytest.mark.parametrize("size_mb", [20, pytest.param(300, marks=pytest.mark.full)])
def test_row_03_a_backup_beside_100_transactions_a_second_is_one_moment_and_never_starts_again(tmp_path: Path, size_mb: int) -> None:
    books = demo.make(tmp_path / "society", size_mb=size_mb, clock=FakeClock()).books
    vault = Vault.open(Paths.of(books), settings=Settings(), clock=SystemClock(), who="treasurer", face="terminal")
    writer = Writer(books, "NORMAL")
    threading.Event().wait(0.5)
    copied: list[int] = []

    def report(progress: Progress) -> None:
        if progress.stage is Stage.COPYING:
            copied.append(progress.done)

    result = vault.backup(report=report)
    committed = len(writer.stop())
    assert copied == sorted(copied)
    assert not result.warnings
    assert ask(result.record.path, "SELECT count(*) FROM pulse WHERE one + other != 0 OR one != id + 1") == [["0"]]
    rows, highest = ask(result.record.path, "SELECT count(*), max(id) FROM pulse")[0]
    assert rows == highest
    assert 0 < int(rows) <= committed
    assert ask(result.record.path, "PRAGMA integrity_check") == [["ok"]]


def test_row_03_in_rollback_mode_the_writer_waits_for_the_copy_and_for_nothing_after_it(tmp_path: Path) -> None:
    books = demo.make(tmp_path / "society", size_mb=2, clock=FakeClock()).books
    with OtherProcess(books, timeout_seconds=0) as other:
        other.run("PRAGMA journal_mode=DELETE", "CREATE TABLE pulse (id INTEGER PRIMARY KEY)")
        vault = Vault.open(Paths.of(books), settings=Settings(), clock=SystemClock(), who="treasurer", face="terminal")
        tried: dict[Stage, str] = {}

        def report(progress: Progress) -> None:
            if progress.stage not in tried and progress.stage in {Stage.COPYING, Stage.CHECKING, Stage.FINISHING}:
                try:
                    other.run("INSERT INTO pulse DEFAULT VALUES")
                    tried[progress.stage] = "written"
                except AssertionError as error:
                    tried[progress.stage] = str(error).split(chr(10))[0]

        vault.backup(report=report)
        assert tried == {Stage.COPYING: "database is locked", Stage.CHECKING: "written", Stage.FINISHING: "written"}
