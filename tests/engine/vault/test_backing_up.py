"""The flow of Create Backup, through the front door."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gharmitra_admin.engine import CancelToken, Kind, Problem, Progress, Refused, Stage, Status
from tests.builders.process import OtherProcess
from tests.builders.society import Society, assert_whole


def test_a_backup_is_whole_and_listed(society: Society) -> None:
    result = society.vault().backup()
    assert result.record.status is Status.CHECKED
    assert result.record.filename == "gharmitra_backup_20261123_180000.db"
    assert_whole(result.record.path)
    assert [record.filename for record in society.vault().records()] == [result.record.filename]


def test_an_automatic_backup_of_unchanged_books_is_no_new_file_and_counts_for_the_day(society: Society) -> None:
    first = society.back_up(kind=Kind.AUTOMATIC)
    again = society.back_up(kind=Kind.AUTOMATIC)
    assert again.unchanged
    assert again.record.filename == first.record.filename
    society.enter()
    assert not society.back_up(kind=Kind.AUTOMATIC).unchanged


def test_a_manual_backup_always_copies(society: Society) -> None:
    first, second = society.back_up(), society.back_up()
    assert first.record.filename != second.record.filename
    assert not second.unchanged


def test_a_found_file_that_was_checked_and_is_damaged_says_so_from_then_on(society: Society) -> None:
    whole = society.back_up().record.path.read_bytes()
    stranger = society.paths.backups / "gharmitra_backup_20261120_194000.db"
    stranger.write_bytes(whole[: len(whole) // 2])
    assert society.vault().records()[-1].status is Status.UNCHECKED
    society.vault().verify([stranger.name])
    assert society.vault().records()[-1].status is Status.DAMAGED


def test_a_whole_database_of_another_program_or_society_is_never_taken_for_a_backup_of_these_books(
    society: Society, tmp_path: Path
) -> None:
    first = society.back_up().record
    with OtherProcess(tmp_path / "other.db") as other:
        other.run("CREATE TABLE songs (title TEXT)", "INSERT INTO songs VALUES ('x')")
    stranger = society.paths.backups / "gharmitra_backup_20270101_000000.db"
    stranger.write_bytes((tmp_path / "other.db").read_bytes())
    vault = society.vault()
    assert [(one.status, one.problem) for one in vault.adopt_unchecked()] == [(Status.UNCHECKED, Problem.NOT_THESE_BOOKS)]
    assert vault.adopt_unchecked() == []
    assert vault.state().newest_good == first
    with pytest.raises(Refused):
        vault.delete(first.filename)


class Watching(CancelToken):
    """Notes which of the two that read the copy looks at it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def check(self) -> None:
        if threading.current_thread().name.startswith("hash"):
            self.seen.append("hash")
        super().check()


@pytest.mark.parametrize("one_at_a_time", [True, False])
def test_a_job_of_a_server_reads_its_copy_with_one_processor_at_a_time(made_up_society: Society, one_at_a_time: bool) -> None:
    token = Watching()
    token.one_at_a_time = one_at_a_time

    def told(progress: Progress) -> None:
        if progress.stage is Stage.CHECKING:
            token.seen.append("page")

    made_up_society.vault().backup(cancel=token, report=told)
    assert {"hash", "page"} <= set(token.seen)
    if one_at_a_time:
        assert token.seen == sorted(token.seen), "a page was checked before the hash was done"
