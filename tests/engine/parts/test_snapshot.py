"""A snapshot is one frozen moment, whatever others commit meanwhile, and says of itself what the books say."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from gharmitra_admin.engine.base.errors import Cancelled
from gharmitra_admin.engine.base.job import CancelToken, Progress, Stage
from gharmitra_admin.engine.parts import live_books, snapshot
from tests.builders import ledger
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess, ask


def held(books: Path, folder: Path):
    return live_books.held(books, scratch=folder / "scratch", clock=FakeClock(), wait_seconds=1)


@pytest.fixture(params=[("wal", 512), ("wal", 4096), ("wal", 65536), ("delete", 512), ("delete", 4096), ("delete", 65536)], ids=str)
def books(request, tmp_path):
    journal, page_size = request.param
    return ledger.make(tmp_path / "society" / "gharmitra.db", journal=journal, page_size=page_size)


def test_every_page_size_and_journal_mode_is_copied_alike(books, tmp_path):
    with held(books, tmp_path) as live, snapshot.new_copy(tmp_path / "copy.db") as copy:
        source = snapshot.take(live, copy)
    assert (tmp_path / "copy.db").stat().st_size == source.size_bytes
    assert ask(tmp_path / "copy.db", "PRAGMA integrity_check") == [["ok"]]
    assert ask(tmp_path / "copy.db", "SELECT * FROM ledger ORDER BY id") == ask(books, "SELECT * FROM ledger ORDER BY id")
    assert dict(source.rows) == {"ledger": 200, "accounts": 2}
    assert (tmp_path / "copy.db").read_bytes()[18:20] == b"\x01\x01"


def test_commits_during_the_copy_stay_out_of_it(tmp_path):
    books = ledger.make(tmp_path / "society" / "gharmitra.db", entries=3000)
    with OtherProcess(books) as other:
        other.run(*ledger.entry(1))

        def commit(_progress: Progress) -> None:
            other.run(*ledger.entry(2))

        with held(books, tmp_path) as live, snapshot.new_copy(tmp_path / "copy.db") as copy:
            source = snapshot.take(live, copy, report=commit)
        assert int(other.run("SELECT count(*) FROM ledger")[0][0]) > 6002
    assert source.rows["ledger"] == 6002
    assert ask(tmp_path / "copy.db", "SELECT count(*), sum(amount) FROM ledger") == [["6002", "0"]]


def test_progress_ends_at_the_whole(books, tmp_path):
    told: list[Progress] = []
    with held(books, tmp_path) as live, snapshot.new_copy(tmp_path / "copy.db") as copy:
        source = snapshot.take(live, copy, report=told.append)
    assert told[-1] == Progress(Stage.COPYING, source.size_bytes, source.size_bytes)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)


@pytest.mark.parametrize("way", ["at rest", "with a wal"])
def test_cancel_leaves_no_file(tmp_path, way):
    books = ledger.make(tmp_path / "society" / "gharmitra.db", entries=9000)
    token = CancelToken()
    with OtherProcess(books) as other:
        other.run(*(ledger.entry(1) if way == "with a wal" else ("SELECT 1",)))
        with pytest.raises(Cancelled), held(books, tmp_path) as live, snapshot.new_copy(tmp_path / "copy.db") as copy:
            assert live.main_file_is_all() is (way == "at rest")
            snapshot.take(live, copy, report=lambda _: token.ask(), cancel=token)
    assert not (tmp_path / "copy.db").exists()


def test_a_copy_hashes_itself_as_anyone_would(books, tmp_path):
    with held(books, tmp_path) as live, snapshot.new_copy(tmp_path / "copy.db") as copy:
        snapshot.take(live, copy)
        said = copy.hash()
    assert said == hashlib.sha256((tmp_path / "copy.db").read_bytes()).hexdigest()


def test_a_copy_is_private(books, tmp_path):
    with snapshot.new_copy(tmp_path / "copy.db"):
        assert os.name == "nt" or (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_checkpoint_alone_is_no_new_content_but_a_commit_is(tmp_path):
    books = ledger.make(tmp_path / "society" / "gharmitra.db")
    copies = [tmp_path / f"{name}.db" for name in ("wal", "checkpointed", "changed")]

    def take(target: Path) -> None:
        with held(books, tmp_path) as live, snapshot.new_copy(target) as copy:
            snapshot.take(live, copy)

    with OtherProcess(books) as other:
        other.run(*ledger.entry(1))
        take(copies[0])
        other.run("PRAGMA wal_checkpoint(TRUNCATE)")
        take(copies[1])
        with held(books, tmp_path) as live:
            assert snapshot.matches(live, copies[0], never=None)
        other.run(*ledger.entry(2))
        take(copies[2])
    assert snapshot.same_content(copies[0], copies[1], never=None)
    assert not snapshot.same_content(copies[1], copies[2], never=None)
    with held(books, tmp_path) as live:
        assert not snapshot.matches(live, copies[0], never=None)
