"""Nothing less than whole passes: each kind of damage is found by what was promised to find it."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Cancelled, Code, Refused
from gharmitra_admin.engine.base.job import CancelToken
from gharmitra_admin.engine.parts import live_books, manifest, snapshot, verify
from gharmitra_admin.engine.parts.manifest import Checks, Kind, Manifest, Origin, SourceOf
from gharmitra_admin.engine.parts.problem import Problem
from tests.builders import ledger
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess


@pytest.fixture
def made(tmp_path):
    """A checked copy with its manifest."""
    books = ledger.make(tmp_path / "society" / "gharmitra.db")
    path = tmp_path / "copy.db"
    with live_books.held(books, scratch=tmp_path / "scratch", clock=FakeClock(), wait_seconds=1) as live, snapshot.new_copy(path) as copy:
        source = snapshot.take(live, copy)
        found = verify.new_copy(copy, source)
    assert found.problem is None
    return path, Manifest(
        filename=path.name,
        sequence=1,
        origin=Origin.MADE,
        source=SourceOf("gharmitra.db"),
        kind=Kind.MANUAL,
        created_at="2026-11-23T18:00:00+05:30",
        size_bytes=found.size_bytes,
        page_size=found.page_size,
        page_count=found.page_count,
        sha256=found.sha256,
        schema_fingerprint=found.schema,
        rows=dict(found.rows),
        checks=Checks("ok", 0, "2026-11-23T12:30:00+00:00"),
    )


def check(path: Path, known: Manifest | None = None, **options: object) -> verify.Findings:
    return verify.closed_file(path, never=None, manifest=known, clock=FakeClock(), **options)  # type: ignore[arg-type]


def test_a_whole_copy_is_whole_and_leaves_no_side_file(made):
    path, known = made
    assert check(path, known).problem is None
    assert check(path).problem is None
    assert sorted(other.name for other in path.parent.iterdir()) == ["copy.db", "society"]


def test_a_flipped_bit_in_a_text_is_found_by_the_hash_alone(made):
    path, known = made
    data = bytearray(path.read_bytes())
    where = data.rindex(b"bank")
    data[where] ^= 1
    path.write_bytes(data)
    assert check(path, known).problem is Problem.HASH_DIFFERS


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda data: data[:-1], Problem.CUT_SHORT),
        (lambda data: data[: len(data) // 2], Problem.CUT_SHORT),
        (lambda _: b"", Problem.EMPTY),
        (lambda data: data + b"x" * 5000, Problem.TOO_LONG),
        (lambda _: b"hello " * 1000, Problem.NOT_A_DATABASE),
        (lambda data: data[:100], Problem.CUT_SHORT),
        (lambda data: data[:18] + b"\x63\x63" + data[20:], Problem.UNKNOWN_FORMAT),
        (lambda data: data[:28] + (1 << 20).to_bytes(4, "big") + data[32:], Problem.CUT_SHORT),
        (lambda data: data[:4096] + bytes(4096) + data[8192:], Problem.PAGES_DAMAGED),
        (lambda data: os.urandom(len(data)), Problem.ENCRYPTED),
    ],
    ids=["one byte short", "half", "empty", "longer", "text", "header only", "format 99", "page count lies", "zeroed page", "random"],
)
def test_damage_is_found_without_a_manifest(made, change, problem):
    path, _ = made
    path.write_bytes(change(path.read_bytes()))
    found = check(path)
    assert found.problem is problem


def test_another_backup_under_this_name_is_found(made, tmp_path):
    path, known = made
    other = ledger.make(tmp_path / "other.db", journal="delete", entries=100)
    shutil.copy(other, path)
    assert check(path, known).problem in {Problem.HASH_DIFFERS, Problem.CUT_SHORT, Problem.TOO_LONG}


def test_rows_and_schema_are_compared_with_the_books(tmp_path):
    books = ledger.make(tmp_path / "society" / "gharmitra.db")
    for change, problem in (({"rows": {"ledger": 201, "accounts": 2}}, Problem.ROWS_DIFFER), ({"schema": "other"}, Problem.SCHEMA_DIFFERS)):
        with (
            live_books.held(books, scratch=tmp_path / "scratch", clock=FakeClock(), wait_seconds=1) as live,
            snapshot.new_copy(tmp_path / f"{problem.value}.db") as copy,
        ):
            source = replace(snapshot.take(live, copy), **change)
            assert verify.new_copy(copy, source).problem is problem


def test_an_empty_valid_database_is_never_whole(tmp_path):
    with OtherProcess(tmp_path / "empty.db") as other:
        other.run("PRAGMA user_version=3")
    assert check(tmp_path / "empty.db").problem is Problem.NO_TABLES


def test_a_wal_beside_it_means_part_of_it_is_elsewhere(made):
    path, _ = made
    path.with_name("copy.db-wal").write_bytes(b"x" * 64)
    assert check(path).problem is Problem.UNSETTLED


def test_the_books_under_another_name_are_never_opened(made):
    path, _ = made
    with pytest.raises(Refused) as caught:
        verify.closed_file(path, never=files.identity(path), clock=FakeClock())
    assert caught.value.code is Code.IS_THE_BOOKS


def test_a_check_drawn_out_ends_at_its_limit(tmp_path):
    ledger.make(tmp_path / "large.db", journal="delete", entries=4000)

    class Hurried(FakeClock):
        def monotonic(self) -> float:
            self._monotonic += 10.0
            return self._monotonic

    found = verify.closed_file(tmp_path / "large.db", never=None, limit_seconds=5, clock=Hurried())
    assert found.problem is Problem.TOO_SLOW


def test_cancel_is_seen_inside_the_check(tmp_path):
    ledger.make(tmp_path / "large.db", journal="delete", entries=4000)
    token = CancelToken()
    with pytest.raises(Cancelled):
        check(tmp_path / "large.db", report=lambda _: token.ask(), cancel=token)


def test_manifests_survive_a_round_trip_and_notes_keep_what_they_do_not_know(made, tmp_path):
    _, known = made
    (tmp_path / "m.json").write_bytes(manifest.encode(known))
    assert manifest.read(tmp_path / "m.json") == known
    (tmp_path / "n.json").write_text('{"label": "old", "from_the_future": {"a": 1}}')
    manifest.write_notes(tmp_path / "n.json", replace_label(manifest.read_notes(tmp_path / "n.json")))
    assert '"from_the_future"' in (tmp_path / "n.json").read_text()
    assert manifest.read_notes(tmp_path / "n.json").label == "new"


def replace_label(notes: manifest.Notes) -> manifest.Notes:
    import msgspec

    return msgspec.structs.replace(notes, label="new")
