"""The activity record: appended to, chained, durable, and readable to its last whole line."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gharmitra_admin.engine import AuditProblemCode, Head, NoAccess, Outcome, Refused
from gharmitra_admin.engine.parts.audit import FIRST, Audit
from tests.builders.clock import FakeClock

steady = settings(
    derandomize=True, deadline=None, database=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "audit.log"


@pytest.fixture
def audit(file: Path) -> Audit:
    return Audit(file, clock=FakeClock(), who="treasurer (terminal)", books="gharmitra.db")


def test_a_record_that_is_not_there_is_empty_and_whole(audit: Audit, file: Path) -> None:
    assert audit.read() == []
    assert audit.head() == Head(0, FIRST)
    assert audit.verify().problems == ()
    assert audit.open_jobs() == []
    assert not file.parent.exists()


def test_each_line_carries_the_hash_of_the_one_before(audit: Audit, file: Path) -> None:
    for number in range(3):
        audit.append("backup", Outcome.STARTED, job=str(number))
    lines = file.read_bytes().split(b"\n")[:-1]
    prevs = [event.prev for event in audit.read()]
    assert prevs == [FIRST, *(hashlib.sha256(line).hexdigest() for line in lines[:2])]
    assert audit.head() == Head(3, hashlib.sha256(lines[2]).hexdigest())
    assert audit.verify().head == audit.head()


def test_an_event_says_who_when_and_about_which_books(audit: Audit) -> None:
    event = audit.append("keep", Outcome.FINISHED, job="a1", filename="x.db", kept=True, size_bytes=5, tables=["a", "b"], label=None)
    assert audit.read() == [event]
    assert (event.seq, event.action, event.outcome, event.job) == (1, "keep", "finished", "a1")
    assert (event.who, event.books) == ("treasurer (terminal)", "gharmitra.db")
    assert event.at == FakeClock().now().astimezone(UTC).isoformat(timespec="milliseconds")
    assert event.details == {"filename": "x.db", "kept": True, "size_bytes": 5, "tables": ["a", "b"], "label": None}


def test_open_jobs_are_starts_without_an_end(audit: Audit) -> None:
    for job, outcome in (
        ("whole", Outcome.STARTED),
        ("broken", Outcome.STARTED),
        ("cut", Outcome.STARTED),
        ("whole", Outcome.FINISHED),
        ("broken", Outcome.FAILED),
        ("alone", Outcome.FINISHED),
    ):
        audit.append("backup", outcome, job=job)
    assert [event.job for event in audit.open_jobs()] == ["cut"]
    audit.append("backup", Outcome.INTERRUPTED, job="cut")
    assert audit.open_jobs() == []


def test_the_short_head_is_what_one_compares_on_paper() -> None:
    assert Head(7, "0123abcdef" + "0" * 54).short == "0123-ABCD"


@given(st.lists(st.text(max_size=50), max_size=5), st.data())
@steady
def test_any_single_byte_changed_is_found_by_the_chain_or_by_the_head(tmp_path: Path, words: list[str], data: st.DataObject) -> None:
    file = tmp_path / "any" / "audit.log"
    file.unlink(missing_ok=True)
    audit = Audit(file, clock=FakeClock(), who="treasurer", books="gharmitra.db")
    for number, word in enumerate(["first", *words]):
        audit.append("label", Outcome.FINISHED, job=str(number), label=word)
    head, before = audit.head(), file.read_bytes()
    assert audit.verify([head]).problems == ()
    place = data.draw(st.integers(0, len(before) - 2))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != before[place]))
    file.write_bytes(before[:place] + bytes([other]) + before[place + 1 :])
    assert audit.verify([head]).is_broken


@given(st.integers(1, 12), st.data())
@steady
def test_any_line_removed_moved_or_doubled_is_found(tmp_path: Path, count: int, data: st.DataObject) -> None:
    file = tmp_path / "any" / "audit.log"
    file.unlink(missing_ok=True)
    audit = Audit(file, clock=FakeClock(), who="treasurer", books="gharmitra.db")
    for number in range(count):
        audit.append("label", Outcome.FINISHED, job=str(number))
    head, lines = audit.head(), file.read_bytes().splitlines(keepends=True)
    chosen = data.draw(st.lists(st.sampled_from(lines), max_size=count + 1).filter(lambda some: some != lines))
    file.write_bytes(b"".join(chosen))
    assert audit.verify([head]).is_broken


def test_a_head_is_found_however_far_back_it_was_carried(audit: Audit) -> None:
    heads = []
    for number in range(5):
        audit.append("backup", Outcome.FINISHED, job=str(number))
        heads.append(audit.head())
    assert audit.verify(heads).problems == ()
    wrong = Head(3, heads[3].hash)
    assert [problem.code for problem in audit.verify([*heads, wrong, Head(9, FIRST)]).problems] == [AuditProblemCode.HEAD_MISSING] * 2


def test_the_head_is_found_in_a_record_longer_than_what_is_read_of_it(audit: Audit) -> None:
    for number in range(120):
        audit.append("label", Outcome.FINISHED, job=str(number), label="x" * 1900)
    report = audit.verify()
    assert (report.events, report.problems) == (120, ())
    assert audit.head() == report.head


def test_a_line_that_cannot_be_made_durable_is_taken_back(audit: Audit, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.append("remove", Outcome.STARTED, job="1")
    before = file.read_bytes()

    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(NoAccess) as told:
            audit.append("remove", Outcome.STARTED, job="2")
    assert told.value.path == file
    assert file.read_bytes() == before
    assert audit.append("remove", Outcome.FINISHED, job="1").seq == 2


def test_writers_of_several_threads_and_objects_make_one_chain(file: Path) -> None:
    def write(name: str) -> None:
        audit = Audit(file, clock=FakeClock(), who=name, books="gharmitra.db")
        for number in range(10):
            audit.append("label", Outcome.FINISHED, job=f"{name}{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = Audit(file, clock=FakeClock(), who="x", books="gharmitra.db").verify()
    assert (report.events, report.problems) == (40, ())


def test_a_record_that_is_a_link_a_folder_or_a_pipe_is_refused_and_untouched(audit: Audit, file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"precious")
    file.parent.mkdir()
    file.symlink_to(elsewhere)
    with pytest.raises((Refused, NoAccess)):
        audit.append("backup", Outcome.STARTED, job="1")
    assert elsewhere.read_bytes() == b"precious"
    file.unlink()
    file.mkdir()
    with pytest.raises((Refused, NoAccess)):
        audit.append("backup", Outcome.STARTED, job="1")
    file.rmdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(file)
        for action in (audit.read, audit.head, lambda: audit.append("backup", Outcome.STARTED, job="1")):
            with pytest.raises((Refused, NoAccess)):
                action()


def test_the_record_and_its_folder_are_private(audit: Audit, file: Path) -> None:
    audit.append("backup", Outcome.STARTED, job="1")
    if os.name != "nt":
        assert file.stat().st_mode & 0o077 == 0
        assert file.parent.stat().st_mode & 0o077 == 0
